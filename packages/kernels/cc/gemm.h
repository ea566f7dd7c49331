// Products of matrices, for all kernels that need them.
#pragma once
#include "base.h"

namespace VARIANT {

// What becomes of a product: C += instead of C =, and an activation at the end.
constexpr i32 ACCUMULATE = 1;
constexpr i32 RELU = 2;

// C[m, n] = A[m, k] B[k, n], anyhow strided (in elements; 0 too for A and B).
template <class T> struct Product {
  i32 m, n, k;
  const T* a;
  i32 aRow, aColumn;
  const T* b;
  i32 bRow, bColumn;
  T* c;
  i32 cRow, cColumn;
  // element (i, j) gets bias[i * biasRow + j * biasColumn], each stride 0 or 1; null for none
  const T* bias;
  i32 biasRow, biasColumn;
  i32 flags;
};

// One product on all threads, with scratch memory of multiplyBytes().
template <class T> void multiply(const Product<T>& p, void* scratch);
usize multiplyBytes(void);

// One product on the calling thread alone, as inside parallel(), with scratch memory of multiplyHereBytes<T>().
template <class T> void multiplyHere(const Product<T>& p, void* scratch);
template <class T> usize multiplyHereBytes(void);

} // namespace VARIANT
