// Between planes (NCHW) and channels in lanes: four positions of W planes become four vectors, and back.
#pragma once
#include "simd.h"

namespace VARIANT {

#if W == 16
INLINE vf quarters(const f32* p, isize step) {
  __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(p));
  v = _mm512_insertf32x4(v, _mm_loadu_ps(p + step), 1);
  v = _mm512_insertf32x4(v, _mm_loadu_ps(p + 2 * step), 2);
  return (vf)_mm512_insertf32x4(v, _mm_loadu_ps(p + 3 * step), 3);
}
INLINE void storeQuarters(f32* p, isize step, vf v) {
  _mm_storeu_ps(p, _mm512_castps512_ps128((__m512)v));
  _mm_storeu_ps(p + step, _mm512_extractf32x4_ps((__m512)v, 1));
  _mm_storeu_ps(p + 2 * step, _mm512_extractf32x4_ps((__m512)v, 2));
  _mm_storeu_ps(p + 3 * step, _mm512_extractf32x4_ps((__m512)v, 3));
}
INLINE void transposeQuarters(vf v[4]) {
  const __m512 a = _mm512_unpacklo_ps((__m512)v[0], (__m512)v[1]), b = _mm512_unpackhi_ps((__m512)v[0], (__m512)v[1]);
  const __m512 c = _mm512_unpacklo_ps((__m512)v[2], (__m512)v[3]), d = _mm512_unpackhi_ps((__m512)v[2], (__m512)v[3]);
  v[0] = (vf)_mm512_unpacklo_pd((__m512d)a, (__m512d)c);
  v[1] = (vf)_mm512_unpackhi_pd((__m512d)a, (__m512d)c);
  v[2] = (vf)_mm512_unpacklo_pd((__m512d)b, (__m512d)d);
  v[3] = (vf)_mm512_unpackhi_pd((__m512d)b, (__m512d)d);
}
#elif W == 8
INLINE vf quarters(const f32* p, isize step) {
  return (vf)_mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), _mm_loadu_ps(p + step), 1);
}
INLINE void storeQuarters(f32* p, isize step, vf v) {
  _mm_storeu_ps(p, _mm256_castps256_ps128((__m256)v));
  _mm_storeu_ps(p + step, _mm256_extractf128_ps((__m256)v, 1));
}
INLINE void transposeQuarters(vf v[4]) {
  const __m256 a = _mm256_unpacklo_ps((__m256)v[0], (__m256)v[1]), b = _mm256_unpackhi_ps((__m256)v[0], (__m256)v[1]);
  const __m256 c = _mm256_unpacklo_ps((__m256)v[2], (__m256)v[3]), d = _mm256_unpackhi_ps((__m256)v[2], (__m256)v[3]);
  v[0] = (vf)_mm256_unpacklo_pd((__m256d)a, (__m256d)c);
  v[1] = (vf)_mm256_unpackhi_pd((__m256d)a, (__m256d)c);
  v[2] = (vf)_mm256_unpacklo_pd((__m256d)b, (__m256d)d);
  v[3] = (vf)_mm256_unpackhi_pd((__m256d)b, (__m256d)d);
}
#else
INLINE vf quarters(const f32* p, isize) { return load(p); }
INLINE void storeQuarters(f32* p, isize, vf v) { store(p, v); }
INLINE void transposeQuarters(vf v[4]) { transpose4(v[0], v[1], v[2], v[3]); }
#endif

// As quarters() and storeQuarters(), of which only the first `n` are there.
INLINE vf firstQuarters(const f32* p, isize step, i32 n) {
  vf4 part[W / 4] = {};
  for (i32 q = 0; q < W / 4; q++)
    if (q < n) part[q] = load4(p + q * step);
#if W == 16
  const __m512 v = _mm512_insertf32x4(_mm512_castps128_ps512((__m128)part[0]), (__m128)part[1], 1);
  return (vf)_mm512_insertf32x4(_mm512_insertf32x4(v, (__m128)part[2], 2), (__m128)part[3], 3);
#elif W == 8
  return (vf)_mm256_insertf128_ps(_mm256_castps128_ps256((__m128)part[0]), (__m128)part[1], 1);
#else
  return part[0];
#endif
}
INLINE vf4 quarter(vf v, i32 q) {
#if W == 16
  switch (q) {
    case 0: return (vf4)_mm512_castps512_ps128((__m512)v);
    case 1: return (vf4)_mm512_extractf32x4_ps((__m512)v, 1);
    case 2: return (vf4)_mm512_extractf32x4_ps((__m512)v, 2);
    default: return (vf4)_mm512_extractf32x4_ps((__m512)v, 3);
  }
#elif W == 8
  return q == 0 ? (vf4)_mm256_castps256_ps128((__m256)v) : (vf4)_mm256_extractf128_ps((__m256)v, 1);
#else
  return v;
#endif
}
INLINE void storeColumns(f32* p, vf4 v, i32 columns) {
  if (columns == 4) store4(p, v);
  else
    for (i32 j = 0; j < 3; j++)
      if (j < columns) p[j] = v[j];
}

// v[j] lane l = p[l * plane + j], j < 4. Lanes from `lanes` on are 0, and their planes are not read.
INLINE void lanesFromPlanes(const f32* p, isize plane, i32 lanes, vf v[4]) {
  if (lanes == W)
    for (i32 i = 0; i < 4; i++) v[i] = quarters(p + i * plane, 4 * plane);
  else
    for (i32 i = 0; i < 4; i++) v[i] = firstQuarters(p + i * plane, 4 * plane, (lanes - i + 3) >> 2);
  transposeQuarters(v);
}

// p[l * plane + j] = v[j] lane l, for the first `lanes` lanes and `columns` <= 4 positions.
INLINE void planesFromLanes(f32* p, isize plane, i32 lanes, i32 columns, vf v[4]) {
  transposeQuarters(v);
  if (lanes == W && columns == 4)
    for (i32 i = 0; i < 4; i++) storeQuarters(p + i * plane, 4 * plane, v[i]);
  else
    for (i32 i = 0; i < 4; i++)
      for (i32 q = 0; q < W / 4; q++)
        if (4 * q + i < lanes) storeColumns(p + (4 * q + i) * plane, quarter(v[i], q), columns);
}

} // namespace VARIANT
