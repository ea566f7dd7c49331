// Types and small tools that every kernel uses. No libc: the same source builds for WebAssembly and natively.
#pragma once

typedef float f32;
typedef double f64;
typedef signed char i8;
typedef unsigned char u8;
typedef short i16;
typedef unsigned short u16;
typedef int i32;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;
typedef __SIZE_TYPE__ usize;
typedef __PTRDIFF_TYPE__ isize;

#define INLINE inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))
#define RESTRICT __restrict__

// Loops that must stay rolled: under V8 everything that one basic block loads is live at once, so an unrolled inner loop of a
// register-blocked kernel spills its accumulators.
#if defined(__clang__)
#define ROLLED _Pragma("clang loop unroll(disable)")
#else
#define ROLLED
#endif

// A native addon holds the kernels once for each kind of processor; a namespace keeps the copies apart.
#ifndef VARIANT
#define VARIANT wasm
#endif

namespace VARIANT {

template <class T> INLINE T min(T a, T b) { return a < b ? a : b; }
template <class T> INLINE T max(T a, T b) { return a > b ? a : b; }
template <class T> INLINE T divUp(T a, T b) { return (a + b - 1) / b; }
template <class T> INLINE T roundUp(T a, T b) { return divUp(a, b) * b; }

INLINE void copyBytes(void* to, const void* from, usize bytes) { __builtin_memcpy(to, from, bytes); }
// Begins to bring a cache line that will soon be read or written. In a training step operands rarely are in a cache, and planes
// are too short for the processor to see where their rows go.
INLINE void fetch(const void* at) {
#ifndef __wasm__
  __builtin_prefetch(at);
#endif
}

INLINE void fillBytes(void* to, int value, usize bytes) { __builtin_memset(to, value, bytes); }

} // namespace VARIANT
