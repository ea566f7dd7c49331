// Elementary functions on vectors, good to 2 units in the last place over the whole range: subnormal results, infinities, NaN
// and signed zeros as in C. Polynomials are minimax fits. What needs float64 inside is in math64.h.
#pragma once
#include "simd.h"

namespace VARIANT {

constexpr f32 INF = __builtin_inff();
constexpr f32 NOT_A_NUMBER = __builtin_nanf("");
constexpr f32 SMALLEST_NORMAL = 1.17549435e-38f;
constexpr f32 LN2_HIGH = 0.693359375f; // 10 bits: a multiple by up to 14 bits is exact
constexpr f32 LN2_LOW = -2.12194440e-4f;

// A polynomial, the constant term last.
INLINE vf polynomial(vf, f32 c) { return splat(c); }
template <class... C> INLINE vf polynomialFrom(vf acc, vf) { return acc; }
template <class... C> INLINE vf polynomialFrom(vf acc, vf x, f32 c, C... rest) {
  return polynomialFrom(fma(acc, x, splat(c)), x, rest...);
}
template <class... C> INLINE vf polynomial(vf x, f32 first, f32 second, C... rest) {
  return polynomialFrom(fma(splat(first), x, splat(second)), x, rest...);
}

// x = n ln 2 + r with |r| <= ln 2 / 2; n as integers too. |x| < 2^14.
struct Reduced {
  vf n, r;
  vi k;
};
INLINE Reduced reduceByLn2(vf x) {
  const vf magic = splat(12582912.0f); // 1.5 * 2^23: adding it rounds to an integer, which then stands in the low bits
  const vf t = fma(x, splat(1.44269504f), magic);
  const vf n = t - magic;
  const vf r = fnma(n, splat(LN2_LOW), fnma(n, splat(LN2_HIGH), x));
  return {n, r, (vi)t - (vi)magic};
}

// (e^r - 1 - r) / r^2 on |r| <= ln 2 / 2
INLINE vf exp2Terms(vf r) {
  return polynomial(r, 0.00138470612f, 0.00836999062f, 0.041668009f, 0.166665092f, 0.49999994f);
}

// 2^k for -127 < k < 128
INLINE vf powerOf2(vi k) { return (vf)((k + 127) << 23); }

// p 2^n for n down to -250, rounded once if subnormal
INLINE vf scaleBy(vf p, const Reduced& a) {
#if defined(__AVX512F__)
  return (vf)_mm512_scalef_ps((__m512)p, (__m512)a.n);
#else
  const vi half = a.k >> 1;
  return p * powerOf2(half) * powerOf2(a.k - half);
#endif
}

INLINE vf expOf(vf x) {
  const Reduced a = reduceByLn2(maxSecond(splat(-104.0f), minSecond(splat(89.0f), x)));
  const vf p = fma(exp2Terms(a.r), a.r * a.r, a.r) + 1.0f;
  return scaleBy(p, a);
}

// The same for -87 <= x <= 88, or NaN, and a little faster.
INLINE vf expModerate(vf x) {
  const Reduced a = reduceByLn2(x);
  const vf p = fma(exp2Terms(a.r), a.r * a.r, a.r) + 1.0f;
#if defined(__AVX512F__)
  return (vf)_mm512_scalef_ps((__m512)p, (__m512)a.n);
#else
  return p * powerOf2(a.k); // not by adding to the exponent: NaN stays NaN
#endif
}

// The same for x <= 0 (or NaN), where results below the smallest normal number may be 0: what softmax needs.
INLINE vf expNegative(vf x) {
  const vf e = expModerate(maxSecond(splat(-87.0f), x));
  return drop(x < -87.0f, e);
}

INLINE vf exp2Of(vf x) {
  const vf magic = splat(12582912.0f);
  const vf clamped = maxSecond(splat(-150.0f), minSecond(splat(128.0f), x));
  const vf t = clamped + magic;
  const vf n = t - magic;
  const vf f = clamped - n; // exact
  // 2^f = e^(f ln 2), ln 2 in two parts so that the rounding of the product costs nothing
  const vf high = f * 0.693147182f;
  const vf p = fma(exp2Terms(high), high * high, fma(f, splat(-1.90465421e-9f), high)) + 1.0f;
  return scaleBy(p, {n, f, (vi)t - (vi)magic});
}

// e^x - 1. The exponent is halved once so that 2^128 can be written.
INLINE vf expm1Of(vf x) {
  const Reduced a = reduceByLn2(maxSecond(splat(-20.0f), minSecond(splat(89.0f), x)));
  // what r lost by rounding
  const vf high = fnma(a.n, splat(LN2_HIGH), maxSecond(splat(-20.0f), minSecond(splat(89.0f), x)));
  const vf rest = (high - a.r) - a.n * LN2_LOW;
  const vf scale = powerOf2(a.k - 1);
  const vf tail = fma(exp2Terms(a.r), a.r * a.r, rest);
  const vf y = fma(scale, tail, fma(scale, a.r, scale - 0.5f));
  return select(absOf(x) < 1e-7f, x, y + y);
}

// x = 2^e m with sqrt(1/2) <= m < sqrt(2); for finite x > 0
struct Decomposed {
  vf e, m;
};
INLINE Decomposed decompose(vf x) {
  const vi tiny = x < SMALLEST_NORMAL;
  const vi bits = (vi)select(tiny, x * 8388608.0f, x) + (0x3f800000 - 0x3f3504f3);
  const vi e = (bits >> 23) - 127 - (tiny & 23);
  return {toFloat(e), (vf)((bits & 0x7fffff) + 0x3f3504f3)};
}

// log(1 + f) = f - square + correction on sqrt(1/2) - 1 <= f < sqrt(2) - 1, square = f^2 / 2
struct LogParts {
  vf square, correction;
};
INLINE LogParts logParts(vf f) {
  const vf s = f / (f + 2.0f);
  const vf z = s * s;
  const vf r = z * polynomial(z, 0.242574498f, 0.284995526f, 0.400009662f, 0.666666627f);
  const vf square = f * f * 0.5f;
  return {square, s * (square + r)};
}

// What a logarithm is outside (0, inf).
INLINE vf logBeyond(vf x, vf result) {
  const vf edge = select(x == 0.0f, splat(-INF), select(x < 0.0f, splat(NOT_A_NUMBER), x));
  return select((x > 0.0f) & (x < INF), result, edge);
}

INLINE vf logOf(vf x) {
  const Decomposed d = decompose(x);
  const vf f = d.m - 1.0f;
  const LogParts p = logParts(f);
  const vf low = p.correction + d.e * LN2_LOW;
  return logBeyond(x, (low - p.square) + f + d.e * LN2_HIGH);
}

// log(1 + x): the rounding of 1 + x is made good to first order
INLINE vf log1pOf(vf x) {
  const vf u = x + 1.0f;
  const Decomposed d = decompose(u);
  const vi near = d.e == 0.0f;
  const vf f = select(near, x, d.m - 1.0f);
  const vf lost = select(u >= 2.0f, 1.0f - (u - x), x - (u - 1.0f)) / u;
  const LogParts p = logParts(f);
  const vf low = p.correction + fma(d.e, splat(LN2_LOW), select(near, vf{}, lost));
  const vf y = logBeyond(u, (low - p.square) + f + d.e * LN2_HIGH);
  return select(absOf(x) < 1e-8f, x, y);
}

// The same for 0 <= x <= 1 (or NaN), without a division: x + x^2 q(x), q by even and odd powers of x - 1/2.
INLINE vf log1pUpToOne(vf x) {
  const vf t = x - 0.5f;
  const vf z = t * t;
  const vf even = polynomial(z, -0.00331846974f, -0.0101777054f, -0.0289049987f, -0.0932318568f, -0.378139555f);
  const vf odd = polynomial(z, 0.00693069352f, 0.0166569855f, 0.0510890596f, 0.179224893f);
  return fma(x * x, fma(odd, t, even), x);
}

// log(1 + e^x)
INLINE vf softplusOf(vf x) { return maxSecond(vf{}, x) + log1pUpToOne(expOf(-absOf(x))); }

// The logarithm to another base, of which 1 / ln is given in two parts (the first of 12 bits), as well as log(2) to that base.
INLINE vf logToBase(vf x, f32 inverseHigh, f32 inverseLow, f32 log2High, f32 log2Low) {
  const Decomposed d = decompose(x);
  const vf f = d.m - 1.0f;
  const LogParts p = logParts(f);
  const vf high = (vf)((vi)(f - p.square) & (i32)0xfffff000);
  const vf low = ((f - high) - p.square) + p.correction;
  const vf rest = fma(d.e, splat(log2Low), fma(low + high, splat(inverseLow), low * inverseHigh));
  return logBeyond(x, rest + high * inverseHigh + d.e * log2High);
}

INLINE vf log2Of(vf x) { return logToBase(x, 1.4428710938f, -1.7605285393e-4f, 1.0f, 0.0f); }
INLINE vf log10Of(vf x) { return logToBase(x, 4.3432617188e-1f, -3.1689971365e-5f, 3.0102920532e-1f, 7.9034151668e-7f); }

INLINE vf sigmoidOf(vf x) {
  const vf t = maxSecond(splat(-104.0f), -absOf(x));
  const Reduced a = reduceByLn2(t);
  // what r lost by rounding
  const vf rest = fnma(a.n, splat(LN2_LOW), fnma(a.n, splat(LN2_HIGH), t) - a.r);
  const vf e = scaleBy((fma(exp2Terms(a.r), a.r * a.r, rest) + a.r) + 1.0f, a);
  const vf sum = e + 1.0f;
  const vf y = select(x < 0.0f, e, splat(1.0f)) / sum;
  return fnma(y, (1.0f - sum) + e, y); // what the sum lost
}

INLINE vf tanhOf(vf x) {
  const vf a = absOf(x);
  const vf e = expModerate(minSecond(splat(20.0f), a + a));
  const vf large = 1.0f - 2.0f / (e + 1.0f);
  const vf z = x * x;
  const vf p = polynomial(z, -0.00571078807f, 0.0206455532f, -0.0537421703f, 0.133314788f, -0.333332837f);
  return copySign(select(a < 0.625f, fma(p * z, a, a), large), x);
}

// erf(x) / x - 1 on |x| < 0.86, z = x^2
INLINE vf erfTerms(vf z) {
  return polynomial(z, -0.000631843694f, 0.00505306711f, -0.0268048737f, 0.112828165f, -0.376125872f, 0.128379166f);
}

INLINE vf erfOf(vf x) {
  const vf a = minSecond(splat(3.95f), absOf(x));
  const vf p = polynomial(a, -1.0776238e-05f, 0.000315194658f, -0.0036008968f, 0.0236552171f, -0.106094614f, -0.635246277f,
                          -0.128623366f);
  // log erfc(a)
  const vf large = 1.0f - expModerate(fma(p, a, -a));
  return select(a < 0.855f, fma(x, erfTerms(x * x), x), copySign(large, x));
}

INLINE vf rsqrtOf(vf x) { return 1.0f / sqrtOf(x); }

// gelu without approximation is x Phi(x), Phi the normal distribution. On the left Phi(-a) = e^(-a^2/2) k(a) / a with a smooth
// k; a^2 is split into an exact part and a rest, so that the exponential loses nothing.
struct NormalTail {
  vf mills;     // a Phi(-a), still to be scaled
  vf e;         // e^(-a^2/2), still to be scaled
  Reduced scale;
};
INLINE NormalTail normalTail(vf a) { // a >= 0.7
  const vf b = minSecond(splat(14.8f), a);
  const vf top = (vf)((vi)b & (i32)0xfffff000);
  const vf rest = (b - top) * (b + top) * 0.5f;
  Reduced r = reduceByLn2(top * top * -0.5f);
  r.r -= rest; // up to 0.06 more: the polynomial holds that far
  const vf p = fma(exp2Terms(r.r), r.r * r.r, r.r);
  const vf e = p + 1.0f;
  const vf q = (b - 1.859375f) / (b + 1.859375f);
  const vf s = q * polynomial(q, 0.000594567857f, 0.000511639286f, -0.00171470142f, -0.00440677209f, 0.000268328295f,
                              0.0212701652f, 0.018947605f, -0.147717774f, 0.181413695f);
  const vf k = s + 0.329788953f;
  // the product of both, with what the sums lost
  const vf lost = fma((1.0f - e) + p, k, ((0.329788953f - k) + s) * e);
  return {fma(e, k, lost), e, r};
}

// 2 Phi(x) - 1 on |x| < 0.8
INLINE vf normalNear(vf x) {
  const vf t = x * 0.707106781f;
  return fma(t, erfTerms(t * t), t);
}

INLINE vf geluOf(vf x) {
  const NormalTail t = normalTail(maxSecond(splat(0.7f), absOf(x)));
  const vf tail = scaleBy(t.mills, t.scale); // |x| Phi(-|x|)
  const vf half = x * 0.5f;
  return select(absOf(x) < 0.76f, fma(half, normalNear(x), half), select(x < 0.0f, -tail, x - tail));
}

// Phi(x) + x Phi'(x)
INLINE vf geluSlopeOf(vf x) {
  const vf a = maxSecond(splat(0.7f), absOf(x));
  const NormalTail t = normalTail(a);
  const vf density = scaleBy(t.e, t.scale) * 0.398942280f;
  const vf tail = scaleBy(t.mills, t.scale) / a;
  const vf far = select(x < 0.0f, tail, 1.0f - tail) + select(density == 0.0f, vf{}, x * density);
  // nearer to 0 the exponential has an argument of its own
  const vf nearDensity = expModerate(maxSecond(splat(-1.0f), x * x * -0.5f)) * 0.398942280f;
  return select(absOf(x) < 0.76f, fma(x, nearDensity, fma(normalNear(x), splat(0.5f), splat(0.5f))), far);
}

INLINE vf siluOf(vf x) { return x * sigmoidOf(x); }

} // namespace VARIANT
