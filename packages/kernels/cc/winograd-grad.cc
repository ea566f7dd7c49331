// The weight gradient of Winograd's convolutions with stride 1: points of the input's tiles, as in the forward pass, times
// points of the output gradient's tiles, added up over all tiles, then back to taps.
#include "kernels.h"
#include "parallel.h"
#include "winograd-gemm.h"
#include "winograd-spread.h"
#include "winograd-tiles.h"

namespace VARIANT {

namespace {

constexpr i32 BLOCK_BYTES = 1500000;     // points of a block, per thread
constexpr i32 GROUP = 32;                // input channels whose sums are turned into taps at once
constexpr i32 MOST_SUMS = 4000000;       // floats of sums of all parts

struct WeightGrad {
  TilePlan plan;
  i32 channels, outChannels;
  i32 stride, gradStride;                // floats of a tile's points
  i32 parts, partUnits;                  // parts of the tiles that are summed up apart, each on one thread
  i32 blockUnits, blockTiles;
  bool whole;                            // all tiles are one block
  bool alone;                            // a block is done by one thread
  isize points, gradPoints, sums, own;   // floats of each part of the workspace

  INLINE isize ofPart() const { return points + gradPoints + sums + (parts > 1 ? own : 0); }
};

template <class F> WeightGrad planWeightGrad(i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad) {
  constexpr i32 POINTS = F::IN * F::IN;
  WeightGrad f = {};
  f.plan = tilePlan<F>(batch, height, width, pad);
  f.channels = channels;
  f.outChannels = outChannels;
  f.stride = roundUp(channels, W);
  f.gradStride = roundUp(outChannels, W);
  const i32 segment = f.plan.segment, units = f.plan.units;
  const bool small = isSmall(units * segment, POINTS, channels, outChannels);
  const i32 n = small ? 1 : threads();
  const i32 tiles = max(48, min(BLOCK_BYTES / (POINTS * 4 * (f.stride + f.gradStride)), 256));
  f.blockUnits = max(1, min((tiles + segment / 2) / segment, units));
  f.sums = panelsSize(outChannels, POINTS, channels);
  f.parts = 1;
  // where there are fewer points than sums, sums do not go to memory; else they are made apart, or together if they are too many
  f.whole = f.blockUnits == units || (i64)units * segment * (f.stride + f.gradStride) <= (i64)f.stride * f.gradStride;
  if (f.whole) {
    f.blockUnits = units;
    f.sums = 0;
  } else if (n > 1 && n * f.sums <= MOST_SUMS) {
    const i32 worth = max(1, units * segment / 48); // tiles that are worth a part
    f.parts = min(2 * n * f.sums <= 200000 ? 2 * n : n, min(units, worth));
  } else if (n > 1) {
    f.blockUnits = min(f.blockUnits * n, units);
  }
  f.alone = n == 1 || f.parts > 1;
  f.partUnits = divUp(units, f.parts);
  f.blockUnits = divUp(f.partUnits, divUp(f.partUnits, f.blockUnits));
  f.blockTiles = f.blockUnits * segment;
  f.points = POINTS * apart(f.blockTiles, f.stride);
  f.gradPoints = POINTS * apart(f.blockTiles, f.gradStride);
  f.own = tileScratch(segment);
  if (f.whole) f.own = max(f.own, POINTS * apart(GROUP, CHUNK));
  return f;
}

// W output channels' points into their taps.
template <class F> INLINE void tapsOfPoints(const f32* sums, isize pointsApart, f32* w, isize apart, i32 lanes) {
  constexpr i32 IN = F::IN, TAPS = F::TAPS, COUNT = TAPS * TAPS;
  vf half[TAPS * IN], tap[COUNT], four[4];
  ROLLED
  for (i32 j = 0; j < IN; j++) {
    vf column[IN], out[TAPS];
    for (i32 i = 0; i < IN; i++) column[i] = load(sums + (i * IN + j) * pointsApart);
    F::taps(column, out);
    for (i32 i = 0; i < TAPS; i++) half[i * IN + j] = out[i];
  }
  for (i32 i = 0; i < TAPS; i++) F::taps(half + i * IN, tap + TAPS * i);
  for (i32 t = 0; t < COUNT; t += 4) {
    const i32 first = min(t, COUNT - 4); // the last four again
    for (i32 i = 0; i < 4; i++) four[i] = tap[first + i];
    planesFromLanes(w + first, apart, lanes, 4, four);
  }
}

// Points of the block of units [from, to) of the input and of the output's gradient.
template <class F>
void pointsOfBlock(const WeightGrad& f, i32 from, i32 to, const f32* grad, isize gradImage, const f32* x, isize xImage, f32* points,
                   f32* gradPoints, f32* owns) {
  const TilePlan& p = f.plan;
  const i32 lines = divUp(f.channels, LINE), all = lines + divUp(f.outChannels, LINE), units = to - from;
  // units that overlap stay together
  const i32 most = max(1, TOGETHER / p.segment);
  const i32 size = f.alone ? most : min(most, divUp(units * all, 4 * threads())), parts = divUp(units, size);
  parallel(all * parts, f.alone ? all * parts : 1, [=, &f, &p](i32 begin, i32 end, i32 thread) {
    f32* scratch = owns + thread * f.own;
    for (i32 item = begin; item < end; item++) {
      const i32 line = item % all, u = from + item / all * size, next = min(u + size, to), tile = p.tilesBetween(from, u);
      if (line < lines)
        pointsOfTiles<InputTiles<F>>(p, p.height, p.width, p.pad, x, xImage, f.channels, line * LINE, u, next, tile, points,
                                     apart(f.blockTiles, f.stride), f.stride, scratch);
      else
        pointsOfTiles<GradientTiles<F>>(p, p.outHeight, p.outWidth, 0, grad, gradImage, f.outChannels, (line - lines) * LINE, u, next,
                                        tile, gradPoints, apart(f.blockTiles, f.gradStride), f.gradStride, scratch);
    }
  });
}

// Sums [point][row][width] of a panel -> taps.
template <class F>
void tapsOfPanel(const WeightGrad& f, i32 panel, i32 from, i32 to, const f32* sums, isize apart, f32* dw) {
  constexpr i32 COUNT = F::TAPS * F::TAPS;
  const i32 width = panelWidth(f.outChannels, panel);
  for (i32 k = from; k < to; k++, sums += width) {
    for (i32 v = 0; v < width; v += W) {
      const i32 first = panel * PANEL + v, lanes = min(W, f.outChannels - first);
      tapsOfPoints<F>(sums + v, apart, dw + ((isize)first * f.channels + k) * COUNT, COUNT * (isize)f.channels, lanes);
    }
  }
}

INLINE void addTo(f32* sums, const f32* more, i32 n) {
  for (i32 i = 0; i < n; i += W) store(sums + i, load(sums + i) + load(more + i));
}

// Sums of units [from, to), block by block; `memory` is [points][grad points][sums].
template <class F>
void sumsOfUnits(const WeightGrad& f, i32 from, i32 to, const f32* grad, isize gradImage, const f32* x, isize xImage, f32* memory,
                 f32* owns) {
  constexpr i32 POINTS = F::IN * F::IN;
  f32* const points = memory;
  f32* const gradPoints = points + f.points;
  f32* const sums = gradPoints + f.gradPoints;
  const isize pointsApart = apart(f.blockTiles, f.stride), gradApart = apart(f.blockTiles, f.gradStride);
  const i32 panels = panelsOf(f.outChannels);
  for (i32 u = from; u < to; u += f.blockUnits) {
    const i32 next = min(u + f.blockUnits, to), tiles = f.plan.tilesBetween(u, next);
    pointsOfBlock<F>(f, u, next, grad, gradImage, x, xImage, points, gradPoints, owns);
    const i32 grain = f.alone ? panels * POINTS : max(1, 500000 / (tiles * f.channels * PANEL));
    parallel(panels * POINTS, grain, [=, &f](i32 begin, i32 end, i32) {
      for (i32 item = begin; item < end; item++) {
        const i32 point = item / panels, panel = item % panels, width = panelWidth(f.outChannels, panel);
        f32* c = sums + panelStart(panel, POINTS, f.channels) + point * apart(f.channels, width);
        gemmPanel<true>(width, f.channels, points + point * pointsApart, f.stride, gradPoints + point * gradApart + panel * PANEL,
                        f.gradStride, tiles, c, width, u > from);
      }
    });
  }
}

template <class F>
void weightGrad(const WeightGrad& f, f32* dw, const f32* grad, isize gradImage, const f32* x, isize xImage, f32* workspace) {
  constexpr i32 POINTS = F::IN * F::IN;
  f32* const points = workspace;
  f32* const gradPoints = points + f.points;
  f32* const sums = gradPoints + f.gradPoints;
  f32* const owns = sums + f.sums;
  const TilePlan& p = f.plan;
  const isize pointsApart = apart(f.blockTiles, f.stride), gradApart = apart(f.blockTiles, f.gradStride);
  const i32 panels = panelsOf(f.outChannels);
  if (f.whole) {
    pointsOfBlock<F>(f, 0, p.units, grad, gradImage, x, xImage, points, gradPoints, owns);
    const i32 tiles = p.tilesBetween(0, p.units), groups = divUp(f.channels, GROUP);
    parallel(panels * groups, f.alone ? panels * groups : 1, [=, &f](i32 begin, i32 end, i32 thread) {
      f32* some = owns + thread * f.own;
      for (i32 item = begin; item < end; item++) {
        const i32 panel = item / groups, width = panelWidth(f.outChannels, panel), sumsApart = apart(GROUP, width);
        const i32 from = item % groups * GROUP, to = min(from + GROUP, f.channels);
        for (i32 i = 0; i < POINTS; i++)
          gemmPanel<true>(width, to - from, points + i * pointsApart + from, f.stride, gradPoints + i * gradApart + panel * PANEL,
                          f.gradStride, tiles, some + i * sumsApart, width, false);
        tapsOfPanel<F>(f, panel, from, to, some, sumsApart, dw);
      }
    });
    return;
  }
  if (f.parts == 1) sumsOfUnits<F>(f, 0, p.units, grad, gradImage, x, xImage, workspace, owns);
  else
    parallel(f.parts, 1, [=, &f, &p](i32 begin, i32 end, i32) {
      for (i32 part = begin; part < end; part++) {
        f32* mine = workspace + part * f.ofPart();
        const i32 from = part * f.partUnits;
        sumsOfUnits<F>(f, from, min(from + f.partUnits, p.units), grad, gradImage, x, xImage, mine, mine + f.ofPart() - f.own);
      }
    });
  const i32 groups = divUp(f.channels, GROUP);
  parallel(panels * groups, f.alone && f.parts == 1 ? panels * groups : 4, [=, &f](i32 begin, i32 end, i32) {
    for (i32 item = begin; item < end; item++) {
      const i32 panel = item / groups, width = panelWidth(f.outChannels, panel), k = item % groups * GROUP;
      const i32 to = min(k + GROUP, f.channels);
      const isize sumsApart = apart(f.channels, width);
      f32* some = sums + panelStart(panel, POINTS, f.channels) + (isize)k * width;
      for (i32 part = 1; part < f.parts && part * f.partUnits < f.plan.units; part++)
        for (i32 i = 0; i < POINTS; i++) addTo(some + i * sumsApart, some + i * sumsApart + part * f.ofPart(), (to - k) * width);
      tapsOfPanel<F>(f, panel, k, to, some, sumsApart, dw);
    }
  });
}

i32 workspaceOf(const WeightGrad& f) { return (i32)(4 * (f.parts * f.ofPart() + (f.parts == 1 ? threads() * f.own : 0))); }

} // namespace

i32 winogradForwardWorkspace(i32 tile, i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad, bool prepared);

i32 winogradWorkspace(i32 pass, i32 tile, i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad, i32 prepared) {
  if (pass == 0) return winogradForwardWorkspace(tile, batch, channels, outChannels, height, width, pad, prepared != 0);
  if (pass == 1 && tile == 25) return winogradSpreadWorkspace(batch, channels, outChannels, height, width, pad, prepared != 0);
  if (pass == 1)
    return winogradForwardWorkspace(tile, batch, outChannels, channels, height + 2 * pad - 2, width + 2 * pad - 2, 2 - pad, prepared != 0);
  return withTile(tile, [=](auto t) {
    return workspaceOf(planWeightGrad<decltype(t)>(batch, channels, outChannels, height, width, pad));
  });
}

void winogradWeightGrad(f32* dw, const f32* grad, i32 gradImage, const f32* x, i32 xImage, void* workspace, i32 tile, i32 batch,
                        i32 channels, i32 outChannels, i32 height, i32 width, i32 pad) {
  withTile(tile, [=](auto t) {
    using F = decltype(t);
    weightGrad<F>(planWeightGrad<F>(batch, channels, outChannels, height, width, pad), dw, grad, gradImage, x, xImage,
                  (f32*)workspace);
  });
}

} // namespace VARIANT
