// Random numbers of PyTorch's CPU generator, bit for bit: M. Matsumoto, T. Nishimura, Mersenne Twister (1998).
#include "kernels.h"

namespace VARIANT {

namespace {

constexpr i32 WORDS = 624;
constexpr i32 SHIFT = 397;

INLINE u32 mix(u32 high, u32 low) {
  const u32 y = (high & 0x80000000u) | (low & 0x7fffffffu);
  return (y >> 1) ^ (-(low & 1) & 0x9908b0dfu);
}

void twist(u32* s) {
  i32 i = 0;
  for (; i < WORDS - SHIFT; i++) s[i] = s[i + SHIFT] ^ mix(s[i], s[i + 1]);
  for (; i < WORDS - 1; i++) s[i] = s[i + SHIFT - WORDS] ^ mix(s[i], s[i + 1]);
  s[i] = s[SHIFT - 1] ^ mix(s[i], s[0]);
}

INLINE u32 temper(u32 y) {
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

struct Engine {
  u32* state;
  u32 left;
  u32 next;

  INLINE u32 word() {
    if (--left == 0) {
      twist(state);
      left = WORDS;
      next = 0;
    }
    return temper(state[next++]);
  }
};

} // namespace

void bernoulliF32(u32* state, f32* out, i32 n, f64 p, f32 one) {
  Engine engine{state, state[WORDS], state[WORDS + 1]};
  // a number of 53 bits is below p exactly if, as an integer, it is below the first integer at or above p * 2^53
  const f64 scaled = p * 9007199254740992.0;
  u64 limit = (u64)scaled;
  if ((f64)limit < scaled) limit++;
  for (i32 i = 0; i < n; i++) {
    const u64 high = engine.word() & 0x1fffffu;
    const u64 drawn = (high << 32) | engine.word();
    out[i] = drawn < limit ? one : 0;
  }
  state[WORDS] = engine.left;
  state[WORDS + 1] = engine.next;
}

} // namespace VARIANT
