// Batch normalisation of [N, C, L]: of planes, where the elements of a channel lie together in long rows; else column by column,
// for [N, C], short planes and channels that lie last, where `group` columns next to each other are one channel.
#include "columns.h"
#include "kernels.h"
#include "parallel.h"
#include "rows.h"

namespace VARIANT {
namespace {

constexpr i32 PIECE = 16384; // elements that are worth a thread

struct Statistics {
  f32 mean, invstd, lost; // the mean is off by `lost`, in standard deviations
};

// Mean and reciprocal deviation of a channel, from its sum and then the sums of its deviations and of their squares.
INLINE Statistics finish(f64 mean, f64 deviations, f64 squares, i32 n, f32 eps, f32 momentum, f32* runningMean, f32* runningVar) {
  const f64 lost = deviations / n;
  const f64 variance = max(squares / n - lost * lost, 0.0);
  if (runningMean != nullptr) *runningMean = *runningMean * (1 - momentum) + (f32)(mean + lost) * momentum;
  if (runningVar != nullptr) *runningVar = *runningVar * (1 - momentum) + (f32)(variance * n / max(n - 1, 1)) * momentum;
  const f64 invstd = 1.0 / __builtin_sqrt(variance + eps);
  return {(f32)mean, (f32)invstd, (f32)(lost * invstd)};
}

void planes(f32* out, f32* mean, f32* invstd, const f32* x, const f32* weight, const f32* bias, f32* runningMean,
                     f32* runningVar, i32 n, i32 c, i32 l, f32 momentum, f32 eps) {
  parallel(c, max(1, PIECE / (n * l)), [=](i32 begin, i32 end, i32) {
    for (i32 k = begin; k < end; k++) {
      const isize at = (isize)k * l, image = (isize)c * l;
      f64 total = 0;
      for (i32 i = 0; i < n; i++) {
        const f32* row = x + at + i * image;
        sumEach<1>(l, &total, [=](i32 j, vf* v) __attribute__((always_inline)) { v[0] = load(row + j); });
      }
      const f32 center = (f32)(total / ((f64)n * l));
      f64 moments[2] = {};
      const vf m = splat(center);
      for (i32 i = 0; i < n; i++) {
        const f32* row = x + at + i * image;
        sumEach<2>(l, moments, [=](i32 j, vf* v) __attribute__((always_inline)) {
          v[0] = load(row + j) - m;
          v[1] = v[0] * v[0];
        });
      }
      const Statistics s = finish(center, moments[0], moments[1], n * l, eps, momentum,
                                  runningMean != nullptr ? runningMean + k : nullptr, runningVar != nullptr ? runningVar + k : nullptr);
      mean[k] = s.mean;
      invstd[k] = s.invstd;
      const vf scale = splat(weight != nullptr ? s.invstd * weight[k] : s.invstd);
      const vf shift = splat((bias != nullptr ? bias[k] : 0.0f) - (weight != nullptr ? s.lost * weight[k] : s.lost));
      for (i32 i = 0; i < n; i++) {
        f32* o = out + at + i * image;
        overRow(x + at + i * image, l, [=](i32 j, vf v, vi) __attribute__((always_inline)) { store(o + j, fma(v - m, scale, shift)); });
      }
    }
  });
}

void planesGrad(f32* gx, f32* gw, f32* gb, const f32* g, const f32* x, const f32* mean, const f32* invstd,
                         const f32* weight, i32 n, i32 c, i32 l, i32 training) {
  parallel(c, max(1, PIECE / (n * l)), [=](i32 begin, i32 end, i32) {
    for (i32 k = begin; k < end; k++) {
      const isize at = (isize)k * l, image = (isize)c * l;
      const vf m = splat(mean[k]);
      f64 sums[2] = {};
      if (training || gw != nullptr || gb != nullptr)
        for (i32 i = 0; i < n; i++) {
          const f32 *y = x + at + i * image, *d = g + at + i * image;
          sumEach<2>(l, sums, [=](i32 j, vf* v) __attribute__((always_inline)) {
            v[0] = load(d + j);
            v[1] = v[0] * (load(y + j) - m);
          });
        }
      if (gw != nullptr) gw[k] = (f32)(sums[1] * invstd[k]);
      if (gb != nullptr) gb[k] = (f32)sums[0];
      if (gx == nullptr) continue;
      const f32 factor = weight != nullptr ? invstd[k] * weight[k] : invstd[k];
      const f64 count = (f64)n * l;
      const vf scale = splat(factor);
      const vf slope = splat(training ? (f32)(-sums[1] / count * invstd[k] * invstd[k] * factor) : 0.0f);
      const vf shift = splat(training ? (f32)(-sums[0] / count * factor) : 0.0f);
      for (i32 i = 0; i < n; i++) {
        const f32* y = x + at + i * image;
        f32* o = gx + at + i * image;
        overRow(g + at + i * image, l, [=](i32 j, vf v, vi) __attribute__((always_inline)) {
          store(o + j, fma(v, scale, fma(load(y + j) - m, slope, shift)));
        });
      }
    }
  });
}

void applyPlanes(f32* out, const f32* x, const f32* mean, const f32* scale, const f32* bias, i32 n, i32 c, i32 l) {
  parallel(n * c, max(1, 32768 / l), [=](i32 begin, i32 end, i32) {
    for (i32 r = begin; r < end; r++) {
      const i32 k = r % c;
      const vf m = splat(mean[k]), s = splat(scale[k]), b = splat(bias != nullptr ? bias[k] : 0.0f);
      f32* o = out + (isize)r * l;
      overRow(x + (isize)r * l, l, [=](i32 j, vf v, vi) __attribute__((always_inline)) { store(o + j, fma(v - m, s, b)); });
    }
  });
}

void applyColumns(f32* out, const f32* x, const f32* mean, const f32* scale, const f32* bias, i32 rows, i32 c, i32 group) {
  const i32 width = c * group, most = COLUMNS / group;
  parallel(c, clampGrain(32768 / (rows * group), most), [=](i32 begin, i32 end, i32) {
    alignas(64) f32 ms[COLUMNS], ss[COLUMNS], bs[COLUMNS];
    for (i32 first = begin; first < end; first += most) {
      const i32 n = min(most, end - first) * group;
      const isize at = first * group;
      for (i32 j = 0; j < n; j++) {
        const i32 k = first + j / group;
        ms[j] = mean[k];
        ss[j] = scale[k];
        bs[j] = bias != nullptr ? bias[k] : 0.0f;
      }
      eachColumn(rows, n, [=, &ms, &ss, &bs](i32 r, i32 j, i32 k) __attribute__((always_inline)) {
        const isize p = at + (isize)r * width + j;
        storeUpTo(out + p, fma(loadUpTo(x + p, k) - load(ms + j), load(ss + j), load(bs + j)), k);
      });
    }
  });
}

void columns(f32* out, f32* mean, f32* invstd, const f32* x, const f32* weight, const f32* bias, f32* runningMean,
                      f32* runningVar, i32 rows, i32 c, i32 group, f32 momentum, f32 eps) {
  const i32 width = c * group, most = COLUMNS / group;
  parallel(c, clampGrain(PIECE / (rows * group), most), [=](i32 begin, i32 end, i32) {
    for (i32 first = begin; first < end; first += most) {
      const i32 count = min(most, end - first), n = count * group;
      const f32* from = x + first * group;
      Columns sums;
      sums.clear(n);
      sums.addRows(rows, n, [=](i32 r, i32 j, i32 k) __attribute__((always_inline)) { return loadUpTo(from + (isize)r * width + j, k); });
      alignas(64) f32 center[COLUMNS], scale[COLUMNS], shift[COLUMNS];
      f64 means[COLUMNS];
      for (i32 k = 0; k < count; k++) {
        means[k] = (f32)(sums.groupSum(k, group) / ((f64)rows * group));
        for (i32 j = 0; j < group; j++) center[k * group + j] = (f32)means[k];
      }
      Columns squares;
      sums.clear(n);
      squares.clear(n);
      sums.addRowsTwice(squares, rows, n, [=, &center](i32 r, i32 j, i32 k, vf& a, vf& b) __attribute__((always_inline)) {
        a = loadUpTo(from + (isize)r * width + j, k) - load(center + j);
        b = a * a;
      });
      for (i32 k = 0; k < count; k++) {
        const i32 channel = first + k;
        const Statistics s = finish(means[k], sums.groupSum(k, group), squares.groupSum(k, group), rows * group, eps, momentum,
                                    runningMean != nullptr ? runningMean + channel : nullptr,
                                    runningVar != nullptr ? runningVar + channel : nullptr);
        mean[channel] = s.mean;
        invstd[channel] = s.invstd;
        for (i32 j = 0; j < group; j++) {
          scale[k * group + j] = weight != nullptr ? s.invstd * weight[channel] : s.invstd;
          shift[k * group + j] = (bias != nullptr ? bias[channel] : 0.0f) - (weight != nullptr ? s.lost * weight[channel] : s.lost);
        }
      }
      f32* to = out + first * group;
      eachColumn(rows, n, [=, &center, &scale, &shift](i32 r, i32 j, i32 k) __attribute__((always_inline)) {
        const vf v = loadUpTo(from + (isize)r * width + j, k) - load(center + j);
        storeUpTo(to + (isize)r * width + j, fma(v, load(scale + j), load(shift + j)), k);
      });
    }
  });
}

void columnsGrad(f32* gx, f32* gw, f32* gb, const f32* g, const f32* x, const f32* mean, const f32* invstd,
                          const f32* weight, i32 rows, i32 c, i32 group, i32 training) {
  const i32 width = c * group, most = COLUMNS / group;
  parallel(c, clampGrain(PIECE / (rows * group), most), [=](i32 begin, i32 end, i32) {
    for (i32 first = begin; first < end; first += most) {
      const i32 count = min(most, end - first), n = count * group;
      const isize at = first * group;
      alignas(64) f32 center[COLUMNS], scale[COLUMNS], slope[COLUMNS], shift[COLUMNS];
      for (i32 j = 0; j < n; j++) center[j] = mean[first + j / group];
      Columns sums, products;
      sums.clear(n);
      products.clear(n);
      if (training || gw != nullptr || gb != nullptr)
        sums.addRowsTwice(products, rows, n, [=, &center](i32 r, i32 j, i32 k, vf& a, vf& b) __attribute__((always_inline)) {
          a = loadUpTo(g + at + (isize)r * width + j, k);
          b = a * (loadUpTo(x + at + (isize)r * width + j, k) - load(center + j));
        });
      const f64 total = (f64)rows * group;
      for (i32 k = 0; k < count; k++) {
        const i32 channel = first + k;
        const f64 sum = sums.groupSum(k, group), product = products.groupSum(k, group);
        const f32 s = invstd[channel];
        if (gw != nullptr) gw[channel] = (f32)(product * s);
        if (gb != nullptr) gb[channel] = (f32)sum;
        const f32 factor = weight != nullptr ? s * weight[channel] : s;
        for (i32 j = k * group; j < (k + 1) * group; j++) {
          scale[j] = factor;
          slope[j] = training ? (f32)(-product / total * s * s * factor) : 0.0f;
          shift[j] = training ? (f32)(-sum / total * factor) : 0.0f;
        }
      }
      if (gx == nullptr) continue;
      eachColumn(rows, n, [=, &center, &scale, &slope, &shift](i32 r, i32 j, i32 k) __attribute__((always_inline)) {
        const isize p = at + (isize)r * width + j;
        const vf v = fma(loadUpTo(x + p, k) - load(center + j), load(slope + j), load(shift + j));
        storeUpTo(gx + p, fma(loadUpTo(g + p, k), load(scale + j), v), k);
      });
    }
  });
}

// Rows of planes so short that columns are faster.
constexpr i32 LONG = W >= 8 ? 65 : 16;

} // namespace

void batchNorm(f32* out, f32* mean, f32* invstd, const f32* x, const f32* weight, const f32* bias, f32* runningMean,
               f32* runningVar, i32 n, i32 c, i32 l, i32 last, f32 momentum, f32 eps) {
  if (last) columns(out, mean, invstd, x, weight, bias, runningMean, runningVar, n * l, c, 1, momentum, eps);
  else if (l < LONG) columns(out, mean, invstd, x, weight, bias, runningMean, runningVar, n, c, l, momentum, eps);
  else planes(out, mean, invstd, x, weight, bias, runningMean, runningVar, n, c, l, momentum, eps);
}

void batchNormGrad(f32* gx, f32* gw, f32* gb, const f32* g, const f32* x, const f32* mean, const f32* invstd, const f32* weight,
                   i32 n, i32 c, i32 l, i32 last, i32 training) {
  if (last) columnsGrad(gx, gw, gb, g, x, mean, invstd, weight, n * l, c, 1, training);
  else if (l < LONG) columnsGrad(gx, gw, gb, g, x, mean, invstd, weight, n, c, l, training);
  else planesGrad(gx, gw, gb, g, x, mean, invstd, weight, n, c, l, training);
}

void batchNormScale(f32* scale, const f32* variance, const f32* weight, i32 c, f32 eps) {
  for (i32 k = 0; k < c; k++) {
    const f32 s = (f32)(1.0 / __builtin_sqrt((f64)variance[k] + eps));
    scale[k] = weight != nullptr ? s * weight[k] : s;
  }
}

void batchNormApply(f32* out, const f32* x, const f32* mean, const f32* scale, const f32* bias, i32 n, i32 c, i32 l, i32 last) {
  if (last) applyColumns(out, x, mean, scale, bias, n * l, c, 1);
  else if (l < LONG) applyColumns(out, x, mean, scale, bias, n, c, l);
  else applyPlanes(out, x, mean, scale, bias, n, c, l);
}

} // namespace VARIANT
