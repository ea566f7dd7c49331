// Loops over blocks of columns of a matrix: W columns to a vector.
#pragma once
#include "simd.h"

namespace VARIANT {

constexpr i32 COLUMNS = 512;

// k lanes; with all of them a plain access.
INLINE vf loadUpTo(const f32* p, i32 k) { return k == W ? load(p) : loadFirst(p, k); }
INLINE void storeUpTo(f32* p, vf v, i32 k) {
  if (k == W) store(p, v);
  else storeFirst(p, v, k);
}

// `body(r, j, k)` for rows r and columns j to j + k - 1, k <= W
template <class B> INLINE void eachColumn(i32 rows, i32 n, B body) {
  for (i32 r = 0; r < rows; r++) {
    i32 j = 0;
    ROLLED
    for (; j + W <= n; j += W) body(r, j, W);
    if (j < n) body(r, j, n - j);
  }
}

// A grain in channels: no piece is larger than a block of columns if that leaves enough work.
INLINE i32 clampGrain(i32 channels, i32 most) { return max(1, min(channels, most)); }

// Sums of columns: float32 for some rows, then float64.
struct Columns {
  alignas(64) f32 acc[COLUMNS + W];
  f64 wide[COLUMNS];

  INLINE void clear(i32 n) {
    for (i32 j = 0; j < n + W; j++) acc[j] = 0;
    for (i32 j = 0; j < n; j++) wide[j] = 0;
  }
  INLINE void flush(i32 n) {
    for (i32 j = 0; j < n; j++) {
      wide[j] += acc[j];
      acc[j] = 0;
    }
  }
  // `value(r, j, k)` for all rows; lanes beyond k are 0.
  template <class V> INLINE void addRows(i32 rows, i32 n, V value) {
    for (i32 r = 0; r < rows; r += 32) {
      eachColumn(min(32, rows - r), n, [=, this](i32 i, i32 j, i32 k) __attribute__((always_inline)) {
        store(acc + j, load(acc + j) + value(r + i, j, k));
      });
      flush(n);
    }
  }
  template <class V> INLINE void addRowsTwice(Columns& other, i32 rows, i32 n, V values) {
    for (i32 r = 0; r < rows; r += 32) {
      eachColumn(min(32, rows - r), n, [=, this, &other](i32 i, i32 j, i32 k) __attribute__((always_inline)) {
        vf a, b;
        values(r + i, j, k, a, b);
        store(acc + j, load(acc + j) + a);
        store(other.acc + j, load(other.acc + j) + b);
      });
      flush(n);
      other.flush(n);
    }
  }
  INLINE f64 groupSum(i32 k, i32 group) const {
    f64 total = 0;
    for (i32 j = k * group; j < (k + 1) * group; j++) total += wide[j];
    return total;
  }
};

} // namespace VARIANT
