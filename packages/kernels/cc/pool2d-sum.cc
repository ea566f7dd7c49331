// Sums of windows in two dimensions, zeros around, and their gradient. Rows first where a window covers several: what is added
// up then lies side by side, whatever the stride.
#include "kernels.h"
#include "parallel.h"
#include "pool2d.h"

namespace VARIANT {

namespace {

// The sum of ROWS rows at p, of any number if it is 0.
template <i32 ROWS> INLINE vf columnSums(const f32* p, isize step, i32 rows) {
  vf sum = load(p);
  if constexpr (ROWS > 1) sum += load(p + step);
  if constexpr (ROWS > 2) sum += load(p + 2 * step);
  if constexpr (ROWS == 0) {
    ROLLED
    for (i32 r = 1; r < rows; r++) sum += load(p + r * step);
  }
  return sum;
}

// to[i] = sum over rows of from[r * step + i], i < n
template <i32 ROWS> INLINE void sumRows(const f32* from, isize step, i32 rows, i32 n, f32* to) {
  i32 i = 0;
  ROLLED
  for (; i + W <= n; i += W) store(to + i, columnSums<ROWS>(from + i, step, rows));
  if (i == n) return;
#if defined(__AVX512F__)
  vf sum = {};
  for (i32 r = 0; r < rows; r++) sum += loadFirst(from + r * step + i, n - i);
  storeFirst(to + i, sum, n - i);
#else
  if (n >= W) { // the last ones again
    store(to + n - W, columnSums<ROWS>(from + n - W, step, rows));
    return;
  }
  ROLLED
  for (; i < n; i++) {
    f32 sum = 0;
    ROLLED
    for (i32 r = 0; r < rows; r++) sum += from[r * step + i];
    to[i] = sum;
  }
#endif
}

// Sums of a row's windows; `row` has room around it. May write up to `room` elements.
template <i32 STRIDE> INLINE void sumWindows(const f32* row, const PoolWindow& w, i32 outputs, i32 room, f32* y) {
  const i32 stride = STRIDE == 0 ? w.stride : STRIDE;
  ROLLED
  for (i32 j = 0; j < outputs; j += W) {
    vf sum = {};
    const f32* p = row + j * stride;
    i32 t = 0;
    if (STRIDE == 2 && w.dilation == 1) {
      ROLLED
      for (; t + 2 <= w.taps; t += 2, p += 2) {
        const vf a = load(p), b = load(p + W);
        sum += evens(a, b) + odds(a, b);
      }
    }
    ROLLED
    for (; t < w.taps; t++, p += w.dilation) sum += loadApart<STRIDE>(p, stride, outputs - j);
    if (j + W <= room) store(y + j, sum);
    else {
      f32 some[W];
      store(some, sum);
      for (i32 i = j; i < outputs; i++) y[i] = some[i - j];
    }
  }
}

// The sums of output row i's rows, to a row with room around it.
INLINE void sumRowsOf(const Pool2d& p, const f32* x, i32 i, f32* row) {
  const i32 from = p.rows.first(i), rows = divUp(p.rows.end(i, p.height) - from, p.rows.dilation);
  const f32* top = x + (isize)from * p.width;
  const isize step = (isize)p.rows.dilation * p.width;
  row += p.columns.padding;
  if (rows == 2) sumRows<2>(top, step, rows, p.width, row);
  else if (rows == 3) sumRows<3>(top, step, rows, p.width, row);
  else if (rows > 0) sumRows<0>(top, step, rows, p.width, row);
  else // all of the window is padding
    for (i32 c = 0; c < p.width; c++) row[c] = 0;
}

template <i32 STRIDE> NOINLINE void sumPlane(const Pool2d& p, const f32* x, f32* y, f32* scratch) {
  const i32 room = p.room();
  for (i32 i = 1 - RING; i < p.outHeight; i++) {
    const i32 next = i + RING - 1;
    if (next < p.outHeight) sumRowsOf(p, x, next, scratch + next % RING * room);
    // what follows the row in the plane is written later
    if (i >= 0)
      sumWindows<STRIDE>(scratch + i % RING * room, p.columns, p.outWidth, (p.outHeight - i) * p.outWidth, y + (isize)i * p.outWidth);
  }
}

// A row of gradients, which lies amid zeros, each to all columns of its window; `row` has room around it.
INLINE void spreadRow(const f32* g, const PoolWindow& w, i32 outputs, i32 width, f32* row, i32 room) {
  const i32 end = w.padding + width;
  if (w.stride == 1) {
    ROLLED
    for (i32 i = 0; i < end; i += W) {
      vf sum = {};
      const f32* p = g + i;
      ROLLED
      for (i32 t = 0; t < w.taps; t++, p -= w.dilation) sum += load(p);
      store(row + i, sum);
    }
    return;
  }
  if (w.stride == 2 && w.dilation == 1) {
    ROLLED
    for (i32 j = 0; 2 * j < end; j += W) {
      vf even = {}, odd = {};
      const f32* p = g + j;
      i32 t = 0;
      ROLLED
      for (; t + 2 <= w.taps; t += 2, p--) {
        const vf v = load(p);
        even += v;
        odd += v;
      }
      if (t < w.taps) even += load(p);
      store(row + 2 * j, zipLow(even, odd));
      store(row + 2 * j + W, zipHigh(even, odd));
    }
    return;
  }
  for (i32 i = 0; i < room; i += W) store(row + i, vf{});
  for (i32 t = 0; t < w.taps; t++)
    for (i32 j = 0; j < outputs; j++) row[j * w.stride + t * w.dilation] += g[j];
}

// Scratch of a thread for the gradient: rows of gradients amid zeros, and a spread row for each row of outputs.
i32 reachOf(const PoolWindow& w) { return (w.taps - 1) * w.dilation; }
i32 paddedSize(const Pool2d& p) { return roundUp(reachOf(p.columns) + p.outWidth + p.columns.padding + p.width + 2 * W, W); }
isize gradScratch(const Pool2d& p) { return RING * paddedSize(p) + p.outHeight * (isize)p.room(); }

void gradPlane(const Pool2d& p, const f32* g, f32* dx, f32* scratch) {
  const PoolWindow &w = p.columns, &v = p.rows;
  const i32 room = p.room(), padded = paddedSize(p), reach = reachOf(w);
  f32* const spread = scratch + RING * padded;
  for (i32 i = 1 - RING; i < p.outHeight; i++) {
    const i32 next = i + RING - 1;
    if (next < p.outHeight) copyRow(g + (isize)next * p.outWidth, p.outWidth, scratch + next % RING * padded + reach);
    if (i >= 0) spreadRow(scratch + i % RING * padded + reach, w, p.outWidth, p.width, spread + (isize)i * room, room);
  }
  for (i32 y = 0; y < p.height; y++) {
    f32* to = dx + (isize)y * p.width;
    // the rows of outputs whose windows cover this row are evenly apart
    i32 last = -1, step = 0, rows = 0;
    for (i32 t = 0; t < v.taps; t++) {
      const i32 at = y + v.padding - t * v.dilation;
      if (at < 0 || at % v.stride != 0 || at / v.stride >= p.outHeight) continue;
      step = last - at / v.stride;
      last = at / v.stride;
      rows++;
    }
    const f32* from = spread + (isize)last * room + w.padding;
    if (rows == 0) fillBytes(to, 0, 4 * (usize)p.width);
    else if (rows == 1) copyRow(from, p.width, to);
    else if (rows == 2) sumRows<2>(from, (isize)step * room, 2, p.width, to);
    else if (rows == 3) sumRows<3>(from, (isize)step * room, 3, p.width, to);
    else sumRows<0>(from, (isize)step * room, rows, p.width, to);
  }
}

INLINE Pool2d poolOf(i32 planes, i32 height, i32 width, i32 outHeight, i32 outWidth, i32 kernelHeight, i32 kernelWidth, i32 strideHeight,
                     i32 strideWidth, i32 padHeight, i32 padWidth, i32 dilationHeight, i32 dilationWidth) {
  return {planes,
          height,
          width,
          outHeight,
          outWidth,
          {kernelHeight, strideHeight, padHeight, dilationHeight},
          {kernelWidth, strideWidth, padWidth, dilationWidth}};
}

} // namespace

i32 sumPool2dWorkspace(i32 height, i32 width, i32 outHeight, i32 outWidth, i32 kernelWidth, i32 strideWidth, i32 padWidth,
                       i32 dilationWidth) {
  const Pool2d p = poolOf(0, height, width, outHeight, outWidth, 1, kernelWidth, 1, strideWidth, 0, padWidth, 1, dilationWidth);
  return (i32)(4 * max((isize)RING * p.room(), gradScratch(p)) * threads());
}

void sumPool2d(f32* y, const f32* x, void* workspace, i32 planes, i32 height, i32 width, i32 outHeight, i32 outWidth, i32 kernelHeight,
               i32 kernelWidth, i32 strideHeight, i32 strideWidth, i32 padHeight, i32 padWidth, i32 dilationHeight, i32 dilationWidth) {
  const Pool2d p = poolOf(planes, height, width, outHeight, outWidth, kernelHeight, kernelWidth, strideHeight, strideWidth, padHeight,
                          padWidth, dilationHeight, dilationWidth);
  const i32 rows = RING * p.room();
  const isize plane = (isize)height * width, outPlane = (isize)outHeight * outWidth;
  parallel(planes, planeGrain(height, width), [=, &p](i32 begin, i32 end, i32 thread) {
    f32* scratch = (f32*)workspace + (isize)thread * rows;
    fillBytes(scratch, 0, 4 * (usize)rows);
    for (i32 n = begin; n < end; n++) {
      const f32* from = x + n * plane;
      f32* to = y + n * outPlane;
      if (strideWidth == 1) sumPlane<1>(p, from, to, scratch);
      else if (strideWidth == 2) sumPlane<2>(p, from, to, scratch);
      else sumPlane<0>(p, from, to, scratch);
    }
  });
}

void sumPool2dGrad(f32* inputGrad, const f32* grad, void* workspace, i32 planes, i32 height, i32 width, i32 outHeight, i32 outWidth,
                   i32 kernelHeight, i32 kernelWidth, i32 strideHeight, i32 strideWidth, i32 padHeight, i32 padWidth,
                   i32 dilationHeight, i32 dilationWidth) {
  const Pool2d p = poolOf(planes, height, width, outHeight, outWidth, kernelHeight, kernelWidth, strideHeight, strideWidth, padHeight,
                          padWidth, dilationHeight, dilationWidth);
  const isize plane = (isize)height * width, outPlane = (isize)outHeight * outWidth, size = gradScratch(p);
  parallel(planes, planeGrain(height, width), [=, &p](i32 begin, i32 end, i32 thread) {
    f32* scratch = (f32*)workspace + thread * size;
    fillBytes(scratch, 0, 4 * RING * (usize)paddedSize(p));
    for (i32 n = begin; n < end; n++) gradPlane(p, grad + n * outPlane, inputGrad + n * plane, scratch);
  });
}

} // namespace VARIANT
