// How JavaScript calls a kernel: it writes the arguments into 8-byte slots of the heap, then says which kernel. A pointer is a
// byte offset into the heap, 0 for none. The result goes to slot 0 as f64.
#pragma once
#include <utility>
#include "../base.h"

namespace VARIANT {

struct Frame {
  u8* heap;
  u64* slots;
};

template <class T> INLINE T argument(const Frame& frame, i32 i) {
  const u64* slot = frame.slots + i;
  if constexpr (__is_same(T, i32)) return *(const i32*)slot;
  else if constexpr (__is_same(T, f32)) return *(const f32*)slot;
  else if constexpr (__is_same(T, f64)) return *(const f64*)slot;
  else {
    const u32 offset = *(const u32*)slot;
    return offset == 0 ? (T) nullptr : (T)(frame.heap + offset);
  }
}

template <auto kernel> struct Call;

template <class R, class... A, R (*kernel)(A...)> struct Call<kernel> {
  template <usize... I> static INLINE void unpack(const Frame& frame, std::index_sequence<I...>) {
    if constexpr (__is_same(R, void)) kernel(argument<A>(frame, (i32)I)...);
    else *(f64*)frame.slots = (f64)kernel(argument<A>(frame, (i32)I)...);
  }
  static void run(const Frame& frame) { unpack(frame, std::index_sequence_for<A...>{}); }
};

} // namespace VARIANT
