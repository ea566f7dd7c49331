// Storing a tile of accumulators whose lanes are output channels into planes of pixels.
#pragma once
#include "conv.h"

namespace VARIANT {

// Transposes each 128-bit part of four vectors.
INLINE void transposeParts(vf& a, vf& b, vf& c, vf& d) {
#if defined(__AVX512F__)
  const __m512 ab0 = _mm512_unpacklo_ps((__m512)a, (__m512)b);
  const __m512 ab1 = _mm512_unpackhi_ps((__m512)a, (__m512)b);
  const __m512 cd0 = _mm512_unpacklo_ps((__m512)c, (__m512)d);
  const __m512 cd1 = _mm512_unpackhi_ps((__m512)c, (__m512)d);
  a = (vf)_mm512_shuffle_ps(ab0, cd0, 0x44);
  b = (vf)_mm512_shuffle_ps(ab0, cd0, 0xee);
  c = (vf)_mm512_shuffle_ps(ab1, cd1, 0x44);
  d = (vf)_mm512_shuffle_ps(ab1, cd1, 0xee);
#elif defined(__AVX2__)
  const __m256 ab0 = _mm256_unpacklo_ps((__m256)a, (__m256)b);
  const __m256 ab1 = _mm256_unpackhi_ps((__m256)a, (__m256)b);
  const __m256 cd0 = _mm256_unpacklo_ps((__m256)c, (__m256)d);
  const __m256 cd1 = _mm256_unpackhi_ps((__m256)c, (__m256)d);
  a = (vf)_mm256_shuffle_ps(ab0, cd0, 0x44);
  b = (vf)_mm256_shuffle_ps(ab0, cd0, 0xee);
  c = (vf)_mm256_shuffle_ps(ab1, cd1, 0x44);
  d = (vf)_mm256_shuffle_ps(ab1, cd1, 0xee);
#else
  transpose4(a, b, c, d);
#endif
}

// The i-th 128-bit part.
template <i32 I> INLINE vf4 part(vf v) {
#if defined(__AVX512F__)
  return (vf4)_mm512_extractf32x4_ps((__m512)v, I);
#elif defined(__AVX2__)
  return (vf4)_mm256_extractf128_ps((__m256)v, I);
#else
  return v;
#endif
}

typedef f64 pairAny __attribute__((aligned(4), may_alias));
typedef f64 pairs __attribute__((vector_size(16)));

INLINE void storePixels(f32* out, vf4 v, i32 pixels) {
  if (pixels >= 4) {
    store4(out, v);
  } else if (pixels == 1) {
    out[0] = v[0];
  } else {
    *(pairAny*)out = ((pairs)v)[0];
    if (pixels == 3) out[2] = v[2];
  }
}

// Part I of four transposed vectors: vector i holds channel 4 * I + i.
template <i32 I> INLINE void storePart(f32* out, isize channelStep, vf a, vf b, vf c, vf d, i32 pixels, i32 outputs) {
  f32* to = out + 4 * I * channelStep;
  if (outputs > 4 * I) storePixels(to, part<I>(a), pixels);
  if (outputs > 4 * I + 1) storePixels(to + channelStep, part<I>(b), pixels);
  if (outputs > 4 * I + 2) storePixels(to + 2 * channelStep, part<I>(c), pixels);
  if (outputs > 4 * I + 3) storePixels(to + 3 * channelStep, part<I>(d), pixels);
}

// v[p][n] holds pixel p of the channels from n * W; `outputs` channels and `pixels` pixels are stored.
template <i32 P, i32 NV>
INLINE void storeTile(vf (&v)[P][NV], f32* out, isize channelStep, i32 pixelStep, i32 pixels, i32 outputs) {
  if (pixelStep != 1) {
    f32 buffer[P * NV * W];
    for (i32 p = 0; p < P; p++)
      for (i32 n = 0; n < NV; n++) store(buffer + (p * NV + n) * W, v[p][n]);
    for (i32 o = 0; o < outputs; o++)
      for (i32 p = 0; p < pixels; p++) out[o * channelStep + p * pixelStep] = buffer[p * NV * W + o];
    return;
  }
  UNROLLED
  for (i32 n = 0; n < NV; n++) {
    f32* to = out + n * W * channelStep;
    const i32 have = outputs - n * W;
    UNROLLED
    for (i32 p = 0; p < P; p += 4) {
      vf a = v[p][n];
      vf b = p + 1 < P ? v[p + 1][n] : a;
      vf c = p + 2 < P ? v[p + 2][n] : a;
      vf d = p + 3 < P ? v[p + 3][n] : a;
      transposeParts(a, b, c, d);
      if (pixels <= p) continue;
      storePart<0>(to + p, channelStep, a, b, c, d, pixels - p, have);
      if constexpr (W >= 8) storePart<1>(to + p, channelStep, a, b, c, d, pixels - p, have);
      if constexpr (W >= 16) {
        storePart<2>(to + p, channelStep, a, b, c, d, pixels - p, have);
        storePart<3>(to + p, channelStep, a, b, c, d, pixels - p, have);
      }
    }
  }
}

} // namespace VARIANT
