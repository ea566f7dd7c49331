#include "conv-weight.h"
#include "conv-tile.h"
#include "parallel.h"

namespace VARIANT {

namespace {

// Taps of a tile, by how many vectors of output channels it has.
#if W == 16
constexpr i32 WIDE = 8, NARROW = 10;
#elif W == 8
constexpr i32 WIDE = 6, NARROW = 10;
#elif defined(__wasm__)
constexpr i32 WIDE = 4, NARROW = 6;
#else
constexpr i32 WIDE = 8, NARROW = 10;
#endif

// Adds n positions to the sums [tap][lane] of MR taps, `lanes` apart; `g` is [position][NV * W].
template <i32 MR, i32 NV>
NOINLINE void outer(const f32* x, const i32* taps, const i32* positions, i32 n, const f32* g, i32 lanes, f32* sums) {
  const u8* at[MR];
  vf acc[MR][NV];
  UNROLLED
  for (i32 m = 0; m < MR; m++) {
    at[m] = (const u8*)(x + taps[m]);
    UNROLLED
    for (i32 v = 0; v < NV; v++) acc[m][v] = load(sums + m * lanes + v * W);
  }
  ROLLED
  for (i32 p = 0; p < n; p++) {
    const i32 offset = positions[p];
    vf b[NV];
    UNROLLED
    for (i32 v = 0; v < NV; v++) b[v] = load(g + v * W);
    UNROLLED
    for (i32 m = 0; m < MR; m++) {
      const vf s = splat(*(const f32*)(at[m] + offset));
      UNROLLED
      for (i32 v = 0; v < NV; v++) acc[m][v] = fma(s, b[v], acc[m][v]);
    }
    g += NV * W;
  }
  UNROLLED
  for (i32 m = 0; m < MR; m++) {
    UNROLLED
    for (i32 v = 0; v < NV; v++) store(sums + m * lanes + v * W, acc[m][v]);
  }
}

template <i32 NV>
void outerTile(i32 rows, const f32* x, const i32* taps, const i32* positions, i32 n, const f32* g, i32 lanes, f32* sums) {
#define ROWS(MR)                                                                                                    \
  case MR:                                                                                                          \
    if constexpr (MR <= (NV == 1 ? NARROW : WIDE)) outer<MR, NV>(x, taps, positions, n, g, lanes, sums);            \
    break;
  switch (rows) {
    ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7) ROWS(8) ROWS(9) ROWS(10)
  }
#undef ROWS
}

// Nearly equal shares of `total`, each at most `most`.
struct Shares {
  i32 total, count;

  i32 first(i32 i) const { return (i32)((i64)total * i / count); }
};
Shares sharesOf(i32 total, i32 most) { return {total, divUp(total, most)}; }

// Planes [channel][position] into [position][lane] with `lanes` lanes; those without a channel are 0. Some positions at a time, so
// that what is written stays in the cache until its lines are full.
void transposePlanes(const f32* g, i32 channels, i32 channelStep, i32 positions, i32 lanes, f32* to) {
  constexpr i32 RUN = 64;
  for (i32 first = 0; first < positions; first += RUN) {
    const i32 end = min(positions, first + RUN);
    for (i32 o = 0; o < lanes; o += 4) {
      const f32* from = g + (isize)o * channelStep;
      const i32 have = min(4, channels - o);
      i32 p = first;
      if (have == 4) {
        for (; p + 4 <= end; p += 4) {
          vf4 a = load4(from + p);
          vf4 b = load4(from + channelStep + p);
          vf4 c = load4(from + 2 * channelStep + p);
          vf4 d = load4(from + 3 * channelStep + p);
          transpose4(a, b, c, d);
          f32* q = to + (isize)p * lanes + o;
          store4(q, a);
          store4(q + lanes, b);
          store4(q + 2 * lanes, c);
          store4(q + 3 * lanes, d);
        }
      }
      for (; p < end; p++)
        for (i32 i = 0; i < 4; i++) to[(isize)p * lanes + o + i] = i < have ? from[(isize)i * channelStep + p] : 0;
    }
  }
}

} // namespace

WeightPlan planWeight(const Correlation& forward) {
  WeightPlan plan = {};
  plan.planes = withBorder(forward, borderOf(forward));
  const Correlation& c = plan.c();
  plan.lanes = roundUp(c.outChannels, W);
  const f64 image = 4.0 * ((f64)plan.lanes * c.positions() + (f64)plan.planes.elements(1));
  plan.imagesAtOnce = (i32)max(1.0, min((f64)c.images, 8e6 / image));
  // a block of the transposed gradient and of the planes under it stays in the cache while all taps pass over it
  const f64 row = 4.0 * c.columns * (min(plan.lanes, 2 * W) + c.columnStep * c.rowStep * min(c.channels, 16));
  const i32 blockRows = (i32)max(1.0, 65536 / row);
  if (blockRows >= c.rows) plan.blockImages = min(plan.imagesAtOnce, blockRows / c.rows);
  else plan.blockRows = blockRows;
  const i32 tiles = divUp(plan.depth(), WIDE) * divUp(plan.lanes, 2 * W);
  const i32 blocks = plan.blockRows > 0 ? c.images * divUp(c.rows, plan.blockRows) : divUp(c.images, plan.blockImages);
  plan.parts = max(1, min(blocks, 8 / tiles));
  return plan;
}

usize WeightPlan::bytes() const {
  const usize tables = roundUp<usize>(((usize)depth() + (usize)blockPositions()) * 4, 64);
  const usize copied = planes.elements(imagesAtOnce) * 4;
  const usize gradient = (usize)imagesAtOnce * (usize)c().positions() * (usize)lanes * 4;
  const usize sums = (usize)parts * (usize)depth() * (usize)lanes * 4;
  return tables + copied + gradient + sums;
}

namespace {

struct Job {
  WeightPlan plan;
  const f32* x;
  const f32* g;
  const i32* taps;
  const i32* positions;
  f32* sums;
  i32 images;
};

// All taps of [from, to) and all channels over the blocks of one part.
void sumPart(const Job& job, i32 part, i32 from, i32 to) {
  const WeightPlan& plan = job.plan;
  const Correlation& c = plan.c();
  const i32 depth = plan.depth();
  const bool byRows = plan.blockRows > 0;
  const i32 rowBlocks = byRows ? divUp(c.rows, plan.blockRows) : 1;
  const i32 blocks = byRows ? job.images * rowBlocks : divUp(job.images, plan.blockImages);
  const Shares share = {blocks, plan.parts};
  f32* sums = job.sums + (isize)part * depth * plan.lanes;
  for (i32 b = share.first(part); b < share.first(part + 1); b++) {
    const i32 image = byRows ? b / rowBlocks : b * plan.blockImages;
    const i32 row = byRows ? (b - image * rowBlocks) * plan.blockRows : 0;
    const i32 rows = byRows ? min(plan.blockRows, c.rows - row) : min(plan.blockImages, job.images - image) * c.rows;
    const f32* x = job.x + (isize)image * c.imageSize + (isize)(row * c.rowStep + c.rowFirst) * c.width + c.columnFirst;
    const isize position = (isize)image * c.positions() + (isize)row * c.columns;
    for (i32 lane = 0; lane < plan.lanes; lane += 2 * W) {
      const bool narrow = plan.lanes - lane == W;
      const f32* g = job.g + (isize)lane * job.images * c.positions() + position * (narrow ? W : 2 * W);
      const Shares tiles = sharesOf(to - from, narrow ? NARROW : WIDE);
      for (i32 t = 0; t < tiles.count; t++) {
        const i32 tap = from + tiles.first(t);
        const i32 taps = tiles.first(t + 1) - tiles.first(t);
        f32* at = sums + (isize)tap * plan.lanes + lane;
        if (narrow) outerTile<1>(taps, x, job.taps + tap, job.positions, rows * c.columns, g, plan.lanes, at);
        else outerTile<2>(taps, x, job.taps + tap, job.positions, rows * c.columns, g, plan.lanes, at);
      }
    }
  }
}

// out [output][tap] = sum over the parts of sums [tap][lane], 4 outputs at a time.
void gather(const WeightPlan& plan, const f32* sums, f32* out) {
  const i32 depth = plan.depth();
  const i32 lanes = plan.lanes;
  const i32 outputs = plan.c().outChannels;
  const i32 parts = plan.parts;
  parallel(divUp(outputs, 4), max(1, 4096 / (depth * parts)), [=](i32 begin, i32 end, i32) {
    for (i32 o = begin * 4; o < min(end * 4, outputs); o += 4) {
      const i32 have = min(4, outputs - o);
      for (i32 t = 0; t < depth; t += 4) {
        const i32 taps = min(4, depth - t);
        vf4 v[4] = {};
        for (i32 part = 0; part < parts; part++)
          for (i32 i = 0; i < taps; i++) v[i] += load4(sums + ((isize)part * depth + t + i) * lanes + o);
        transpose4(v[0], v[1], v[2], v[3]);
        for (i32 i = 0; i < have; i++) storePixels(out + (isize)(o + i) * depth + t, v[i], taps);
      }
    }
  });
}

} // namespace

void weightGradient(const WeightPlan& plan, const f32* g, const f32* x, f32* out, u8* workspace) {
  const Correlation& c = plan.c();
  const i32 depth = plan.depth();
  const i32 n = plan.blockPositions();
  i32* taps = (i32*)workspace;
  i32* positions = taps + depth;
  f32* planes = (f32*)(workspace + roundUp<usize>(((usize)depth + (usize)n) * 4, 64));
  f32* gradient = planes + plan.planes.elements(plan.imagesAtOnce);
  f32* sums = gradient + (usize)plan.imagesAtOnce * (usize)c.positions() * (usize)plan.lanes;
  i32* at = taps;
  for (i32 k = 0; k < c.channels; k++)
    for (i32 i = 0; i < c.tapRows; i++)
      for (i32 j = 0; j < c.tapColumns; j++) *at++ = k * c.plane() + i * c.rowTap * c.width + j * c.columnTap;
  for (i32 p = 0; p < n; p++) {
    const i32 row = p / c.columns;
    const i32 image = row / c.rows;
    positions[p] = (image * c.imageSize + (row - image * c.rows) * c.rowStep * c.width + (p - row * c.columns) * c.columnStep) * 4;
  }
  const i32 size = plan.parts * depth * plan.lanes;
  for (i32 i = 0; i < size; i += W) store(sums + i, vf{});
  // taps are shared out as well, which changes nothing in the sums
  const i32 ranges = threads() == 1 ? 1 : max(1, min(divUp(depth, WIDE), 4 * threads() / plan.parts));
  for (i32 first = 0; first < c.images; first += plan.imagesAtOnce) {
    const i32 images = min(plan.imagesAtOnce, c.images - first);
    const f32* windows = borderedPlanes(plan.planes, x, first, images, planes);
    const Job job = {plan, windows, gradient, taps, positions, sums, images};
    const f32* from = g + (isize)first * c.outImage;
    const i32 lanes = plan.lanes;
    const i32 blocks = divUp(lanes, 2 * W);
    parallel(images * blocks, max(1, 16384 / (c.positions() * 2 * W)), [=, &c](i32 begin, i32 end, i32) {
      for (i32 i = begin; i < end; i++) {
        const i32 image = i / blocks;
        const i32 lane = i % blocks * 2 * W;
        const i32 width = min(2 * W, lanes - lane);
        transposePlanes(from + (isize)image * c.outImage + (isize)lane * c.outChannel, c.outChannels - lane, c.outChannel, c.positions(), width,
                        gradient + (isize)lane * images * c.positions() + (isize)image * c.positions() * width);
      }
    });
    const f64 work = (f64)images * c.positions() * depth * lanes / W;
    const i32 pieces = plan.parts * ranges;
    const i32 grain = (i32)max(1.0, min((f64)pieces, PIECE * pieces / work));
    parallel(pieces, grain, [=, &job](i32 begin, i32 end, i32) {
      const Shares share = sharesOf(depth, divUp(depth, ranges));
      for (i32 i = begin; i < end; i++) {
        const i32 range = i % ranges;
        if (range < share.count) sumPart(job, i / ranges, share.first(range), share.first(range + 1));
      }
    });
  }
  gather(plan, sums, out);
}

} // namespace VARIANT
