// Pointwise loops of float32 over whole vectors.
#include "inverse.h"
#include "pointwise.h"

namespace VARIANT {
namespace {

// Long bodies stay rolled: unrolled they would only take room. Short ones do four vectors a turn.
template <i32 GRAIN, class E> INLINE void eachVector(i32 n, E each) {
  i32 i = 0;
  if constexpr (GRAIN != HEAVY) {
    ROLLED
    for (; i <= n - 4 * W; i += 4 * W) each(i, i + W, i + 2 * W, i + 3 * W);
  }
  ROLLED
  for (; i < n; i += W) each(i);
}

template <class F, i32 GRAIN> void unary(void* out, const void* a, const void*, const void*, i32 n, f32 v) {
  f32* o = (f32*)out;
  const f32* x = (const f32*)a;
  eachVector<GRAIN>(n, [=](auto... i) __attribute__((always_inline)) { (store(o + i, F::of(load(x + i), v)), ...); });
}
template <class F, i32 GRAIN> void binary(void* out, const void* a, const void* b, const void*, i32 n, f32 v) {
  f32* o = (f32*)out;
  const f32* x = (const f32*)a;
  const f32* y = (const f32*)b;
  eachVector<GRAIN>(n, [=](auto... i) __attribute__((always_inline)) { (store(o + i, F::of(load(x + i), load(y + i), v)), ...); });
}
template <class F> void ternary(void* out, const void* a, const void* b, const void* c, i32 n, f32 v) {
  ROLLED
  for (i32 i = 0; i < n; i += W)
    store((f32*)out + i, F::of(load((const f32*)a + i), load((const f32*)b + i), load((const f32*)c + i), v));
}
template <class F> void compare(void* out, const void* a, const void* b, const void*, i32 n, f32) {
  for (i32 i = 0; i < n; i += W) storeMask((u8*)out + i, F::of(load((const f32*)a + i), load((const f32*)b + i)));
}

#define UNARY(name, expression) struct name { static INLINE vf of(vf x, [[maybe_unused]] f32 v) { return expression; } };
#define BINARY(name, expression) struct name { static INLINE vf of(vf x, vf y, [[maybe_unused]] f32 v) { return expression; } };
#define TERNARY(name, expression) struct name { static INLINE vf of(vf x, vf y, vf z, [[maybe_unused]] f32 v) { return expression; } };
#define COMPARE(name, expression) struct name { static INLINE vi of(vf x, vf y) { return expression; } };

// the other one where one is NaN
INLINE vf fmaxOf(vf x, vf y) { return select(y != y, x, maxSecond(x, y)); }
INLINE vf fminOf(vf x, vf y) { return select(y != y, x, minSecond(x, y)); }

// tanh form of gelu: x (1 + tanh t) / 2 = x sigmoid(2 t)
INLINE vf geluTanhInner(vf x) { return x * fma(x * x, splat(2.0f * 0.7978845608f * 0.044715f), splat(2.0f * 0.7978845608f)); }
INLINE vf geluTanhSlope(vf x) {
  const vf s = sigmoidOf(geluTanhInner(x));
  const vf inner = fma(x * x, splat(6.0f * 0.7978845608f * 0.044715f), splat(2.0f * 0.7978845608f));
  return fma(x * (1.0f - s) * inner, s, s);
}
INLINE vf softplusOf(vf x) { return maxSecond(vf{}, x) + log1pOf(expOf(-absOf(x))); }
INLINE vf clampedLog(vf x) { return maxSecond(splat(-100.0f), x); }
INLINE vf crossEntropyOf(vf x, vf t) {
  return (t - 1.0f) * clampedLog(log1pOf(-x)) - t * clampedLog(logOf(x));
}
// (1 - y) x + log(1 + e^-x)
INLINE vf logitsEntropyOf(vf x, vf y) { return fma(1.0f - y, x, softplusOf(-x)); }

UNARY(Neg, -x)
UNARY(Abs, absOf(x))
UNARY(Sign, select(x > 0.0f, splat(1.0f), select(x < 0.0f, splat(-1.0f), vf{})))
UNARY(Relu, drop(x < 0.0f, x))
UNARY(Floor, floorOf(x))
UNARY(Ceil, ceilOf(x))
UNARY(Round, nearestOf(x))
UNARY(Trunc, truncOf(x))
UNARY(Exp, expOf(x))
UNARY(Exp2, exp2Of(x))
UNARY(Expm1, expm1Of(x))
UNARY(Log, logOf(x))
UNARY(Log2, log2Of(x))
UNARY(Log10, log10Of(x))
UNARY(Log1p, log1pOf(x))
UNARY(Sqrt, sqrtOf(x))
UNARY(Rsqrt, rsqrtOf(x))
UNARY(Reciprocal, 1.0f / x)
UNARY(Sin, sinOf(x))
UNARY(Cos, cosOf(x))
UNARY(Tan, tanOf(x))
UNARY(Asin, asinOf(x))
UNARY(Acos, acosOf(x))
UNARY(Atan, atanOf(x))
UNARY(Sinh, sinhOf(x))
UNARY(Cosh, coshOf(x))
UNARY(Tanh, tanhOf(x))
UNARY(Asinh, asinhOf(x))
UNARY(Acosh, acoshOf(x))
UNARY(Atanh, atanhOf(x))
UNARY(Sigmoid, sigmoidOf(x))
UNARY(Erf, erfOf(x))
UNARY(Erfc, erfcOf(x))
UNARY(Silu, siluOf(x))
UNARY(Gelu, geluOf(x))
UNARY(GeluTanh, x * sigmoidOf(geluTanhInner(x)))

BINARY(Add, x + y)
BINARY(Sub, x - y)
BINARY(Mul, x * y)
BINARY(Div, x / y)
BINARY(DivTrunc, truncOf(x / y))
BINARY(Pow, powOf(x, y))
BINARY(Maximum, select(x != x, x, maxSecond(x, y)))
BINARY(Minimum, select(x != x, x, minSecond(x, y)))
BINARY(Fmax, fmaxOf(x, y))
BINARY(Fmin, fminOf(x, y))
BINARY(CopySign, copySign(x, y))
BINARY(Hypot, hypotOf(x, y))
BINARY(ReluGrad, drop(y <= 0.0f, x))
BINARY(SigmoidGrad, x * ((1.0f - y) * y))
BINARY(TanhGrad, x * fnma(y, y, splat(1.0f)))
INLINE vf siluSlope(vf x) {
  const vf s = sigmoidOf(x);
  return s * fma(x, 1.0f - s, splat(1.0f));
}
BINARY(SiluGrad, x * siluSlope(y))
BINARY(GeluGrad, x * geluSlopeOf(y))
BINARY(GeluTanhGrad, x * geluTanhSlope(y))
BINARY(SquaredError, (x - y) * (x - y))
BINARY(CrossEntropy, crossEntropyOf(x, y))
BINARY(LogitsEntropy, logitsEntropyOf(x, y))
COMPARE(Eq, x == y)
COMPARE(Ne, x != y)
COMPARE(Lt, x < y)
COMPARE(Le, x <= y)
COMPARE(Gt, x > y)
COMPARE(Ge, x >= y)

// gradient of the cross entropy of x and target z, from y = its own
TERNARY(CrossEntropyGrad, x * (y - z) / maxSecond(splat(1e-12f), (1.0f - y) * y))
TERNARY(SquaredErrorGrad, (y - z) * (x * v))

// Bodies by code, and which of them take long.
struct Table {
  LoopBody bodies[CODES];
  bool heavy[CODES];

  constexpr void add(i32 op, LoopBody body, i32 grain) {
    bodies[op] = body;
    heavy[op] = grain == HEAVY;
  }
};

constexpr Table unaries() {
  Table t{};
  t.add(NEG, unary<Neg, LIGHT>, LIGHT);
  t.add(ABS, unary<Abs, LIGHT>, LIGHT);
  t.add(SIGN, unary<Sign, LIGHT>, LIGHT);
  t.add(RELU, unary<Relu, LIGHT>, LIGHT);
  t.add(FLOOR, unary<Floor, LIGHT>, LIGHT);
  t.add(CEIL, unary<Ceil, LIGHT>, LIGHT);
  t.add(ROUND, unary<Round, LIGHT>, LIGHT);
  t.add(TRUNC, unary<Trunc, LIGHT>, LIGHT);
  t.add(EXP, unary<Exp, HEAVY>, HEAVY);
  t.add(EXP2, unary<Exp2, HEAVY>, HEAVY);
  t.add(EXPM1, unary<Expm1, HEAVY>, HEAVY);
  t.add(LOG, unary<Log, HEAVY>, HEAVY);
  t.add(LOG2, unary<Log2, HEAVY>, HEAVY);
  t.add(LOG10, unary<Log10, HEAVY>, HEAVY);
  t.add(LOG1P, unary<Log1p, HEAVY>, HEAVY);
  t.add(SQRT, unary<Sqrt, HEAVY>, HEAVY);
  t.add(RSQRT, unary<Rsqrt, HEAVY>, HEAVY);
  t.add(RECIPROCAL, unary<Reciprocal, LIGHT>, LIGHT);
  t.add(SIN, unary<Sin, HEAVY>, HEAVY);
  t.add(COS, unary<Cos, HEAVY>, HEAVY);
  t.add(TAN, unary<Tan, HEAVY>, HEAVY);
  t.add(ASIN, unary<Asin, HEAVY>, HEAVY);
  t.add(ACOS, unary<Acos, HEAVY>, HEAVY);
  t.add(ATAN, unary<Atan, HEAVY>, HEAVY);
  t.add(SINH, unary<Sinh, HEAVY>, HEAVY);
  t.add(COSH, unary<Cosh, HEAVY>, HEAVY);
  t.add(TANH, unary<Tanh, HEAVY>, HEAVY);
  t.add(ASINH, unary<Asinh, HEAVY>, HEAVY);
  t.add(ACOSH, unary<Acosh, HEAVY>, HEAVY);
  t.add(ATANH, unary<Atanh, HEAVY>, HEAVY);
  t.add(SIGMOID, unary<Sigmoid, HEAVY>, HEAVY);
  t.add(ERF, unary<Erf, HEAVY>, HEAVY);
  t.add(ERFC, unary<Erfc, HEAVY>, HEAVY);
  t.add(SILU, unary<Silu, HEAVY>, HEAVY);
  t.add(GELU, unary<Gelu, HEAVY>, HEAVY);
  t.add(GELU_TANH, unary<GeluTanh, HEAVY>, HEAVY);
  return t;
}

constexpr Table binaries() {
  Table t{};
  t.add(ADD, binary<Add, LIGHT>, LIGHT);
  t.add(SUB, binary<Sub, LIGHT>, LIGHT);
  t.add(MUL, binary<Mul, LIGHT>, LIGHT);
  t.add(DIV, binary<Div, LIGHT>, LIGHT);
  t.add(DIV_TRUNC, binary<DivTrunc, LIGHT>, LIGHT);
  t.add(POW, binary<Pow, HEAVY>, HEAVY);
  t.add(MAXIMUM, binary<Maximum, LIGHT>, LIGHT);
  t.add(MINIMUM, binary<Minimum, LIGHT>, LIGHT);
  t.add(FMAX, binary<Fmax, LIGHT>, LIGHT);
  t.add(FMIN, binary<Fmin, LIGHT>, LIGHT);
  t.add(COPYSIGN, binary<CopySign, LIGHT>, LIGHT);
  t.add(HYPOT, binary<Hypot, HEAVY>, HEAVY);
  t.add(RELU_GRAD, binary<ReluGrad, LIGHT>, LIGHT);
  t.add(SIGMOID_GRAD, binary<SigmoidGrad, LIGHT>, LIGHT);
  t.add(TANH_GRAD, binary<TanhGrad, LIGHT>, LIGHT);
  t.add(SILU_GRAD, binary<SiluGrad, HEAVY>, HEAVY);
  t.add(GELU_GRAD, binary<GeluGrad, HEAVY>, HEAVY);
  t.add(GELU_TANH_GRAD, binary<GeluTanhGrad, HEAVY>, HEAVY);
  t.add(SQUARED_ERROR, binary<SquaredError, LIGHT>, LIGHT);
  t.add(BINARY_CROSS_ENTROPY, binary<CrossEntropy, HEAVY>, HEAVY);
  t.add(BINARY_CROSS_ENTROPY_LOGITS, binary<LogitsEntropy, HEAVY>, HEAVY);
  t.add(EQ, compare<Eq>, LIGHT);
  t.add(NE, compare<Ne>, LIGHT);
  t.add(LT, compare<Lt>, LIGHT);
  t.add(LE, compare<Le>, LIGHT);
  t.add(GT, compare<Gt>, LIGHT);
  t.add(GE, compare<Ge>, LIGHT);
  return t;
}

constexpr Table UNARIES = unaries();
constexpr Table BINARIES = binaries();

INLINE Loop loopOf(const Table& table, i32 op, i32 out, i32 b) {
  return {table.bodies[op], {out, 4, b, 0}, true, table.heavy[op] ? HEAVY : LIGHT};
}

} // namespace

Loop unaryLoopF32(i32 op) { return loopOf(UNARIES, op, 4, 0); }

Loop binaryLoopF32(i32 op) { return loopOf(BINARIES, op, op >= EQ && op <= GE ? 1 : 4, 4); }

Loop ternaryLoopF32(i32 op) {
  switch (op) {
    case BINARY_CROSS_ENTROPY_GRAD: return {ternary<CrossEntropyGrad>, {4, 4, 4, 4}, true, LIGHT};
    case SQUARED_ERROR_GRAD: return {ternary<SquaredErrorGrad>, {4, 4, 4, 4}, true, LIGHT};
    default: return {};
  }
}

} // namespace VARIANT
