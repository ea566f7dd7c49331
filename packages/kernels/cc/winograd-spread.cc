// The input gradient of Winograd's convolution of 5x5: the forward pass transposed. Tiles of the output's gradient become points,
// and the products with the weights' points spread over overlapping tiles of the input, where they are added up.
//
// As a convolution with rotated weights, as for 3x3, it would go over the larger planes of the input with all the padding around
// the output: 36 tiles instead of 16 where 12x12 became 8x8.
#include "winograd-spread.h"
#include "kernels.h"
#include "parallel.h"
#include "winograd-tiles.h"
#include "winograd-weight.h"

namespace VARIANT {

namespace {

using F = Winograd25;
constexpr i32 POINTS = F::IN * F::IN, OVERLAP = F::IN - F::OUT;
constexpr i32 BLOCK_BYTES = 600000; // points of a block
constexpr i32 AT_ONCE = 12;         // tiles, as in winograd.cc

struct Spread {
  TilePlan plan;                    // of the convolution; its outputs are what is read here
  f32* inputGrad;
  const f32* grad;
  const f32* u;
  isize inputImage, gradImage;
  i32 channels, outChannels;
  i32 stride;                       // floats of a tile's points: output channels rounded up
  i32 blockUnits, blockTiles;
  i32 atOnce;                       // units whose products are made before they are used
  i32 columns;                      // of a row that is added up: pixels that tiles cover
  bool small;
  isize weightPoints, points, products, scratch, rows; // floats of each part of the workspace

  INLINE isize own() const { return points + products + scratch + rows; } // of each thread
};

Spread planSpread(i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad, bool prepared) {
  Spread f = {};
  f.plan = tilePlan<F>(batch, height, width, pad, width + 2 * pad); // units are whole rows of tiles
  f.channels = channels;
  f.outChannels = outChannels;
  f.stride = roundUp(outChannels, W);
  const i32 segment = f.plan.segment, units = f.plan.units;
  f.small = isSmall(units * segment, POINTS, channels, outChannels);
  const i32 tiles = max(16, min(BLOCK_BYTES / (POINTS * 4 * f.stride), 96));
  f.blockUnits = max(1, min((tiles + segment / 2) / segment, units));
  f.blockTiles = f.blockUnits * segment;
  f.columns = f.plan.across * F::OUT + OVERLAP;
  if (!prepared) f.weightPoints = panelsSize(channels, POINTS, outChannels);
  f.points = POINTS * apart(f.blockTiles, f.stride);
  f.atOnce = max(1, min(AT_ONCE / segment, f.blockUnits));
  f.products = POINTS * apart(f.atOnce * segment + 1, CHUNK);
  f.scratch = tileScratch(segment);
  // four columns are read at a time
  f.rows = (isize)roundUp(channels, CHUNK) * F::IN * f.columns + 4 * W;
  return f;
}

// Rows [from, to) of those that are being added up, for W channels, to the planes; they are 0 afterwards.
INLINE void writeRows(const Spread& f, f32* rows, i32 from, i32 to, f32* planes, i32 lanes) {
  const TilePlan& p = f.plan;
  const isize plane = (isize)p.height * p.width;
  ROLLED
  for (i32 r = from; r < to; r++) {
    f32* row = rows + (isize)(r % F::IN) * f.columns * W;
    const i32 y = r - p.pad;
    if (y >= 0 && y < p.height) {
      ROLLED
      for (i32 x = 0; x < p.width; x += 4) {
        vf four[4];
        for (i32 j = 0; j < 4; j++) four[j] = load(row + (x + p.pad + j) * W);
        planesFromLanes(planes + (isize)y * p.width + x, plane, lanes, min(4, p.width - x), four);
      }
    }
    fillBytes(row, 0, (usize)f.columns * W * 4);
  }
}

// Products of a chunk of channels at the points of units [from, to), added to the rows and written where these are complete.
NOINLINE void spreadTiles(const Spread& f, i32 first, i32 width, i32 from, i32 to, const f32* products, isize apart, f32* rows) {
  const TilePlan& p = f.plan;
  const isize plane = (isize)p.height * p.width;
  ROLLED
  for (i32 v = 0; v < width; v += W) {
    const i32 lanes = min(W, f.channels - first - v);
    if (lanes <= 0) break;
    f32* mine = rows + (isize)(first + v) * F::IN * f.columns;
    i32 tile = 0;
    ROLLED
    for (i32 u = from; u < to; u++) {
      const Unit unit = p.unit(u);
      const i32 top = unit.down * F::OUT;
      ROLLED
      for (i32 t = 0; t < unit.tiles; t++, tile++) {
        const f32* m = products + (isize)tile * width + v;
        vf half[POINTS];
        ROLLED
        for (i32 j = 0; j < F::IN; j++) {
          vf in[F::IN], out[F::IN];
          for (i32 i = 0; i < F::IN; i++) in[i] = load(m + (i * F::IN + j) * apart);
          F::spread(in, out);
          for (i32 i = 0; i < F::IN; i++) half[i * F::IN + j] = out[i];
        }
        ROLLED
        for (i32 i = 0; i < F::IN; i++) {
          vf out[F::IN];
          F::spread(half + i * F::IN, out);
          f32* row = mine + ((isize)((top + i) % F::IN) * f.columns + t * F::OUT) * W;
          for (i32 j = 0; j < F::IN; j++) store(row + j * W, load(row + j * W) + out[j]);
        }
      }
      f32* planes = f.inputGrad + unit.image * f.inputImage + (first + v) * plane;
      writeRows(f, mine, top, unit.down == p.down - 1 ? top + F::IN : top + F::OUT, planes, lanes);
    }
  }
}

void block(const Spread& f, i32 from, i32 to, f32* own) {
  const TilePlan& p = f.plan;
  f32* const points = own;
  f32* const products = points + f.points;
  f32* const scratch = products + f.products;
  f32* const rows = scratch + f.scratch;
  const isize pointsApart = apart(f.blockTiles, f.stride), productsApart = apart(f.atOnce * p.segment + 1, CHUNK);
  for (i32 line = 0; line * LINE < f.outChannels; line++)
    pointsOfTiles<GradientTiles<F>>(p, p.outHeight, p.outWidth, 0, f.grad, f.gradImage, f.outChannels, line * LINE, from, to, 0, points,
                                    pointsApart, f.stride, scratch);
  for (i32 first = 0; first < f.channels; first += CHUNK) {
    const i32 panel = first / PANEL, panels = divUp(min(first + CHUNK, f.channels), PANEL);
    const i32 width = (panels - 1 - panel) * PANEL + panelWidth(f.channels, panels - 1);
    const f32* at = points;
    for (i32 unit = from; unit < to; unit += f.atOnce) {
      const i32 next = min(unit + f.atOnce, to), tiles = p.tilesBetween(unit, next);
      for (i32 n = panel; n < panels; n++) {
        const i32 columns = panelWidth(f.channels, n);
        const isize uApart = apart(f.outChannels, columns);
        const f32* u = f.u + panelStart(n, POINTS, f.outChannels);
        for (i32 i = 0; i < POINTS; i++)
          gemmPanel<false>(columns, tiles, at + i * pointsApart, f.stride, u + i * uApart, columns, f.outChannels,
                           products + i * productsApart + (n - panel) * PANEL, width, false);
      }
      spreadTiles(f, first, width, unit, next, products, productsApart, rows);
      at += (isize)tiles * f.stride;
    }
  }
}

} // namespace

i32 winogradSpreadWorkspace(i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad, bool prepared) {
  const Spread f = planSpread(batch, channels, outChannels, height, width, pad, prepared);
  return (i32)(4 * (f.weightPoints + threads() * f.own()));
}

void winogradSpread(f32* inputGrad, i32 inputImage, const f32* grad, i32 gradImage, const f32* weight, const f32* u, void* workspace,
                    i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad) {
  Spread f = planSpread(batch, channels, outChannels, height, width, pad, u != nullptr);
  f.inputGrad = inputGrad;
  f.inputImage = inputImage;
  f.grad = grad;
  f.gradImage = gradImage;
  f.u = u;
  f32* owns = (f32*)workspace;
  if (u == nullptr) {
    allWeights<F>(weightsOf<F>(weight, true, channels, outChannels), owns);
    f.u = owns;
    owns += f.weightPoints;
  }
  // rows are added up from the top of an image to its bottom: one thread does whole images
  const i32 together = max(1, min(f.blockUnits / f.plan.down, batch / (2 * threads())));
  parallel(batch, f.small ? batch : together, [=, &f](i32 begin, i32 end, i32 thread) {
    f32* own = owns + thread * f.own();
    fillBytes(own + f.own() - f.rows, 0, (usize)f.rows * 4);
    const i32 last = end * f.plan.down;
    for (i32 u = begin * f.plan.down; u < last; u += f.blockUnits) block(f, u, min(u + f.blockUnits, last), own);
  });
}

} // namespace VARIANT
