// Products with few rows: nothing is packed, the matrix is read once, as memory gives it.
#pragma once
#include "gemm.h"
#include "gemm-lanes.h"

namespace VARIANT {

// Up to so many rows, products of lines that are dense along k are sums of whole lines; short lines spend too much on adding up
// the lanes.
template <class T> INLINE bool isThin(i32 rows, i32 k) {
  constexpr i32 MOST = W == 16 ? 10 : 5;
  return rows <= (k >= 16 * Lanes<T>::COUNT ? MOST : 2);
}

template <class T> INLINE void finishOne(const Product<T>& p, i32 i, i32 j, T x) {
  T* c = p.c + (isize)i * p.cRow + (isize)j * p.cColumn;
  if ((p.flags & ACCUMULATE) != 0) x += *c;
  if (p.bias != nullptr) x += p.bias[i * p.biasRow + j * p.biasColumn];
  *c = (p.flags & RELU) != 0 && x < 0 ? 0 : x;
}

// R by S dot products of rows of A with columns of B, both dense along k.
template <class T, i32 R, i32 S> INLINE void dots(const Product<T>& p, i32 i, i32 j) {
  typedef Lanes<T> L;
  typedef typename L::V V;
  constexpr i32 N = L::COUNT;
  const T* a = p.a + (isize)i * p.aRow;
  const T* b = p.b + (isize)j * p.bColumn;
  const isize aRow = p.aRow;
  const isize bColumn = p.bColumn;
  V sums[R][S];
  for (i32 r = 0; r < R; r++)
    for (i32 s = 0; s < S; s++) sums[r][s] = V{};
  const i32 whole = p.k - p.k % N;
  ROLLED
  for (i32 l = 0; l < whole; l += N) {
    V x[R];
    for (i32 r = 0; r < R; r++) x[r] = L::load(a + r * aRow + l);
    for (i32 s = 0; s < S; s++) {
      const V y = L::load(b + s * bColumn + l);
      for (i32 r = 0; r < R; r++) sums[r][s] = L::fma(x[r], y, sums[r][s]);
    }
  }
  for (i32 r = 0; r < R; r++) {
    for (i32 s = 0; s < S; s++) {
      T sum = L::sum(sums[r][s]);
      for (i32 l = whole; l < p.k; l++) sum += a[r * aRow + l] * b[s * bColumn + l];
      finishOne(p, i + r, j + s, sum);
    }
  }
}

template <class T, i32 S> NOINLINE void dotColumns(const Product<T>& p, i32 j) {
  i32 i = 0;
  constexpr i32 FOUR = S < 4 ? S : 4;
#if W > 4
  for (; i + 4 <= p.m; i += 4)
    for (i32 s = 0; s < S; s += FOUR) dots<T, 4, FOUR>(p, i, j + s);
#endif
  for (; i + 2 <= p.m; i += 2)
    for (i32 s = 0; s < S; s += FOUR) dots<T, 2, FOUR>(p, i, j + s);
  if (i < p.m) dots<T, 1, S>(p, i, j);
}

// Columns [begin, end) where rows of A and columns of B are dense.
template <class T> void dotProducts(const Product<T>& p, i32 begin, i32 end) {
#if W > 4
  constexpr i32 S = 8;
#else
  constexpr i32 S = 4;
#endif
  i32 j = begin;
  for (; j + S <= end; j += S) dotColumns<T, S>(p, j);
  for (; j < end; j++) dotColumns<T, 1>(p, j);
}

// c += x[0..R) times R rows of B, or c = where nothing is there yet.
template <class T, i32 R> INLINE void addRows(T* c, const T* x, isize xStep, const T* b, isize bRow, i32 n, bool fresh) {
  typedef Lanes<T> L;
  typedef typename L::V V;
  constexpr i32 N = L::COUNT;
  V s[R];
  for (i32 r = 0; r < R; r++) s[r] = L::splat(x[r * xStep]);
  i32 j = 0;
  if (fresh) {
    ROLLED
    for (; j + N <= n; j += N) {
      V sum = s[0] * L::load(b + j);
      for (i32 r = 1; r < R; r++) sum = L::fma(s[r], L::load(b + r * bRow + j), sum);
      L::store(c + j, sum);
    }
  } else {
    ROLLED
    for (; j + N <= n; j += N) {
      V sum = L::load(c + j);
      for (i32 r = 0; r < R; r++) sum = L::fma(s[r], L::load(b + r * bRow + j), sum);
      L::store(c + j, sum);
    }
  }
  for (; j < n; j++) {
    T sum = fresh ? 0 : c[j];
    for (i32 r = 0; r < R; r++) sum += x[r * xStep] * b[r * bRow + j];
    c[j] = sum;
  }
}

// One row times B, whose rows are dense, as is C: columns [begin, end). Rows of B are added up several at a time.
template <class T> NOINLINE void rowTimes(const Product<T>& p, i32 begin, i32 end) {
#if W > 4
  constexpr i32 R = 8;
#else
  constexpr i32 R = 4;
#endif
  constexpr i32 BLOCK = 4096; // of C, which stays in the first cache
  for (i32 j = begin; j < end; j += BLOCK) {
    const i32 n = min(end - j, BLOCK);
    T* c = p.c + j;
    bool fresh = (p.flags & ACCUMULATE) == 0;
    const T* x = p.a;
    const T* b = p.b + j;
    i32 l = 0;
    for (; l + R <= p.k; l += R, x += R * p.aColumn, b += R * (isize)p.bRow, fresh = false)
      addRows<T, R>(c, x, p.aColumn, b, p.bRow, n, fresh);
    for (; l < p.k; l++, x += p.aColumn, b += p.bRow, fresh = false) addRows<T, 1>(c, x, p.aColumn, b, p.bRow, n, fresh);
    if (p.bias == nullptr && (p.flags & RELU) == 0 && !fresh) continue;
    for (i32 i = 0; i < n; i++) {
      T sum = fresh ? 0 : c[i];
      if (p.bias != nullptr) sum += p.bias[(j + i) * p.biasColumn];
      c[i] = (p.flags & RELU) != 0 && sum < 0 ? 0 : sum;
    }
  }
}

} // namespace VARIANT
