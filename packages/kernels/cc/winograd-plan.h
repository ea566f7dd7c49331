// How a convolution of planes is cut into tiles, and the tiles into blocks that fit the caches.
#pragma once
#include "simd.h"

namespace VARIANT {

constexpr i32 LINE = 16;                 // channels that are transformed together: a cache line
constexpr i32 CHUNK = W == 16 ? 32 : 16; // output channels of one pass over the points
constexpr i32 SEGMENT = 48;              // most tiles of a unit
constexpr i32 TOGETHER = 16;             // tiles whose points one line of channels writes before the next line does

// Tiles side by side in one image: a tile row, or part of a long one.
struct Unit {
  i32 image, down, across, tiles;        // first tile at (down, across)
};

struct TilePlan {
  i32 batch, height, width, pad;         // planes that tiles are taken from
  i32 outHeight, outWidth;
  i32 down, across;                      // tiles of an image
  i32 segment, segments;                 // tiles of a unit, units of a tile row
  i32 units;

  INLINE Unit unit(i32 u) const {
    const i32 row = u % down, rest = u / down, part = rest % segments;
    const i32 first = part * segment;
    return {rest / segments, row, first, min(segment, across - first)};
  }
  INLINE i32 tilesBetween(i32 from, i32 to) const {
    if (segments == 1) return (to - from) * segment;
    i32 n = 0;
    for (i32 u = from; u < to; u++) n += unit(u).tiles;
    return n;
  }
};

template <class F> INLINE TilePlan tilePlan(i32 batch, i32 height, i32 width, i32 pad, i32 most = SEGMENT) {
  TilePlan p = {};
  p.batch = batch;
  p.height = height;
  p.width = width;
  p.pad = pad;
  p.outHeight = height + 2 * pad - F::TAPS + 1;
  p.outWidth = width + 2 * pad - F::TAPS + 1;
  p.down = divUp(p.outHeight, F::OUT);
  p.across = divUp(p.outWidth, F::OUT);
  p.segment = divUp(p.across, divUp(p.across, most));
  p.segments = divUp(p.across, p.segment);
  p.units = batch * p.segments * p.down;
  return p;
}

// Less than some 20 microseconds.
INLINE bool isSmall(i32 tiles, i32 points, i32 channels, i32 outChannels) {
  return (f64)(tiles + 16) * points * channels * outChannels < 1e5 * W;
}

// Points of a tile lie far apart: an odd number of cache lines, lest they all meet in one set of the cache.
INLINE isize apart(i32 rows, i32 columns) { return ((((isize)rows * columns + 15) >> 4) | 1) << 4; }

} // namespace VARIANT
