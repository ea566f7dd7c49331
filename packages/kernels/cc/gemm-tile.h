// The inner loop of every matrix product: a tile of C in registers, rows of A by splat, rows of B by vectors.
//
// Whoever brings packed operands of its own (a convolution) uses this alone: fill a Tile, then call tileKernel(rows, vectors).
#pragma once
#include "gemm-lanes.h"
#include "gemm.h"

namespace VARIANT {

// The largest tile: accumulators, one row of B and a splat fill the registers (WebAssembly: what V8 has of them).
template <class T> struct TileSize {
#if W == 16
  static constexpr i32 ROWS = 8;
#elif W == 8
  static constexpr i32 ROWS = 6;
#elif defined(__wasm__)
  static constexpr i32 ROWS = 4;
#else
  static constexpr i32 ROWS = 8;
#endif
  static constexpr i32 VECTORS = 2;
  static constexpr i32 COLUMNS = VECTORS * Lanes<T>::COUNT;
};


// All strides in elements.
template <class T> struct Tile {
  const T* a; // element (i, l) at a[i * aRow + l * aStep]; a packed panel has aRow 1, aStep ROWS
  isize aRow, aStep;
  const T* b; // row l at b[l * bStep], whole vectors are read; a packed panel has bStep COLUMNS
  isize bStep;
  T* c;
  isize cRow, cColumn;
  const T* bias; // element (i, j) gets bias[i * biasRow + j * biasColumn]; may be null
  isize biasRow, biasColumn;
  i32 k;
  i32 columns; // of C that are written
  i32 flags;
};

// Sums of a tile that do not simply go to rows of C: unfinished columns, bias, activation, C transposed or anyhow strided.
template <class T> NOINLINE void finishTile(const Tile<T>& t, const T* sums, i32 rows);

template <class T, i32 ROWS, i32 VECTORS> void tile(const Tile<T>& t) {
  typedef Lanes<T> L;
  typedef typename L::V V;
  constexpr i32 N = L::COUNT;
  V sums[ROWS][VECTORS];
  for (i32 r = 0; r < ROWS; r++)
    for (i32 v = 0; v < VECTORS; v++) sums[r][v] = V{};
  // C comes from memory while the products are made
  if (t.cColumn == 1) {
    for (i32 r = 0; r < ROWS; r++)
      for (i32 j = 0; j < VECTORS * N; j += 64 / (i32)sizeof(T)) fetch(t.c + r * t.cRow + j);
  }
  const T* a = t.a;
  const T* b = t.b;
  const isize aRow = t.aRow;
  const isize aStep = t.aStep;
  const isize bStep = t.bStep;
  ROLLED
  for (i32 l = t.k; l > 0; l--) {
    V x[VECTORS];
    for (i32 v = 0; v < VECTORS; v++) x[v] = L::load(b + v * N);
    for (i32 r = 0; r < ROWS; r++) {
      const V y = L::splat(a[r * aRow]);
      for (i32 v = 0; v < VECTORS; v++) sums[r][v] = L::fma(y, x[v], sums[r][v]);
    }
    a += aStep;
    b += bStep;
  }
  if (t.cColumn == 1 && t.columns == VECTORS * N && t.bias == nullptr && t.flags <= ACCUMULATE) {
    T* c = t.c;
    if (t.flags == 0) {
      for (i32 r = 0; r < ROWS; r++, c += t.cRow)
        for (i32 v = 0; v < VECTORS; v++) L::store(c + v * N, sums[r][v]);
    } else {
      for (i32 r = 0; r < ROWS; r++, c += t.cRow)
        for (i32 v = 0; v < VECTORS; v++) L::store(c + v * N, L::load(c + v * N) + sums[r][v]);
    }
    return;
  }
  // the bias of a linear layer, with or without relu
  if (t.cColumn == 1 && t.columns == VECTORS * N && t.bias != nullptr && t.biasRow == 0 &&
      t.biasColumn == 1 && (t.flags & ACCUMULATE) == 0) {
    V added[VECTORS];
    for (i32 v = 0; v < VECTORS; v++) added[v] = L::load(t.bias + v * N);
    const bool relu = (t.flags & RELU) != 0;
    T* c = t.c;
    for (i32 r = 0; r < ROWS; r++, c += t.cRow)
      for (i32 v = 0; v < VECTORS; v++) {
        const V sum = sums[r][v] + added[v];
        L::store(c + v * N, relu ? L::relu(sum) : sum);
      }
    return;
  }
#if defined(__AVX512F__)
  // masks cost nothing here
  if (t.cColumn == 1 && t.bias == nullptr && t.flags == 0) {
    T* c = t.c;
    const i32 n = t.columns - (VECTORS - 1) * N;
    for (i32 r = 0; r < ROWS; r++, c += t.cRow) {
      for (i32 v = 0; v < VECTORS - 1; v++) L::store(c + v * N, sums[r][v]);
      L::storeFirst(c + (VECTORS - 1) * N, sums[r][VECTORS - 1], n);
    }
    return;
  }
#endif
  T rest[(ROWS + BAND - 1) / BAND * BAND * TileSize<T>::COLUMNS]; // whole bands are read back
  for (i32 r = 0; r < ROWS; r++)
    for (i32 v = 0; v < VECTORS; v++) L::store(rest + r * TileSize<T>::COLUMNS + v * N, sums[r][v]);
  finishTile(t, rest, ROWS);
}

template <class T> using TileKernel = void (*)(const Tile<T>&);

// The kernel for a tile of 1 to ROWS rows and as many columns as `vectors` hold.
template <class T> INLINE TileKernel<T> tileKernel(i32 rows, i32 vectors) {
#define PAIR(rows) {tile<T, rows, 1>, tile<T, rows, 2>}
  static constexpr TileKernel<T> kernels[TileSize<T>::ROWS][TileSize<T>::VECTORS] = {
      PAIR(1), PAIR(2), PAIR(3), PAIR(4),
#if W > 4 || !defined(__wasm__)
      PAIR(5), PAIR(6),
#endif
#if W == 16 || (W == 4 && !defined(__wasm__))
      PAIR(7), PAIR(8),
#endif
  };
#undef PAIR
  return kernels[rows - 1][vectors - 1];
}

// Elements of `n` consecutive rows of C in one column.
INLINE void finishColumn(f32* c, bandf v, i32 n, bool add, const f32* bias, isize biasRow, bool relu) {
  if (n == BAND) {
    if (add) v += loadBand(c);
    if (bias != nullptr) v += biasRow == 0 ? *bias - bandf{} : loadBand(bias);
    if (relu) v = v < bandf{} ? bandf{} : v;
    storeBand(c, v);
    return;
  }
  for (i32 i = 0; i < n; i++) {
    f32 x = v[i];
    if (add) x += c[i];
    if (bias != nullptr) x += bias[i * biasRow];
    c[i] = relu && x < 0 ? 0 : x;
  }
}

template <class T> NOINLINE void finishTile(const Tile<T>& t, const T* sums, i32 rows) {
  typedef Lanes<T> L;
  typedef typename L::V V;
  constexpr i32 N = L::COUNT;
  constexpr i32 WIDTH = TileSize<T>::COLUMNS;
  const bool add = (t.flags & ACCUMULATE) != 0;
  const bool relu = (t.flags & RELU) != 0;
  const isize biasRow = t.biasRow;
  const isize biasColumn = t.biasColumn;
  if (t.cColumn == 1) {
    for (i32 r = 0; r < rows; r++) {
      T* c = t.c + r * t.cRow;
      const T* bias = t.bias == nullptr ? nullptr : t.bias + r * biasRow;
      for (i32 j = 0; j < t.columns; j += N) {
        V v = L::load(sums + r * WIDTH + j);
        const i32 n = t.columns - j;
        if (n >= N) {
          if (add) v += L::load(c + j);
          if (bias != nullptr) v += biasColumn == 0 ? L::splat(*bias) : L::load(bias + j);
          L::store(c + j, relu ? L::relu(v) : v);
        } else {
          if (add) v += L::loadFirst(c + j, n);
          if (bias != nullptr) v += biasColumn == 0 ? L::splat(*bias) : L::loadFirst(bias + j, n);
          L::storeFirst(c + j, relu ? L::relu(v) : v, n);
        }
      }
    }
    return;
  }
  if constexpr (sizeof(T) == 4) {
    if (t.cRow == 1) {
      for (i32 r = 0; r < rows; r += BAND) {
        const i32 n = min(rows - r, BAND);
        for (i32 j = 0; j < t.columns; j += 4) {
          bandf columns[4];
          turnBand(sums + r * WIDTH + j, WIDTH, columns);
          for (i32 i = 0; i < 4 && j + i < t.columns; i++) {
            const f32* bias = t.bias == nullptr ? nullptr : t.bias + r * biasRow + (j + i) * biasColumn;
            finishColumn(t.c + r + (j + i) * t.cColumn, columns[i], n, add, bias, biasRow, relu);
          }
        }
      }
      return;
    }
  }
  for (i32 r = 0; r < rows; r++) {
    for (i32 j = 0; j < t.columns; j++) {
      T* c = t.c + r * t.cRow + j * t.cColumn;
      T x = sums[r * WIDTH + j];
      if (add) x += *c;
      if (t.bias != nullptr) x += t.bias[r * biasRow + j * biasColumn];
      *c = relu && x < 0 ? 0 : x;
    }
  }
}

} // namespace VARIANT
