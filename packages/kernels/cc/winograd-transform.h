// The one-dimensional transforms of Winograd's convolutions of a row by three or five taps, on vectors; applied to the rows and
// then to the columns of a tile they give the two-dimensional ones.
//
//   input    B^T   IN inputs -> IN points
//   output   A^T   IN points -> OUT outputs
//   gradient A     OUT output gradients -> IN points
//   weight   G     TAPS taps -> IN points
//   taps     G^T   IN points -> TAPS tap gradients
//   spread   B     IN points of the output gradients -> IN input gradients
#pragma once
#include "simd.h"

namespace VARIANT {

// What depends on the points alone: 0, +-2/3, +-3/2 and infinity. The usual +-1, +-2 lose four times as much precision; points
// whose product is 1 keep the outermost rows of B^T and G at 1.
struct SixPoints {
  static constexpr i32 IN = 6;
  static constexpr f64 a = 2.0 / 3, b = 1.5, aa = a * a, bb = b * b;
  static constexpr f64 ga = 1 / (2 * aa * (aa - bb)), gb = 1 / (2 * bb * (bb - aa));

  static INLINE void input(const vf d[6], vf v[6]) {
    v[0] = fnma(splat((f32)(aa + bb)), d[2], d[0] + d[4]);
    v[5] = fnma(splat((f32)(aa + bb)), d[3], d[1] + d[5]);
    const vf evenA = fnma(splat((f32)bb), d[2], d[4]), oddA = fnma(splat((f32)bb), d[1], d[3]);
    v[1] = fma(splat((f32)a), oddA, evenA);
    v[2] = fnma(splat((f32)a), oddA, evenA);
    const vf evenB = fnma(splat((f32)aa), d[2], d[4]), oddB = fnma(splat((f32)aa), d[1], d[3]);
    v[3] = fma(splat((f32)b), oddB, evenB);
    v[4] = fnma(splat((f32)b), oddB, evenB);
  }
  static INLINE void spread(const vf v[6], vf d[6]) {
    const vf evenA = v[1] + v[2], evenB = v[3] + v[4];
    const vf oddA = (v[1] - v[2]) * splat((f32)a), oddB = (v[3] - v[4]) * splat((f32)b);
    d[0] = v[0];
    d[1] = fnma(splat((f32)bb), oddA, fnma(splat((f32)aa), oddB, v[5]));
    d[2] = -fma(splat((f32)bb), evenA, fma(splat((f32)aa), evenB, splat((f32)(aa + bb)) * v[0]));
    d[3] = fnma(splat((f32)(aa + bb)), v[5], oddA + oddB);
    d[4] = v[0] + evenA + evenB;
    d[5] = v[5];
  }
};

// Four outputs by three taps.
struct Winograd4 : SixPoints {
  static constexpr i32 OUT = 4, TAPS = 3;

  static INLINE void output(const vf m[6], vf y[4]) {
    const vf sumA = m[1] + m[2], sumB = m[3] + m[4];
    const vf differenceA = (m[1] - m[2]) * splat((f32)a), differenceB = (m[3] - m[4]) * splat((f32)b);
    y[0] = m[0] + sumA + sumB;
    y[1] = differenceA + differenceB;
    y[2] = fma(splat((f32)bb), sumB, splat((f32)aa) * sumA);
    y[3] = fma(splat((f32)bb), differenceB, fma(splat((f32)aa), differenceA, m[5]));
  }
  static INLINE void gradient(const vf y[4], vf m[6]) {
    m[0] = y[0];
    m[5] = y[3];
    const vf evenA = fma(splat((f32)aa), y[2], y[0]), oddA = fma(splat((f32)aa), y[3], y[1]);
    m[1] = fma(splat((f32)a), oddA, evenA);
    m[2] = fnma(splat((f32)a), oddA, evenA);
    const vf evenB = fma(splat((f32)bb), y[2], y[0]), oddB = fma(splat((f32)bb), y[3], y[1]);
    m[3] = fma(splat((f32)b), oddB, evenB);
    m[4] = fnma(splat((f32)b), oddB, evenB);
  }
  static INLINE void weight(const vf g[3], vf u[6]) {
    u[0] = g[0];
    u[5] = g[2];
    const vf evenA = fma(splat((f32)(ga * aa)), g[2], splat((f32)ga) * g[0]);
    u[1] = fma(splat((f32)(ga * a)), g[1], evenA);
    u[2] = fnma(splat((f32)(ga * a)), g[1], evenA);
    const vf evenB = fma(splat((f32)(gb * bb)), g[2], splat((f32)gb) * g[0]);
    u[3] = fma(splat((f32)(gb * b)), g[1], evenB);
    u[4] = fnma(splat((f32)(gb * b)), g[1], evenB);
  }
  static INLINE void taps(const vf u[6], vf g[3]) {
    const vf sumA = (u[1] + u[2]) * splat((f32)ga), sumB = (u[3] + u[4]) * splat((f32)gb);
    g[0] = u[0] + sumA + sumB;
    g[1] = fma(splat((f32)(ga * a)), u[1] - u[2], splat((f32)(gb * b)) * (u[3] - u[4]));
    g[2] = fma(splat((f32)bb), sumB, fma(splat((f32)aa), sumA, u[5]));
  }
};

// Two outputs by five taps: 36 multiplications for four outputs, where a direct convolution does 100.
struct Winograd25 : SixPoints {
  static constexpr i32 OUT = 2, TAPS = 5;

  static INLINE void output(const vf m[6], vf y[2]) {
    y[0] = m[0] + (m[1] + m[2]) + (m[3] + m[4]);
    y[1] = fma(splat((f32)b), m[3] - m[4], fma(splat((f32)a), m[1] - m[2], m[5]));
  }
  static INLINE void gradient(const vf y[2], vf m[6]) {
    m[0] = y[0];
    m[1] = fma(splat((f32)a), y[1], y[0]);
    m[2] = fnma(splat((f32)a), y[1], y[0]);
    m[3] = fma(splat((f32)b), y[1], y[0]);
    m[4] = fnma(splat((f32)b), y[1], y[0]);
    m[5] = y[1];
  }
  static INLINE void weight(const vf g[5], vf u[6]) {
    u[0] = g[0];
    u[5] = g[4];
    const vf evenA = fma(splat((f32)(ga * aa * aa)), g[4], fma(splat((f32)(ga * aa)), g[2], splat((f32)ga) * g[0]));
    const vf oddA = fma(splat((f32)(ga * aa * a)), g[3], splat((f32)(ga * a)) * g[1]);
    u[1] = evenA + oddA;
    u[2] = evenA - oddA;
    const vf evenB = fma(splat((f32)(gb * bb * bb)), g[4], fma(splat((f32)(gb * bb)), g[2], splat((f32)gb) * g[0]));
    const vf oddB = fma(splat((f32)(gb * bb * b)), g[3], splat((f32)(gb * b)) * g[1]);
    u[3] = evenB + oddB;
    u[4] = evenB - oddB;
  }
  static INLINE void taps(const vf u[6], vf g[5]) {
    const vf sumA = (u[1] + u[2]) * splat((f32)ga), sumB = (u[3] + u[4]) * splat((f32)gb);
    const vf oddA = (u[1] - u[2]) * splat((f32)(ga * a)), oddB = (u[3] - u[4]) * splat((f32)(gb * b));
    g[0] = u[0] + sumA + sumB;
    g[1] = oddA + oddB;
    g[2] = fma(splat((f32)aa), sumA, splat((f32)bb) * sumB);
    g[3] = fma(splat((f32)aa), oddA, splat((f32)bb) * oddB);
    g[4] = fma(splat((f32)(aa * aa)), sumA, fma(splat((f32)(bb * bb)), sumB, u[5]));
  }
};

// Two outputs by three taps from four inputs, the points 0, +-1 and infinity.
struct Winograd2 {
  static constexpr i32 OUT = 2, IN = 4, TAPS = 3;

  static INLINE void input(const vf d[4], vf v[4]) {
    v[0] = d[0] - d[2];
    v[1] = d[1] + d[2];
    v[2] = d[2] - d[1];
    v[3] = d[1] - d[3];
  }
  static INLINE void output(const vf m[4], vf y[2]) {
    y[0] = m[0] + m[1] + m[2];
    y[1] = m[1] - m[2] - m[3];
  }
  static INLINE void gradient(const vf y[2], vf m[4]) {
    m[0] = y[0];
    m[1] = y[0] + y[1];
    m[2] = y[0] - y[1];
    m[3] = -y[1];
  }
  static INLINE void weight(const vf g[3], vf u[4]) {
    const vf even = (g[0] + g[2]) * splat(0.5f), odd = g[1] * splat(0.5f);
    u[0] = g[0];
    u[1] = even + odd;
    u[2] = even - odd;
    u[3] = g[2];
  }
  static INLINE void taps(const vf u[4], vf g[3]) {
    const vf half = (u[1] + u[2]) * splat(0.5f);
    g[0] = u[0] + half;
    g[1] = (u[1] - u[2]) * splat(0.5f);
    g[2] = half + u[3];
  }
};

// Calls `f` with the transforms that a kernel's argument `tile` names.
template <class F> INLINE auto withTile(i32 tile, F f) {
  if (tile == 4) return f(Winograd4{});
  return tile == 25 ? f(Winograd25{}) : f(Winograd2{});
}

// What is done to the planes of the input, and to those of the output's gradient: tiles of FROM x FROM that are STEP apart become
// IN x IN points each.
template <class F> struct InputTiles {
  static constexpr i32 FROM = F::IN, TO = F::IN, STEP = F::OUT;
  static INLINE void apply(const vf* d, vf* v) { F::input(d, v); }
};
template <class F> struct GradientTiles {
  static constexpr i32 FROM = F::OUT, TO = F::IN, STEP = F::OUT;
  static INLINE void apply(const vf* y, vf* m) { F::gradient(y, m); }
};

} // namespace VARIANT
