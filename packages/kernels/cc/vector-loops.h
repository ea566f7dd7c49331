// Loops of float32 over whole vectors, made of an expression for one vector each.
#pragma once
#include "opcodes.h"
#include "walk.h"

namespace VARIANT {
namespace {

// Long bodies stay rolled: unrolled they would only take room. Short ones do four vectors a turn.
template <i32 GRAIN, class E> INLINE void eachVector(i32 n, E each) {
  i32 i = 0;
  if constexpr (GRAIN != HEAVY) {
    ROLLED
    for (; i <= n - 4 * W; i += 4 * W) each(i, i + W, i + 2 * W, i + 3 * W);
  }
  ROLLED
  for (; i < n; i += W) each(i);
}

template <class F, i32 GRAIN> void unary(void* out, const void* a, const void*, const void*, i32 n, Numbers v) {
  f32* o = (f32*)out;
  const f32* x = (const f32*)a;
  eachVector<GRAIN>(n, [=](auto... i) __attribute__((always_inline)) { (store(o + i, F::of(load(x + i), v)), ...); });
}
template <class F, i32 GRAIN> void binary(void* out, const void* a, const void* b, const void*, i32 n, Numbers v) {
  f32* o = (f32*)out;
  const f32* x = (const f32*)a;
  const f32* y = (const f32*)b;
  eachVector<GRAIN>(n, [=](auto... i) __attribute__((always_inline)) { (store(o + i, F::of(load(x + i), load(y + i), v)), ...); });
}
template <class F> void ternary(void* out, const void* a, const void* b, const void* c, i32 n, Numbers v) {
  ROLLED
  for (i32 i = 0; i < n; i += W)
    store((f32*)out + i, F::of(load((const f32*)a + i), load((const f32*)b + i), load((const f32*)c + i), v));
}

#define UNARY(name, expression) struct name { static INLINE vf of(vf x, [[maybe_unused]] Numbers v) { return expression; } };
#define BINARY(name, expression) struct name { static INLINE vf of(vf x, vf y, [[maybe_unused]] Numbers v) { return expression; } };
#define TERNARY(name, expression) struct name { static INLINE vf of(vf x, vf y, vf z, [[maybe_unused]] Numbers v) { return expression; } };

// Bodies by code, and which of them take long.
struct Table {
  LoopBody bodies[CODES];
  bool heavy[CODES];

  template <class Code> constexpr void add(Code op, LoopBody body, i32 grain) {
    bodies[(i32)op] = body;
    heavy[(i32)op] = grain == HEAVY;
  }
};

INLINE Loop loopOf(const Table& table, i32 op, i32 out, i32 b) {
  return {table.bodies[op], {out, 4, b, 0}, true, table.heavy[op] ? HEAVY : LIGHT};
}

// Of three operands; these do not take long.
template <class F> constexpr Loop TERNARY_LOOP = {ternary<F>, {4, 4, 4, 4}, true, LIGHT};

} // namespace
} // namespace VARIANT
