// The vectors of the target: `vf` has W lanes of float32, `vi` W lanes of int32. Arithmetic and comparisons are the compiler's
// own vector operators; what they lack is here.
#pragma once
#include "base.h"

#if defined(__AVX512F__)
#include <immintrin.h>
#define W 16
#elif defined(__AVX2__)
#include <immintrin.h>
#define W 8
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#define W 4
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#define W 4
#else
#define W 4
#endif

namespace VARIANT {

typedef f32 vf __attribute__((vector_size(W * 4)));
typedef i32 vi __attribute__((vector_size(W * 4)));
typedef f32 vf4 __attribute__((vector_size(16)));
typedef i32 vi4 __attribute__((vector_size(16)));
// the same at any address, over memory of any type
typedef f32 vfAny __attribute__((vector_size(W * 4), aligned(4), may_alias));
typedef i32 viAny __attribute__((vector_size(W * 4), aligned(4), may_alias));
typedef f32 vf4Any __attribute__((vector_size(16), aligned(4), may_alias));

INLINE vf load(const f32* p) { return *(const vfAny*)p; }
INLINE void store(f32* p, vf v) { *(vfAny*)p = v; }
INLINE vi loadInts(const i32* p) { return *(const viAny*)p; }
INLINE void storeInts(i32* p, vi v) { *(viAny*)p = v; }
INLINE vf4 load4(const f32* p) { return *(const vf4Any*)p; }
INLINE void store4(f32* p, vf4 v) { *(vf4Any*)p = v; }

INLINE vf splat(f32 x) {
#if defined(__AVX512F__)
  return (vf)_mm512_set1_ps(x);
#elif defined(__AVX2__)
  return (vf)_mm256_set1_ps(x);
#elif defined(__wasm_simd128__)
  return (vf)wasm_f32x4_splat(x);
#else
  return x - vf{};
#endif
}
INLINE vi splatInt(i32 x) { return x - vi{}; }
INLINE vf4 splat4(f32 x) { return x - vf4{}; }

// a * b + c, rounded once where the target can
INLINE vf fma(vf a, vf b, vf c) {
#if defined(__wasm_relaxed_simd__)
  return (vf)wasm_f32x4_relaxed_madd((v128_t)a, (v128_t)b, (v128_t)c);
#else
  return a * b + c; // contracted by the compiler where there is an instruction
#endif
}

// c - a * b
INLINE vf fnma(vf a, vf b, vf c) {
#if defined(__wasm_relaxed_simd__)
  return (vf)wasm_f32x4_relaxed_nmadd((v128_t)a, (v128_t)b, (v128_t)c);
#else
  return c - a * b;
#endif
}

// Lane by lane `mask ? a : b`; lanes of a mask are all ones or all zeros.
INLINE vf select(vi mask, vf a, vf b) {
#if defined(__AVX512F__)
  return mask ? a : b;
#elif defined(__AVX2__)
  return (vf)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)mask);
#elif defined(__wasm_relaxed_simd__)
  return (vf)wasm_i32x4_relaxed_laneselect((v128_t)a, (v128_t)b, (v128_t)mask);
#else
  return (vf)((mask & (vi)a) | (~mask & (vi)b));
#endif
}
// 0, 1, 2, ..
INLINE vi lanes() {
  vi r;
  for (i32 i = 0; i < W; i++) r[i] = i;
  return r;
}

// x where the mask is set, else 0.
INLINE vf keep(vi mask, vf x) {
#if defined(__AVX512F__)
  return mask ? x : vf{};
#else
  return (vf)(mask & (vi)x);
#endif
}
// x, but 0 where the mask is set.
INLINE vf drop(vi mask, vf x) {
#if defined(__AVX512F__)
  return mask ? vf{} : x;
#else
  return (vf)(~mask & (vi)x);
#endif
}
INLINE vi selectInt(vi mask, vi a, vi b) { return (mask & a) | (~mask & b); }

// Whether any lane is not zero.
INLINE bool anyOf(vi mask) {
#if defined(__AVX512F__)
  return _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask) != 0;
#elif defined(__AVX2__)
  return !_mm256_testz_si256((__m256i)mask, (__m256i)mask);
#elif defined(__wasm_simd128__)
  return wasm_v128_any_true((v128_t)mask);
#else
  i32 any = 0;
  for (i32 i = 0; i < W; i++) any |= mask[i];
  return any != 0;
#endif
}

// A mask as W bytes, 0 or 1; and bytes as a mask of those that are not 0.
typedef u8 vb __attribute__((vector_size(W)));
typedef u8 vbAny __attribute__((vector_size(W), aligned(1), may_alias));
INLINE void storeMask(u8* p, vi mask) {
#if defined(__AVX2__) && !defined(__AVX512F__)
  const __m256i m = (__m256i)mask;
  const __m128i half = _mm_packs_epi32(_mm256_castsi256_si128(m), _mm256_extracti128_si256(m, 1));
  _mm_storel_epi64((__m128i*)p, _mm_and_si128(_mm_packs_epi16(half, half), _mm_set1_epi8(1)));
#else
  *(vbAny*)p = __builtin_convertvector(mask, vb) & 1;
#endif
}
INLINE vi loadMask(const u8* p) { return __builtin_convertvector(*(const vbAny*)p, vi) != 0; }

// The larger of two; the second one where either is NaN, as the processors' own instruction.
INLINE vf maxSecond(vf a, vf b) {
#if defined(__AVX512F__)
  return (vf)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
  return (vf)_mm256_max_ps((__m256)a, (__m256)b);
#elif defined(__wasm_simd128__)
  return (vf)wasm_f32x4_pmax((v128_t)b, (v128_t)a);
#else
  return a > b ? a : b;
#endif
}
INLINE vf minSecond(vf a, vf b) {
#if defined(__AVX512F__)
  return (vf)_mm512_min_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
  return (vf)_mm256_min_ps((__m256)a, (__m256)b);
#elif defined(__wasm_simd128__)
  return (vf)wasm_f32x4_pmin((v128_t)b, (v128_t)a);
#else
  return a < b ? a : b;
#endif
}

INLINE vf sqrtOf(vf x) {
#if defined(__AVX512F__)
  return (vf)_mm512_sqrt_ps((__m512)x);
#elif defined(__AVX2__)
  return (vf)_mm256_sqrt_ps((__m256)x);
#elif defined(__wasm_simd128__)
  return (vf)wasm_f32x4_sqrt((v128_t)x);
#else
  vf r;
  for (int i = 0; i < W; i++) r[i] = __builtin_sqrtf(x[i]);
  return r;
#endif
}

INLINE vf absOf(vf x) { return (vf)((vi)x & splatInt(0x7fffffff)); }

// The sign of `sign` on the magnitude of `x`.
INLINE vf copySign(vf x, vf sign) {
  const vi bit = splatInt((i32)0x80000000);
  return (vf)(((vi)x & ~bit) | ((vi)sign & bit));
}

INLINE vf toFloat(vi x) { return __builtin_convertvector(x, vf); }

// The first `n` lanes, 0 <= n <= W; lanes beyond are 0, and memory beyond is not touched.
INLINE vf loadFirst(const f32* p, i32 n) {
#if defined(__AVX512F__)
  return (vf)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
#else
  vf r = {};
  for (i32 i = 0; i < W; i++)
    if (i < n) r[i] = p[i];
  return r;
#endif
}
INLINE void storeFirst(f32* p, vf v, i32 n) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
#else
  for (i32 i = 0; i < W; i++)
    if (i < n) p[i] = v[i];
#endif
}

#if defined(__clang__)
#define SHUFFLE(x, y, i, j, k, l) __builtin_shufflevector(x, y, i, j, k, l)
#else
#define SHUFFLE(x, y, i, j, k, l) __builtin_shuffle(x, y, vi4{i, j, k, l})
#endif

// All lanes joined to one number, as a tree.
template <class F> INLINE f32 joinLanes(vf v, F join) {
#if defined(__AVX512F__)
  const __m512 x = (__m512)v;
  const vf4 a = join((vf4)_mm512_castps512_ps128(x), (vf4)_mm512_extractf32x4_ps(x, 2));
  const vf4 b = join((vf4)_mm512_extractf32x4_ps(x, 1), (vf4)_mm512_extractf32x4_ps(x, 3));
  const vf4 four = join(a, b);
#elif defined(__AVX2__)
  const vf4 four = join((vf4)_mm256_castps256_ps128((__m256)v), (vf4)_mm256_extractf128_ps((__m256)v, 1));
#else
  const vf4 four = (vf4)v;
#endif
  const vf4 two = join(four, SHUFFLE(four, four, 2, 3, 0, 1));
  return join(two, SHUFFLE(two, two, 1, 0, 3, 2))[0];
}

INLINE f32 sumOf(vf v) {
  return joinLanes(v, [](vf4 a, vf4 b) { return a + b; });
}

INLINE f32 maxOf(vf v) {
  return joinLanes(v, [](vf4 a, vf4 b) { return a > b ? a : b; });
}

// Rows and columns of a 4x4 tile exchanged.
INLINE void transpose4(vf4& a, vf4& b, vf4& c, vf4& d) {
  const vf4 ab0 = SHUFFLE(a, b, 0, 4, 1, 5);
  const vf4 ab1 = SHUFFLE(a, b, 2, 6, 3, 7);
  const vf4 cd0 = SHUFFLE(c, d, 0, 4, 1, 5);
  const vf4 cd1 = SHUFFLE(c, d, 2, 6, 3, 7);
  a = SHUFFLE(ab0, cd0, 0, 1, 4, 5);
  b = SHUFFLE(ab0, cd0, 2, 3, 6, 7);
  c = SHUFFLE(ab1, cd1, 0, 1, 4, 5);
  d = SHUFFLE(ab1, cd1, 2, 3, 6, 7);
}
#undef SHUFFLE

} // namespace VARIANT
