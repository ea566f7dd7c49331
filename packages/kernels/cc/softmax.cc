// Softmax, its logarithm and cross entropy along rows, with gradients. Rows too short for vectors of their own are turned, W at
// a time, so that a vector holds one element of each.
#include "kernels.h"
#include "math.h"
#include "parallel.h"
#include "rows.h"
#include "transpose.h"

namespace VARIANT {
namespace {

constexpr i32 SHORT = 32;
constexpr i32 PIECE = 2048 * W; // elements that are worth a thread

// A NaN is left out here: its exponential brings it back.
INLINE f32 largestOf(const f32* x, i32 n) {
  vf a = load(x + n - W), b = a;
  i32 i = 0;
  ROLLED
  for (; i + 2 * W <= n; i += 2 * W) {
    a = maxSecond(load(x + i), a);
    b = maxSecond(load(x + i + W), b);
  }
  for (; i + W <= n; i += W) a = maxSecond(load(x + i), a);
  a = maxSecond(a, maxSecond(b, splat(-INF)));
  return maxOf(maxSecond(a, splat(-INF)));
}

void softmaxRow(f32* out, const f32* x, i32 n) {
  const vf most = splat(largestOf(x, n));
  Total total;
  overRow(x, n, [&](i32 i, vf v, vi fresh) __attribute__((always_inline)) {
    const vf e = expNegative(v - most);
    total.add(keep(fresh, e));
    store(out + i, e);
  });
  const f32 scale = (f32)(1.0 / total.result());
  overRow(out, n, [&](i32 i, vf v, vi) __attribute__((always_inline)) { store(out + i, v * scale); });
}

void logSoftmaxRow(f32* out, const f32* x, i32 n) {
  const vf most = splat(largestOf(x, n));
  Total total;
  overRow(x, n, [&](i32, vf v, vi fresh) __attribute__((always_inline)) { total.add(keep(fresh, expNegative(v - most))); });
  const vf log = logOf(splat((f32)total.result()));
  overRow(x, n, [&](i32 i, vf v, vi) __attribute__((always_inline)) { store(out + i, v - most - log); });
}

// Rows of n <= SHORT elements
template <bool LOG> void softmaxShort(f32* out, const f32* x, i32 n, i32 rows) {
  alignas(64) f32 tile[SHORT * W];
  for (i32 r = 0; r < rows; r += W) {
    const i32 count = min(W, rows - r);
    turnAll(tile, W, x + (isize)r * n, n, count, n);
    vf most = load(tile);
    for (i32 j = 1; j < n; j++) most = maxSecond(load(tile + j * W), most);
    vf sum = {};
    ROLLED
    for (i32 j = 0; j < n; j++) {
      const vf v = load(tile + j * W) - most;
      const vf e = expNegative(v);
      sum += e;
      store(tile + j * W, LOG ? v : e);
    }
    const vf last = LOG ? logOf(sum) : 1.0f / sum;
    for (i32 j = 0; j < n; j++) store(tile + j * W, LOG ? load(tile + j * W) - last : load(tile + j * W) * last);
    turnAll(out + (isize)r * n, n, tile, W, n, count);
  }
}

template <bool LOG> void softmaxRows(f32* out, const f32* x, i32 rows, i32 n) {
  parallel(rows, max(1, PIECE / n), [=](i32 begin, i32 end, i32) {
    const isize at = (isize)begin * n;
    if (n <= SHORT) return softmaxShort<LOG>(out + at, x + at, n, end - begin);
    for (i32 r = begin; r < end; r++) {
      if (LOG) logSoftmaxRow(out + (isize)r * n, x + (isize)r * n, n);
      else softmaxRow(out + (isize)r * n, x + (isize)r * n, n);
    }
  });
}

// y (g - sum g y), or for the logarithm g - e^y sum g
template <bool LOG> INLINE vf gradient(vf g, vf y, vf sum) { return LOG ? fnma(expNegative(y), sum, g) : y * (g - sum); }

template <bool LOG> void gradRow(f32* out, const f32* g, const f32* y, i32 n) {
  Total total;
  overRow(g, n, [&](i32 i, vf v, vi fresh) __attribute__((always_inline)) {
    total.add(keep(fresh, LOG ? v : v * load(y + i)));
  });
  const vf sum = splat((f32)total.result());
  const vf last = load(y + n - W); // `out` may be y
  overRow(g, n, [&](i32 i, vf v, vi) __attribute__((always_inline)) {
    store(out + i, gradient<LOG>(v, i == n - W ? last : load(y + i), sum));
  });
}

template <bool LOG> void gradShort(f32* out, const f32* g, const f32* y, i32 n, i32 rows) {
  alignas(64) f32 gs[W * W], ys[W * W];
  for (i32 r = 0; r < rows; r += W) {
    const i32 count = min(W, rows - r);
    turnAll(gs, W, g + (isize)r * n, n, count, n);
    turnAll(ys, W, y + (isize)r * n, n, count, n);
    vf sum = {};
    for (i32 j = 0; j < n; j++) sum += LOG ? load(gs + j * W) : load(gs + j * W) * load(ys + j * W);
    ROLLED
    for (i32 j = 0; j < n; j++) store(gs + j * W, gradient<LOG>(load(gs + j * W), load(ys + j * W), sum));
    turnAll(out + (isize)r * n, n, gs, W, n, count);
  }
}

template <bool LOG> void gradRows(f32* out, const f32* g, const f32* y, i32 rows, i32 n) {
  parallel(rows, max(1, 2 * PIECE / n), [=](i32 begin, i32 end, i32) {
    const isize at = (isize)begin * n;
    if (n < W) return gradShort<LOG>(out + at, g + at, y + at, n, end - begin);
    for (i32 r = begin; r < end; r++) gradRow<LOG>(out + (isize)r * n, g + (isize)r * n, y + (isize)r * n, n);
  });
}

enum Reduction { NONE, MEAN, SUMMED };

i32 countOf(const i64* target, i32 rows, i64 ignored) {
  i32 count = 0;
  for (i32 r = 0; r < rows; r++) count += target[r] != ignored;
  return count;
}

} // namespace

void softmax(f32* out, const f32* x, i32 rows, i32 n) { softmaxRows<false>(out, x, rows, n); }
void logSoftmax(f32* out, const f32* x, i32 rows, i32 n) { softmaxRows<true>(out, x, rows, n); }
void softmaxGrad(f32* out, const f32* g, const f32* y, i32 rows, i32 n) { gradRows<false>(out, g, y, rows, n); }
void logSoftmaxGrad(f32* out, const f32* g, const f32* y, i32 rows, i32 n) { gradRows<true>(out, g, y, rows, n); }

void crossEntropy(f32* loss, f32* logs, const f32* x, const i64* target, i32 rows, i32 n, f64 ignore, i32 reduction) {
  softmaxRows<true>(logs, x, rows, n);
  const i64 ignored = (i64)ignore;
  f64 total = 0;
  i32 count = 0;
  for (i32 r = 0; r < rows; r++) {
    const bool counts = target[r] != ignored;
    const f32 value = counts ? -logs[(isize)r * n + (isize)target[r]] : 0.0f;
    if (reduction == NONE) loss[r] = value;
    total += value;
    count += counts;
  }
  // without a sample that counts the mean is 0 / 0
  if (reduction != NONE) *loss = (f32)(reduction == MEAN ? total / count : total);
}

void crossEntropyGrad(f32* out, const f32* g, i32 gStep, const f32* logs, const i64* target, i32 rows, i32 n, f64 ignore,
                      i32 reduction) {
  const i64 ignored = (i64)ignore;
  const f32 scale = reduction == MEAN ? (f32)(1.0 / countOf(target, rows, ignored)) : 1.0f;
  parallel(rows, max(1, PIECE / n), [=](i32 begin, i32 end, i32) {
    // with one factor for all the rows are one long row
    const i32 together = gStep == 0 ? end - begin : 1;
    for (i32 r = begin; r < end; r += together) {
      f32* o = out + (isize)r * n;
      const f32* y = logs + (isize)r * n;
      const vf factor = splat(g[r * gStep] * scale);
      const i32 length = together * n;
      i32 i = 0;
      ROLLED
      for (; i + W <= length; i += W) store(o + i, expNegative(load(y + i)) * factor);
      if (i < length) storeFirst(o + i, expNegative(loadFirst(y + i, length - i)) * factor, length - i);
    }
    for (i32 r = begin; r < end; r++) {
      f32* o = out + (isize)r * n;
      if (target[r] != ignored) o[target[r]] -= g[r * gStep] * scale;
      else
        for (i32 j = 0; j < n; j++) o[j] = 0;
    }
  });
}

} // namespace VARIANT
