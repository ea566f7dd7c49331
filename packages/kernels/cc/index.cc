// Reading and writing by index. Indices are in range and not negative: the caller has checked.
#include "kernels.h"
#include "parallel.h"
#include "simd.h"

namespace VARIANT {

namespace {

constexpr i32 PIECE = 32768; // bytes or elements that are worth a piece of work

INLINE i32 grainOf(i64 each) { return (i32)max<i64>(1, PIECE / max<i64>(1, each)); }

} // namespace

void indexSelectRows(const u8* x, const i64* index, u8* out, i32 outer, i32 n, i32 m, i32 rowBytes) {
  parallel(outer * m, grainOf(rowBytes), [=](i32 begin, i32 end, i32) {
    i32 o = begin / m;
    i32 j = begin - o * m;
    for (i32 row = begin; row < end; row++) {
      const u8* from = x + ((usize)o * n + (usize)index[j]) * rowBytes;
      copyBytes(out + (usize)row * rowBytes, from, rowBytes);
      if (++j == m) {
        j = 0;
        o++;
      }
    }
  });
}

void indexPutRows(u8* out, const i64* index, const u8* x, i32 outer, i32 n, i32 m, i32 rowBytes) {
  // rows of one index may meet, so only the outer dimension is shared
  parallel(outer, grainOf((i64)m * rowBytes), [=](i32 begin, i32 end, i32) {
    for (i32 o = begin; o < end; o++)
      for (i32 j = 0; j < m; j++)
        copyBytes(out + ((usize)o * n + (usize)index[j]) * rowBytes, x + ((usize)o * m + j) * rowBytes, rowBytes);
  });
}

void indexAddRowsF32(f32* out, const i64* index, const f32* x, i32 outer, i32 n, i32 m, i32 inner) {
  // each thread has columns of its own and walks all rows: equal indices meet in one thread, in order
  const i32 blocks = divUp(inner, 64);
  parallel(outer * blocks, grainOf((i64)m * 64), [=](i32 begin, i32 end, i32) {
    for (i32 o = begin / blocks; o * blocks < end; o++) {
      const i32 first = max(begin - o * blocks, 0) * 64;
      const i32 last = min(min(end - o * blocks, blocks) * 64, inner);
      for (i32 j = 0; j < m; j++) {
        f32* to = out + ((usize)o * n + (usize)index[j]) * inner;
        const f32* from = x + ((usize)o * m + j) * inner;
        i32 i = first;
        for (; i + W <= last; i += W) store(to + i, load(to + i) + load(from + i));
        for (; i < last; i++) to[i] += from[i];
      }
    }
  });
}

void gather4(const i32* x, const i64* index, i32* out, i32 outer, i32 n, i32 m, i32 inner) {
  parallel(outer * m, grainOf(inner), [=](i32 begin, i32 end, i32) {
    for (i32 row = begin; row < end; row++) {
      const i32* from = x + (usize)(row / m) * n * inner;
      const i64* at = index + (usize)row * inner;
      i32* to = out + (usize)row * inner;
      for (i32 i = 0; i < inner; i++) to[i] = from[(usize)at[i] * inner + i];
    }
  });
}

void scatterAddF32(f32* out, const i64* index, const f32* x, i32 outer, i32 n, i32 m, i32 inner) {
  parallel(outer, grainOf((i64)m * inner), [=](i32 begin, i32 end, i32) {
    for (i32 o = begin; o < end; o++)
      for (i32 j = 0; j < m; j++) {
        const usize row = ((usize)o * m + j) * inner;
        f32* to = out + (usize)o * n * inner;
        for (i32 i = 0; i < inner; i++) to[(usize)index[row + i] * inner + i] += x[row + i];
      }
  });
}

void scatter4(i32* out, const i64* index, const i32* x, i32 outer, i32 n, i32 m, i32 inner) {
  parallel(outer, grainOf((i64)m * inner), [=](i32 begin, i32 end, i32) {
    for (i32 o = begin; o < end; o++)
      for (i32 j = 0; j < m; j++) {
        const usize row = ((usize)o * m + j) * inner;
        i32* to = out + (usize)o * n * inner;
        for (i32 i = 0; i < inner; i++) to[(usize)index[row + i] * inner + i] = x[row + i];
      }
  });
}

} // namespace VARIANT
