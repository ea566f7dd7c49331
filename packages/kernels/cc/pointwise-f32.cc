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
UNARY(LeakyRelu, select(x > 0.0f, x, x * v))
UNARY(Softplus, softplusOf(x))
UNARY(Elu, select(x > 0.0f, x, expm1Of(x) * v))

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
BINARY(LeakyReluGrad, select(y > 0.0f, x, x * v))
BINARY(AddScaled, fma(y, splat(v), x))
BINARY(SquaredError, (x - y) * (x - y))
BINARY(CrossEntropy, crossEntropyOf(x, y))
BINARY(LogitsEntropy, logitsEntropyOf(x, y))
// from the nearer end
struct Lerp {
  static INLINE vf of(vf x, vf y, f32 v) {
    const f32 a = v < 0 ? -v : v;
    return a < 0.5f ? fma(y - x, splat(v), x) : fnma(y - x, splat(1.0f - v), y);
  }
};

COMPARE(Eq, x == y)
COMPARE(Ne, x != y)
COMPARE(Lt, x < y)
COMPARE(Le, x <= y)
COMPARE(Gt, x > y)
COMPARE(Ge, x >= y)

TERNARY(AddCMul, fma(y * v, z, x))
TERNARY(AddCDiv, fma(y / z, splat(v), x))
// gradient of the cross entropy of x and target z, from y = its own
TERNARY(CrossEntropyGrad, x * (y - z) / maxSecond(splat(1e-12f), (1.0f - y) * y))
TERNARY(SquaredErrorGrad, (y - z) * (x * v))

template <class F, i32 GRAIN> constexpr Loop one() { return {unary<F, GRAIN>, {4, 4, 0, 0}, true, GRAIN}; }
template <class F, i32 GRAIN> constexpr Loop two() { return {binary<F, GRAIN>, {4, 4, 4, 0}, true, GRAIN}; }
template <class F, i32 GRAIN> constexpr Loop three() { return {ternary<F>, {4, 4, 4, 4}, true, GRAIN}; }
template <class F> constexpr Loop test() { return {compare<F>, {1, 4, 4, 0}, true, LIGHT}; }

} // namespace

Loop unaryLoopF32(i32 op) {
  switch (op) {
    case NEG: return one<Neg, LIGHT>();
    case ABS: return one<Abs, LIGHT>();
    case SIGN: return one<Sign, LIGHT>();
    case RELU: return one<Relu, LIGHT>();
    case FLOOR: return one<Floor, LIGHT>();
    case CEIL: return one<Ceil, LIGHT>();
    case ROUND: return one<Round, LIGHT>();
    case TRUNC: return one<Trunc, LIGHT>();
    case EXP: return one<Exp, HEAVY>();
    case EXP2: return one<Exp2, HEAVY>();
    case EXPM1: return one<Expm1, HEAVY>();
    case LOG: return one<Log, HEAVY>();
    case LOG2: return one<Log2, HEAVY>();
    case LOG10: return one<Log10, HEAVY>();
    case LOG1P: return one<Log1p, HEAVY>();
    case SQRT: return one<Sqrt, HEAVY>();
    case RSQRT: return one<Rsqrt, HEAVY>();
    case RECIPROCAL: return one<Reciprocal, LIGHT>();
    case SIN: return one<Sin, HEAVY>();
    case COS: return one<Cos, HEAVY>();
    case TAN: return one<Tan, HEAVY>();
    case ASIN: return one<Asin, HEAVY>();
    case ACOS: return one<Acos, HEAVY>();
    case ATAN: return one<Atan, HEAVY>();
    case SINH: return one<Sinh, HEAVY>();
    case COSH: return one<Cosh, HEAVY>();
    case TANH: return one<Tanh, HEAVY>();
    case ASINH: return one<Asinh, HEAVY>();
    case ACOSH: return one<Acosh, HEAVY>();
    case ATANH: return one<Atanh, HEAVY>();
    case SIGMOID: return one<Sigmoid, HEAVY>();
    case ERF: return one<Erf, HEAVY>();
    case ERFC: return one<Erfc, HEAVY>();
    case SILU: return one<Silu, HEAVY>();
    case GELU: return one<Gelu, HEAVY>();
    case GELU_TANH: return one<GeluTanh, HEAVY>();
    case LEAKY_RELU: return one<LeakyRelu, LIGHT>();
    case SOFTPLUS: return one<Softplus, HEAVY>();
    case ELU: return one<Elu, HEAVY>();
    default: return {};
  }
}

Loop binaryLoopF32(i32 op) {
  switch (op) {
    case ADD: return two<Add, LIGHT>();
    case SUB: return two<Sub, LIGHT>();
    case MUL: return two<Mul, LIGHT>();
    case DIV: return two<Div, LIGHT>();
    case DIV_TRUNC: return two<DivTrunc, LIGHT>();
    case POW: return two<Pow, HEAVY>();
    case MAXIMUM: return two<Maximum, LIGHT>();
    case MINIMUM: return two<Minimum, LIGHT>();
    case FMAX: return two<Fmax, LIGHT>();
    case FMIN: return two<Fmin, LIGHT>();
    case COPYSIGN: return two<CopySign, LIGHT>();
    case HYPOT: return two<Hypot, HEAVY>();
    case EQ: return test<Eq>();
    case NE: return test<Ne>();
    case LT: return test<Lt>();
    case LE: return test<Le>();
    case GT: return test<Gt>();
    case GE: return test<Ge>();
    case RELU_GRAD: return two<ReluGrad, LIGHT>();
    case SIGMOID_GRAD: return two<SigmoidGrad, LIGHT>();
    case TANH_GRAD: return two<TanhGrad, LIGHT>();
    case SILU_GRAD: return two<SiluGrad, HEAVY>();
    case GELU_GRAD: return two<GeluGrad, HEAVY>();
    case GELU_TANH_GRAD: return two<GeluTanhGrad, HEAVY>();
    case LEAKY_RELU_GRAD: return two<LeakyReluGrad, LIGHT>();
    case ADD_SCALED: return two<AddScaled, LIGHT>();
    case SQUARED_ERROR: return two<SquaredError, LIGHT>();
    case BINARY_CROSS_ENTROPY: return two<CrossEntropy, HEAVY>();
    case BINARY_CROSS_ENTROPY_LOGITS: return two<LogitsEntropy, HEAVY>();
    case LERP: return two<Lerp, LIGHT>();
    default: return {};
  }
}

Loop ternaryLoopF32(i32 op) {
  switch (op) {
    case ADDCMUL: return three<AddCMul, LIGHT>();
    case ADDCDIV: return three<AddCDiv, LIGHT>();
    case BINARY_CROSS_ENTROPY_GRAD: return three<CrossEntropyGrad, LIGHT>();
    case SQUARED_ERROR_GRAD: return three<SquaredErrorGrad, LIGHT>();
    default: return {};
  }
}

} // namespace VARIANT
