// Pooling in two dimensions: the window, rows with room around them, and vectors of every other element.
#pragma once
#include "simd.h"

namespace VARIANT {

// Along one dimension: `taps` elements `dilation` apart, the first at `position * stride - padding`.
struct PoolWindow {
  i32 taps, stride, padding, dilation;

  // first position inside of the input
  INLINE i32 first(i32 position) const {
    const i32 at = position * stride - padding;
    return at >= 0 ? at : at + divUp(-at, dilation) * dilation;
  }
  // one past the last one
  INLINE i32 end(i32 position, i32 size) const {
    return min(position * stride - padding + (taps - 1) * dilation + 1, size);
  }
  // length of a row with room for `outputs` windows, rounded up to vectors, and what is read along with them
  INLINE i32 room(i32 outputs, i32 size) const {
    return roundUp(max((roundUp(outputs, W) - 1) * stride + (taps - 1) * dilation + 2 * W, padding + size + W), W);
  }
};

struct Pool2d {
  i32 planes, height, width, outHeight, outWidth;
  PoolWindow rows, columns;

  INLINE i32 room() const { return columns.room(outWidth, width); }
};

// Planes that are worth a piece of work.
INLINE i32 planeGrain(i32 height, i32 width) { return max(1, 32768 / max(1, height * width)); }

// Lanes chosen by a comparison: bits where the processor has them.
#if defined(__AVX512F__)
typedef __mmask16 Lanes;
INLINE Lanes equal(vi a, vi b) { return _mm512_cmpeq_epi32_mask((__m512i)a, (__m512i)b); }
INLINE vf pick(Lanes m, vf a, vf b) { return (vf)_mm512_mask_blend_ps(m, (__m512)b, (__m512)a); }
INLINE vi pickInt(Lanes m, vi a, vi b) { return (vi)_mm512_mask_blend_epi32(m, (__m512i)b, (__m512i)a); }
// Where b replaces a that came before it: it is larger, or NaN.
INLINE Lanes replaces(vf b, vf a) {
  return (Lanes)(_mm512_cmp_ps_mask((__m512)b, (__m512)a, _CMP_GT_OQ) | _mm512_cmp_ps_mask((__m512)b, (__m512)b, _CMP_UNORD_Q));
}
#else
typedef vi Lanes;
INLINE Lanes equal(vi a, vi b) { return a == b; }
INLINE vf pick(Lanes m, vf a, vf b) { return select(m, a, b); }
INLINE vi pickInt(Lanes m, vi a, vi b) { return selectInt(m, a, b); }
// Where b replaces a that came before it: it is larger, or NaN.
INLINE Lanes replaces(vf b, vf a) { return (b > a) | (b != b); }
#endif

#if defined(__AVX512F__)
INLINE vf evens(vf a, vf b) {
  const __m512i i = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  return (vf)_mm512_permutex2var_ps((__m512)a, i, (__m512)b);
}
INLINE vf odds(vf a, vf b) {
  const __m512i i = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  return (vf)_mm512_permutex2var_ps((__m512)a, i, (__m512)b);
}
// a and b by turns: the first W of them, and the others
INLINE vf zipLow(vf a, vf b) {
  const __m512i i = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  return (vf)_mm512_permutex2var_ps((__m512)a, i, (__m512)b);
}
INLINE vf zipHigh(vf a, vf b) {
  const __m512i i = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  return (vf)_mm512_permutex2var_ps((__m512)a, i, (__m512)b);
}
#elif defined(__AVX2__)
INLINE vf evens(vf a, vf b) {
  return (vf)_mm256_permute4x64_pd((__m256d)_mm256_shuffle_ps((__m256)a, (__m256)b, 0x88), 0xd8);
}
INLINE vf odds(vf a, vf b) {
  return (vf)_mm256_permute4x64_pd((__m256d)_mm256_shuffle_ps((__m256)a, (__m256)b, 0xdd), 0xd8);
}
INLINE vf zipLow(vf a, vf b) {
  const __m256 low = _mm256_unpacklo_ps((__m256)a, (__m256)b), high = _mm256_unpackhi_ps((__m256)a, (__m256)b);
  return (vf)_mm256_permute2f128_ps(low, high, 0x20);
}
INLINE vf zipHigh(vf a, vf b) {
  const __m256 low = _mm256_unpacklo_ps((__m256)a, (__m256)b), high = _mm256_unpackhi_ps((__m256)a, (__m256)b);
  return (vf)_mm256_permute2f128_ps(low, high, 0x31);
}
#else
#if defined(__clang__)
#define SHUFFLE(x, y, i, j, k, l) __builtin_shufflevector(x, y, i, j, k, l)
#else
#define SHUFFLE(x, y, i, j, k, l) __builtin_shuffle(x, y, vi4{i, j, k, l})
#endif
INLINE vf evens(vf a, vf b) { return SHUFFLE(a, b, 0, 2, 4, 6); }
INLINE vf odds(vf a, vf b) { return SHUFFLE(a, b, 1, 3, 5, 7); }
INLINE vf zipLow(vf a, vf b) { return SHUFFLE(a, b, 0, 4, 1, 5); }
INLINE vf zipHigh(vf a, vf b) { return SHUFFLE(a, b, 2, 6, 3, 7); }
#undef SHUFFLE
#endif

INLINE vi counting() {
  vi v;
  for (i32 i = 0; i < W; i++) v[i] = i;
  return v;
}

// Copies n elements, and touches no others.
INLINE void copyRow(const f32* from, i32 n, f32* to) {
  i32 i = 0;
  ROLLED
  for (; i + W <= n; i += W) store(to + i, load(from + i));
  if (i == n) return;
#if defined(__AVX512F__)
  storeFirst(to + i, loadFirst(from + i, n - i), n - i);
#else
  if (n >= W) store(to + n - W, load(from + n - W));
  else
    for (; i < n; i++) to[i] = from[i];
#endif
}

// The first n of W elements `STRIDE` apart, any stride if it is 0, and maybe more of them; for 2 reads one more than W.
template <i32 STRIDE> INLINE vf loadApart(const f32* p, i32 stride, i32 n) {
  if constexpr (STRIDE == 1) return load(p);
  if constexpr (STRIDE == 2) return evens(load(p), load(p + W));
  vf4 four[W / 4] = {};
  for (i32 q = 0; q < W / 4; q++, p += 4 * stride)
    if (4 * q < n) four[q] = vf4{p[0], p[stride], p[2 * stride], p[3 * stride]};
#if W == 16
  const __m512 low = _mm512_insertf32x4(_mm512_castps128_ps512((__m128)four[0]), (__m128)four[1], 1);
  return (vf)_mm512_insertf32x4(_mm512_insertf32x4(low, (__m128)four[2], 2), (__m128)four[3], 3);
#elif W == 8
  return (vf)_mm256_insertf128_ps(_mm256_castps128_ps256((__m128)four[0]), (__m128)four[1], 1);
#else
  return four[0];
#endif
}

// Rows that are copied before they are used go round in so many places: what was stored in other pieces than it is loaded in must
// have left the processor's queue of stores, or the load waits for long.
constexpr i32 RING = 4;

} // namespace VARIANT
