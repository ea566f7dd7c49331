// What a matrix product needs of a vector, alike for float32 and float64.
#pragma once
#include "simd.h"

namespace VARIANT {

template <class T> struct Lanes;

template <> struct Lanes<f32> {
  typedef vf V;
  static constexpr i32 COUNT = W;
  static INLINE V load(const f32* p) { return VARIANT::load(p); }
  static INLINE void store(f32* p, V v) { VARIANT::store(p, v); }
  static INLINE V splat(f32 x) { return VARIANT::splat(x); }
  static INLINE V fma(V a, V b, V c) { return VARIANT::fma(a, b, c); }
  static INLINE V loadFirst(const f32* p, i32 n) { return VARIANT::loadFirst(p, n); }
  static INLINE void storeFirst(f32* p, V v, i32 n) { VARIANT::storeFirst(p, v, n); }
  // max(x, 0), NaN where x is
  static INLINE V relu(V x) { return maxSecond(V{}, x); }
  static INLINE f32 sum(V v) { return sumOf(v); }
};

template <> struct Lanes<f64> {
  typedef f64 V __attribute__((vector_size(W * 4)));
  typedef f64 Any __attribute__((vector_size(W * 4), aligned(8), may_alias));
  static constexpr i32 COUNT = W / 2;
  static INLINE V load(const f64* p) { return *(const Any*)p; }
  static INLINE void store(f64* p, V v) { *(Any*)p = v; }
  static INLINE V splat(f64 x) {
#if defined(__AVX512F__)
    return (V)_mm512_set1_pd(x);
#elif defined(__AVX2__)
    return (V)_mm256_set1_pd(x);
#elif defined(__wasm_simd128__)
    return (V)wasm_f64x2_splat(x);
#else
    return x - V{};
#endif
  }
  static INLINE V fma(V a, V b, V c) {
#if defined(__wasm_relaxed_simd__)
    return (V)wasm_f64x2_relaxed_madd((v128_t)a, (v128_t)b, (v128_t)c);
#else
    return a * b + c;
#endif
  }
  static INLINE V loadFirst(const f64* p, i32 n) {
    V r = {};
    for (i32 i = 0; i < COUNT; i++)
      if (i < n) r[i] = p[i];
    return r;
  }
  static INLINE void storeFirst(f64* p, V v, i32 n) {
    for (i32 i = 0; i < COUNT; i++)
      if (i < n) p[i] = v[i];
  }
  static INLINE V relu(V x) {
    const V zero = {};
    return x < zero ? zero : x;
  }
  static INLINE f64 sum(V v) {
    f64 s = v[0];
    for (i32 i = 1; i < COUNT; i++) s += v[i];
    return s;
  }
};

// Multiplications of some 4 us, worth a piece of their own among threads.
constexpr i32 WORTH = 25000 * W;

// A band of lines that are turned into columns together.
#if W >= 8
constexpr i32 BAND = 8;
typedef f32 bandf __attribute__((vector_size(32)));
typedef f32 bandAny __attribute__((vector_size(32), aligned(4), may_alias));
INLINE bandf loadBand(const f32* p) { return *(const bandAny*)p; }
INLINE void storeBand(f32* p, bandf v) { *(bandAny*)p = v; }
// Elements 0 to 3 of each of BAND lines, as 4 columns.
INLINE void turnBand(const f32* x, isize line, bandf (&to)[4]) {
  __m256 r[4];
  for (i32 i = 0; i < 4; i++)
    r[i] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(x + i * line)), _mm_loadu_ps(x + (i + 4) * line), 1);
  const __m256d lo01 = (__m256d)_mm256_unpacklo_ps(r[0], r[1]);
  const __m256d hi01 = (__m256d)_mm256_unpackhi_ps(r[0], r[1]);
  const __m256d lo23 = (__m256d)_mm256_unpacklo_ps(r[2], r[3]);
  const __m256d hi23 = (__m256d)_mm256_unpackhi_ps(r[2], r[3]);
  to[0] = (bandf)_mm256_unpacklo_pd(lo01, lo23);
  to[1] = (bandf)_mm256_unpackhi_pd(lo01, lo23);
  to[2] = (bandf)_mm256_unpacklo_pd(hi01, hi23);
  to[3] = (bandf)_mm256_unpackhi_pd(hi01, hi23);
}
#else
constexpr i32 BAND = 4;
typedef vf4 bandf;
INLINE bandf loadBand(const f32* p) { return load4(p); }
INLINE void storeBand(f32* p, bandf v) { store4(p, v); }
INLINE void turnBand(const f32* x, isize line, bandf (&to)[4]) {
  for (i32 i = 0; i < 4; i++) to[i] = load4(x + i * line);
  transpose4(to[0], to[1], to[2], to[3]);
}
#endif

} // namespace VARIANT
