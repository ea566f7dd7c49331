// Losses that end in one number.
#include "kernels.h"
#include "parallel.h"
#include "rows.h"

namespace VARIANT {

void squaredErrorSum(f32* out, const f32* a, const f32* b, i32 n, f64 factor) {
  constexpr i32 MOST = 256;
  f64 parts[MOST];
  // pieces do not depend on the number of threads
  const i32 piece = max(32768, roundUp(divUp(n, MOST), W));
  const i32 pieces = divUp(n, piece);
  parallel(pieces, 1, [&](i32 begin, i32 end, i32) {
    for (i32 i = begin; i < end; i++) {
      const f32 *x = a + (isize)i * piece, *y = b + (isize)i * piece;
      const i32 count = min(piece, n - i * piece);
      f64 total = 0;
      if (count >= W)
        sumEach<1>(count, &total, [=](i32 j, vf* v) __attribute__((always_inline)) {
          const vf d = load(x + j) - load(y + j);
          v[0] = d * d;
        });
      else
        for (i32 j = 0; j < count; j++) total += (f64)(x[j] - y[j]) * (x[j] - y[j]);
      parts[i] = total;
    }
  });
  f64 total = 0;
  for (i32 i = 0; i < pieces; i++) total += parts[i];
  *out = (f32)(total * factor);
}

} // namespace VARIANT
