// Weights -> panels of points.
#pragma once
#include "parallel.h"
#include "winograd-gemm.h"
#include "winograd-lanes.h"
#include "winograd-transform.h"

namespace VARIANT {

// The weights of a product of `depth` inputs and `columns` outputs.
struct WinogradWeights {
  const f32* data;
  i32 depth, columns;
  isize depthStep, columnStep;           // floats from one kernel to the next
  bool rotated;
};

// As the forward pass sees them [column][depth][taps][taps], or as the input gradient does: [depth][column][taps][taps], rotated by
// half a turn for 3x3, where it is a convolution too (see winograd-spread.cc for 5x5).
template <class F> INLINE WinogradWeights weightsOf(const f32* data, bool gradient, i32 channels, i32 outChannels) {
  constexpr i32 COUNT = F::TAPS * F::TAPS;
  if (gradient) return {data, outChannels, channels, COUNT * (isize)channels, COUNT, F::TAPS == 3};
  return {data, channels, outChannels, COUNT, COUNT * (isize)channels, false};
}

// W columns of kernels that are `apart` floats from each other.
template <class F> NOINLINE void weightPoints(const f32* w, isize apart, i32 lanes, bool rotated, f32* to, isize pointsApart) {
  constexpr i32 IN = F::IN, TAPS = F::TAPS, COUNT = TAPS * TAPS;
  vf four[4], tap[COUNT], half[TAPS * IN];
  for (i32 t = 0; t < COUNT; t += 4) {
    const i32 first = min(t, COUNT - 4); // the last four again
    lanesFromPlanes(w + first, apart, lanes, four);
    for (i32 i = 0; i < 4; i++) tap[first + i] = four[i];
  }
  if (rotated) {
    for (i32 i = 0; i < COUNT / 2; i++) {
      const vf kept = tap[i];
      tap[i] = tap[COUNT - 1 - i];
      tap[COUNT - 1 - i] = kept;
    }
  }
  for (i32 c = 0; c < TAPS; c++) {
    vf column[TAPS];
    for (i32 r = 0; r < TAPS; r++) column[r] = tap[r * TAPS + c];
    F::weight(column, half + c * IN);
  }
  ROLLED
  for (i32 i = 0; i < IN; i++) {
    vf row[TAPS], out[IN];
    for (i32 c = 0; c < TAPS; c++) row[c] = half[c * IN + i];
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

// All panels, on all threads.
template <class F> void allWeights(const WinogradWeights& w, f32* u) {
  constexpr i32 POINTS = F::IN * F::IN, SOME = 64;
  const i32 parts = divUp(w.depth, SOME);
  parallel(panelsOf(w.columns) * parts, 2, [=, &w](i32 begin, i32 end, i32) {
    for (i32 item = begin; item < end; item++) {
      const i32 panel = item / parts, width = panelWidth(w.columns, panel), k = item % parts * SOME;
      panelPoints<F>(w, panel, k, min(k + SOME, w.depth), u + panelStart(panel, POINTS, w.depth) + (isize)k * width,
                     apart(w.depth, width));
    }
  });
}

} // namespace VARIANT
