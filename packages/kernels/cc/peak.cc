// What the processor can do at most, measured by the benchmarks beside the kernels.
#include "kernels.h"
#include "simd.h"

namespace VARIANT {

f32 peakF32(i32 rounds) {
#if defined(__wasm__)
  constexpr i32 N = 10; // more would spill
#else
  constexpr i32 N = 14;
#endif
  vf acc[N];
  for (i32 i = 0; i < N; i++) acc[i] = splat(0.5f + 0.01f * (f32)i);
  vf a = splat(0.999f);
  vf b = splat(0.001f);
  ROLLED
  for (i32 r = 0; r < rounds; r++) {
    for (i32 i = 0; i < N; i++) acc[i] = fma(acc[i], a, b);
#if !defined(__wasm__)
    __asm__ volatile("" : "+x"(a), "+x"(b));
#endif
  }
  vf sum = acc[0];
  for (i32 i = 1; i < N; i++) sum += acc[i];
  return sumOf(sum);
}

i32 peakFlops(void) {
#if defined(__wasm__)
  return 2 * 10 * W;
#else
  return 2 * 14 * W;
#endif
}

} // namespace VARIANT
