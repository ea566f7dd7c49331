// Group normalisation of [n, c, l]: the channels of a group lie together, so a group is one row.
#include "kernels.h"
#include "parallel.h"
#include "rows.h"

namespace VARIANT {
namespace {

constexpr i32 PIECE = 16384; // elements that are worth a thread

// Sums of the deviations and of g times them over a channel's elements, of which there may be fewer than a vector.
INLINE void channelSums(const f32* g, const f32* x, i32 l, f32 mean, f32& sum, f32& product) {
  f64 sums[2] = {};
  if (l >= W) {
    const vf m = splat(mean);
    sumEach<2>(l, sums, [=](i32 j, vf* v) __attribute__((always_inline)) {
      v[0] = load(g + j);
      v[1] = v[0] * (load(x + j) - m);
    });
  } else {
    for (i32 j = 0; j < l; j++) {
      sums[0] += g[j];
      sums[1] += g[j] * (x[j] - mean);
    }
  }
  sum = (f32)sums[0];
  product = (f32)sums[1];
}

// out = (x - mean) * scale + shift
INLINE void scaleChannel(f32* out, const f32* x, i32 l, f32 mean, f32 scale, f32 shift) {
  if (l >= W) {
    const vf m = splat(mean), a = splat(scale), b = splat(shift);
    overRow(x, l, [=](i32 j, vf v, vi) __attribute__((always_inline)) { store(out + j, fma(v - m, a, b)); });
  } else {
    for (i32 j = 0; j < l; j++) out[j] = (x[j] - mean) * scale + shift;
  }
}

// out = g * scale + (x - mean) * slope + shift
INLINE void gradChannel(f32* out, const f32* g, const f32* x, i32 l, f32 mean, f32 scale, f32 slope, f32 shift) {
  if (l >= W) {
    const vf m = splat(mean), a = splat(scale), b = splat(slope), c = splat(shift);
    overRow(g, l, [=](i32 j, vf v, vi) __attribute__((always_inline)) { store(out + j, fma(v, a, fma(load(x + j) - m, b, c))); });
  } else {
    for (i32 j = 0; j < l; j++) out[j] = g[j] * scale + ((x[j] - mean) * slope + shift);
  }
}

} // namespace

void groupNorm(f32* out, f32* mean, f32* invstd, const f32* x, const f32* weight, const f32* bias, i32 n, i32 c, i32 l, i32 groups,
               f32 eps) {
  const i32 channels = c / groups, size = channels * l;
  parallel(n * groups, max(1, PIECE / size), [=](i32 begin, i32 end, i32) {
    for (i32 r = begin; r < end; r++) {
      const f32* row = x + (isize)r * size;
      f64 total = 0;
      sumEach<1>(size, &total, [=](i32 j, vf* v) __attribute__((always_inline)) { v[0] = load(row + j); });
      const f32 center = (f32)(total / size);
      const vf m = splat(center);
      f64 moments[2] = {};
      sumEach<2>(size, moments, [=](i32 j, vf* v) __attribute__((always_inline)) {
        v[0] = load(row + j) - m;
        v[1] = v[0] * v[0];
      });
      const f64 lost = moments[0] / size;
      const f32 s = (f32)(1.0 / __builtin_sqrt(max(moments[1] / size - lost * lost, 0.0) + eps));
      mean[r] = center;
      invstd[r] = s;
      for (i32 k = 0; k < channels; k++) {
        const i32 channel = r % groups * channels + k;
        const f32 w = weight != nullptr ? weight[channel] : 1.0f;
        scaleChannel(out + (isize)r * size + k * l, row + k * l, l, center, s * w,
                     (bias != nullptr ? bias[channel] : 0.0f) - (f32)(lost * s) * w);
      }
    }
  });
}

void groupNormGrad(f32* gx, f32* gw, f32* gb, const f32* g, const f32* x, const f32* mean, const f32* invstd, const f32* weight,
                   i32 n, i32 c, i32 l, i32 groups, f32* work) {
  const i32 channels = c / groups, size = channels * l;
  parallel(n * groups, max(1, PIECE / size), [=](i32 begin, i32 end, i32) {
    for (i32 r = begin; r < end; r++) {
      const f32 *y = x + (isize)r * size, *d = g + (isize)r * size;
      f32* sums = work + (isize)r * channels * 2;
      const f32 center = mean[r], s = invstd[r];
      f64 sum = 0, product = 0;
      for (i32 k = 0; k < channels; k++) {
        const f32 w = weight != nullptr ? weight[r % groups * channels + k] : 1.0f;
        channelSums(d + k * l, y + k * l, l, center, sums[2 * k], sums[2 * k + 1]);
        sum += (f64)sums[2 * k] * w;
        product += (f64)sums[2 * k + 1] * w;
      }
      if (gx == nullptr) continue;
      const f32 slope = (f32)(-product / size * s * s * s), shift = (f32)(-sum / size * s);
      for (i32 k = 0; k < channels; k++) {
        const f32 w = weight != nullptr ? weight[r % groups * channels + k] : 1.0f;
        gradChannel(gx + (isize)r * size + k * l, d + k * l, y + k * l, l, center, s * w, slope, shift);
      }
    }
  });
  for (i32 k = 0; k < c; k++) {
    f64 a = 0, b = 0;
    for (i32 i = 0; i < n; i++) {
      const f32* sums = work + ((isize)i * c + k) * 2;
      a += (f64)sums[1] * invstd[i * groups + k / channels];
      b += sums[0];
    }
    if (gw != nullptr) gw[k] = (f32)a;
    if (gb != nullptr) gb[k] = (f32)b;
  }
}

} // namespace VARIANT
