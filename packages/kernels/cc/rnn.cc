// How the steps of a recurrent layer are cut, and their products.
#include "rnn.h"
#include "kernels.h"

namespace VARIANT {

namespace {

constexpr i32 BESIDE = 100; // what a unit costs beside its products, in multiplications
// So few rows, or such in so few steps, do not pay for packing the weights.
constexpr i32 FEW = 4;
constexpr i32 FEW_STEPS = 2;

} // namespace

RnnShares sharesOf(const RnnSizes& z) {
  const i64 work = (i64)z.steps * z.states() * (z.gates() * z.hidden + BESIDE);
  RnnShares shares;
  shares.few = z.batch == 1 || (z.batch <= FEW && z.steps <= FEW_STEPS);
  shares.alone = shares.few || threads() == 1 || work < 2 * WORTH;
  shares.slices = divUp(z.batch, STATE_ROWS);
  if (!shares.alone) shares.slices = roundUp(shares.slices, threads());
  shares.rows = divUp(z.batch, shares.slices);
  return shares;
}

void timesPanel(const f32* a, isize aRow, i32 rows, const f32* panel, i32 k, f32* c, isize cRow, i32 vectors, bool add) {
  constexpr i32 MR = TileSize<f32>::ROWS;
  Tile<f32> t;
  t.aRow = aRow;
  t.aStep = 1;
  t.b = panel;
  t.bStep = UNITS;
  t.cRow = cRow;
  t.cColumn = 1;
  t.bias = nullptr;
  t.biasRow = 0;
  t.biasColumn = 0;
  t.k = k;
  t.columns = vectors * W;
  t.flags = add ? ACCUMULATE : 0;
  const i32 tiles = divUp(rows, MR);
  i32 r = 0;
  for (i32 i = tiles; i > 0; i--) {
    const i32 n = divUp(rows - r, i);
    t.a = a + r * aRow;
    t.c = c + r * cRow;
    tileKernel<f32>(n, vectors)(t);
    r += n;
  }
}

} // namespace VARIANT
