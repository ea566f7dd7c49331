// Activations, and their gradients: in a gradient x is that of the output, y what the gradient is computed from.
#include "kernels.h"
#include "math.h"
#include "vector-loops.h"

namespace VARIANT {
namespace {

// tanh form of gelu: x (1 + tanh t) / 2 = x sigmoid(2 t)
INLINE vf geluTanhInner(vf x) { return x * fma(x * x, splat(2.0f * 0.7978845608f * 0.044715f), splat(2.0f * 0.7978845608f)); }
INLINE vf geluTanhSlope(vf x) {
  const vf s = sigmoidOf(geluTanhInner(x));
  const vf inner = fma(x * x, splat(6.0f * 0.7978845608f * 0.044715f), splat(2.0f * 0.7978845608f));
  return fma(x * (1.0f - s) * inner, s, s);
}

INLINE vf siluSlope(vf x) {
  const vf s = sigmoidOf(x);
  return s * fma(x, 1.0f - s, splat(1.0f));
}

INLINE vf clampTo(vf x, f32 low, f32 high) { return minSecond(splat(high), maxSecond(splat(low), x)); }

INLINE vf hardswishGrad(vf g, vf x) {
  return drop(x <= -3.0f, select(x < 3.0f, g * fma(x, splat(1.0f / 3.0f), splat(0.5f)), g));
}

// tanh(log(1 + e)) = n / (n + 2) with n = e (e + 2), which is 1 long before e^x overflows
struct MishParts {
  vf x, e, n, inverse;
};
INLINE MishParts mishParts(vf x) {
  const vf low = minSecond(splat(20.0f), x);
  const vf e = expOf(low);
  const vf n = e * (e + 2.0f);
  return {low, e, n, 1.0f / (n + 2.0f)};
}
INLINE vf mishOf(vf x) {
  const MishParts p = mishParts(x);
  return x * (p.n * p.inverse);
}
INLINE vf mishSlope(vf x) {
  const MishParts p = mishParts(x);
  return p.inverse * fma(4.0f * p.x * p.inverse, fma(p.e, p.e, p.e), p.n);
}

UNARY(Silu, siluOf(x))
UNARY(Gelu, geluOf(x))
UNARY(GeluTanh, x * sigmoidOf(geluTanhInner(x)))
// a, b: limits
UNARY(Hardtanh, clampTo(x, v.a, v.b))
UNARY(Hardsigmoid, clampTo(x + 3.0f, 0.0f, 6.0f) / 6.0f)
UNARY(Hardswish, x * clampTo(x + 3.0f, 0.0f, 6.0f) / 6.0f)
// a: slope below zero
UNARY(LeakyRelu, select(x > 0.0f, x, x * v.a))
// a: slope above zero, b: height and c: rate of the exponential below
UNARY(Elu, select(x > 0.0f, x * v.a, expm1Of(x * v.c) * v.b))
// a: beta, b: threshold, c: 1 / beta
UNARY(Softplus, select(x * v.a > v.b, x, softplusOf(x * v.a) * v.c))
UNARY(Logsigmoid, -softplusOf(-x))
UNARY(Mish, mishOf(x))

BINARY(ReluGrad, drop(y <= 0.0f, x))
BINARY(SigmoidGrad, x * ((1.0f - y) * y))
BINARY(TanhGrad, x * fnma(y, y, splat(1.0f)))
BINARY(SiluGrad, x * siluSlope(y))
BINARY(GeluGrad, x * geluSlopeOf(y))
BINARY(GeluTanhGrad, x * geluTanhSlope(y))
BINARY(HardtanhGrad, drop((y <= v.a) | (y >= v.b), x))
BINARY(HardsigmoidGrad, keep((y > -3.0f) & (y < 3.0f), x * (1.0f / 6.0f)))
BINARY(HardswishGrad, hardswishGrad(x, y))
BINARY(LeakyReluGrad, select(y > 0.0f, x, x * v.a))
BINARY(EluGrad, x * select(y <= 0.0f, expOf(y * v.c) * (v.b * v.c), splat(v.a)))
BINARY(SoftplusGrad, select(y * v.a > v.b, x, x * sigmoidOf(y * v.a)))
BINARY(LogsigmoidGrad, x * sigmoidOf(-y))
BINARY(MishGrad, x * mishSlope(y))

constexpr Table functions() {
  using enum Activation;
  Table t{};
  t.add(SILU, unary<Silu, HEAVY>, HEAVY);
  t.add(GELU, unary<Gelu, HEAVY>, HEAVY);
  t.add(GELU_TANH, unary<GeluTanh, HEAVY>, HEAVY);
  t.add(HARDTANH, unary<Hardtanh, LIGHT>, LIGHT);
  t.add(HARDSIGMOID, unary<Hardsigmoid, LIGHT>, LIGHT);
  t.add(HARDSWISH, unary<Hardswish, LIGHT>, LIGHT);
  t.add(LEAKY_RELU, unary<LeakyRelu, LIGHT>, LIGHT);
  t.add(ELU, unary<Elu, HEAVY>, HEAVY);
  t.add(SOFTPLUS, unary<Softplus, HEAVY>, HEAVY);
  t.add(LOGSIGMOID, unary<Logsigmoid, HEAVY>, HEAVY);
  t.add(MISH, unary<Mish, HEAVY>, HEAVY);
  return t;
}

constexpr Table gradients() {
  using enum Activation;
  Table t{};
  t.add(RELU, binary<ReluGrad, LIGHT>, LIGHT);
  t.add(SIGMOID, binary<SigmoidGrad, LIGHT>, LIGHT);
  t.add(TANH, binary<TanhGrad, LIGHT>, LIGHT);
  t.add(SILU, binary<SiluGrad, HEAVY>, HEAVY);
  t.add(GELU, binary<GeluGrad, HEAVY>, HEAVY);
  t.add(GELU_TANH, binary<GeluTanhGrad, HEAVY>, HEAVY);
  t.add(HARDTANH, binary<HardtanhGrad, LIGHT>, LIGHT);
  t.add(HARDSIGMOID, binary<HardsigmoidGrad, LIGHT>, LIGHT);
  t.add(HARDSWISH, binary<HardswishGrad, LIGHT>, LIGHT);
  t.add(LEAKY_RELU, binary<LeakyReluGrad, LIGHT>, LIGHT);
  t.add(ELU, binary<EluGrad, HEAVY>, HEAVY);
  t.add(SOFTPLUS, binary<SoftplusGrad, HEAVY>, HEAVY);
  t.add(LOGSIGMOID, binary<LogsigmoidGrad, HEAVY>, HEAVY);
  t.add(MISH, binary<MishGrad, HEAVY>, HEAVY);
  return t;
}

constexpr Table FUNCTIONS = functions();
constexpr Table GRADIENTS = gradients();

} // namespace

void activation(i32 op, f32* out, const f32* x, i32 n, f32 a, f32 b, f32 c) {
  runFlat(loopOf(FUNCTIONS, op, 4, 0), out, x, 1, nullptr, 1, nullptr, 1, n, {a, b, c});
}

void activationGrad(i32 op, f32* out, const f32* g, i32 gStep, const f32* x, i32 n, f32 a, f32 b, f32 c) {
  runFlat(loopOf(GRADIENTS, op, 4, 4), out, g, gStep, x, 1, nullptr, 1, n, {a, b, c});
}

} // namespace VARIANT
