// Losses that are a distance of two tensors, summed or not, and their gradients.
#include "kernels.h"
#include "rows.h"
#include "vector-loops.h"

namespace VARIANT {
namespace {

// with c = min(d, delta) both pieces are c (d - c / 2)
INLINE vf huberOf(vf d, f32 delta, f32 scale) {
  const vf c = minSecond(splat(delta), d);
  return c * scale * fnma(c, splat(0.5f), d);
}
INLINE vf signOf(vf d) { return select(d > 0.0f, splat(1.0f), select(d < 0.0f, splat(-1.0f), vf{})); }

BINARY(Squared, (x - y) * (x - y))
BINARY(Absolute, absOf(x - y))
// a: up to where it is square, b: scale
BINARY(Huber, huberOf(absOf(x - y), v.a, v.b))

// x is the gradient of the loss; c: factor, a as above
TERNARY(SquaredGrad, (y - z) * 2.0f * (x * v.c))
TERNARY(AbsoluteGrad, signOf(y - z) * (x * v.c))
TERNARY(HuberGrad, minSecond(splat(v.a), maxSecond(splat(-v.a), y - z)) * (x * v.c))

template <class F> f64 sumPiece(const f32* x, const f32* y, i32 n, Numbers v) {
  // lanes beyond the end are equal: they add nothing
  if (n < W) return sumOf(F::of(loadFirst(x, n), loadFirst(y, n), v));
  f64 total = 0;
  sumEach<1>(n, &total, [=](i32 i, vf* to) __attribute__((always_inline)) { to[0] = F::of(load(x + i), load(y + i), v); });
  return total;
}

struct Kind {
  Loop each, slope;
  f64 (*sum)(const f32* x, const f32* y, i32 n, Numbers v);
};
template <class F, class G> constexpr Kind KIND = {{binary<F, LIGHT>, {4, 4, 4, 0}, true, LIGHT}, TERNARY_LOOP<G>, sumPiece<F>};

// by Distance
constexpr Kind KINDS[] = {KIND<Squared, SquaredGrad>, KIND<Absolute, AbsoluteGrad>, KIND<Huber, HuberGrad>};

} // namespace

void distance(i32 op, f32* out, const f32* x, const f32* y, i32 n, f32 a, f32 b) {
  runFlat(KINDS[op].each, out, x, 1, y, 1, nullptr, 1, n, {a, b});
}

void distanceSum(i32 op, f32* out, const f32* x, const f32* y, i32 n, f64 factor, f32 a, f32 b) {
  constexpr i32 MOST = 256;
  f64 parts[MOST];
  // pieces do not depend on the number of threads
  const i32 piece = max(32768, roundUp(divUp(n, MOST), W));
  const i32 pieces = divUp(n, piece);
  parallel(pieces, 1, [&](i32 begin, i32 end, i32) {
    for (i32 i = begin; i < end; i++) {
      const isize at = (isize)i * piece;
      parts[i] = KINDS[op].sum(x + at, y + at, min(piece, n - i * piece), {a, b});
    }
  });
  f64 total = 0;
  for (i32 i = 0; i < pieces; i++) total += parts[i];
  *out = (f32)(total * factor);
}

void distanceGrad(i32 op, f32* out, const f32* g, i32 gStep, const f32* x, const f32* y, i32 n, f32 factor, f32 a) {
  runFlat(KINDS[op].slope, out, g, gStep, x, 1, y, 1, n, {a, 0, factor});
}

} // namespace VARIANT
