// Max pooling in two dimensions with the flat index of each maximum in its plane, and its gradient.
//
// A NaN counts as largest, the last one if there are several; of equal elements the first is taken. Indices are int64: pairs of
// int32 of which the upper one is 0.
#include "kernels.h"
#include "parallel.h"
#include "pool2d.h"

namespace VARIANT {

namespace {

constexpr f32 LOWEST = -__builtin_inff();

INLINE void storeLong(i32* p, vi v) {
  storeInts(p, (vi)zipLow((vf)v, vf{}));
  storeInts(p + W, (vi)zipHigh((vf)v, vf{}));
}
INLINE vi loadLong(const i32* p) { return (vi)evens((vf)loadInts(p), (vf)loadInts(p + W)); }

// The largest of four, with its index: `flat` is that of the first.
INLINE void largestOfFour(vf a, vf b, vf c, vf d, vi flat, i32 width, vf& value, vi& index) {
  const Lanes second = replaces(b, a), fourth = replaces(d, c);
  const vf top = pick(second, b, a), bottom = pick(fourth, d, c);
  const Lanes below = replaces(bottom, top);
  const vi right = flat + splatInt(1), under = flat + splatInt(width), last = flat + splatInt(width + 1);
  value = pick(below, bottom, top);
  index = pickInt(below, pickInt(fourth, last, under), pickInt(second, right, flat));
}

INLINE i32 bits(f32 x) { return __builtin_bit_cast(i32, x); }
INLINE f32 chosen(i32 mask, f32 a, f32 b) { return __builtin_bit_cast(f32, (bits(a) & mask) | (bits(b) & ~mask)); }

// One row of windows of 2x2 side by side, less than a vector of them.
INLINE void fewFours(const f32* x, i32 width, i32 flat, i32 outputs, f32* y, i32* index) {
#if defined(__AVX512F__)
  const i32 first = min(W, 2 * outputs), second = 2 * outputs - first;
  const vf a = loadFirst(x, first), b = loadFirst(x + W, second);
  const vf c = loadFirst(x + width, first), d = loadFirst(x + width + W, second);
  vf value;
  vi at;
  largestOfFour(evens(a, b), odds(a, b), evens(c, d), odds(c, d), counting() * 2 + splatInt(flat), width, value, at);
  storeFirst(y, value, outputs);
  storeFirst((f32*)index, zipLow((vf)at, vf{}), first);
  storeFirst((f32*)index + W, zipHigh((vf)at, vf{}), second);
#else
  // without branches, which would be guessed wrong half of the time
  for (i32 j = 0; j < outputs; j++, x += 2, flat += 2) {
    const f32 a = x[0], b = x[1], c = x[width], d = x[width + 1];
    const i32 second = -((b > a) | (b != b)), fourth = -((d > c) | (d != d));
    const f32 top = chosen(second, b, a), bottom = chosen(fourth, d, c);
    const i32 below = -((bottom > top) | (bottom != bottom));
    y[j] = chosen(below, bottom, top);
    index[2 * j] = flat + ((width - fourth) & below) + (-second & ~below);
    index[2 * j + 1] = 0;
  }
#endif
}

// One row of windows of 2x2 side by side.
INLINE void rowOfFours(const f32* x, i32 width, i32 flat, i32 outputs, f32* y, i32* index) {
  const vi step = counting() * 2;
  if (outputs < W) return fewFours(x, width, flat, outputs, y, index);
  ROLLED
  for (i32 j = 0; j < outputs; j += W) {
    if (j + W > outputs) j = outputs - W; // the last ones again
    const f32* p = x + 2 * j;
    const vf a = load(p), b = load(p + W), c = load(p + width), d = load(p + width + W);
    vf value;
    vi at;
    largestOfFour(evens(a, b), odds(a, b), evens(c, d), odds(c, d), step + splatInt(flat + 2 * j), width, value, at);
    store(y + j, value);
    storeLong(index + 2 * j, at);
  }
}

// The largest of each window's columns in one row, with its index; `row` has room around it.
template <i32 STRIDE>
INLINE void largestOfRow(const f32* row, const PoolWindow& w, i32 count, const i32* firsts, i32 flat, f32* values, i32* indices) {
  const i32 stride = STRIDE == 0 ? w.stride : STRIDE;
  ROLLED
  for (i32 j = 0; j < count; j += W) {
    vf best = splat(LOWEST);
    vi index = loadInts(firsts + j) + splatInt(flat);
    vi at = counting() * splatInt(stride) + splatInt(flat + j * stride - w.padding);
    const f32* p = row + j * stride;
    ROLLED
    for (i32 t = 0; t < w.taps; t++) {
      const vf v = loadApart<STRIDE>(p, stride, count - j);
      const Lanes better = replaces(v, best);
      best = pick(better, v, best);
      index = pickInt(better, at, index);
      at += splatInt(w.dilation);
      p += w.dilation;
    }
    store(values + j, best);
    storeInts(indices + j, index);
  }
}

// The best of the rows of each window. `room`: what is left of the plane from this row on; what follows the row is written later.
INLINE void largestOfColumns(const f32* values, const i32* indices, isize rowStep, i32 rows, i32 outputs, i32 room, f32* y, i32* index) {
  ROLLED
  for (i32 j = 0; j < outputs; j += W) {
    const f32* v = values + j;
    const i32* at = indices + j;
    vf best = load(v);
    vi where = loadInts(at);
    ROLLED
    for (i32 r = 1; r < rows; r++) {
      v += rowStep;
      at += rowStep;
      const vf other = load(v);
      const Lanes better = replaces(other, best);
      best = pick(better, other, best);
      where = pickInt(better, loadInts(at), where);
    }
    if (j + W <= room) {
      store(y + j, best);
      storeLong(index + 2 * j, where);
    } else {
      f32 some[W];
      i32 places[W];
      store(some, best);
      storeInts(places, where);
      for (i32 i = j; i < outputs; i++) {
        y[i] = some[i - j];
        index[2 * i] = places[i - j];
        index[2 * i + 1] = 0;
      }
    }
  }
}

// Scratch of a thread: [rows with room][first columns][values: height x outputs][indices: the same].
isize scratchOf(const Pool2d& p) {
  const isize outputs = roundUp(p.outWidth, W);
  return RING * p.room() + outputs + 2 * p.height * outputs;
}

template <i32 STRIDE> NOINLINE void anyPlane(const Pool2d& p, const f32* x, f32* y, i32* index, f32* scratch) {
  const PoolWindow& w = p.columns;
  const i32 outputs = roundUp(p.outWidth, W), room = p.room();
  i32* const firsts = (i32*)(scratch + RING * room);
  f32* const values = scratch + RING * room + outputs;
  i32* const indices = (i32*)(values + (isize)p.height * outputs);
  for (i32 r = 1 - RING; r < p.height; r++) {
    const i32 next = r + RING - 1;
    if (next < p.height) copyRow(x + (isize)next * p.width, p.width, scratch + next % RING * room + w.padding);
    if (r < 0) continue;
    const isize to = (isize)r * outputs;
    largestOfRow<STRIDE>(scratch + r % RING * room, w, p.outWidth, firsts, r * p.width, values + to, indices + to);
  }
  for (i32 i = 0; i < p.outHeight; i++) {
    const i32 from = p.rows.first(i), rows = divUp(p.rows.end(i, p.height) - from, p.rows.dilation);
    const isize at = (isize)from * outputs, to = (isize)i * p.outWidth;
    if (rows <= 0) { // all of the window is padding
      for (i32 j = 0; j < p.outWidth; j++) {
        y[to + j] = LOWEST;
        index[2 * (to + j)] = from * p.width + firsts[j];
        index[2 * (to + j) + 1] = 0;
      }
      continue;
    }
    largestOfColumns(values + at, indices + at, (isize)p.rows.dilation * outputs, rows, p.outWidth, (p.outHeight - i) * p.outWidth,
                     y + to, index + 2 * to);
  }
}

NOINLINE void planeOfFours(const Pool2d& p, const f32* x, f32* y, i32* index) {
  for (i32 i = 0; i < p.outHeight; i++)
    rowOfFours(x + 2 * (isize)i * p.width, p.width, 2 * i * p.width, p.outWidth, y + (isize)i * p.outWidth,
               index + 2 * (isize)i * p.outWidth);
}

// Tries to give each output's gradient to one of its own 2x2 elements and zeros to the other three; false if an index lies
// elsewhere, as those of overlapping windows do.
bool gradOfFours(const f32* g, const i32* index, i32 height, i32 width, i32 outHeight, i32 outWidth, f32* dx) {
  const vi step = counting() * 2;
  Lanes strange = {};
  for (i32 i = 0; i < outHeight; i++) {
    f32* top = dx + 2 * (isize)i * width;
    f32* bottom = top + width;
    for (i32 j = 0; j < outWidth; j += W) {
      vf v;
      vi at;
      const i32 left = outWidth - j;
#if defined(__AVX512F__)
      const i32 first = min(W, 2 * left), second = max(0, min(W, 2 * left - W));
      if (left < W) {
        v = loadFirst(g + j, left);
        at = (vi)evens(loadFirst((const f32*)index + 2 * j, first), loadFirst((const f32*)index + 2 * j + W, second));
      } else
#endif
      {
        if (left < W) j = outWidth - W;
        v = load(g + j);
        at = loadLong(index + 2 * j);
      }
      const vi own = at - (step + splatInt(2 * i * width + 2 * j));
      const Lanes a = equal(own, vi{}), b = equal(own, splatInt(1));
      const Lanes c = equal(own, splatInt(width)), d = equal(own, splatInt(width + 1));
      const vf va = pick(a, v, vf{}), vb = pick(b, v, vf{}), vc = pick(c, v, vf{}), vd = pick(d, v, vf{});
      const Lanes none = ~(a | b | c | d);
#if defined(__AVX512F__)
      if (left < W) {
        strange |= none & (Lanes)((1u << left) - 1);
        storeFirst(top + 2 * j, zipLow(va, vb), first);
        storeFirst(top + 2 * j + W, zipHigh(va, vb), second);
        storeFirst(bottom + 2 * j, zipLow(vc, vd), first);
        storeFirst(bottom + 2 * j + W, zipHigh(vc, vd), second);
        continue;
      }
#endif
      strange |= none;
      store(top + 2 * j, zipLow(va, vb));
      store(top + 2 * j + W, zipHigh(va, vb));
      store(bottom + 2 * j, zipLow(vc, vd));
      store(bottom + 2 * j + W, zipHigh(vc, vd));
    }
    for (i32 j = 2 * outWidth; j < width; j++) top[j] = bottom[j] = 0;
    g += outWidth;
    index += 2 * outWidth;
#if defined(__AVX512F__)
    if (strange != 0) return false;
#else
    if (anyOf(strange)) return false;
#endif
  }
  fillBytes(dx + 2 * (isize)outHeight * width, 0, 4 * (usize)(height - 2 * outHeight) * width);
  return true;
}

} // namespace

i32 maxPool2dWorkspace(i32 height, i32 width, i32 outHeight, i32 outWidth, i32 kernelWidth, i32 strideWidth, i32 padWidth,
                       i32 dilationWidth) {
  const Pool2d p = {0, height, width, outHeight, outWidth, {}, {kernelWidth, strideWidth, padWidth, dilationWidth}};
  return (i32)(4 * scratchOf(p) * threads());
}

void maxPool2d(f32* y, i32* indices, const f32* x, void* workspace, i32 planes, i32 height, i32 width, i32 outHeight, i32 outWidth,
               i32 kernelHeight, i32 kernelWidth, i32 strideHeight, i32 strideWidth, i32 padHeight, i32 padWidth, i32 dilationHeight,
               i32 dilationWidth) {
  const Pool2d p = {planes,
                    height,
                    width,
                    outHeight,
                    outWidth,
                    {kernelHeight, strideHeight, padHeight, dilationHeight},
                    {kernelWidth, strideWidth, padWidth, dilationWidth}};
  const isize plane = (isize)height * width, outPlane = (isize)outHeight * outWidth;
  const bool fours = kernelHeight == 2 && kernelWidth == 2 && strideHeight == 2 && strideWidth == 2 && padHeight == 0 &&
                     padWidth == 0 && dilationHeight == 1 && dilationWidth == 1 && 2 * outHeight <= height && 2 * outWidth <= width;
  const isize scratchSize = scratchOf(p);
  parallel(planes, planeGrain(height, width), [=, &p](i32 begin, i32 end, i32 thread) {
    f32* scratch = (f32*)workspace + thread * scratchSize;
    if (!fours) {
      const i32 outputs = roundUp(outWidth, W), rows = RING * p.room();
      for (i32 i = 0; i < rows; i++) scratch[i] = LOWEST;
      i32* firsts = (i32*)(scratch + rows);
      for (i32 j = 0; j < outputs; j++) firsts[j] = p.columns.first(j);
    }
    for (i32 n = begin; n < end; n++) {
      const f32* from = x + n * plane;
      f32* to = y + n * outPlane;
      i32* at = indices + 2 * n * outPlane;
      if (fours) planeOfFours(p, from, to, at);
      else if (strideWidth == 1) anyPlane<1>(p, from, to, at, scratch);
      else if (strideWidth == 2) anyPlane<2>(p, from, to, at, scratch);
      else anyPlane<0>(p, from, to, at, scratch);
    }
  });
}

void maxPool2dGrad(f32* inputGrad, const f32* grad, const i32* indices, i32 planes, i32 height, i32 width, i32 outHeight, i32 outWidth) {
  const isize plane = (isize)height * width, outPlane = (isize)outHeight * outWidth;
#if defined(__AVX512F__)
  const i32 least = 12;
#else
  const i32 least = W;
#endif
  const bool likely = 2 * outHeight <= height && 2 * outWidth <= width && outWidth >= least;
  parallel(planes, planeGrain(height, width), [=](i32 begin, i32 end, i32) {
    bool fours = likely;
    for (i32 n = begin; n < end; n++) {
      f32* to = inputGrad + n * plane;
      const f32* g = grad + n * outPlane;
      const i32* index = indices + 2 * n * outPlane;
      fours = fours && gradOfFours(g, index, height, width, outHeight, outWidth, to);
      if (fours) continue;
      fillBytes(to, 0, 4 * (usize)plane);
      for (isize i = 0; i < outPlane; i++) {
        const i32 at = index[2 * i];
        if ((u32)at < (u32)plane) to[at] += g[i]; // a window that is all padding has none
      }
    }
  });
}

} // namespace VARIANT
