// Recurrent layers, backward.
#include "gemm.h"
#include "kernels.h"
#include "rnn-gates.h"
#include "rnn.h"

namespace VARIANT {

namespace {

// All units of some rows at one step, everything from its first element on.
struct Slice {
  i32 rows, hidden;
  const f32* saved;      // what the forward pass kept of the step,
  isize savedRow;
  const f32* savedBefore; // and of the step before; null at the first one
  const f32* before;     // state before
  isize beforeRow;
  const f32* cell;       // cell before
  const f32* gOut;       // or null
  f32* gState;           // gradient of the state after the step becomes the share of the state before that is not a product
  f32* gCell;            // gradient of the cell
  f32* tanhs;            // LSTM: tanh of the cell after the step becomes that of the cell before
  isize stateRow;        // of these three
  bool last;             // the step that comes last in the forward pass
  f32* grads;            // of the gates
  isize gradRow;
  f32* states;           // LSTM: where the state before goes
  f32* sums;             // of the gradients over the batch, to which those of the rows are added
  bool relu;
};

INLINE vf slopeOfSigmoid(vf y) { return y * (1.0f - y); }
INLINE vf slopeOfTanh(vf y) { return fnma(y, y, splat(1.0f)); }

NOINLINE void gradPlain(const Slice& k) {
  const bool relu = k.relu;
  overUnits(k.hidden, [&](i32 j, auto get, auto put) {
    vf sum = get(k.sums + j);
    for (i32 r = 0; r < k.rows; r++) {
      vf g = load(k.gState + r * k.stateRow + j);
      if (k.gOut != nullptr) g += get(k.gOut + (isize)r * k.hidden + j);
      const vf h = get(k.saved + r * k.savedRow + j);
      const vf d = relu ? select(h <= 0.0f, vf{}, g) : g * slopeOfTanh(h);
      put(k.grads + r * k.gradRow + j, d);
      sum += d;
    }
    put(k.sums + j, sum);
  });
}

NOINLINE void gradLstm(const Slice& k) {
  const i32 hidden = k.hidden;
  overUnits(k.hidden, [&](i32 j, auto get, auto put) {
    vf sumI = get(k.sums + j);
    vf sumF = get(k.sums + hidden + j);
    vf sumG = get(k.sums + 2 * hidden + j);
    vf sumO = get(k.sums + 3 * hidden + j);
    ROLLED
    for (i32 r = 0; r < k.rows; r++) {
      const f32* saved = k.saved + r * k.savedRow + j;
      f32* tanhs = k.tanhs + r * k.stateRow + j;
      f32* gCell = k.gCell + r * k.stateRow + j;
      f32* grads = k.grads + r * k.gradRow + j;
      const vf cell = get(k.cell + r * k.beforeRow + j);
      const vf shown = k.last ? squash(get(saved + 4 * hidden)) : load(tanhs);
      if (k.savedBefore == nullptr) put(k.states + (isize)r * hidden + j, get(k.before + r * k.beforeRow + j));
      else {
        const vf shownBefore = squash(cell);
        store(tanhs, shownBefore);
        put(k.states + (isize)r * hidden + j, get(k.savedBefore + r * k.savedRow + 3 * hidden + j) * shownBefore);
      }
      vf g = load(k.gState + r * k.stateRow + j);
      if (k.gOut != nullptr) g += get(k.gOut + (isize)r * hidden + j);
      const vf o = get(saved + 3 * hidden);
      const vf dO = g * shown * slopeOfSigmoid(o);
      put(grads + 3 * hidden, dO);
      sumO += dO;
      const vf dc = fma(g * o, slopeOfTanh(shown), load(gCell));
      const vf f = get(saved + hidden);
      store(gCell, dc * f);
      const vf dF = dc * cell * slopeOfSigmoid(f);
      put(grads + hidden, dF);
      sumF += dF;
      const vf i = get(saved);
      const vf candidate = get(saved + 2 * hidden);
      const vf dI = dc * candidate * slopeOfSigmoid(i);
      put(grads, dI);
      sumI += dI;
      const vf dG = dc * i * slopeOfTanh(candidate);
      put(grads + 2 * hidden, dG);
      sumG += dG;
    }
    put(k.sums + j, sumI);
    put(k.sums + hidden + j, sumF);
    put(k.sums + 2 * hidden + j, sumG);
    put(k.sums + 3 * hidden + j, sumO);
  });
}

// The gradients' order is the state's share of the candidate, reset, update, the input's share of the candidate: the last three
// are the input's gates, the first three the state's.
NOINLINE void gradGru(const Slice& k) {
  const i32 hidden = k.hidden;
  overUnits(k.hidden, [&](i32 j, auto get, auto put) {
    vf sumRecurrent = get(k.sums + j);
    vf sumReset = get(k.sums + hidden + j);
    vf sumUpdate = get(k.sums + 2 * hidden + j);
    vf sumCandidate = get(k.sums + 3 * hidden + j);
    ROLLED
    for (i32 r = 0; r < k.rows; r++) {
      const f32* saved = k.saved + r * k.savedRow + j;
      f32* gState = k.gState + r * k.stateRow + j;
      f32* grads = k.grads + r * k.gradRow + j;
      vf g = load(gState);
      if (k.gOut != nullptr) g += get(k.gOut + (isize)r * hidden + j);
      const vf update = get(saved + hidden);
      const vf candidate = get(saved + 2 * hidden);
      const vf toCandidate = g * (1.0f - update) * slopeOfTanh(candidate);
      put(grads + 3 * hidden, toCandidate);
      sumCandidate += toCandidate;
      const vf reset = get(saved);
      const vf toRecurrent = toCandidate * reset;
      put(grads, toRecurrent);
      sumRecurrent += toRecurrent;
      const vf toReset = toCandidate * get(saved + 3 * hidden) * slopeOfSigmoid(reset);
      put(grads + hidden, toReset);
      sumReset += toReset;
      const vf toUpdate = g * (get(k.before + r * k.beforeRow + j) - candidate) * slopeOfSigmoid(update);
      put(grads + 2 * hidden, toUpdate);
      sumUpdate += toUpdate;
      store(gState, g * update);
    }
    put(k.sums + j, sumRecurrent);
    put(k.sums + hidden + j, sumReset);
    put(k.sums + 2 * hidden + j, sumUpdate);
    put(k.sums + 3 * hidden + j, sumCandidate);
  });
}

struct Memory {
  f32* packed; // the state's weights in panels of UNITS columns
  f32* gState;
  f32* gCell;
  f32* tanhs;
  f32* grads;  // of the gates of a chunk of steps
  f32* states; // the states before these steps
  f32* sums;   // of gradients, slice by slice
  void* product;
  i32 chunk, gradRow;
};

Memory memoryOf(const RnnSizes& z, Scratch& scratch) {
  const usize states = (usize)z.batch * z.padded();
  const bool lstm = z.cell == RNN_LSTM;
  Memory m;
  m.gradRow = z.grads() * z.hidden + 16; // rows of a power of two would all fall on the same places of the cache
  m.chunk = chunkOf(z, m.gradRow);
  m.packed = sharesOf(z).few ? nullptr : scratch.floats((usize)z.gates() * z.padded() * z.hidden);
  m.gState = scratch.floats(states);
  m.gCell = lstm ? scratch.floats(states) : nullptr;
  m.tanhs = lstm ? scratch.floats(states) : nullptr;
  m.grads = scratch.floats((usize)m.chunk * z.batch * m.gradRow);
  m.states = lstm ? scratch.floats((usize)m.chunk * z.batch * z.hidden) : nullptr;
  m.sums = scratch.floats((usize)sharesOf(z).slices * z.grads() * z.hidden);
  m.product = scratch.floats(multiplyBytes() / 4);
  return m;
}

// Panels [k, UNITS] of the state's weights as they lie, k in the order of the gradients.
void pack(const RnnSizes& z, const f32* weight, f32* packed) {
  const i32 k = z.gates() * z.hidden;
  const i32 first = z.cell == RNN_GRU ? 2 * z.hidden : 0; // with which the order begins
  const isize panel = (isize)UNITS * k;
  parallel(z.blocks(), max<i32>(1, 65536 / (i32)panel), [=](i32 begin, i32 end, i32) {
    for (i32 b = begin; b < end; b++) {
      const i32 unit = b * UNITS;
      const i32 units = min(UNITS, z.hidden - unit);
      f32* to = packed + b * panel;
      packPanel<f32, UNITS>(to, weight + (isize)first * z.hidden + unit, 1, z.hidden, units, k - first);
      packPanel<f32, UNITS>(to + (isize)(k - first) * UNITS, weight + unit, 1, z.hidden, units, first);
    }
  });
}

void startRows(f32* to, isize toRow, const f32* from, i32 rows, i32 columns) {
  for (i32 r = 0; r < rows; r++) {
    if (from == nullptr) fillBytes(to + r * toRow, 0, (usize)toRow * 4);
    else {
      copyBytes(to + r * toRow, from + (isize)r * columns, (usize)columns * 4);
      fillBytes(to + r * toRow + columns, 0, (usize)(toRow - columns) * 4);
    }
  }
}

// A layer with its operands: see rnn.def.
struct Backward {
  RnnSizes z;
  RnnShares shares;
  Memory m;
  const f32* reserve;
  const f32* gOut;
  const f32* x;
  const f32* h0;
  const f32* c0;
  const f32* weightIh;
  const f32* weightHh;

  INLINE isize savedRow() const { return (isize)z.saved() * z.hidden; }
  // Width of the gradients that go to the state, and where those that go to the input begin.
  INLINE i32 width() const { return z.gates() * z.hidden; }
  INLINE i32 toInput() const { return (z.grads() - z.gates()) * z.hidden; }
  // What the step that comes `s`-th left.
  INLINE const f32* savedAt(i32 s) const { return reserve + z.time(s) * z.batch * savedRow(); }
  INLINE const f32* stateAfter(i32 s) const { return savedAt(s) + (z.saved() - 1) * z.hidden; }

  // Calls body(column, row, count) for gradients from `column` on that belong to rows of the state's weights from `row` on.
  template <class F> INLINE void overParts(F body) const {
    if (z.cell == RNN_GRU) {
      body(0, 2 * z.hidden, z.hidden);
      body(z.hidden, 0, 2 * z.hidden);
    } else body(0, 0, width());
  }

  // What gradients of rows [n0, n1) mean for the state before: a product with the state's weights.
  NOINLINE void through(const f32* grads, i32 n0, i32 n1) const {
    f32* gState = m.gState + (isize)n0 * z.padded();
    const bool add = z.cell == RNN_GRU;
    if (shares.few) {
      overParts([&](i32 column, i32 row, i32 count) {
        multiply<f32>({z.batch, z.hidden, count, grads + column, m.gradRow, 1, weightHh + (isize)row * z.hidden, z.hidden, 1,
                       gState, z.padded(), 1, nullptr, 0, 0, add ? ACCUMULATE : 0},
                      m.product);
      });
      return;
    }
    const i32 depth = width();
    for (i32 l = 0; l < depth; l += PANEL_DEPTH)
      for (i32 unit = 0; unit < z.hidden; unit += UNITS)
        timesPanel(grads + l, m.gradRow, n1 - n0, m.packed + (isize)unit * depth + (isize)l * UNITS, min(PANEL_DEPTH, depth - l),
                   gState + unit, z.padded(), divUp(min(UNITS, z.hidden - unit), W), add || l > 0);
  }

  // The step that comes `s`-th, for rows [n0, n1); `first` is where the chunk begins in time.
  NOINLINE void step(i32 s, i32 first, i32 n0, i32 n1, i32 slice) const {
    const i32 t = z.time(s);
    const isize n = (isize)n0 * z.hidden;
    const isize state = (isize)n0 * z.padded();
    Slice k;
    k.rows = n1 - n0;
    k.hidden = z.hidden;
    k.saved = savedAt(s) + n0 * savedRow();
    k.savedRow = savedRow();
    k.beforeRow = s == 0 ? z.hidden : savedRow();
    k.before = s == 0 ? h0 + n : stateAfter(s - 1) + n0 * savedRow();
    k.gOut = gOut == nullptr ? nullptr : gOut + t * z.states() + n;
    k.gState = m.gState + state;
    k.stateRow = z.padded();
    k.grads = m.grads + ((isize)(t - first) * z.batch + n0) * m.gradRow;
    k.gradRow = m.gradRow;
    k.sums = m.sums + (isize)slice * z.grads() * z.hidden;
    k.relu = z.cell == RNN_RELU;
    if (z.cell == RNN_LSTM) {
      k.last = s == z.steps - 1;
      k.savedBefore = s == 0 ? nullptr : savedAt(s - 1) + n0 * savedRow();
      k.cell = s == 0 ? c0 + n : k.before;
      k.gCell = m.gCell + state;
      k.tanhs = m.tanhs + state;
      k.states = m.states + (t - first) * z.states() + n;
      gradLstm(k);
    } else if (z.cell == RNN_GRU) gradGru(k);
    else gradPlain(k);
  }

  // Steps [begin, end) of a chunk that begins at `first` in time, the last one first.
  void steps(i32 begin, i32 end, i32 first, bool further) const {
    overSteps(z, shares, end - begin, [&](i32 i, i32 n0, i32 n1, i32 slice) __attribute__((noinline)) {
      const i32 s = end - 1 - i;
      step(s, first, n0, n1, slice);
      if (s > begin || further) through(m.grads + ((isize)(z.time(s) - first) * z.batch + n0) * m.gradRow, n0, n1);
    });
  }

  NOINLINE void inputGradient(i32 first, i32 rows, f32* gX) const {
    multiply<f32>({rows, z.input, width(), m.grads + toInput(), m.gradRow, 1, weightIh, z.input, 1,
                   gX + (isize)first * z.batch * z.input, z.input, 1, nullptr, 0, 0, 0},
                  m.product);
  }

  NOINLINE void inputWeightGradient(i32 first, i32 rows, f32* to, i32 add) const {
    multiply<f32>({width(), z.input, rows, m.grads + toInput(), 1, m.gradRow, x + (isize)first * z.batch * z.input, z.input, 1,
                   to, z.input, 1, nullptr, 0, 0, add},
                  m.product);
  }

  // The share of `count` steps, the first of them `offset` steps after the chunk's beginning.
  NOINLINE void stateWeightShare(i32 offset, i32 count, const f32* before, i32 beforeRow, f32* to, i32 add) const {
    const f32* grads = m.grads + (isize)offset * z.batch * m.gradRow;
    overParts([&](i32 column, i32 row, i32 rows) {
      multiply<f32>({rows, z.hidden, count * z.batch, grads + column, 1, m.gradRow, before, beforeRow, 1,
                     to + (isize)row * z.hidden, z.hidden, 1, nullptr, 0, 0, add},
                    m.product);
    });
  }

  void stateWeightGradient(i32 begin, i32 end, i32 first, f32* to, i32 add) const {
    if (z.cell == RNN_LSTM) {
      stateWeightShare(0, end - begin, m.states, z.hidden, to, add);
      return;
    }
    // the state before the first step does not lie beside the others
    const i32 from = max(begin, 1);
    if (from < end) {
      const f32* before = stateAfter(z.reverse ? end - 2 : from - 1);
      stateWeightShare(z.firstTime(from, end) - first, end - from, before, (i32)savedRow(), to, add);
    }
    if (begin == 0) stateWeightShare(z.time(0) - first, 1, h0, z.hidden, to, z.steps > 1 ? ACCUMULATE : 0);
  }

  // Sums over the batch of gradients from `column` on.
  NOINLINE void biasGradient(i32 column, i32 count, f32* to) const {
    const i32 row = z.grads() * z.hidden;
    for (i32 j = 0; j < count; j++) {
      f32 sum = 0;
      for (i32 slice = 0; slice < shares.slices; slice++) sum += m.sums[(isize)slice * row + column + j];
      to[j] = sum;
    }
  }
};

} // namespace

void rnnBackwardF32(i32 cell, const f32* reserve, const f32* gOut, const f32* gHN, const f32* gCN, const f32* x, const f32* h0,
                    const f32* c0, const f32* weightIh, const f32* weightHh, f32* gX, f32* gH0, f32* gC0, f32* gWeightIh,
                    f32* gWeightHh, f32* gBiasIh, f32* gBiasHh, i32 steps, i32 batch, i32 input, i32 hidden, i32 reverse,
                    void* workspace) {
  const RnnSizes z = {cell, steps, batch, input, hidden, reverse != 0};
  Scratch scratch = {(u8*)workspace};
  const Memory m = memoryOf(z, scratch);
  const Backward b = {z, sharesOf(z), m, reserve, gOut, x, h0, c0, weightIh, weightHh};
  if (!b.shares.few && (steps > 1 || gH0 != nullptr)) pack(z, weightHh, m.packed);
  startRows(m.gState, z.padded(), gHN, batch, hidden);
  if (cell == RNN_LSTM) startRows(m.gCell, z.padded(), gCN, batch, hidden);
  fillBytes(m.sums, 0, (usize)b.shares.slices * z.grads() * hidden * 4);
  for (i32 end = steps; end > 0; end -= m.chunk) {
    const i32 begin = max(end - m.chunk, 0);
    const i32 first = z.firstTime(begin, end);
    const i32 rows = (end - begin) * batch;
    const i32 add = end < steps ? ACCUMULATE : 0;
    b.steps(begin, end, first, begin > 0 || gH0 != nullptr);
    if (gX != nullptr) b.inputGradient(first, rows, gX);
    if (gWeightIh != nullptr) b.inputWeightGradient(first, rows, gWeightIh, add);
    if (gWeightHh != nullptr) b.stateWeightGradient(begin, end, first, gWeightHh, add);
  }
  if (gH0 != nullptr) copyRows(gH0, m.gState, z.padded(), batch, hidden);
  if (gC0 != nullptr) copyRows(gC0, m.gCell, z.padded(), batch, hidden);
  if (gBiasIh != nullptr) b.biasGradient(b.toInput(), b.width(), gBiasIh);
  if (gBiasHh != nullptr)
    b.overParts([&](i32 column, i32 row, i32 count) { b.biasGradient(column, count, gBiasHh + row); });
}

i32 rnnBackwardWorkspace(i32 cell, i32 steps, i32 batch, i32 input, i32 hidden) {
  const RnnSizes z = {cell, steps, batch, input, hidden, false};
  Scratch scratch = {nullptr};
  memoryOf(z, scratch);
  return (i32)scratch.used;
}

} // namespace VARIANT
