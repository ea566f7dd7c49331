// Weights of 3x3 -> panels of points.
#pragma once
#include "winograd-gemm.h"
#include "winograd-lanes.h"
#include "winograd-transform.h"

namespace VARIANT {

// The weights of a product of `depth` inputs and `columns` outputs.
struct WinogradWeights {
  const f32* data;
  i32 depth, columns;
  isize depthStep, columnStep;           // floats from one 3x3 to the next
  bool rotated;
};

// As the forward pass sees them [column][depth][3][3], or as the input gradient does: rotated by half a turn, [depth][column][3][3].
INLINE WinogradWeights weightsOf(const f32* data, bool gradient, i32 channels, i32 outChannels) {
  if (gradient) return {data, outChannels, channels, 9 * (isize)channels, 9, true};
  return {data, channels, outChannels, 9, 9 * (isize)channels, false};
}

// W columns of 3x3 that are `apart` floats from each other.
template <class F> NOINLINE void weightPoints(const f32* w, isize apart, i32 lanes, bool rotated, f32* to, isize pointsApart) {
  constexpr i32 IN = F::IN;
  vf four[4], tap[9], half[3 * IN];
  lanesFromPlanes(w, apart, lanes, four);
  for (i32 i = 0; i < 4; i++) tap[i] = four[i];
  lanesFromPlanes(w + 4, apart, lanes, four);
  for (i32 i = 0; i < 4; i++) tap[4 + i] = four[i];
  lanesFromPlanes(w + 5, apart, lanes, four);
  tap[8] = four[3];
  if (rotated) {
    for (i32 i = 0; i < 4; i++) {
      const vf kept = tap[i];
      tap[i] = tap[8 - i];
      tap[8 - i] = kept;
    }
  }
  for (i32 c = 0; c < 3; c++) {
    const vf column[3] = {tap[c], tap[3 + c], tap[6 + c]};
    F::weight(column, half + c * IN);
  }
  ROLLED
  for (i32 i = 0; i < IN; i++) {
    const vf row[3] = {half[i], half[IN + i], half[2 * IN + i]};
    vf out[IN];
    F::weight(row, out);
    for (i32 j = 0; j < IN; j++) store(to + (i * IN + j) * pointsApart, out[j]);
  }
}

// Depths [from, to) of one panel, to [point][depth - from][width].
template <class F> void panelPoints(const WinogradWeights& w, i32 panel, i32 from, i32 to, f32* u, isize pointsApart) {
  const i32 width = panelWidth(w.columns, panel);
  ROLLED
  for (i32 k = from; k < to; k++, u += width) {
    ROLLED
    for (i32 v = 0; v < width; v += W) {
      const i32 column = panel * PANEL + v;
      weightPoints<F>(w.data + column * w.columnStep + k * w.depthStep, w.columnStep, min(W, w.columns - column), w.rotated, u + v,
                      pointsApart);
    }
  }
}

} // namespace VARIANT
