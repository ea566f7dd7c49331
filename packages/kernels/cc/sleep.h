// How a helper thread sleeps until a word changes: WebAssembly's own instructions, or natively what napi/sleep.cc has.
#pragma once
#include "base.h"

// `sleepYield(word, value)` lets others have the core for a moment, if there are others.
#if defined(__wasm__)
inline void sleepOn(u32* word, u32 value) { __builtin_wasm_memory_atomic_wait32((i32*)word, (i32)value, -1); }
inline void sleepYield(u32* word, u32 value) { __builtin_wasm_memory_atomic_wait32((i32*)word, (i32)value, 20000); }
inline void sleepWake(u32* word) { __builtin_wasm_memory_atomic_notify((i32*)word, 0x7fffffff); }
#else
extern "C" {
// Returns when `*word != value`, or when woken.
void sleepOn(u32* word, u32 value);
void sleepWake(u32* word);
void sleepYield(u32* word, u32 value);
}
#endif
