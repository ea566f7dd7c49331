// Layer and root-mean-square normalisation of rows, with gradients. A row stays in the first cache, so statistics are taken in
// two passes: first the mean, then the squared deviations.
#include "kernels.h"
#include "parallel.h"
#include "rows.h"

namespace VARIANT {
namespace {

constexpr i32 PIECE = 16384; // elements that are worth a thread
constexpr i32 BLOCK = 32;    // rows whose gradients of weight and bias are added in float32

// Pieces of rows that have sums of their own; their number does not depend on that of threads.
INLINE i32 piecesOf(i32 rows, i32 n) { return max(1, min(min(16, rows / BLOCK), (i32)((f64)rows * n / PIECE))); }

// Sums over rows of two quantities for each of n columns: float32 in `recent`, then float64 in `total`.
struct Sums {
  f64* total; // [2][n]
  f32* recent;
  i32 n, pending;

  Sums(f64* work, i32 n) : total(work), recent((f32*)(work + 2 * (isize)n)), n(n), pending(0) {
    for (i32 j = 0; j < 2 * n; j++) {
      total[j] = 0;
      recent[j] = 0;
    }
  }
  INLINE void add(i32 j, vf a, vf b) {
    store(recent + j, load(recent + j) + a);
    store(recent + n + j, load(recent + n + j) + b);
  }
  void flush() {
    pending = 0;
    for (i32 j = 0; j < 2 * n; j++) {
      total[j] += recent[j];
      recent[j] = 0;
    }
  }
  void endRow() {
    if (++pending == BLOCK) flush();
  }
};

// The two sums of each column over all pieces.
void collect(f32* first, f32* second, const f64* work, i32 pieces, i32 n) {
  for (i32 j = 0; j < n; j++) {
    f64 a = 0, b = 0;
    for (i32 i = 0; i < pieces; i++) {
      a += work[(isize)i * 3 * n + j];
      b += work[(isize)i * 3 * n + n + j];
    }
    if (first != nullptr) first[j] = (f32)a;
    if (second != nullptr) second[j] = (f32)b;
  }
}

} // namespace

i32 rowGradWorkspace(i32 rows, i32 n) { return piecesOf(rows, n) * 3 * n * 8; }

void layerNorm(f32* out, f32* mean, f32* invstd, const f32* x, const f32* weight, const f32* bias, i32 rows, i32 n, f32 eps) {
  parallel(rows, max(1, PIECE / n), [=](i32 begin, i32 end, i32) {
    for (i32 r = begin; r < end; r++) {
      const f32* row = x + (isize)r * n;
      f32* o = out + (isize)r * n;
      f64 total = 0;
      sumEach<1>(n, &total, [=](i32 j, vf* v) __attribute__((always_inline)) { v[0] = load(row + j); });
      const f32 center = (f32)(total / n);
      const vf m = splat(center);
      f64 moments[2] = {};
      sumEach<2>(n, moments, [=](i32 j, vf* v) __attribute__((always_inline)) {
        v[0] = load(row + j) - m;
        v[1] = v[0] * v[0];
      });
      const f64 lost = moments[0] / n;
      const f32 s = (f32)(1.0 / __builtin_sqrt(max(moments[1] / n - lost * lost, 0.0) + eps));
      mean[r] = center;
      invstd[r] = s;
      const vf scale = splat(s), unseen = splat((f32)(-lost * s));
      if (weight != nullptr && bias != nullptr)
        overRow(row, n, [=](i32 j, vf v, vi) __attribute__((always_inline)) {
          store(o + j, fma(fma(v - m, scale, unseen), load(weight + j), load(bias + j)));
        });
      else
        overRow(row, n, [=](i32 j, vf v, vi) __attribute__((always_inline)) {
          vf y = fma(v - m, scale, unseen);
          if (weight != nullptr) y *= load(weight + j);
          if (bias != nullptr) y += load(bias + j);
          store(o + j, y);
        });
    }
  });
}

void layerNormGrad(f32* gx, f32* gw, f32* gb, const f32* g, const f32* x, const f32* mean, const f32* invstd, const f32* weight,
                   i32 rows, i32 n, f64* work) {
  const bool parameters = gw != nullptr || gb != nullptr;
  const i32 pieces = piecesOf(rows, n);
  const i32 each = divUp(rows, pieces);
  parallel(pieces, 1, [=](i32 begin, i32 end, i32) {
    for (i32 i = begin; i < end; i++) {
      Sums sums(parameters ? work + (isize)i * 3 * n : nullptr, parameters ? n : 0);
      for (i32 r = i * each; r < min(rows, (i + 1) * each); r++) {
        const f32 *y = x + (isize)r * n, *d = g + (isize)r * n;
        const vf m = splat(mean[r]), s = splat(invstd[r]);
        if (parameters) {
          overRow(d, n, [=, &sums](i32 j, vf v, vi fresh) __attribute__((always_inline)) {
            const vf unit = (load(y + j) - m) * s;
            sums.add(j, keep(fresh, v * unit), keep(fresh, v));
          });
          sums.endRow();
        }
        if (gx == nullptr) continue;
        f64 total[2] = {};
        if (weight != nullptr)
          sumEach<2>(n, total, [=](i32 j, vf* v) __attribute__((always_inline)) {
            v[0] = load(d + j) * load(weight + j);
            v[1] = v[0] * ((load(y + j) - m) * s);
          });
        else
          sumEach<2>(n, total, [=](i32 j, vf* v) __attribute__((always_inline)) {
            v[0] = load(d + j);
            v[1] = v[0] * ((load(y + j) - m) * s);
          });
        const vf a = splat((f32)(total[0] / n)), b = splat((f32)(total[1] / n));
        f32* o = gx + (isize)r * n;
        overRow(d, n, [=](i32 j, vf v, vi) __attribute__((always_inline)) {
          const vf inner = weight != nullptr ? v * load(weight + j) : v;
          store(o + j, fnma((load(y + j) - m) * s, b, inner - a) * s);
        });
      }
      if (parameters) sums.flush();
    }
  });
  if (parameters) collect(gw, gb, work, pieces, n);
}

void rmsNorm(f32* out, f32* invrms, const f32* x, const f32* weight, i32 rows, i32 n, f32 eps) {
  parallel(rows, max(1, PIECE / n), [=](i32 begin, i32 end, i32) {
    for (i32 r = begin; r < end; r++) {
      const f32* row = x + (isize)r * n;
      f64 total = 0;
      sumEach<1>(n, &total, [=](i32 j, vf* v) __attribute__((always_inline)) { v[0] = load(row + j) * load(row + j); });
      invrms[r] = (f32)(1.0 / __builtin_sqrt(total / n + eps));
      const vf s = splat(invrms[r]);
      f32* o = out + (isize)r * n;
      overRow(row, n, [=](i32 j, vf v, vi) __attribute__((always_inline)) {
        store(o + j, weight != nullptr ? v * s * load(weight + j) : v * s);
      });
    }
  });
}

void rmsNormGrad(f32* gx, f32* gw, const f32* g, const f32* x, const f32* invrms, const f32* weight, i32 rows, i32 n, f64* work) {
  const i32 pieces = piecesOf(rows, n);
  const i32 each = divUp(rows, pieces);
  parallel(pieces, 1, [=](i32 begin, i32 end, i32) {
    for (i32 i = begin; i < end; i++) {
      Sums sums(gw != nullptr ? work + (isize)i * 3 * n : nullptr, gw != nullptr ? n : 0);
      for (i32 r = i * each; r < min(rows, (i + 1) * each); r++) {
        const f32 *y = x + (isize)r * n, *d = g + (isize)r * n;
        const vf s = splat(invrms[r]);
        if (gw != nullptr) {
          overRow(d, n, [=, &sums](i32 j, vf v, vi fresh) __attribute__((always_inline)) {
            sums.add(j, keep(fresh, v * (load(y + j) * s)), vf{});
          });
          sums.endRow();
        }
        if (gx == nullptr) continue;
        f64 total = 0;
        sumEach<1>(n, &total, [=](i32 j, vf* v) __attribute__((always_inline)) {
          v[0] = load(d + j) * (load(y + j) * s);
          if (weight != nullptr) v[0] *= load(weight + j);
        });
        const vf b = splat((f32)(total / n));
        f32* o = gx + (isize)r * n;
        overRow(d, n, [=](i32 j, vf v, vi) __attribute__((always_inline)) {
          const vf inner = weight != nullptr ? v * load(weight + j) : v;
          store(o + j, fnma(load(y + j) * s, b, inner) * s);
        });
      }
      if (gw != nullptr) sums.flush();
    }
  });
  if (gw != nullptr) collect(gw, nullptr, work, pieces, n);
}

} // namespace VARIANT
