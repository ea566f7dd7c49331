// Elementary functions of float32 that take float64 inside: trigonometry, powers, the complementary error function. A vector of
// W float32 becomes two of W / 2 float64.
#pragma once
#include "math.h"

namespace VARIANT {

typedef f64 vd __attribute__((vector_size(W * 4)));
typedef i64 vl __attribute__((vector_size(W * 4)));

struct Wide {
  vd low, high;
};

INLINE Wide widen(vf x) {
#if defined(__AVX512F__)
  return {(vd)_mm512_cvtps_pd(_mm512_castps512_ps256((__m512)x)), (vd)_mm512_cvtps_pd(_mm512_extractf32x8_ps((__m512)x, 1))};
#elif defined(__AVX2__)
  return {(vd)_mm256_cvtps_pd(_mm256_castps256_ps128((__m256)x)), (vd)_mm256_cvtps_pd(_mm256_extractf128_ps((__m256)x, 1))};
#elif defined(__wasm_simd128__)
  const v128_t v = (v128_t)x;
  return {(vd)wasm_f64x2_promote_low_f32x4(v), (vd)wasm_f64x2_promote_low_f32x4(wasm_i32x4_shuffle(v, v, 2, 3, 2, 3))};
#else
  Wide w;
  for (i32 i = 0; i < W / 2; i++) {
    w.low[i] = x[i];
    w.high[i] = x[i + W / 2];
  }
  return w;
#endif
}

INLINE vf narrow(Wide w) {
#if defined(__AVX512F__)
  return (vf)_mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps((__m512d)w.low)), _mm512_cvtpd_ps((__m512d)w.high), 1);
#elif defined(__AVX2__)
  return (vf)_mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps((__m256d)w.low)), _mm256_cvtpd_ps((__m256d)w.high), 1);
#elif defined(__wasm_simd128__)
  const v128_t low = wasm_f32x4_demote_f64x2_zero((v128_t)w.low);
  const v128_t high = wasm_f32x4_demote_f64x2_zero((v128_t)w.high);
  return (vf)wasm_i32x4_shuffle(low, high, 0, 1, 4, 5);
#else
  vf x;
  for (i32 i = 0; i < W / 2; i++) {
    x[i] = (f32)w.low[i];
    x[i + W / 2] = (f32)w.high[i];
  }
  return x;
#endif
}

INLINE vd splatDouble(f64 x) { return x - vd{}; }
INLINE vd selectDouble(vl mask, vd a, vd b) { return (vd)((mask & (vl)a) | (~mask & (vl)b)); }

INLINE vd polynomialFrom(vd acc, vd) { return acc; }
template <class... C> INLINE vd polynomialFrom(vd acc, vd x, f64 c, C... rest) {
  return polynomialFrom(acc * x + c, x, rest...);
}
template <class... C> INLINE vd polynomialWide(vd x, f64 first, C... rest) {
  return polynomialFrom(splatDouble(first), x, rest...);
}

INLINE vd sqrtWide(vd x) {
#if defined(__AVX512F__)
  return (vd)_mm512_sqrt_pd((__m512d)x);
#elif defined(__AVX2__)
  return (vd)_mm256_sqrt_pd((__m256d)x);
#elif defined(__wasm_simd128__)
  return (vd)wasm_f64x2_sqrt((v128_t)x);
#else
  vd r;
  for (i32 i = 0; i < W / 2; i++) r[i] = __builtin_sqrt(x[i]);
  return r;
#endif
}

constexpr f64 ROUNDER = 6755399441055744.0; // 1.5 * 2^52

// 2^x for |x| < 1000, relative error 5e-11
INLINE vd exp2Wide(vd x) {
  const vd t = x + ROUNDER;
  const vd n = t - ROUNDER;
  const vd f = x - n;
  const vd p = polynomialWide(f, 1.5310311129253414e-05, 0.00015467621037559297, 0.0013333449696228787, 0.009618035210250482,
                              0.05550410942117383, 0.24022651088836228, 0.6931471805457046, 1.0);
  return (vd)((vl)p + ((vl)t << 52));
}

// x^y for x > 0 finite: 2^(y log2 x)
INLINE vd powWide(vd e, vd m, vd y) {
  const vd s = (m - 1.0) / (m + 1.0);
  const vd log = s * polynomialWide(s * s, 0.34114722175701956, 0.41165103306179557, 0.5770839300179194, 0.9617966716344323,
                                    2.8853900817913525) + e;
  const vd t = y * log;
  // beyond these float32 is 0 or infinite
  const vd below = selectDouble(t < 200.0, t, splatDouble(200.0));
  return exp2Wide(selectDouble(below > -200.0, below, splatDouble(-200.0)));
}

INLINE vf powOf(vf x, vf y) {
  const vf a = absOf(x);
  const Decomposed d = decompose(a);
  const Wide e = widen(d.e), m = widen(d.m), w = widen(y);
  vf r = narrow({powWide(e.low, m.low, w.low), powWide(e.high, m.high, w.high)});
  const vf b = absOf(y);
  // an infinite or zero base, an infinite exponent
  const vi grows = y > 0.0f;
  r = select(a == INF, select(grows, a, vf{}), r);
  r = select(a == 0.0f, select(grows, vf{}, splat(INF)), r);
  const vi toInfinity = (vi)((a > 1.0f) == grows);
  r = select(b == INF, select(a == 1.0f, splat(1.0f), select(toInfinity, splat(INF), vf{})), r);
  // a negative base: integers only, the odd ones keep the sign
  const vf magic = splat(8388608.0f);
  const vf half = b * 0.5f;
  const vi whole = (b >= magic) | ((b + magic) - magic == b);
  const vi odd = whole & (b < 16777216.0f) & ~((half >= magic) | ((half + magic) - magic == half));
  const vi negative = (vi)x >> 31;
  r = select(negative & odd, -r, r);
  r = select((x < 0.0f) & ~whole & (a < INF), splat(NOT_A_NUMBER), r);
  r = select((x != x) | (y != y), x + y, r);
  return select((y == 0.0f) | (x == 1.0f), splat(1.0f), r);
}

// x = n pi / 2 + r with |r| <= pi / 4, for |x| < 2^20
INLINE vd reduceWide(vd x, vd& n) {
  n = (x * 0.63661977236758134308 + ROUNDER) - ROUNDER;
  return (x - n * 1.57079631090164184570) - n * 1.58932547735281966916e-8;
}

// The same for any finite |x| >= 2^20, by the bits of 2 / pi that matter.
NOINLINE inline f64 reduceHuge(f32 x, i32& quadrant) {
  static const u32 words[] = {0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab};
  const u32 bits = __builtin_bit_cast(u32, x);
  const u64 mantissa = (bits & 0x7fffff) | 0x800000;
  // x = mantissa 2^e; of 2^e 2/pi the bits from weight 2^1 down
  const i32 e = (i32)((bits >> 23) & 255) - 150;
  const i32 first = 32 + e - 2;
  const u32* w = words + (first >> 5);
  const i32 shift = first & 31;
  u64 part[3];
  for (i32 i = 0; i < 3; i++) part[i] = (u32)((((u64)w[i] << 32) | w[i + 1]) >> (32 - shift));
  u64 turn = (mantissa * part[0] << 32) + mantissa * part[1] + (mantissa * part[2] >> 32);
  const u64 nearest = (turn + (1ull << 61)) >> 62;
  turn -= nearest << 62;
  const f64 r = (f64)(i64)turn * 3.40612158008655459e-19; // pi / 2 * 2^-62
  const bool negative = bits >> 31;
  quadrant = (i32)((negative ? 0 - nearest : nearest) & 3);
  return negative ? -r : r;
}

struct Angle {
  Wide r;
  vi quadrant;
};
INLINE Angle reduceAngle(vf x) {
  const Wide w = widen(x);
  Wide n;
  Angle a;
  a.r = {reduceWide(w.low, n.low), reduceWide(w.high, n.high)};
  a.quadrant = (vi)(narrow(n) + 12582912.0f) & 3;
  if (anyOf(~(absOf(x) < 1048576.0f))) { // NaN too
    f32 value[W];
    f64 reduced[W];
    i32 quadrant[W];
    store(value, x);
    copyBytes(reduced, &a.r, sizeof reduced);
    storeInts(quadrant, a.quadrant);
    for (i32 i = 0; i < W; i++) {
      if (__builtin_fabsf(value[i]) < 1048576.0f) continue;
      if (__builtin_fabsf(value[i]) < INF) reduced[i] = reduceHuge(value[i], quadrant[i]);
      else reduced[i] = NOT_A_NUMBER;
    }
    copyBytes(&a.r, reduced, sizeof reduced);
    a.quadrant = loadInts(quadrant);
  }
  return a;
}

INLINE vf sinNear(vf r, vf z) { return fma(r * z, polynomial(z, -0.00019518405f, 0.0083321901f, -0.166666552f), r); }
INLINE vf cosNear(vf z) {
  return fma(z * z, polynomial(z, 2.44306702e-05f, -0.00138873013f, 0.0416666456f), fma(z, splat(-0.5f), splat(1.0f)));
}

INLINE vf sinOfQuadrant(vf r, vi quadrant) {
  const vf z = r * r;
  const vf y = select((quadrant & 1) != 0, cosNear(z), copySign(sinNear(r, z), r));
  return (vf)((vi)y ^ ((quadrant & 2) << 30));
}

INLINE vf sinOf(vf x) {
  const Angle a = reduceAngle(x);
  return sinOfQuadrant(narrow(a.r), a.quadrant);
}
INLINE vf cosOf(vf x) {
  const Angle a = reduceAngle(x);
  return sinOfQuadrant(narrow(a.r), a.quadrant + 1);
}

// tan(r) for |r| <= pi / 4, as sine over cosine
struct Ratio {
  vd sine, cosine;
};
INLINE Ratio tanWide(vd r) {
  const vd z = r * r;
  return {r + r * z * polynomialWide(z, 2.718124079130254e-06, -0.0001983931276985756, 0.008333329305547248, -0.1666666664075097),
          polynomialWide(z, 2.437904291185696e-05, -0.0013886609556067583, 0.0416666164165345, -0.4999999961206476,
                         0.9999999999520691)};
}
INLINE vf tanOf(vf x) {
  const Angle a = reduceAngle(x);
  const Ratio low = tanWide(a.r.low), high = tanWide(a.r.high);
  const vf tangent = copySign(narrow({low.sine / low.cosine, high.sine / high.cosine}), narrow(a.r));
  const vf cotangent = narrow({low.cosine / low.sine, high.cosine / high.sine});
  return select((a.quadrant & 1) != 0, -cotangent, tangent);
}

// erfc(x) for 0.48 < x < 10.2
INLINE vd erfcWide(vd x) {
  const vd q = (x - 2.0) / (x + 2.0);
  const vd p = polynomialWide(q, 0.00022778392888088108, -0.0003164625290261076, -0.0014805572542904535, 0.0012199503387089739,
                              0.008730814118089207, -0.008025310388156003, -0.05422109619291458, 0.16405066517335418,
                              -0.16603034759479846, -0.09276381422475463, 1.276978381196041);
  return exp2Wide(x * x * -1.4426950408889634) * p / (2.0 * x + 1.0);
}

INLINE vf erfcOf(vf x) {
  const vf a = absOf(x);
  const vf p = x * erfTerms(x * x);
  const vf middle = select(x < 0.25f, 1.0f - (x + p), 0.5f - ((x - 0.5f) + p));
  const Wide w = widen(maxSecond(splat(0.48f), minSecond(splat(10.2f), a)));
  const vf tail = narrow({erfcWide(w.low), erfcWide(w.high)});
  return select(a < 0.5f, middle, select(x < 0.0f, 2.0f - tail, tail));
}

} // namespace VARIANT
