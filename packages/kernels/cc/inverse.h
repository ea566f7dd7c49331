// Hyperbolic functions and the inverses of those and of the trigonometric ones, to 2 units in the last place.
#pragma once
#include "math64.h"

namespace VARIANT {

// e^a / 2 for 0 <= a <= 90
INLINE vf halfExp(vf a) {
  Reduced r = reduceByLn2(a);
  r.n -= 1.0f;
  r.k -= 1;
  return scaleBy(fma(exp2Terms(r.r), r.r * r.r, r.r) + 1.0f, r);
}

INLINE vf sinhOf(vf x) {
  const vf a = absOf(x);
  const vf z = x * x;
  const vf near = fma(a * z, polynomial(z, 0.000203846226f, 0.00833012071f, 0.166667208f), a);
  const vf half = halfExp(minSecond(splat(90.0f), a));
  return copySign(select(a < 1.0f, near, half - 0.25f / half), x);
}

INLINE vf coshOf(vf x) {
  const vf half = halfExp(minSecond(splat(90.0f), absOf(x)));
  return half + 0.25f / half;
}

INLINE vf atanOf(vf x) {
  const vf a = absOf(x);
  const vi steep = a > 2.41421356f, middle = a > 0.414213562f;
  // atan a = pi/2 - atan 1/a = pi/4 + atan (a - 1)/(a + 1)
  const vf z = select(steep, splat(-1.0f), select(middle, a - 1.0f, a)) / select(steep, a, select(middle, a + 1.0f, splat(1.0f)));
  const vf base = select(steep, splat(1.57079637f), select(middle, splat(0.785398185f), vf{}));
  const vf rest = select(steep, splat(-4.37113883e-8f), select(middle, splat(-2.18556941e-8f), vf{}));
  const vf s = z * z;
  const vf p = polynomial(s, -0.0604605414f, 0.105810307f, -0.142417729f, 0.199983746f, -0.333333135f);
  return copySign(base + (fma(z * s, p, rest) + z), x);
}

// (asin(x) / x - 1) / x^2 for x^2 = z <= 1/4
INLINE vf asinTerms(vf z) {
  return polynomial(z, 0.0421705246f, 0.0241748262f, 0.0454720706f, 0.0749527365f, 0.166667536f);
}

INLINE vf asinOf(vf x) {
  const vf a = absOf(x);
  const vf z = (1.0f - a) * 0.5f;
  const vf s = sqrtOf(z);
  const vf far = 1.57079637f - (fma(s + s, z * asinTerms(z), splat(4.37113883e-8f)) + (s + s));
  const vf q = a * a;
  return copySign(select(a < 0.5f, fma(a * q, asinTerms(q), a), far), x);
}

INLINE vf acosOf(vf x) {
  const vf a = absOf(x);
  const vf z = (1.0f - a) * 0.5f;
  const vf s = sqrtOf(z);
  const vf far = fma(s + s, z * asinTerms(z), s + s);
  const vf q = x * x;
  const vf near = 1.57079637f - (x + fma(x * q, asinTerms(q), splat(4.37113883e-8f)));
  return select(a < 0.5f, near, select(x < 0.0f, 3.14159274f - (far + 8.74227766e-8f), far));
}

// ln x for normal x > 0
INLINE vd logWide(vd x) {
  const vl bits = (vl)x - 0x3fe6a09e667f3bcdll; // sqrt(1/2) and more count to the next power of 2
  // the exponent, biased so that it stays positive, as a float64
  const vl e = (vl)(((vl)(bits + (1ll << 61))) >> 52) | 0x4330000000000000ll;
  const vd n = (vd)e - (4503599627370496.0 + 512.0);
  const vd m = (vd)((bits & 0xfffffffffffffll) + 0x3fe6a09e667f3bcdll);
  const vd s = (m - 1.0) / (m + 1.0);
  return (s * polynomialWide(s * s, 0.31987683224904295, 0.41220991958833236, 0.577077936168022, 0.9617966943330823,
                             2.88539008177784) + n) * 0.69314718055994530942;
}

INLINE vd asinhWide(vd a) { return logWide(a + sqrtWide(a * a + 1.0)); }
INLINE vd acoshWide(vd a) { return logWide(a + sqrtWide(a * a - 1.0)); }
INLINE vd atanhWide(vd a) { return 0.5 * logWide((1.0 + a) / (1.0 - a)); }

INLINE vf asinhOf(vf x) {
  const vf a = absOf(x);
  const Wide w = widen(a);
  const vf far = narrow({asinhWide(w.low), asinhWide(w.high)});
  const vf z = a * a;
  const vf near = fma(a * z, fma(z, splat(0.075f), splat(-0.166666667f)), a);
  return copySign(select(a < 0.02f, near, select(a < INF, far, a)), x);
}

INLINE vf acoshOf(vf x) {
  const Wide w = widen(maxSecond(splat(1.0f), x));
  const vf y = narrow({acoshWide(w.low), acoshWide(w.high)});
  return select(x < 1.0f, splat(NOT_A_NUMBER), select(x < INF, y, x));
}

INLINE vf atanhOf(vf x) {
  const vf a = absOf(x);
  const Wide w = widen(minSecond(splat(0.99999994f), a));
  const vf far = narrow({atanhWide(w.low), atanhWide(w.high)});
  const vf z = a * a;
  const vf near = fma(a * z, fma(z, splat(0.2f), splat(0.333333333f)), a);
  const vf edge = select(a == 1.0f, splat(INF), select(a < 1.0f, far, splat(NOT_A_NUMBER)));
  return copySign(select(a < 0.02f, near, edge), x);
}

INLINE vf hypotOf(vf x, vf y) {
  const Wide a = widen(x), b = widen(y);
  const vf r = narrow({sqrtWide(a.low * a.low + b.low * b.low), sqrtWide(a.high * a.high + b.high * b.high)});
  return select((absOf(x) == INF) | (absOf(y) == INF), splat(INF), r);
}

// Rounding to integers; `nearest` to the even one of two.
#define ROUNDING(name, mode512, modeAvx, wasm, builtin)                           \
  INLINE vf name(vf x) { return ROUND_BY(mode512, modeAvx, wasm, builtin); }
#if defined(__AVX512F__)
#define ROUND_BY(mode512, modeAvx, wasm, builtin) (vf) _mm512_roundscale_ps((__m512)x, mode512)
#elif defined(__AVX2__)
#define ROUND_BY(mode512, modeAvx, wasm, builtin) (vf) _mm256_round_ps((__m256)x, modeAvx)
#elif defined(__wasm_simd128__)
#define ROUND_BY(mode512, modeAvx, wasm, builtin) (vf) wasm((v128_t)x)
#else
#define ROUND_BY(mode512, modeAvx, wasm, builtin) eachLane(x, [](f32 v) { return builtin(v); })
template <class F> INLINE vf eachLane(vf x, F f) {
  for (i32 i = 0; i < W; i++) x[i] = f(x[i]);
  return x;
}
#endif
ROUNDING(floorOf, 9, 9, wasm_f32x4_floor, __builtin_floorf)
ROUNDING(ceilOf, 10, 10, wasm_f32x4_ceil, __builtin_ceilf)
ROUNDING(truncOf, 11, 11, wasm_f32x4_trunc, __builtin_truncf)
ROUNDING(nearestOf, 8, 8, wasm_f32x4_nearest, __builtin_rintf)
#undef ROUNDING
#undef ROUND_BY

} // namespace VARIANT
