// What both passes over a recurrent layer share: how the work is cut, and the product of a step.
//
// The input's share of all gates is one large product before the steps, the gradients of weights and input are such products
// after them. What is left to the steps is the product with the state; its weights are packed once, in panels of UNITS columns.
#pragma once
#include "gemm-pack.h"
#include "gemm-tile.h"
#include "parallel.h"

namespace VARIANT {

enum RnnCell { RNN_TANH, RNN_RELU, RNN_LSTM, RNN_GRU };

constexpr i32 UNITS = TileSize<f32>::COLUMNS;
constexpr i32 STATE_ROWS = 32;            // of the batch: what a thread takes through all steps at a time
constexpr i32 PANEL_DEPTH = 256;          // rows of a panel at a time: with UNITS columns they stay in the first cache
constexpr usize CHUNK_BYTES = 1 << 20;    // of gates: those of so many steps are computed, then used, from the cache

struct RnnSizes {
  i32 cell, steps, batch, input, hidden;
  bool reverse;

  INLINE i32 gates() const { return cell == RNN_LSTM ? 4 : cell == RNN_GRU ? 3 : 1; }
  // Numbers of a unit that a step leaves to the backward pass.
  INLINE i32 saved() const { return cell < RNN_LSTM ? 1 : 5; }
  // Gradients of a unit at a step: of the GRU's third gate there are two, of the state's share and of the input's.
  INLINE i32 grads() const { return cell < RNN_LSTM ? 1 : 4; }
  INLINE i32 blocks() const { return divUp(hidden, UNITS); }
  INLINE i32 padded() const { return blocks() * UNITS; }
  // Where the step that comes `s`-th lies in time.
  INLINE i32 time(i32 s) const { return reverse ? steps - 1 - s : s; }
  // Where steps [begin, end) begin in time.
  INLINE i32 firstTime(i32 begin, i32 end) const { return reverse ? steps - end : begin; }
  INLINE isize states() const { return (isize)batch * hidden; }
};

// Steps whose gates, of `width` numbers a row, are kept at a time.
INLINE i32 chunkOf(const RnnSizes& z, i32 width) {
  const usize step = max<usize>((usize)z.batch * (usize)width * 4, 1);
  const i32 most = (i32)min<usize>((usize)z.steps, max<usize>(CHUNK_BYTES / step, 1));
  return divUp(z.steps, divUp(z.steps, most));
}

// Hands out working memory; with base null it only counts.
struct Scratch {
  u8* base;
  usize used = 0;
  f32* floats(usize n) {
    f32* p = (f32*)(base + used);
    used += roundUp<usize>(n * 4, 64);
    return p;
  }
};

// How the steps are done.
struct RnnShares {
  bool few;   // rows: the product reads the weights where they lie, its threads share the units
  bool alone; // else slices of the batch go through all steps by themselves, on one thread or more
  i32 slices;
  i32 rows;   // of a slice
};
RnnShares sharesOf(const RnnSizes& z);

// Calls step(s, n0, n1, slice) for s in [0, count) and rows [n0, n1) of the batch.
template <class F> INLINE void overSteps(const RnnSizes& z, const RnnShares& shares, i32 count, F step) {
  parallel(shares.slices, shares.alone ? shares.slices : 1, [&](i32 begin, i32 end, i32) {
    for (i32 slice = begin; slice < end; slice++) {
      const i32 n0 = slice * shares.rows;
      const i32 n1 = min(n0 + shares.rows, z.batch);
      for (i32 s = 0; s < count && n0 < n1; s++) step(s, n0, n1, slice);
    }
  });
}

// Rows that lie `fromRow` apart, next to each other.
INLINE void copyRows(f32* to, const f32* from, isize fromRow, i32 rows, i32 columns) {
  for (i32 r = 0; r < rows; r++) copyBytes(to + (isize)r * columns, from + r * fromRow, (usize)columns * 4);
}

// C = A B, or C += A B: `rows` rows of A, `k` of a packed panel's rows, and as many of its columns as `vectors` hold.
void timesPanel(const f32* a, isize aRow, i32 rows, const f32* panel, i32 k, f32* c, isize cRow, i32 vectors, bool add);

} // namespace VARIANT
