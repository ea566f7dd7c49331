// Short runs of elements, moved by whole vectors: the last one begins earlier where the length does not divide.
#pragma once
#include "conv.h"

namespace VARIANT {

INLINE void copyRow(const f32* from, f32* to, i32 n) {
  if (n >= W) {
    for (i32 i = 0; i < n - W; i += W) store(to + i, load(from + i));
    store(to + n - W, load(from + n - W));
  } else if (W > 4 && n >= 4) {
    for (i32 i = 0; i < n - 4; i += 4) store4(to + i, load4(from + i));
    store4(to + n - 4, load4(from + n - 4));
  } else {
    ROLLED
    for (i32 i = 0; i < n; i++) to[i] = from[i];
  }
}

INLINE void clearRow(f32* to, i32 n) {
  if (n >= W) {
    for (i32 i = 0; i < n - W; i += W) store(to + i, vf{});
    store(to + n - W, vf{});
  } else {
    ROLLED
    for (i32 i = 0; i < n; i++) to[i] = 0;
  }
}

// Lanes 0, 2, 4, ... of two vectors.
INLINE vf evenLanes(vf a, vf b) {
#if defined(__AVX512F__)
  const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  return (vf)_mm512_permutex2var_ps((__m512)a, even, (__m512)b);
#elif defined(__AVX2__)
  const __m256 parts = _mm256_shuffle_ps((__m256)a, (__m256)b, 0x88);
  return (vf)_mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(parts), 0xd8));
#elif defined(__clang__)
  return __builtin_shufflevector(a, b, 0, 2, 4, 6);
#else
  return __builtin_shuffle(a, b, vi{0, 2, 4, 6});
#endif
}

// Every `step`-th element, n in all.
INLINE void copySpread(const f32* from, i32 step, f32* to, i32 n) {
  if (step == 1) return copyRow(from, to, n);
  i32 i = 0;
  // of the last pair of vectors one lane may lie beyond
  if (step == 2)
    for (; i + W < n; i += W) store(to + i, evenLanes(load(from + 2 * i), load(from + 2 * i + W)));
  ROLLED
  for (; i < n; i++) to[i] = from[i * step];
}

} // namespace VARIANT
