// Pointwise loops of float32 over whole vectors.
#include "inverse.h"
#include "pointwise.h"
#include "vector-loops.h"

namespace VARIANT {
namespace {

template <class F> void compare(void* out, const void* a, const void* b, const void*, i32 n, Numbers) {
  for (i32 i = 0; i < n; i += W) storeMask((u8*)out + i, F::of(load((const f32*)a + i), load((const f32*)b + i)));
}

#define COMPARE(name, expression) struct name { static INLINE vi of(vf x, vf y) { return expression; } };

// the other one where one is NaN
INLINE vf fmaxOf(vf x, vf y) { return select(y != y, x, maxSecond(x, y)); }
INLINE vf fminOf(vf x, vf y) { return select(y != y, x, minSecond(x, y)); }

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

} // namespace

Loop unaryLoopF32(i32 op) { return loopOf(UNARIES, op, 4, 0); }

Loop binaryLoopF32(i32 op) { return loopOf(BINARIES, op, op >= EQ && op <= GE ? 1 : 4, 4); }

Loop ternaryLoopF32(i32 op) {
  return op == BINARY_CROSS_ENTROPY_GRAD ? TERNARY_LOOP<CrossEntropyGrad> : Loop{};
}

} // namespace VARIANT
