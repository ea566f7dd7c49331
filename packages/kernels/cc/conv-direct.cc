#include "conv-direct.h"
#include "conv-tile.h"
#include "parallel.h"

namespace VARIANT {

namespace {

// Pixels of a tile, by how many vectors of output channels it has: as many as the registers hold. Where there are 32 registers,
// two images share a tile if their rows are short.
#if W == 16
constexpr i32 WIDE = 12, WIDE_STRIDED = 8, NARROW = 12, WIDE_PAIR = 4, NARROW_PAIR = 6;
#elif W == 8
constexpr i32 WIDE = 6, WIDE_STRIDED = 6, NARROW = 12, WIDE_PAIR = 0, NARROW_PAIR = 0;
#elif defined(__wasm__)
constexpr i32 WIDE = 4, WIDE_STRIDED = 4, NARROW = 6, WIDE_PAIR = 0, NARROW_PAIR = 0;
#else
constexpr i32 WIDE = 8, WIDE_STRIDED = 8, NARROW = 12, WIDE_PAIR = 4, NARROW_PAIR = 6;
#endif

// Sums of P pixels of G images.
template <i32 P, i32 NV, i32 G> struct Sums {
  vf v[G][P][NV];
};

// Adds n steps to the pixels from LO to before HI. A step is one channel under one tap; each is one basic block.
template <i32 LO, i32 HI, i32 S, i32 P, i32 NV, i32 G>
INLINE void steps(Sums<P, NV, G>& sums, const f32* x, isize image, const f32* w, const i32* offsets, i32 n) {
  ROLLED
  for (i32 k = 0; k < n; k++) {
    const f32* at = (const f32*)((const u8*)x + offsets[k]);
    vf b[NV];
    UNROLLED
    for (i32 v = 0; v < NV; v++) b[v] = load(w + v * W);
    UNROLLED
    for (i32 g = 0; g < G; g++) {
      UNROLLED
      for (i32 p = LO; p < HI; p++) {
        const vf s = splat(at[g * image + p * S]);
        UNROLLED
        for (i32 v = 0; v < NV; v++) sums.v[g][p][v] = fma(s, b[v], sums.v[g][p][v]);
      }
    }
    w += NV * W;
  }
}

// The same for pixels that are known at run time: a loop for each pair of ends, all over the same registers.
template <i32 S, i32 P, i32 NV, i32 G>
INLINE void clippedSteps(Sums<P, NV, G>& sums, Range r, const f32* x, isize image, const f32* w, const i32* offsets, i32 n) {
#define CASE(LO, HI)                                                                              \
  case LO * 16 + HI:                                                                              \
    if constexpr (HI <= P && LO < HI) steps<LO, HI, S>(sums, x, image, w, offsets, n);            \
    break;
#define ENDS(LO)                                                                                  \
  CASE(LO, 1) CASE(LO, 2) CASE(LO, 3) CASE(LO, 4) CASE(LO, 5) CASE(LO, 6)                         \
  CASE(LO, 7) CASE(LO, 8) CASE(LO, 9) CASE(LO, 10) CASE(LO, 11) CASE(LO, 12)
  switch (r.first * 16 + r.last) {
    ENDS(0) ENDS(1) ENDS(2) ENDS(3) ENDS(4) ENDS(5) ENDS(6) ENDS(7) ENDS(8) ENDS(9) ENDS(10) ENDS(11)
  }
#undef ENDS
#undef CASE
}

// Pixels of each tile of a row: as few tiles as can be, whose pixels are then stored by fours.
template <i32 P> INLINE i32 tileWidth(i32 columns) { return min(P, roundUp(divUp(columns, divUp(columns, P)), 4)); }

struct Job {
  Correlation c;
  const f32* x;
  const f32* bias;
  f32* out;
  const i32* offsets;
};

// One row of positions of G images for one block of output channels. `w` is the block, `first` its first output channel.
template <i32 P, i32 NV, i32 S, i32 G> NOINLINE void row(const Job& job, i32 image, i32 r, i32 first, const f32* w) {
  const Correlation& c = job.c;
  const i32 lanes = NV * W;
  const i32 inputRow = r * c.rowStep + c.rowFirst;
  const Range tapRows = inside(inputRow, c.rowTap, c.tapRows, c.height);
  const i32 perTap = c.channels;
  const i32 perTapRow = c.tapColumns * perTap;
  const i32 width = tileWidth<P>(c.columns);
  const i32 outputs = min(c.outChannels - first, lanes);
  const isize rowAt = (isize)image * c.imageSize + (isize)inputRow * c.width + c.columnFirst;
  vf bias[NV];
  for (i32 v = 0; v < NV; v++)
    bias[v] = job.bias == nullptr ? vf{} : loadFirst(job.bias + first + v * W, max(0, min(W, outputs - v * W)));
  f32* out = job.out + (isize)image * c.outImage + (isize)first * c.outChannel + (isize)r * c.outRow;
  for (i32 column = 0; column < c.columns; column += width) {
    const i32 pixels = min(width, c.columns - column);
    const i32 start = column * S;
    const f32* x = job.x + rowAt + start;
    Sums<P, NV, G> sums;
    UNROLLED
    for (i32 g = 0; g < G; g++) {
      UNROLLED
      for (i32 p = 0; p < P; p++) {
        UNROLLED
        for (i32 v = 0; v < NV; v++) sums.v[g][p][v] = bias[v];
      }
    }
    const i32 left = start + c.columnFirst;
    const i32 right = left + (pixels - 1) * S + (c.tapColumns - 1) * c.columnTap;
    if (left >= 0 && right < c.width) {
      const i32 at = tapRows.first * perTapRow;
      const i32 n = (tapRows.last - tapRows.first) * perTapRow;
      if (pixels == P) steps<0, P, S>(sums, x, c.imageSize, w + at * lanes, job.offsets + at, n);
      else clippedSteps<S>(sums, {0, pixels}, x, c.imageSize, w + at * lanes, job.offsets + at, n);
    } else {
      for (i32 i = tapRows.first; i < tapRows.last; i++) {
        for (i32 j = 0; j < c.tapColumns; j++) {
          const Range range = inside(left + j * c.columnTap, S, pixels, c.width);
          const i32 at = i * perTapRow + j * perTap;
          if (range.first < range.last) clippedSteps<S>(sums, range, x, c.imageSize, w + at * lanes, job.offsets + at, perTap);
        }
      }
    }
    UNROLLED
    for (i32 g = 0; g < G; g++)
      storeTile<P, NV>(sums.v[g], out + (isize)g * c.outImage + (isize)column * c.outColumn, c.outChannel, c.outColumn, pixels, outputs);
  }
}

template <i32 S> void rows(const Job& job, const f32* packed, const DirectWeight& shape, i32 firstTap) {
  const Correlation& c = job.c;
  const i32 blocks = shape.blocks();
  // a block of weights stays in the cache over all images, if the whole weight does not
  const bool blocksOutside = shape.size() > 128 * 1024;
  const bool pairs = S == 1 && c.columns <= WIDE_PAIR;
  const i32 images = pairs ? divUp(c.images, 2) : c.images;
  const f64 work = (f64)c.columns * c.depth() * min(c.outChannels, 2 * W) / W * (pairs ? 2 : 1);
  const i32 grain = (i32)max(1.0, PIECE / work);
  parallel(images * blocks * c.rows, grain, [=, &job, &shape](i32 begin, i32 end, i32) {
    for (i32 i = begin; i < end; i++) {
      const i32 r = i % c.rows;
      const i32 outer = i / c.rows;
      i32 image = blocksOutside ? outer % images : outer / blocks;
      const i32 block = blocksOutside ? outer / images : outer % blocks;
      const i32 lanes = shape.lanes(block);
      const i32 first = block * 2 * W;
      const f32* w = packed + shape.blockAt(block) + firstTap * c.channels * lanes;
      if (pairs) {
        image *= 2;
        if constexpr (WIDE_PAIR > 0 && S == 1) {
          if (image + 1 < c.images) {
            if (lanes == W) row<NARROW_PAIR, 1, S, 2>(job, image, r, first, w);
            else row<WIDE_PAIR, 2, S, 2>(job, image, r, first, w);
            continue;
          }
        }
      }
      if (lanes == W) row<NARROW, 1, S, 1>(job, image, r, first, w);
      else row<S == 1 ? WIDE : WIDE_STRIDED, 2, S, 1>(job, image, r, first, w);
    }
  });
}

} // namespace

i32 directPixels(const Correlation& c) {
  if (c.columns <= WIDE_PAIR && c.columnStep == 1) return 2 * c.columns;
  return c.columns == 0 ? 0 : c.outChannels > W ? tileWidth<WIDE>(c.columns) : tileWidth<NARROW>(c.columns);
}

bool directTakes(const Correlation& c) {
#if defined(__wasm__)
  return c.columnStep == 1;
#else
  return c.columnStep <= 2;
#endif
}

void correlateDirect(const Correlation& c, const f32* x, const f32* packed, const DirectWeight& shape, i32 firstTap, const f32* bias,
                     f32* out, i32* offsets) {
  if (c.positions() == 0) return;
  i32* at = offsets;
  for (i32 i = 0; i < c.tapRows; i++)
    for (i32 j = 0; j < c.tapColumns; j++)
      for (i32 k = 0; k < c.channels; k++) *at++ = (k * c.plane() + i * c.rowTap * c.width + j * c.columnTap) * 4;
  const Job job = {c, x, bias, out, offsets};
#if !defined(__wasm__)
  if (c.columnStep == 2) return rows<2>(job, packed, shape, firstTap);
#endif
  rows<1>(job, packed, shape, firstTap);
}

namespace {

// Outputs that are packed together: those of a block, or as many as a cache line holds, which is thereby written once.
constexpr i32 LINE = W < 8 ? 2 * W : 16;

// Four of them: where their first element is read and written, and the steps from channel to channel and from tap to tap there.
struct Four {
  const f32* from;
  f32* to;
  i32 have; // less than four at the end
  i32 channel, tap;
};

// 4 outputs by 4 elements that lie together in the weight and go to `to` + at[0], at[1], ...
INLINE void packFour(const f32* from, i32 outputStep, f32* to, i32 at0, i32 at1, i32 at2, i32 at3) {
  vf4 a = load4(from);
  vf4 b = load4(from + outputStep);
  vf4 c = load4(from + 2 * (isize)outputStep);
  vf4 d = load4(from + 3 * (isize)outputStep);
  transpose4(a, b, c, d);
  store4(to + at0, a);
  store4(to + at1, b);
  store4(to + at2, c);
  store4(to + at3, d);
}

INLINE void packOne(const f32* from, i32 outputStep, f32* to, i32 have) {
  for (i32 m = 0; m < 4; m++) to[m] = m < have ? from[m * (isize)outputStep] : 0;
}

// One channel of a line; `last`: it ends a run of channels that are packed in turn.
INLINE void packChannel(const Four (&fours)[LINE / 4], i32 count, i32 k, bool last, i32 channelStep, i32 outputStep, i32 taps, const i32* place) {
  if (taps == 1 && channelStep == 1 && outputStep != 1) {
    // four channels at a time, unless they are too few; the last four may begin earlier
    if (k % 4 != 3 && !last) return;
    for (i32 i = 0; i < count; i++) {
      const Four& f = fours[i];
      const i32 first = k - 3;
      if (f.have == 4 && first >= 0) {
        const i32 to = first * f.channel;
        packFour(f.from + first, outputStep, f.to, to, to + f.channel, to + 2 * f.channel, to + 3 * f.channel);
      } else {
        for (i32 j = max(0, first); j <= k; j++) packOne(f.from + j, outputStep, f.to + j * f.channel, f.have);
      }
    }
    return;
  }
  const isize from = (isize)k * channelStep;
  i32 t = 0;
  for (; t + 4 <= taps; t += 4) {
    const i32* at = place + t;
    for (i32 i = 0; i < count; i++) {
      const Four& f = fours[i];
      f32* to = f.to + k * f.channel;
      if (f.have == 4) packFour(f.from + from + t, outputStep, to, at[0] * f.tap, at[1] * f.tap, at[2] * f.tap, at[3] * f.tap);
      else
        for (i32 j = 0; j < 4; j++) packOne(f.from + from + t + j, outputStep, to + at[j] * f.tap, f.have);
    }
  }
  for (; t < taps; t++) {
    for (i32 i = 0; i < count; i++) {
      const Four& f = fours[i];
      f32* to = f.to + k * f.channel + place[t] * f.tap;
      if (outputStep == 1 && f.have == 4) store4(to, load4(f.from + from + t));
      else if (f.have == 4) {
        const f32* at = f.from + from + t;
        store4(to, vf4{at[0], at[outputStep], at[2 * (isize)outputStep], at[3 * (isize)outputStep]});
      } else packOne(f.from + from + t, outputStep, to, f.have);
    }
  }
}

} // namespace

void packDirect(const f32* weight, f32* packed, const DirectWeight& shape, i32 outputStep, i32 channelStep, const i32* place) {
  const i32 channels = shape.channels;
  const i32 taps = shape.taps;
  const DirectWeight s = shape;
  const i32 all = roundUp(s.outChannels, W);
  // runs of channels, so that there is something to share out in a narrow layer
  const i32 run = min(channels, max(4, roundUp(8192 / (LINE * taps), 4)));
  const i32 runs = divUp(channels, run);
  parallel(divUp(all, LINE) * runs, max(1, 16384 / (LINE * taps * run)), [=](i32 begin, i32 end, i32) {
    for (i32 i = begin; i < end; i++) {
      const i32 output = i / runs * LINE;
      const i32 first = i % runs * run;
      const i32 count = min(LINE, all - output) / 4;
      Four fours[LINE / 4];
      for (i32 f = 0; f < count; f++) {
        const i32 o = output + f * 4;
        const i32 block = o / (2 * W);
        const i32 lanes = s.lanes(block);
        fours[f] = {weight + (isize)o * outputStep, packed + s.blockAt(block) + o % (2 * W), max(0, min(4, s.outChannels - o)), lanes,
                    channels * lanes};
      }
      const i32 last = min(channels, first + run);
      for (i32 k = first; k < last; k++) packChannel(fours, count, k, k == last - 1, channelStep, outputStep, taps, place);
    }
  });
}

} // namespace VARIANT
