// Loops over one row of float32.
#pragma once
#include "simd.h"

namespace VARIANT {

// Runs `body(i, v, fresh)` over the vectors v of `from` at elements i. The last one reaches back where the row is no multiple of
// W: lanes that were done before are not `fresh`. It is read first, so that `from` may be what the body writes.
template <class B> INLINE void overRow(const f32* from, i32 n, B body) {
  const vi all = splatInt(-1);
  const i32 rest = n & (W - 1);
  const vf last = load(from + n - W);
  ROLLED
  for (i32 i = 0; i + W <= n; i += W) body(i, load(from + i), all);
  if (rest > 0) body(n - W, last, lanes() >= W - rest);
}

// Additions in float32 by vectors, in float64 from time to time: the error does not grow with their number.
struct Total {
  vf acc = {};
  f64 sum = 0;
  i32 pending = 0;
  INLINE void add(vf v) {
    acc += v;
    if (++pending == 64) flush();
  }
  INLINE void flush() {
    sum += sumOf(acc);
    acc = vf{};
    pending = 0;
  }
  INLINE f64 result() {
    flush();
    return sum;
  }
};

// Adds up to C quantities over a row of n >= W elements: `values(i, v)` puts those of elements i to i + W - 1 into v[0..C).
template <i32 C, class F> INLINE void sumEach(i32 n, f64* sums, F values) {
  constexpr i32 TURN = C == 1 ? 4 : 2;
  const i32 whole = n & ~(W - 1);
  for (i32 i = 0; i < whole;) {
    vf acc[TURN * C] = {};
    const i32 end = min(whole, i + 64 * TURN * W);
    ROLLED
    for (; i + TURN * W <= end; i += TURN * W)
      for (i32 k = 0; k < TURN; k++) {
        vf v[C];
        values(i + k * W, v);
        for (i32 c = 0; c < C; c++) acc[k * C + c] += v[c];
      }
    for (; i < end; i += W) {
      vf v[C];
      values(i, v);
      for (i32 c = 0; c < C; c++) acc[c] += v[c];
    }
    for (i32 c = 0; c < C; c++) {
      vf total = acc[c];
      for (i32 k = 1; k < TURN; k++) total += acc[k * C + c];
      sums[c] += sumOf(total);
    }
  }
  if (whole == n) return;
  vf v[C];
  values(n - W, v);
  const vi fresh = lanes() >= W - (n - whole);
  for (i32 c = 0; c < C; c++) sums[c] += sumOf(keep(fresh, v[c]));
}

} // namespace VARIANT
