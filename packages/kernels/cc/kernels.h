// Every kernel that TypeScript can call, family by family. The lists (*.def) are read by the compiler and by
// scripts/codegen.mjs, which makes the TypeScript side from them. Rules for a parameter: a pointer, i32, f32 or f64; a result:
// void, i32, f32 or f64.
#pragma once
#include "base.h"

#ifdef __wasm__
#define KERNEL(result, name, parameters) __attribute__((export_name(#name))) result name parameters;
#else
#define KERNEL(result, name, parameters) result name parameters;
#endif

namespace VARIANT {
#include "families.h"
} // namespace VARIANT
#undef KERNEL
