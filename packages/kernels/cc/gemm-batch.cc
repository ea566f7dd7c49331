// The matrix kernels that TypeScript calls: batches of products, and sums of rows.
#include "gemm-lanes.h"
#include "gemm.h"
#include "kernels.h"
#include "parallel.h"

namespace VARIANT {

namespace {

struct Steps {
  i32 a, b, c;
};

template <class T> void advance(Product<T>& p, const Steps& steps, i32 by) {
  p.a += (isize)by * steps.a;
  p.b += (isize)by * steps.b;
  p.c += (isize)by * steps.c;
}

template <class T> void multiplyBatch(i32 batch, Product<T> p, const Steps& steps, void* workspace) {
  // one matrix for all, after dense others: they are one tall matrix
  if (steps.b == 0 && steps.a == (i64)p.m * p.aRow && steps.c == (i64)p.m * p.cRow && p.biasRow == 0) {
    p.m *= batch;
    batch = 1;
  }
  const i64 work = (i64)p.m * p.n * p.k;
  const i32 all = threads();
  if (batch < 2 * all && (batch == 1 || all == 1 || work > 4 * WORTH)) {
    for (i32 i = 0; i < batch; i++, advance(p, steps, 1)) multiply(p, workspace);
    return;
  }
  const usize bytes = multiplyHereBytes<T>();
  const i32 grain = (i32)max<i64>(WORTH / max<i64>(work, 1), batch / (all * 4));
  parallel(batch, max(grain, 1), [&](i32 begin, i32 end, i32 thread) {
    Product<T> q = p;
    advance(q, steps, begin);
    for (i32 i = begin; i < end; i++, advance(q, steps, 1)) multiplyHere(q, (u8*)workspace + thread * bytes);
  });
}

// Columns [begin, end) of V vectors at a time; sums of some rows are taken apart, so that long columns keep their digits.
template <class T, i32 V> INLINE void sumColumns(i32 rows, i32 lanes, const T* x, i32 row, T* out) {
  typedef Lanes<T> L;
  constexpr i32 N = L::COUNT;
  constexpr i32 APART = 256;
  typename L::V total[V];
  for (i32 v = 0; v < V; v++) total[v] = typename L::V{};
  for (i32 i = 0; i < rows; i += APART) {
    typename L::V sum[V];
    for (i32 v = 0; v < V; v++) sum[v] = typename L::V{};
    const i32 end = min(rows, i + APART);
    ROLLED
    for (i32 r = i; r < end; r++, x += row)
      for (i32 v = 0; v < V; v++) sum[v] += v == V - 1 && lanes < N ? L::loadFirst(x + v * N, lanes) : L::load(x + v * N);
    for (i32 v = 0; v < V; v++) total[v] += sum[v];
  }
  for (i32 v = 0; v < V; v++) {
    if (v == V - 1 && lanes < N) L::storeFirst(out + v * N, total[v], lanes);
    else L::store(out + v * N, total[v]);
  }
}

template <class T> void sumRows(i32 rows, i32 columns, const T* x, i32 row, T* out) {
  constexpr i32 N = Lanes<T>::COUNT;
  const i32 grain = max(roundUp(65536 / max(rows, 1), 4 * N), 8 * N);
  parallel(columns, grain, [=](i32 begin, i32 end, i32) {
    i32 j = begin;
    for (; j + 4 * N <= end; j += 4 * N) sumColumns<T, 4>(rows, N, x + j, row, out + j);
    for (; j < end; j += N) sumColumns<T, 1>(rows, min(N, end - j), x + j, row, out + j);
  });
}

} // namespace

i32 gemmWorkspace(void) { return (i32)multiplyBytes(); }

void gemmF32(i32 batch, i32 m, i32 n, i32 k, const f32* a, i32 aBatch, i32 aRow, i32 aColumn, const f32* b, i32 bBatch, i32 bRow,
             i32 bColumn, f32* c, i32 cBatch, i32 cRow, i32 cColumn, const f32* bias, i32 biasRow, i32 biasColumn, i32 flags,
             void* workspace) {
  const Product<f32> p = {m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, cColumn, bias, biasRow, biasColumn, flags};
  multiplyBatch(batch, p, {aBatch, bBatch, cBatch}, workspace);
}

void gemmF64(i32 batch, i32 m, i32 n, i32 k, const f64* a, i32 aBatch, i32 aRow, i32 aColumn, const f64* b, i32 bBatch, i32 bRow,
             i32 bColumn, f64* c, i32 cBatch, i32 cRow, i32 cColumn, const f64* bias, i32 biasRow, i32 biasColumn, i32 flags,
             void* workspace) {
  const Product<f64> p = {m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, cColumn, bias, biasRow, biasColumn, flags};
  multiplyBatch(batch, p, {aBatch, bBatch, cBatch}, workspace);
}

void sumRowsF32(i32 rows, i32 columns, const f32* x, i32 row, f32* out) { sumRows(rows, columns, x, row, out); }
void sumRowsF64(i32 rows, i32 columns, const f64* x, i32 row, f64* out) { sumRows(rows, columns, x, row, out); }

} // namespace VARIANT
