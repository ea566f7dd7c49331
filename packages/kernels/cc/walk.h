// Runs a loop over operands wherever they lie: next to each other, one element for all, or by strides. Loops see contiguous
// rows only; other operands pass through small tiles.
#pragma once
#include "parallel.h"
#include "simd.h"

namespace VARIANT {

// What some loops take beside their operands.
struct Numbers {
  f32 a = 0, b = 0, c = 0;
};

// What the loops of the tables are: `n` elements of `out` from up to three inputs and some numbers.
typedef void (*LoopBody)(void* out, const void* a, const void* b, const void* c, i32 n, Numbers v);

struct Loop {
  LoopBody body; // null if there is none
  i32 sizes[4];  // bytes of an element of out, a, b, c; 0 if there is no such operand
  bool vectors;  // `n` has to be a multiple of W
  i32 grain;     // elements that are worth a thread
};

constexpr i32 TILE_BYTES = 4096;
// Elements in some 5 us: of arithmetic, and of elementary functions.
constexpr i32 LIGHT = W == 4 ? 49152 : 65536;
constexpr i32 HEAVY = 2048 * W;

// Up to W - 1 elements of 4 bytes or of one, to or from a whole vector.
INLINE void tailIn(f32* to, const u8* from, i32 n, i32 size) {
  if constexpr (W == 16) {
    if (size == 4) return store(to, loadFirst((const f32*)from, n));
  }
  store(to, vf{});
  ROLLED
  for (i32 i = 0; i < n; i++) {
    if (size == 4) to[i] = ((const f32*)from)[i];
    else ((u8*)to)[i] = from[i];
  }
}
INLINE void tailOut(u8* to, const f32* from, i32 n, i32 size) {
  if constexpr (W == 16) {
    if (size == 4) return storeFirst((f32*)to, load(from), n);
  }
  ROLLED
  for (i32 i = 0; i < n; i++) {
    if (size == 4) ((f32*)to)[i] = from[i];
    else to[i] = ((const u8*)from)[i];
  }
}

// `n` elements that lie next to each other.
inline void runRow(const Loop& loop, u8* out, const u8* a, const u8* b, const u8* c, i32 n, Numbers v) {
  if (!loop.vectors) return loop.body(out, a, b, c, n, v);
  const i32 whole = n & ~(W - 1);
  if (whole > 0) loop.body(out, a, b, c, whole, v);
  const i32 rest = n - whole;
  if (rest == 0) return;
  alignas(64) f32 tail[4][W];
  const i32* sizes = loop.sizes;
  tailIn(tail[1], a + (isize)whole * sizes[1], rest, sizes[1]);
  if (sizes[2] > 0) tailIn(tail[2], b + (isize)whole * sizes[2], rest, sizes[2]);
  if (sizes[3] > 0) tailIn(tail[3], c + (isize)whole * sizes[3], rest, sizes[3]);
  loop.body(tail[0], tail[1], tail[2], tail[3], W, v);
  tailOut(out + (isize)whole * sizes[0], tail[0], rest, sizes[0]);
}

template <class T> INLINE void gatherRow(u8* to, const u8* from, isize step, i32 n) {
  if (step == 0) {
    const T v = *(const T*)from;
    for (i32 i = 0; i < n; i++) ((T*)to)[i] = v;
  } else {
    ROLLED
    for (i32 i = 0; i < n; i++) ((T*)to)[i] = ((const T*)from)[i * step];
  }
}
template <class T> INLINE void scatterRow(u8* to, const u8* from, isize step, i32 n) {
  ROLLED
  for (i32 i = 0; i < n; i++) ((T*)to)[i * step] = ((const T*)from)[i];
}
NOINLINE inline void gather(u8* to, const u8* from, isize step, i32 n, i32 size) {
  if (size == 4) gatherRow<u32>(to, from, step, n);
  else if (size == 8) gatherRow<u64>(to, from, step, n);
  else if (size == 2) gatherRow<u16>(to, from, step, n);
  else gatherRow<u8>(to, from, step, n);
}
NOINLINE inline void scatter(u8* to, const u8* from, isize step, i32 n, i32 size) {
  if (size == 4) scatterRow<u32>(to, from, step, n);
  else if (size == 8) scatterRow<u64>(to, from, step, n);
  else if (size == 2) scatterRow<u16>(to, from, step, n);
  else scatterRow<u8>(to, from, step, n);
}

// `n` elements by steps; those of step 0 are spread over a tile once.
inline void runSteps(const Loop& loop, u8* const* at, const isize* step, i32 n, Numbers v) {
  if (step[0] == 1 && step[1] == 1 && step[2] == 1 && step[3] == 1) {
    runRow(loop, at[0], at[1], at[2], at[3], n, v);
    return;
  }
  alignas(64) u8 tiles[4][TILE_BYTES];
  const i32 tile = TILE_BYTES / max(max(loop.sizes[0], loop.sizes[1]), max(loop.sizes[2], loop.sizes[3]));
  const i32 most = min(n, tile);
  for (i32 k = 1; k < 4; k++)
    if (step[k] == 0 && loop.sizes[k] > 0) gather(tiles[k], at[k], 0, most, loop.sizes[k]);
  for (i32 i = 0; i < n; i += tile) {
    const i32 count = min(n - i, tile);
    u8* row[4];
    for (i32 k = 0; k < 4; k++) {
      u8* from = at[k] + i * step[k] * loop.sizes[k];
      row[k] = step[k] == 1 ? from : tiles[k];
      if (k > 0 && step[k] != 1 && step[k] != 0 && loop.sizes[k] > 0) gather(tiles[k], from, step[k], count, loop.sizes[k]);
    }
    runRow(loop, row[0], row[1], row[2], row[3], count, v);
    if (step[0] != 1) scatter(at[0] + i * step[0] * loop.sizes[0], tiles[0], step[0], count, loop.sizes[0]);
  }
}

// Contiguous operands, or single elements where a step is 0.
inline void runFlat(const Loop& loop, void* out, const void* a, i32 aStep, const void* b, i32 bStep, const void* c, i32 cStep,
                    i32 n, Numbers v = {}) {
  const bool all = aStep == 1 && bStep == 1 && cStep == 1;
  parallel(n, loop.grain, [&](i32 begin, i32 end, i32) {
    const isize step[4] = {1, aStep, bStep, cStep};
    u8* at[4] = {(u8*)out, (u8*)a, (u8*)b, (u8*)c};
    for (i32 k = 0; k < 4; k++) at[k] += begin * step[k] * loop.sizes[k];
    if (all) runRow(loop, at[0], at[1], at[2], at[3], end - begin, v);
    else runSteps(loop, at, step, end - begin, v);
  });
}

constexpr i32 MOST_DIMS = 16;

// Operands by strides. `geometry`: the number of dimensions, their sizes from the innermost out, then for out and each input
// the strides in elements in the same order.
inline void runStrided(const Loop& loop, i32 inputs, void* out, const void* a, const void* b, const void* c, const i32* geometry,
                       Numbers v = {}) {
  const i32 rank = geometry[0];
  const i32* sizes = geometry + 1;
  const i32* strides = sizes + rank;
  const i32 inner = rank > 0 ? sizes[0] : 1;
  i32 outer = 1;
  for (i32 d = 1; d < rank; d++) outer *= sizes[d];
  // long rows are cut as well
  const i32 cut = min(inner, loop.grain);
  const i32 cuts = divUp(inner, cut);
  parallel(outer * cuts, max(1, loop.grain / cut), [&](i32 begin, i32 end, i32) {
    u8* const base[4] = {(u8*)out, (u8*)a, (u8*)b, (u8*)c};
    u8* at[4];
    isize step[4];
    i32 index[MOST_DIMS] = {};
    i32 row = begin / cuts;
    for (i32 d = 1, left = row; d < rank; d++) {
      index[d] = left % sizes[d];
      left /= sizes[d];
    }
    for (i32 k = 0; k < 4; k++) {
      step[k] = k > inputs ? 1 : rank > 0 ? strides[k * rank] : 1;
      at[k] = base[k];
      if (k <= inputs)
        for (i32 d = 1; d < rank; d++) at[k] += (isize)index[d] * strides[k * rank + d] * loop.sizes[k];
    }
    for (i32 i = begin; i < end;) {
      // as many cuts of this row as the piece has
      const i32 first = i % cuts;
      const i32 last = min(cuts, first + (end - i));
      const i32 from = first * cut;
      u8* here[4];
      for (i32 k = 0; k < 4; k++) here[k] = at[k] + from * step[k] * loop.sizes[k];
      runSteps(loop, here, step, min(inner, last * cut) - from, v);
      i += last - first;
      for (i32 d = 1; d < rank; d++) {
        const bool carry = ++index[d] == sizes[d];
        for (i32 k = 0; k <= inputs; k++) {
          const isize stride = (isize)strides[k * rank + d] * loop.sizes[k];
          at[k] += carry ? -stride * (sizes[d] - 1) : stride;
        }
        if (!carry) break;
        index[d] = 0;
      }
    }
  });
}

} // namespace VARIANT
