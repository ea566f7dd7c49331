// Running sums and products.
#include "kernels.h"
#include "parallel.h"

namespace VARIANT {

namespace {

constexpr i32 LINES = 64; // neighbouring lines that are taken together: their totals stay in the first cache

template <class F> INLINE void scan(const f32* x, f32* out, i32 outer, i32 n, i32 inner, f64 start, F step) {
  const i32 blocks = divUp(inner, LINES);
  parallel(outer * blocks, max(1, 16384 / max(1, n * min(inner, LINES))), [=](i32 begin, i32 end, i32) {
    for (i32 block = begin; block < end; block++) {
      const i32 o = block / blocks;
      const i32 first = (block - o * blocks) * LINES;
      const i32 lines = min(LINES, inner - first);
      const usize at = (usize)o * n * inner + first;
      f64 total[LINES];
      for (i32 i = 0; i < lines; i++) total[i] = start;
      for (i32 j = 0; j < n; j++) {
        const f32* from = x + at + (usize)j * inner;
        f32* to = out + at + (usize)j * inner;
        for (i32 i = 0; i < lines; i++) {
          total[i] = step(total[i], (f64)from[i]);
          to[i] = (f32)total[i];
        }
      }
    }
  });
}

} // namespace

void cumsumF32(const f32* x, f32* out, i32 outer, i32 n, i32 inner) {
  scan(x, out, outer, n, inner, 0, [](f64 a, f64 b) { return a + b; });
}

void cumprodF32(const f32* x, f32* out, i32 outer, i32 n, i32 inner) {
  scan(x, out, outer, n, inner, 1, [](f64 a, f64 b) { return a * b; });
}

} // namespace VARIANT
