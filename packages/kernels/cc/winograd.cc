// Winograd's convolutions of 3x3 and 5x5 with stride 1: forward, and the input gradient of 3x3, which is the same with rotated
// weights.
//
// A block of tiles goes through three steps: input tiles -> points [point][tile][channel]; a small product at each point with the
// weights' [panel][point][channel][output channel]; points [point][tile][output channel of a chunk] -> output tiles.
#include "kernels.h"
#include "parallel.h"
#include "winograd-spread.h"
#include "winograd-tiles.h"
#include "winograd-weight.h"

namespace VARIANT {

namespace {

struct Forward {
  TilePlan plan;
  f32* y;
  const f32* x;
  WinogradWeights weights;
  const f32* u;                          // their points, or null if they are not there yet
  const f32* bias;
  isize yImage, xImage;
  i32 channels, outChannels;
  i32 stride;                            // floats of a tile's points: channels rounded up
  i32 blockUnits, blockTiles;            // units and most tiles of a block
  i32 atOnce;                            // units whose products are made before they are used
  bool shared;                           // threads work on one block together, rather than each on its own
  bool small;                            // not worth a second thread
  bool passing;                          // weights are transformed piece by piece as they are used
  isize weightPoints, points, products, scratch; // floats of each part of the workspace

  INLINE isize own() const { return products + scratch; } // of each thread
};

// Points of a block: half of a second-level cache; a few times as much or as little makes no difference.
constexpr i32 BLOCK_BYTES = 600000;
// Tiles whose products are made at once: they are used while they are in the first cache, and fill the rows of register tiles.
constexpr i32 AT_ONCE = 12;
// Depths whose weights are transformed together when they are used only once.
constexpr i32 PIECE = 2048 / PANEL;

template <class F>
Forward planForward(i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad, bool prepared) {
  constexpr i32 POINTS = F::IN * F::IN;
  Forward f = {};
  f.plan = tilePlan<F>(batch, height, width, pad);
  f.channels = channels;
  f.outChannels = outChannels;
  f.stride = roundUp(channels, W);
  const i32 segment = f.plan.segment, units = f.plan.units;
  f.small = isSmall(units * segment, POINTS, channels, outChannels);
  const i32 n = f.small ? 1 : threads();
  const i32 tiles = max(16, min(BLOCK_BYTES / (POINTS * 4 * f.stride), 96));
  f.blockUnits = max(1, min((tiles + segment / 2) / segment, units));
  if (!prepared && units * segment <= outChannels) {
    // fewer points of the input than of the weights: those pass by once
    f.blockUnits = units;
    f.shared = f.passing = true;
  } else if (n > 1 && divUp(units, f.blockUnits) < 3 * n) {
    const i32 smaller = max(1, units / (3 * n));
    if (smaller * segment >= 24) f.blockUnits = smaller;
    else {
      f.shared = true;
      f.blockUnits = max(1, min(4 * tiles / segment, units));
    }
  }
  f.blockTiles = f.blockUnits * segment;
  f.points = POINTS * apart(f.blockTiles, f.stride);
  f.atOnce = f.passing ? f.blockUnits : max(1, min(AT_ONCE / segment, f.blockUnits));
  f.products = POINTS * apart(f.atOnce * segment + 1, CHUNK);
  f.scratch = tileScratch(segment);
  if (f.passing) f.scratch = max(f.scratch, POINTS * apart(PIECE, PANEL));
  else if (!prepared) f.weightPoints = panelsSize(outChannels, POINTS, channels);
  return f;
}

i32 workspaceOf(const Forward& f) {
  return (i32)(4 * (f.weightPoints + (f.shared ? f.points + threads() * f.own() : threads() * (f.points + f.own()))));
}

// Output tiles of units [from, to) from the products of a chunk of output channels.
template <class F>
NOINLINE void outputTiles(const Forward& f, i32 first, i32 width, i32 from, i32 to, const f32* products, isize apart) {
  constexpr i32 OUT = F::OUT, IN = F::IN, SIDE = 4 / OUT; // tiles that make up four columns
  const TilePlan& p = f.plan;
  const isize plane = (isize)p.outHeight * p.outWidth;
  i32 tile = 0;
  for (i32 u = from; u < to; u++) {
    const Unit unit = p.unit(u);
    const i32 top = unit.down * OUT, rows = min(OUT, p.outHeight - top);
    const i32 right = min(p.outWidth, (unit.across + unit.tiles) * OUT);
    for (i32 t = 0; t < unit.tiles; t += SIDE) {
      const i32 left = (unit.across + t) * OUT, columns = min(4, right - left);
      ROLLED
      for (i32 v = 0; v < width; v += W) {
        const i32 lanes = min(W, f.outChannels - first - v);
        if (lanes <= 0) break;
        vf half[IN * OUT * SIDE]; // [point][row][side]
        ROLLED
        for (i32 j = 0; j < IN * SIDE; j++) {
          const f32* m = products + (tile + t + j % SIDE) * width + v + (j / SIDE) * apart;
          vf in[IN], out[OUT];
          for (i32 i = 0; i < IN; i++) in[i] = load(m + i * IN * apart);
          F::output(in, out);
          for (i32 i = 0; i < OUT; i++) half[(j / SIDE * OUT + i) * SIDE + j % SIDE] = out[i];
        }
        const vf added = f.bias == nullptr ? vf{} : loadFirst(f.bias + first + v, lanes);
        f32* to = f.y + unit.image * f.yImage + (first + v) * plane + (isize)top * p.outWidth + left;
        ROLLED
        for (i32 i = 0; i < rows; i++) {
          vf four[4];
          for (i32 s = 0; s < SIDE; s++) {
            vf in[IN];
            for (i32 j = 0; j < IN; j++) in[j] = half[(j * OUT + i) * SIDE + s];
            F::output(in, four + s * OUT);
          }
          for (i32 j = 0; j < 4; j++) four[j] += added;
          planesFromLanes(to + i * p.outWidth, plane, lanes, columns, four);
        }
      }
    }
    tile += unit.tiles;
  }
}

// The products of a panel at all points.
template <class F>
void panelProducts(const Forward& f, i32 panel, i32 tiles, const f32* points, isize pointsApart, f32* products, isize productsApart,
                   i32 width, f32* scratch) {
  constexpr i32 POINTS = F::IN * F::IN;
  const i32 columns = panelWidth(f.outChannels, panel);
  if (!f.passing) {
    const isize uApart = apart(f.channels, columns);
    const f32* u = f.u + panelStart(panel, POINTS, f.channels);
    for (i32 i = 0; i < POINTS; i++)
      gemmPanel<false>(columns, tiles, points + i * pointsApart, f.stride, u + i * uApart, columns, f.channels,
                       products + i * productsApart, width, false);
    return;
  }
  const isize uApart = apart(PIECE, columns);
  for (i32 k = 0; k < f.channels; k += PIECE) {
    const i32 depth = min(PIECE, f.channels - k);
    panelPoints<F>(f.weights, panel, k, k + depth, scratch, uApart);
    for (i32 i = 0; i < POINTS; i++)
      gemmPanel<false>(columns, tiles, points + i * pointsApart + k, f.stride, scratch + i * uApart, columns, depth,
                       products + i * productsApart, width, k > 0);
  }
}

// Chunk `chunk` of the output channels for units [from, to), whose points begin at tile `tile`.
template <class F>
void outputChunk(const Forward& f, i32 chunk, i32 from, i32 to, i32 tile, const f32* points, f32* own) {
  const i32 first = chunk * CHUNK, last = min(first + CHUNK, f.outChannels);
  const i32 panel = first / PANEL, panels = divUp(last, PANEL);
  const i32 width = (panels - 1 - panel) * PANEL + panelWidth(f.outChannels, panels - 1);
  const isize pointsApart = apart(f.blockTiles, f.stride);
  const isize productsApart = apart(f.atOnce * f.plan.segment + 1, CHUNK);
  for (i32 u = from; u < to; u += f.atOnce) {
    const i32 next = min(u + f.atOnce, to), tiles = f.plan.tilesBetween(u, next);
    for (i32 i = panel; i < panels; i++)
      panelProducts<F>(f, i, tiles, points + (isize)tile * f.stride, pointsApart, own + (i - panel) * PANEL, productsApart, width,
                       own + f.products);
    outputTiles<F>(f, first, width, u, next, own, productsApart);
    tile += tiles;
  }
}

// Points of units [from, to) of one line of channels.
template <class F> void inputLine(const Forward& f, i32 line, i32 from, i32 to, i32 tile, f32* points, f32* scratch) {
  const TilePlan& p = f.plan;
  pointsOfTiles<InputTiles<F>>(p, p.height, p.width, p.pad, f.x, f.xImage, f.channels, line * LINE, from, to, tile, points,
                               apart(f.blockTiles, f.stride), f.stride, scratch);
}

// A block on one thread.
template <class F> void block(const Forward& f, i32 from, i32 to, f32* points, f32* own) {
  const i32 chunks = divUp(f.outChannels, CHUNK), lines = divUp(f.channels, LINE);
  const i32 together = max(1, TOGETHER / f.plan.segment); // units that share rows, while their points stay in the first cache
  for (i32 u = from, tile = 0; u < to; u += together) {
    const i32 next = min(to, u + together);
    for (i32 line = 0; line < lines; line++) inputLine<F>(f, line, u, next, tile, points, own + f.products);
    tile += f.plan.tilesBetween(u, next);
  }
  for (i32 chunk = 0; chunk < chunks; chunk++) outputChunk<F>(f, chunk, from, to, 0, points, own);
}

// A block on all threads, in parts of its units so that each finds work.
template <class F> void sharedBlock(const Forward& f, i32 from, i32 to, f32* points, f32* owns) {
  const i32 units = to - from, ways = 4 * threads();
  const i32 chunks = divUp(f.outChannels, CHUNK), lines = divUp(f.channels, LINE);
  const i32 inSize = divUp(units, min(units, max(1, ways / lines))), inParts = divUp(units, inSize);
  parallel(lines * inParts, f.small ? lines * inParts : 1, [=, &f](i32 begin, i32 end, i32 thread) {
    f32* scratch = owns + thread * f.own() + f.products;
    for (i32 item = begin; item < end; item++) {
      const i32 u = from + item / lines * inSize;
      inputLine<F>(f, item % lines, u, min(u + inSize, to), f.plan.tilesBetween(from, u), points, scratch);
    }
  });
  const i32 outSize = f.passing ? units : divUp(units, min(units, max(1, ways / chunks))), outParts = divUp(units, outSize);
  parallel(chunks * outParts, f.small ? chunks * outParts : 1, [=, &f](i32 begin, i32 end, i32 thread) {
    for (i32 item = begin; item < end; item++) {
      const i32 u = from + item % outParts * outSize;
      outputChunk<F>(f, item / outParts, u, min(u + outSize, to), f.plan.tilesBetween(from, u), points, owns + thread * f.own());
    }
  });
}

template <class F> void forward(Forward& f, f32* workspace) {
  if (f.u == nullptr && !f.passing) {
    allWeights<F>(f.weights, workspace);
    f.u = workspace;
    workspace += f.weightPoints;
  }
  const i32 blocks = divUp(f.plan.units, f.blockUnits);
  if (f.shared) {
    for (i32 from = 0; from < f.plan.units; from += f.blockUnits)
      sharedBlock<F>(f, from, min(from + f.blockUnits, f.plan.units), workspace, workspace + f.points);
    return;
  }
  parallel(blocks, f.small ? blocks : 1, [=, &f](i32 begin, i32 end, i32 thread) {
    f32* points = workspace + thread * (f.points + f.own());
    for (i32 i = begin; i < end; i++) {
      const i32 from = i * f.blockUnits;
      block<F>(f, from, min(from + f.blockUnits, f.plan.units), points, points + f.points);
    }
  });
}

template <class F>
void convolve(f32* y, i32 yImage, const f32* x, i32 xImage, const WinogradWeights& weights, const f32* u, const f32* bias,
              void* workspace, i32 batch, i32 height, i32 width, i32 pad) {
  Forward f = planForward<F>(batch, weights.depth, weights.columns, height, width, pad, u != nullptr);
  f.y = y;
  f.yImage = yImage;
  f.x = x;
  f.xImage = xImage;
  f.weights = weights;
  f.u = u;
  f.bias = bias;
  forward<F>(f, (f32*)workspace);
}

} // namespace

i32 winogradWeightBytes(i32 pass, i32 tile, i32 channels, i32 outChannels) {
  return withTile(tile, [=](auto t) {
    using F = decltype(t);
    return (i32)(4 * panelsSize(pass == 1 ? channels : outChannels, F::IN * F::IN, pass == 1 ? outChannels : channels));
  });
}

void winogradWeight(f32* u, const f32* weight, i32 pass, i32 tile, i32 channels, i32 outChannels) {
  withTile(tile, [=](auto t) {
    using F = decltype(t);
    allWeights<F>(weightsOf<F>(weight, pass == 1, channels, outChannels), u);
  });
}

i32 winogradForwardWorkspace(i32 tile, i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad, bool prepared) {
  return withTile(tile, [=](auto t) {
    return workspaceOf(planForward<decltype(t)>(batch, channels, outChannels, height, width, pad, prepared));
  });
}

void winogradForward(f32* y, i32 yImage, const f32* x, i32 xImage, const f32* weight, const f32* u, const f32* bias, void* workspace,
                     i32 tile, i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad) {
  withTile(tile, [=](auto t) {
    using F = decltype(t);
    convolve<F>(y, yImage, x, xImage, weightsOf<F>(weight, false, channels, outChannels), u, bias, workspace, batch, height, width,
                pad);
  });
}

void winogradInputGrad(f32* inputGrad, i32 inputImage, const f32* grad, i32 gradImage, const f32* weight, const f32* u, void* workspace,
                       i32 tile, i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad) {
  if (tile == 25) {
    winogradSpread(inputGrad, inputImage, grad, gradImage, weight, u, workspace, batch, channels, outChannels, height, width, pad);
    return;
  }
  const i32 outHeight = height + 2 * pad - 2, outWidth = width + 2 * pad - 2;
  const auto asConvolution = [=](auto t) {
    using F = decltype(t);
    convolve<F>(inputGrad, inputImage, grad, gradImage, weightsOf<F>(weight, true, channels, outChannels), u, nullptr, workspace, batch,
                outHeight, outWidth, 2 - pad);
  };
  if (tile == 4) asConvolution(Winograd4{});
  else asConvolution(Winograd2{});
}

} // namespace VARIANT
