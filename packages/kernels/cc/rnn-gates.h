// What recurrent cells do to a vector of units, and loops over the units of a block.
#pragma once
#include "math.h"

namespace VARIANT {

// The sigmoid of a gate, to 2 units in the last place down to e^-87. Half the work of sigmoidOf, which knows subnormal numbers.
INLINE vf gateOf(vf x) {
  const vf e = expModerate(minSecond(splat(87.0f), maxSecond(splat(-87.0f), -x)));
  return 1.0f / (e + 1.0f);
}

// The hyperbolic tangent, to 3 units in the last place: an odd polynomial over an even one, with a third of the work of tanhOf.
INLINE vf squash(vf x) {
  const vf y = minSecond(splat(7.90531111f), maxSecond(splat(-7.90531111f), x));
  const vf z = y * y;
  const vf p = polynomial(z, -2.76076847742355e-16f, 2.00018790482477e-13f, -8.60467152213735e-11f, 5.12229709037114e-08f,
                          1.48572235717979e-05f, 6.37261928875436e-04f, 4.89352455891786e-03f);
  const vf q = polynomial(z, 1.19825839466702e-06f, 1.18534705686654e-04f, 2.26843463243900e-03f, 4.89352518554385e-03f);
  return y * p / q;
}

// Calls body(j, load, store) for each vector of `units` units, the last one with fewer lanes.
template <class F> INLINE void overUnits(i32 units, F body) {
  i32 j = 0;
  ROLLED
  for (; j + W <= units; j += W)
    body(j, [](const f32* p) { return load(p); }, [](f32* p, vf v) { store(p, v); });
  const i32 rest = units - j;
  if (rest > 0)
    body(j, [rest](const f32* p) { return loadFirst(p, rest); }, [rest](f32* p, vf v) { storeFirst(p, v, rest); });
}

} // namespace VARIANT
