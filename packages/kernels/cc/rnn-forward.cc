// Recurrent layers, forward.
#include "gemm.h"
#include "kernels.h"
#include "rnn-gates.h"
#include "rnn.h"

namespace VARIANT {

namespace {

// A block of units of some rows at one step, everything from its first element on. Rows of the state are `hidden` apart.
struct Block {
  i32 rows, units, hidden;
  f32* saved;          // the input's share of the gates becomes what is kept
  isize savedRow;
  const f32* sums;     // the state's share, read by whole vectors
  isize sumRow, sumGate;
  const f32* before;   // the state before
  const f32* cell;     // and the cell, of an LSTM
  isize cellRow;
  const f32* bias;     // of all gates, and of the state's share of the GRU's candidate
  f32* out;
  bool relu;
};

NOINLINE void finishPlain(const Block& k) {
  const bool relu = k.relu;
  const f32* bias = k.bias;
  for (i32 r = 0; r < k.rows; r++) {
    f32* saved = k.saved + r * k.savedRow;
    const f32* sums = k.sums + r * k.sumRow;
    f32* out = k.out + (isize)r * k.hidden;
    overUnits(k.units, [=](i32 j, auto get, auto put) {
      const vf x = get(saved + j) + get(bias + j) + load(sums + j);
      const vf h = relu ? maxSecond(vf{}, x) : squash(x);
      put(saved + j, h);
      put(out + j, h);
    });
  }
}

NOINLINE void finishLstm(const Block& k) {
  const i32 hidden = k.hidden;
  const isize gate = k.sumGate;
  const f32* bias = k.bias;
  for (i32 r = 0; r < k.rows; r++) {
    f32* saved = k.saved + r * k.savedRow;
    const f32* sums = k.sums + r * k.sumRow;
    const f32* cell = k.cell + r * k.cellRow;
    f32* out = k.out + (isize)r * hidden;
    overUnits(k.units, [=](i32 j, auto get, auto put) {
      f32* s = saved + j;
      const f32* x = sums + j;
      const f32* y = bias + j;
      const vf i = gateOf(get(s) + get(y) + load(x));
      put(s, i);
      const vf g = squash(get(s + 2 * hidden) + get(y + 2 * hidden) + load(x + 2 * gate));
      put(s + 2 * hidden, g);
      const vf f = gateOf(get(s + hidden) + get(y + hidden) + load(x + gate));
      put(s + hidden, f);
      const vf c = fma(f, get(cell + j), i * g);
      put(s + 4 * hidden, c);
      const vf o = gateOf(get(s + 3 * hidden) + get(y + 3 * hidden) + load(x + 3 * gate));
      put(s + 3 * hidden, o);
      put(out + j, o * squash(c));
    });
  }
}

NOINLINE void finishGru(const Block& k) {
  const i32 hidden = k.hidden;
  const isize gate = k.sumGate;
  const f32* bias = k.bias;
  for (i32 r = 0; r < k.rows; r++) {
    f32* saved = k.saved + r * k.savedRow;
    const f32* sums = k.sums + r * k.sumRow;
    const f32* before = k.before + (isize)r * hidden;
    f32* out = k.out + (isize)r * hidden;
    overUnits(k.units, [=](i32 j, auto get, auto put) {
      f32* s = saved + j;
      const f32* x = sums + j;
      const f32* y = bias + j;
      const vf reset = gateOf(get(s) + get(y) + load(x));
      put(s, reset);
      const vf recurrent = get(y + 3 * hidden) + load(x + 2 * gate);
      put(s + 3 * hidden, recurrent);
      const vf candidate = squash(fma(reset, recurrent, get(s + 2 * hidden) + get(y + 2 * hidden)));
      put(s + 2 * hidden, candidate);
      const vf update = gateOf(get(s + hidden) + get(y + hidden) + load(x + gate));
      put(s + hidden, update);
      const vf h = fma(get(before + j) - candidate, update, candidate);
      put(s + 4 * hidden, h);
      put(out + j, h);
    });
  }
}

struct Memory {
  f32* packed; // the state's weights in panels: block by block, gate by gate
  f32* sums;   // or the state's share of few rows
  f32* bias;
  f32* saved;  // of a chunk of steps, where nothing is kept
  f32* cell;   // after the last chunk
  void* product;
  i32 chunk;
};

Memory memoryOf(const RnnSizes& z, bool keep, Scratch& scratch) {
  const i32 width = z.saved() * z.hidden;
  Memory m;
  m.chunk = chunkOf(z, width);
  const bool few = sharesOf(z).few;
  m.packed = few ? nullptr : scratch.floats((usize)z.gates() * z.padded() * z.hidden);
  m.sums = few ? scratch.floats((usize)(z.gates() * z.states() + W)) : nullptr;
  m.bias = scratch.floats((usize)4 * z.hidden);
  m.saved = keep ? nullptr : scratch.floats((usize)m.chunk * z.batch * width);
  m.cell = keep ? nullptr : scratch.floats((usize)z.states());
  m.product = scratch.floats(multiplyBytes() / 4);
  return m;
}

// The sum of both biases; of the GRU's candidate the input's, and after it the state's.
void addBiases(const RnnSizes& z, const f32* biasIh, const f32* biasHh, f32* sum) {
  const i32 both = (z.cell == RNN_GRU ? 2 : z.gates()) * z.hidden;
  const i32 all = z.gates() * z.hidden;
  for (i32 i = 0; i < all; i++) {
    const f32 state = biasHh == nullptr ? 0 : biasHh[i];
    sum[i] = (biasIh == nullptr ? 0 : biasIh[i]) + (i < both ? state : 0);
    if (i >= both) sum[i + z.hidden] = state;
  }
}

// Weights by lines [gate, unit]: a line becomes a column of a panel.
void pack(const RnnSizes& z, const f32* weight, f32* packed) {
  const i32 gates = z.gates();
  const isize panel = (isize)UNITS * z.hidden;
  parallel(z.blocks() * gates, max<i32>(1, 32768 / (i32)panel), [=](i32 begin, i32 end, i32) {
    for (i32 i = begin; i < end; i++) {
      const i32 unit = i / gates * UNITS;
      const i32 gate = i % gates;
      const f32* from = weight + (isize)(gate * z.hidden + unit) * z.hidden;
      packPanel<f32, UNITS>(packed + i * panel, from, z.hidden, 1, min(UNITS, z.hidden - unit), z.hidden);
    }
  });
}

// A layer with its operands: see rnn.def.
struct Forward {
  RnnSizes z;
  RnnShares shares;
  Memory m;
  const f32* h0;
  const f32* weightHh;
  f32* out;

  // A chunk of steps, from the one that comes `begin`-th.
  struct Chunk {
    i32 begin, first; // `first` is where it begins in time
    f32* saved;       // of its steps, in time order
    const f32* cell;  // the cell before
    isize cellRow;
  };

  INLINE isize savedRow() const { return (isize)z.saved() * z.hidden; }
  INLINE f32* savedAt(const Chunk& c, i32 s) const { return c.saved + (z.time(s) - c.first) * z.batch * savedRow(); }

  // The state's share of the gates of few rows, all units.
  NOINLINE void multiplyFew(const f32* before) const {
    const i32 width = z.gates() * z.hidden;
    multiply<f32>({z.batch, width, z.hidden, before, z.hidden, 1, weightHh, 1, z.hidden, m.sums, width, 1, nullptr, 0, 0, 0},
                  m.product);
  }

  // The same of a block of units.
  NOINLINE void multiplyPanels(const f32* before, i32 rows, i32 unit, f32* sums) const {
    const i32 gates = z.gates();
    const f32* panels = m.packed + (isize)unit * gates * z.hidden;
    const i32 vectors = divUp(min(UNITS, z.hidden - unit), W);
    for (i32 g = 0; g < gates; g++)
      for (i32 l = 0; l < z.hidden; l += PANEL_DEPTH)
        timesPanel(before + l, z.hidden, rows, panels + (isize)(g * z.hidden + l) * UNITS, min(PANEL_DEPTH, z.hidden - l),
                   sums + g * UNITS, gates * UNITS, vectors, l > 0);
  }

  // The step that comes `s`-th, for rows [n0, n1).
  NOINLINE void step(const Chunk& c, i32 s, i32 n0, i32 n1) const {
    f32 panelSums[STATE_ROWS * 4 * UNITS];
    const isize n = (isize)n0 * z.hidden;
    const f32* before = (s == 0 ? h0 : out + z.time(s - 1) * z.states()) + n;
    if (shares.few) multiplyFew(before);
    const i32 units = shares.few ? z.hidden : UNITS;
    const bool first = s == c.begin;
    Block k;
    k.rows = n1 - n0;
    k.hidden = z.hidden;
    k.savedRow = savedRow();
    k.sums = shares.few ? m.sums : panelSums;
    k.sumRow = z.gates() * units;
    k.sumGate = units;
    k.cellRow = first ? c.cellRow : savedRow();
    k.relu = z.cell == RNN_RELU;
    for (i32 unit = 0; unit < z.hidden; unit += units) {
      if (!shares.few) multiplyPanels(before, n1 - n0, unit, panelSums);
      k.units = min(units, z.hidden - unit);
      k.saved = savedAt(c, s) + n0 * savedRow() + unit;
      k.before = before + unit;
      k.bias = m.bias + unit;
      k.out = out + z.time(s) * z.states() + n + unit;
      if (z.cell == RNN_LSTM) {
        k.cell = (first ? c.cell : savedAt(c, s - 1) + 4 * z.hidden) + n0 * k.cellRow + unit;
        finishLstm(k);
      } else if (z.cell == RNN_GRU) finishGru(k);
      else finishPlain(k);
    }
  }
};

} // namespace

void rnnForwardF32(i32 cell, const f32* x, const f32* h0, const f32* c0, const f32* weightIh, const f32* weightHh,
                   const f32* biasIh, const f32* biasHh, f32* out, f32* hN, f32* cN, f32* reserve, i32 steps, i32 batch,
                   i32 input, i32 hidden, i32 reverse, void* workspace) {
  const RnnSizes z = {cell, steps, batch, input, hidden, reverse != 0};
  Scratch scratch = {(u8*)workspace};
  const Forward f = {z, sharesOf(z), memoryOf(z, reserve != nullptr, scratch), h0, weightHh, out};
  const isize savedRow = f.savedRow();
  addBiases(z, biasIh, biasHh, f.m.bias);
  if (!f.shares.few) pack(z, weightHh, f.m.packed);
  Forward::Chunk c = {0, 0, nullptr, c0, hidden};
  for (; c.begin < steps; c.begin += f.m.chunk) {
    const i32 end = min(c.begin + f.m.chunk, steps);
    c.first = z.firstTime(c.begin, end);
    c.saved = reserve == nullptr ? f.m.saved : reserve + c.first * batch * savedRow;
    multiply<f32>({(end - c.begin) * batch, z.gates() * hidden, input, x + (isize)c.first * batch * input, input, 1, weightIh, 1,
                   input, c.saved, (i32)savedRow, 1, nullptr, 0, 0, 0},
                  f.m.product);
    overSteps(z, f.shares, end - c.begin, [&](i32 s, i32 n0, i32 n1, i32) { f.step(c, c.begin + s, n0, n1); });
    if (cell != RNN_LSTM) continue;
    c.cell = f.savedAt(c, end - 1) + 4 * hidden;
    c.cellRow = savedRow;
    if (end == steps) copyRows(cN, c.cell, savedRow, batch, hidden);
    else if (reserve == nullptr) {
      // the next chunk takes the place of this one
      copyRows(f.m.cell, c.cell, savedRow, batch, hidden);
      c.cell = f.m.cell;
      c.cellRow = hidden;
    }
  }
  copyBytes(hN, out + z.time(steps - 1) * z.states(), (usize)z.states() * 4);
}

i32 rnnForwardWorkspace(i32 cell, i32 steps, i32 batch, i32 input, i32 hidden, i32 keep) {
  const RnnSizes z = {cell, steps, batch, input, hidden, false};
  Scratch scratch = {nullptr};
  memoryOf(z, keep != 0, scratch);
  return (i32)scratch.used;
}

} // namespace VARIANT
