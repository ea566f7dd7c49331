// Tiles turned on their diagonal.
#pragma once
#include "simd.h"

namespace VARIANT {

#if defined(__AVX2__)
constexpr i32 TURN = 8;
// out[c * os + r] = x[r * xs + c] for 8 rows and columns of 4 bytes
INLINE void turn(f32* out, isize os, const f32* x, isize xs) {
  __m256 r[8], t[8];
  for (i32 i = 0; i < 8; i++) r[i] = _mm256_loadu_ps(x + i * xs);
  for (i32 i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  for (i32 i = 0; i < 8; i += 4) {
    r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
    r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
    r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  for (i32 i = 0; i < 4; i++) {
    _mm256_storeu_ps(out + i * os, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
    _mm256_storeu_ps(out + (i + 4) * os, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
  }
}
#else
constexpr i32 TURN = 4;
INLINE void turn(f32* out, isize os, const f32* x, isize xs) {
  vf4 a = load4(x), b = load4(x + xs), c = load4(x + 2 * xs), d = load4(x + 3 * xs);
  transpose4(a, b, c, d);
  store4(out, a);
  store4(out + os, b);
  store4(out + 2 * os, c);
  store4(out + 3 * os, d);
}
#endif

// out[c * os + r] = x[r * xs + c] for any number of rows and columns, elements of T. Tiles are small enough for the first cache.
template <class T> void turnAll(T* out, isize os, const T* x, isize xs, i32 rows, i32 columns) {
  i32 r = 0;
  if constexpr (sizeof(T) == 4) {
    for (; r + TURN <= rows; r += TURN) {
      i32 c = 0;
      ROLLED
      for (; c + TURN <= columns; c += TURN) turn((f32*)out + c * os + r, os, (const f32*)x + r * xs + c, xs);
      for (; c < columns; c++)
        for (i32 i = r; i < r + TURN; i++) out[c * os + i] = x[i * xs + c];
    }
  }
  ROLLED
  for (i32 c = 0; c < columns; c++)
    for (i32 i = r; i < rows; i++) out[c * os + i] = x[i * xs + c];
}

} // namespace VARIANT
