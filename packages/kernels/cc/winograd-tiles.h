// Tiles of planes -> points with channels in the lanes.
#pragma once
#include "winograd-lanes.h"
#include "winograd-plan.h"
#include "winograd-transform.h"

namespace VARIANT {

// Floats of scratch that pointsOfTiles needs: a row of pixels, and FROM rows of transformed ones.
INLINE isize tileScratch(i32 segment) { return (isize)(4 * segment + 4) * LINE + 36 * (isize)segment * LINE; }

// Pixels [from, to) of a row of up to LINE planes to [pixel - first][LINE]; those outside of the planes are left as they are.
INLINE void rowToLanes(const f32* x, isize plane, i32 lanes, i32 from, i32 to, f32* out) {
  for (i32 v = 0; v * W < lanes; v++) {
    const i32 n = min(W, lanes - v * W);
    const f32* p = x + v * W * plane;
    f32* o = out + v * W;
    vf part[4];
    i32 j = from;
    ROLLED
    for (; j + 4 <= to; j += 4) {
      lanesFromPlanes(p + j, plane, n, part);
      for (i32 i = 0; i < 4; i++) store(o + (j - from + i) * LINE, part[i]);
    }
    if (j == to) continue;
    if (to - from >= 4) { // the last four again
      j = to - 4;
      lanesFromPlanes(p + j, plane, n, part);
      for (i32 i = 0; i < 4; i++) store(o + (j - from + i) * LINE, part[i]);
      continue;
    }
    for (; j < to; j++)
      for (i32 l = 0; l < W; l++) o[(j - from) * LINE + l] = l < n ? p[l * plane + j] : 0;
  }
}

// The points of all tiles of units [from, to) for channels [channel, channel + LINE), to points + xi * apart + tile * stride
// + channel. Tiles are counted from `tile` on.
template <class T>
NOINLINE void pointsOfTiles(const TilePlan& plan, i32 height, i32 width, i32 pad, const f32* x, isize image, i32 channels, i32 channel,
                            i32 from, i32 to, i32 tile, f32* points, isize apart, isize stride, f32* scratch) {
  constexpr i32 FROM = T::FROM, TO = T::TO, STEP = T::STEP;
  const isize plane = (isize)height * width;
  const i32 lanes = min(LINE, channels - channel);
  const i32 vectors = divUp(lanes, W);
  f32* const pixels = scratch;
  f32* const rows = scratch + (isize)(4 * plan.segment + 4) * LINE;
  const isize rowSize = (isize)plan.segment * TO * LINE;
  Unit last = {-1, 0, 0, 0};
  for (i32 u = from; u < to; u++) {
    const Unit unit = plan.unit(u);
    const bool below = unit.image == last.image && unit.across == last.across && unit.down == last.down + 1;
    last = unit;
    const f32* at = x + unit.image * image + channel * plane;
    const i32 left = unit.across * STEP - pad, count = (unit.tiles - 1) * STEP + FROM;
    const i32 begin = max(left, 0), end = min(left + count, width);
    if (!below) {
      for (i32 c = 0; c < count; c++)
        if (left + c < begin || left + c >= end)
          for (i32 i = 0; i < LINE; i++) pixels[c * LINE + i] = 0;
    }
    // rows go round in FROM places: a unit below another one finds its first ones there
    const i32 top = unit.down * STEP;
    ROLLED
    for (i32 i = below ? FROM - STEP : 0; i < FROM; i++) {
      const i32 y = top + i - pad;
      f32* row = rows + (top + i) % FROM * rowSize;
      if (y < 0 || y >= height) {
        fillBytes(row, 0, (usize)unit.tiles * TO * LINE * 4);
        continue;
      }
      rowToLanes(at + (isize)y * width, plane, lanes, begin, end, pixels + (begin - left) * LINE);
      ROLLED
      for (i32 t = 0; t < unit.tiles; t++) {
        ROLLED
        for (i32 v = 0; v < vectors; v++) {
          const f32* d = pixels + t * STEP * LINE + v * W;
          f32* o = row + t * TO * LINE + v * W;
          vf in[FROM], out[TO];
          for (i32 j = 0; j < FROM; j++) in[j] = load(d + j * LINE);
          T::apply(in, out);
          for (i32 j = 0; j < TO; j++) store(o + j * LINE, out[j]);
        }
      }
    }
    const f32* source[FROM];
    for (i32 i = 0; i < FROM; i++) source[i] = rows + (top + i) % FROM * rowSize;
    ROLLED
    for (i32 t = 0; t < unit.tiles; t++, tile++) {
      f32* to = points + tile * stride + channel;
      ROLLED
      for (i32 j = 0; j < TO; j++) {
        const isize at = (t * TO + j) * LINE;
        ROLLED
        for (i32 v = 0; v < vectors; v++) {
          vf in[FROM], out[TO];
          for (i32 i = 0; i < FROM; i++) in[i] = load(source[i] + at + v * W);
          T::apply(in, out);
          for (i32 i = 0; i < TO; i++) store(to + (i * TO + j) * apart + v * W, out[i]);
        }
      }
    }
  }
}

} // namespace VARIANT
