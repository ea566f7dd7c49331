// Products of matrices: what shape is cut how, what is packed, what goes to which thread.
#include "gemm.h"
#include "gemm-pack.h"
#include "gemm-thin.h"
#include "gemm-tile.h"
#include "parallel.h"

namespace VARIANT {

namespace {

constexpr usize SLAB = 1 << 20;   // bytes of B that are packed at a time on all threads
constexpr usize HERE = 1 << 18;   // and on one
constexpr usize DEPTH = 1024;     // bytes of k at a time: a panel of B stays in the first cache
constexpr i32 ROWS_AT_ONCE = 128; // of A: with DEPTH they fill an eighth of the second cache

template <class T> constexpr i32 elements(usize bytes) { return (i32)(bytes / sizeof(T)); }

// How a product is cut and what of it is packed.
struct Plan {
  i32 kc, mc, nc;
  bool packA, packB;
};

template <class T> Product<T> transposed(const Product<T>& p) {
  return {p.n, p.m, p.k, p.b, p.bColumn, p.bRow, p.a, p.aColumn, p.aRow, p.c, p.cColumn, p.cRow, p.bias, p.biasColumn, p.biasRow,
          p.flags};
}

// Cycles, roughly: vectors lie along the rows of B and C, so other layouts are turned.
template <class T> f32 costOf(const Product<T>& p) {
  constexpr i32 N = Lanes<T>::COUNT;
  const f32 n = (f32)p.n;
  const f32 k = (f32)p.k;
  f32 cost = (f32)p.m * k * (f32)roundUp(p.n, N) / (f32)(2 * N);
  if (p.bColumn != 1) cost += (p.bRow == 1 ? 0.25f : 0.5f) * n * k;
  if (p.cColumn != 1) cost += (p.cRow == 1 ? 0.25f : 1) * (f32)p.m * n;
  return cost;
}

// Lines so far apart fall on the same few places of a cache.
template <class T> bool collides(i32 stride) { return stride != 0 && stride * sizeof(T) % 2048 == 0; }

template <class T> Plan planOf(const Product<T>& p, usize slab) {
  constexpr i32 MR = TileSize<T>::ROWS;
  constexpr i32 NR = TileSize<T>::COLUMNS;
  Plan plan;
  // C is written once for each part of k: less often where that is dear
  const i32 depth = elements<T>(p.cColumn == 1 ? DEPTH : 2 * DEPTH);
  plan.kc = p.k <= depth ? p.k : roundUp(divUp(p.k, divUp(p.k, depth)), 8);
  plan.nc = elements<T>(slab) / max(plan.kc, 8) / NR * NR;
  plan.mc = roundUp(ROWS_AT_ONCE, MR);
  plan.packB = p.bColumn != 1 || (p.m >= 256 && (i64)p.k * p.n >= 65536) || (p.m >= 4 * MR && collides<T>(p.bRow));
  plan.packA = p.aRow == 1 && p.n >= 4 * NR && collides<T>(p.aColumn);
  return plan;
}

// A slab of k and of columns: rows and columns of C as tiles.
template <class T> struct Slab {
  const Product<T>& p;
  i32 l, depth;     // of k
  i32 j, columns;   // of C
  const T* packedB; // all its panels, or the last one if it is not whole
  bool packA, packB;

  // Rows [i0, i0 + rows) of columns [j0, j0 + width), counted from the slab's first.
  NOINLINE void block(i32 i0, i32 rows, i32 j0, i32 width, T* packedA) const {
    constexpr i32 MR = TileSize<T>::ROWS;
    constexpr i32 NR = TileSize<T>::COLUMNS;
    const T* a = p.a + (isize)i0 * p.aRow + (isize)l * p.aColumn;
    if (packA)
      for (i32 i = 0; i < rows; i += MR)
        packPanel<T, MR>(packedA + (isize)i * depth, a + (isize)i * p.aRow, p.aRow, p.aColumn, min(MR, rows - i), depth);
    const bool last = l + depth == p.k;
    Tile<T> t;
    t.aRow = packA ? 1 : p.aRow;
    t.aStep = packA ? MR : p.aColumn;
    t.cRow = p.cRow;
    t.cColumn = p.cColumn;
    t.bias = nullptr;
    t.biasRow = p.biasRow;
    t.biasColumn = p.biasColumn;
    t.k = depth;
    t.flags = (l > 0 ? ACCUMULATE : p.flags & ACCUMULATE) | (last ? p.flags & RELU : 0);
    for (i32 q = j0; q < j0 + width; q += NR) {
      t.columns = min(NR, columns - q);
      if (packB) t.b = packedB + (isize)q * depth;
      else t.b = t.columns < NR ? packedB : p.b + (isize)l * p.bRow + (j + q);
      t.bStep = packB || t.columns < NR ? NR : p.bRow;
      const i32 vectors = divUp(t.columns, Lanes<T>::COUNT);
      const TileKernel<T> whole = tileKernel<T>(MR, vectors);
      for (i32 i = 0; i < rows; i += MR) {
        t.a = packA ? packedA + (isize)i * depth : a + (isize)i * p.aRow;
        t.c = p.c + (isize)(i0 + i) * p.cRow + (isize)(j + q) * p.cColumn;
        if (last && p.bias != nullptr) t.bias = p.bias + (isize)(i0 + i) * p.biasRow + (isize)(j + q) * p.biasColumn;
        if (rows - i >= MR) whole(t);
        else tileKernel<T>(rows - i, vectors)(t);
      }
    }
  }

  // Packs panels [begin, end).
  NOINLINE void pack(i32 begin, i32 end, T* to) const {
    constexpr i32 NR = TileSize<T>::COLUMNS;
    for (i32 panel = begin; panel < end; panel++) {
      const i32 q = panel * NR;
      const T* b = p.b + (isize)l * p.bRow + (isize)(j + q) * p.bColumn;
      packPanel<T, NR>(to + (packB ? (isize)q * depth : 0), b, p.bColumn, p.bRow, min(NR, columns - q), depth);
    }
  }
};

// Blocks of `rows` by `columns`, enough of them for all threads.
template <class T> void cut(const Product<T>& p, i32 columns, i32 depth, i32 most, i32& rows, i32& width) {
  constexpr i32 MR = TileSize<T>::ROWS;
  constexpr i32 NR = TileSize<T>::COLUMNS;
  const i64 work = (i64)p.m * columns * depth;
  const i32 wanted = (i32)min<i64>(threads() * 4, work / WORTH + 1);
  rows = min(most, p.m);
  width = columns;
  if (divUp(p.m, rows) >= wanted) return;
  if (columns > p.m) {
    width = roundUp(divUp(columns, divUp(wanted, divUp(p.m, rows))), NR);
    return;
  }
  rows = min(rows, max(roundUp(divUp(p.m, wanted), MR), 2 * MR));
  const i32 bands = divUp(p.m, rows);
  if (bands < wanted) width = roundUp(divUp(columns, divUp(wanted, bands)), NR);
}

template <class T> void multiplyTiles(const Product<T>& p, T* scratch, bool here) {
  constexpr i32 NR = TileSize<T>::COLUMNS;
  const usize bytes = here ? HERE : SLAB;
  const Plan plan = planOf(p, bytes);
  T* const packedB = scratch;
  T* const packedA = scratch + elements<T>(bytes);
  const i32 blockA = plan.kc * plan.mc;
  for (i32 j = 0; j < p.n; j += plan.nc) {
    i32 l = 0;
    do {
      const Slab<T> slab = {p, l, min(plan.kc, p.k - l), j, min(plan.nc, p.n - j), packedB, plan.packA, plan.packB};
      const i32 panels = divUp(slab.columns, NR);
      i32 rows = plan.mc;
      i32 width = slab.columns;
      if (!here) cut(p, slab.columns, slab.depth, plan.mc, rows, width);
      if (!plan.packB) {
        if (slab.columns % NR != 0) slab.pack(panels - 1, panels, packedB);
      } else if (here) slab.pack(0, panels, packedB);
      else {
        const auto pack = [&](i32 begin, i32 end, i32) { slab.pack(begin, end, packedB); };
        parallel(panels, max(1, 16384 / (NR * max(slab.depth, 1))), pack);
      }
      const i32 bands = divUp(p.m, rows);
      const auto blocks = [&](i32 begin, i32 end, i32 thread) __attribute__((noinline)) {
        for (i32 block = begin; block < end; block++) {
          const i32 i = block % bands * rows;
          const i32 q = block / bands * width;
          slab.block(i, min(rows, p.m - i), q, min(width, slab.columns - q), packedA + (isize)thread * blockA);
        }
      };
      const i32 total = bands * divUp(slab.columns, width);
      if (here) blocks(0, total, 0);
      else parallel(total, 1, blocks);
      l += slab.depth;
    } while (l < p.k);
  }
}

// Products that are read once from where they lie. False if p is not one.
template <class T> bool multiplyThin(const Product<T>& p, bool here) {
  constexpr i32 N = Lanes<T>::COUNT;
  const bool dots = p.aColumn == 1 && p.bRow == 1 && isThin<T>(p.m, p.k);
  if (!dots && !(p.m == 1 && p.bColumn == 1 && p.cColumn == 1)) return false;
  const auto columns = [&](i32 begin, i32 end, i32) __attribute__((noinline)) {
    if (dots) dotProducts(p, begin, end);
    else rowTimes(p, begin, end);
  };
  if (here) columns(0, p.n, 0);
  else parallel(p.n, max(roundUp(WORTH / (p.m * max(p.k, 1)), N), 4 * N), columns);
  return true;
}

template <class T> void multiplyEither(const Product<T>& q, T* scratch, bool here) {
  if (q.m <= 0 || q.n <= 0) return;
  const Product<T> turned = transposed(q);
  if (q.m <= q.n ? multiplyThin(q, here) : multiplyThin(turned, here)) return;
  bool turn = costOf(turned) < costOf(q);
  multiplyTiles(turn ? turned : q, scratch, here);
}

template <class T> usize packedBytes() {
  return 2 * DEPTH * (ROWS_AT_ONCE + TileSize<T>::ROWS);
}

} // namespace

template <class T> usize multiplyHereBytes(void) { return HERE + packedBytes<T>(); }
template usize multiplyHereBytes<f32>(void);
template usize multiplyHereBytes<f64>(void);

usize multiplyBytes(void) { return max(SLAB + threads() * packedBytes<f32>(), threads() * multiplyHereBytes<f32>()); }

template <class T> void multiplyHere(const Product<T>& p, void* scratch) { multiplyEither(p, (T*)scratch, true); }
template void multiplyHere(const Product<f32>&, void*);
template void multiplyHere(const Product<f64>&, void*);

template <class T> void multiply(const Product<T>& p, void* scratch) {
  multiplyEither(p, (T*)scratch, threads() == 1 || (i64)p.m * p.n * p.k < 2 * WORTH);
}
template void multiply(const Product<f32>&, void*);
template void multiply(const Product<f64>&, void*);

} // namespace VARIANT
