#include "conv-panels.h"
#include "conv-row.h"
#include "parallel.h"

namespace VARIANT {

namespace {

// Output channels of a tile, and vectors of pixels for that many.
#if W == 16
constexpr i32 MAX_ROWS = 10;
constexpr i32 vectors(i32 rows) { return rows == 1 ? 8 : rows <= 3 ? 4 : 2; }
#elif W == 8
constexpr i32 MAX_ROWS = 6;
constexpr i32 vectors(i32 rows) { return rows == 1 ? 6 : rows == 2 ? 4 : rows == 3 ? 3 : 2; }
#elif defined(__wasm__)
constexpr i32 MAX_ROWS = 4;
constexpr i32 vectors(i32 rows) { return rows == 1 ? 6 : rows == 2 ? 4 : 2; }
#else
constexpr i32 MAX_ROWS = 8;
constexpr i32 vectors(i32 rows) { return rows == 1 ? 8 : rows <= 3 ? 4 : 2; }
#endif
static_assert(MAX_PANEL == vectors(1) * W);

// Whether to ask for memory ahead: WebAssembly cannot.
#if defined(__wasm__)
constexpr bool CAN_ASK = false;
#else
constexpr bool CAN_ASK = true;
#endif

template <i32 MR, i32 NV, bool ASK = false>
NOINLINE void multiply(const f32* w, const f32* x, const i32* offsets, i32 n, const f32* bias, f32* to, isize step) {
  vf acc[MR][NV];
  UNROLLED
  for (i32 m = 0; m < MR; m++) {
    const vf b = splat(bias == nullptr ? 0 : bias[m]);
    UNROLLED
    for (i32 v = 0; v < NV; v++) acc[m][v] = b;
  }
  ROLLED
  for (i32 k = 0; k < n; k++) {
    const f32* at = (const f32*)((const u8*)x + offsets[k]);
    if constexpr (ASK)
      for (i32 v = 0; v < NV; v += 16 / W) __builtin_prefetch(at + (NV + v) * W);
    vf b[NV];
    UNROLLED
    for (i32 v = 0; v < NV; v++) b[v] = load(at + v * W);
    UNROLLED
    for (i32 m = 0; m < MR; m++) {
      const vf a = splat(w[m]);
      UNROLLED
      for (i32 v = 0; v < NV; v++) acc[m][v] = fma(a, b[v], acc[m][v]);
    }
    w += MR;
  }
  UNROLLED
  for (i32 m = 0; m < MR; m++) {
    UNROLLED
    for (i32 v = 0; v < NV; v++) store(to + m * step + v * W, acc[m][v]);
  }
}

template <i32 MR>
INLINE void multiplyRows(i32 width, const f32* w, const f32* x, const i32* offsets, i32 n, const f32* bias, f32* to, isize step) {
  constexpr i32 NV = vectors(MR);
  if (width == W) return multiply<MR, 1>(w, x, offsets, n, bias, to, step);
  if constexpr (NV > 2)
    if (width == 2 * W) return multiply<MR, 2>(w, x, offsets, n, bias, to, step);
  if constexpr (NV > 4)
    if (width == 4 * W) return multiply<MR, 4>(w, x, offsets, n, bias, to, step);
  multiply<MR, NV>(w, x, offsets, n, bias, to, step);
}

} // namespace

void multiplyAsking(i32 rows, const f32* w, const f32* x, const i32* offsets, i32 n, f32* to, isize step) {
#define ROWS(MR)                                                                                               \
  case MR:                                                                                                     \
    if constexpr (MR <= MAX_ROWS) multiply<MR, 2, CAN_ASK>(w, x, offsets, n, nullptr, to, step);               \
    break;
  switch (rows) {
    ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7) ROWS(8) ROWS(9) ROWS(10)
  }
#undef ROWS
}

i32 PanelTiles::count() const { return divUp(outChannels, MAX_ROWS); }
i32 PanelTiles::widest() const { return vectors(divUp(outChannels, count())) * W; }

void multiplyTile(i32 rows, i32 width, const f32* w, const f32* x, const i32* offsets, i32 n, const f32* bias, f32* to, isize step) {
#define ROWS(MR)                                                                                     \
  case MR:                                                                                           \
    if constexpr (MR <= MAX_ROWS) multiplyRows<MR>(width, w, x, offsets, n, bias, to, step);         \
    break;
  switch (rows) {
    ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7) ROWS(8) ROWS(9) ROWS(10)
  }
#undef ROWS
}

namespace {


// Column `lane` on of a panel: `LENGTH` pixels for each step.
template <i32 LENGTH> INLINE void packPixels(const f32* x, const i32* offsets, i32 n, f32* to, i32 width) {
  ROLLED
  for (i32 k = 0; k < n; k++) {
    const f32* at = (const f32*)((const u8*)x + offsets[k]);
    if constexpr (LENGTH == W) store(to, load(at));
    else if constexpr (LENGTH == 8) {
      const vf4 a = load4(at);
      const vf4 b = load4(at + 4);
      store4(to, a);
      store4(to + 4, b);
    } else if constexpr (LENGTH == 4) store4(to, load4(at));
    else *to = *at;
    to += width;
  }
}

void packPiece(const f32* x, i32 length, i32 step, const i32* offsets, i32 n, f32* to, i32 width) {
  i32 i = 0;
  if (step == 1) {
    for (; i + W <= length; i += W) packPixels<W>(x + i, offsets, n, to + i, width);
    if constexpr (W > 8)
      for (; i + 8 <= length; i += 8) packPixels<8>(x + i, offsets, n, to + i, width);
    if constexpr (W > 4)
      for (; i + 4 <= length; i += 4) packPixels<4>(x + i, offsets, n, to + i, width);
  }
  for (; i < length; i++) packPixels<1>(x + i * step, offsets, n, to + i, width);
}

} // namespace

void storePiece(const f32* from, f32* to, i32 length, i32 step) {
  if (step == 1) return copyRow(from, to, length);
  for (i32 i = 0; i < length; i++) to[i * step] = from[i];
}

void panelOffsets(const Correlation& c, i32* at) {
  for (i32 k = 0; k < c.channels; k++)
    for (i32 i = 0; i < c.tapRows; i++)
      for (i32 j = 0; j < c.tapColumns; j++) *at++ = (k * c.plane() + i * c.rowTap * c.width + j * c.columnTap) * 4;
}

i32 piecesOf(const Correlation& c, i32 first, i32 end, Piece* pieces) {
  i32 count = 0;
  for (i32 p = first; p < end;) {
    const i32 image = p / c.positions();
    const i32 row = (p - image * c.positions()) / c.columns;
    const i32 column = p - image * c.positions() - row * c.columns;
    const i32 n = min(end - p, c.columns - column);
    pieces[count++] = {p - first, n,
                       (isize)image * c.imageSize + (isize)(row * c.rowStep + c.rowFirst) * c.width + column * c.columnStep + c.columnFirst,
                       (isize)image * c.outImage + (isize)row * c.outRow + (isize)column * c.outColumn};
    p += n;
  }
  return count;
}

void packPanel(const f32* x, const Piece* pieces, i32 count, i32 columnStep, const i32* offsets, i32 n, f32* panel, i32 width) {
  for (i32 i = 0; i < count; i++)
    packPiece(x + pieces[i].from, pieces[i].length, columnStep, offsets, n, panel + pieces[i].lane, width);
  for (i32 lane = pieces[count - 1].lane + pieces[count - 1].length; lane < width; lane++)
    for (i32 k = 0; k < n; k++) panel[k * width + lane] = 0;
}

i32 panelWidth(i32 left, i32 room, i32 widest) {
  i32 width = W;
  while (width < widest && width < left && 2 * width <= room) width = width == 4 * W ? widest : 2 * width;
  return min(width, widest);
}

PanelPlan planPanels(const Correlation& c) {
  PanelPlan plan = {c, false, 0, 0};
  if (c.columnStep == 1 && c.columns % (2 * W) == 0) {
    plan.inPlace = true;
    plan.lines = c.rows;
    plan.lineLength = c.columns;
  } else if (c.columnStep == 1 && c.rowStep == 1) {
    // rows with what lies between them, unless that is more than laying out panels costs
    plan.lines = 1;
    plan.lineLength = (c.rows - 1) * c.width + c.columns;
    plan.inPlace = plan.lineLength >= W && (f64)plan.lineLength * c.outChannels <= (f64)c.positions() * (c.outChannels + 3.5);
  }
  return plan;
}

usize PanelPlan::bytes() const {
  const usize offsets = roundUp<usize>((usize)c.depth() * 8, 64); // of the planes, and of a panel
  return offsets + (inPlace ? 0 : roundUp<usize>((usize)c.depth() * MAX_PANEL * 4, 64) * (usize)threads());
}

void packPanels(const f32* weight, f32* packed, const Correlation& c, const TapOrder& order, i32 outputStep, i32 channelStep) {
  const PanelTiles tiles = {c.outChannels};
  const i32 depth = c.depth();
  parallel(tiles.count(), max(1, 8192 / max(1, depth * MAX_ROWS)), [=, &c](i32 begin, i32 end, i32) {
    for (i32 t = begin; t < end; t++) {
      const i32 first = tiles.first(t);
      const i32 rows = tiles.rows(t);
      f32* to = packed + (isize)first * depth;
      for (i32 m = 0; m < rows; m++) {
        f32* at = to + m;
        for (i32 k = 0; k < c.channels; k++) {
          const f32* from = weight + (isize)(first + m) * outputStep + (isize)k * channelStep;
          for (i32 i = 0; i < c.tapRows; i++)
            for (i32 j = 0; j < c.tapColumns; j++, at += rows) *at = from[order.at(i, j)];
        }
      }
    }
  });
}

namespace {

struct Job {
  PanelPlan plan;
  const f32* x;
  const f32* packed;
  const f32* bias;
  f32* out;
  const i32* offsets;
};

// Panels of image `image` in place, along one line.
void lineInPlace(const Job& job, i32 image, i32 line, i32 widest) {
  const Correlation& c = job.plan.c;
  const PanelTiles tiles = {c.outChannels};
  const i32 length = job.plan.lineLength;
  const bool flat = job.plan.lines == 1 && c.rows > 1;
  const f32* x = job.x + (isize)image * c.imageSize + (isize)(line * c.rowStep + c.rowFirst) * c.width + c.columnFirst;
  f32* out = job.out + (isize)image * c.outImage + (isize)line * c.outRow;
  const bool together = c.outColumn == 1 && (!flat || (c.outRow == c.width && c.columns == c.width));
  f32 buffer[MAX_ROWS * 2 * W > MAX_PANEL * 3 ? MAX_ROWS * 2 * W : MAX_PANEL * 3];
  for (i32 q = 0; q < length;) {
    const i32 width = panelWidth(length - q, length, widest);
    // the last panel may begin earlier, and writes what is there already once more
    const i32 at = min(q, max(0, length - width));
    for (i32 t = 0; t < tiles.count(); t++) {
      const i32 first = tiles.first(t);
      const i32 rows = tiles.rows(t);
      const f32* w = job.packed + (isize)first * job.plan.c.depth();
      const f32* bias = job.bias == nullptr ? nullptr : job.bias + first;
      f32* to = out + (isize)first * c.outChannel;
      if (together) {
        multiplyTile(rows, width, w, x + at, job.offsets, job.plan.c.depth(), bias, to + at, c.outChannel);
        continue;
      }
      multiplyTile(rows, width, w, x + at, job.offsets, job.plan.c.depth(), bias, buffer, width);
      const i32 end = at + width;
      i32 row = flat ? at / c.width : 0;
      for (i32 p = at; p < end; row++) {
        const i32 column = p - row * (flat ? c.width : 0);
        const i32 n = min(end - p, c.columns - column);
        if (n > 0)
          for (i32 m = 0; m < rows; m++)
            storePiece(buffer + m * width + p - at, to + m * (isize)c.outChannel + (isize)row * (flat ? c.outRow : 0) + (isize)column * c.outColumn,
                       n, c.outColumn);
        p = flat ? (row + 1) * c.width : end;
      }
    }
    q = at + width;
  }
}

// The panel of `width` positions from `first` on, counted over all images.
void packedPanel(const Job& job, i32 first, i32 width, f32* panel, const i32* inPanel) {
  const Correlation& c = job.plan.c;
  const PanelTiles tiles = {c.outChannels};
  const i32 depth = job.plan.c.depth();
  const i32 end = min(c.images * c.positions(), first + width);
  Piece pieces[MAX_PANEL];
  const i32 count = piecesOf(c, first, end, pieces);
  packPanel(job.x, pieces, count, c.columnStep, job.offsets, depth, panel, width);
  const bool together = end - first == width && liesTogether(c, first, end);
  f32 buffer[MAX_ROWS * 2 * W > MAX_PANEL * 3 ? MAX_ROWS * 2 * W : MAX_PANEL * 3];
  for (i32 t = 0; t < tiles.count(); t++) {
    const i32 from = tiles.first(t);
    const i32 rows = tiles.rows(t);
    const f32* w = job.packed + (isize)from * depth;
    const f32* bias = job.bias == nullptr ? nullptr : job.bias + from;
    f32* out = job.out + (isize)from * c.outChannel;
    if (together) {
      multiplyTile(rows, width, w, panel, inPanel, depth, bias, out + pieces[0].to, c.outChannel);
      continue;
    }
    multiplyTile(rows, width, w, panel, inPanel, depth, bias, buffer, width);
    for (i32 m = 0; m < rows; m++)
      for (i32 i = 0; i < count; i++)
        storePiece(buffer + m * width + pieces[i].lane, out + m * (isize)c.outChannel + pieces[i].to, pieces[i].length, c.outColumn);
  }
}

} // namespace

void correlatePanels(const PanelPlan& plan, const f32* x, const f32* packed, const f32* bias, f32* out, u8* workspace) {
  const Correlation& c = plan.c;
  if (c.positions() == 0) return;
  const i32 depth = c.depth();
  const PanelTiles tiles = {c.outChannels};
  const i32 widest = tiles.widest();
  i32* offsets = (i32*)workspace;
  i32* inPanel = offsets + depth;
  panelOffsets(c, offsets);
  const Job job = {plan, x, packed, bias, out, offsets};
  const f64 perPosition = (f64)depth * c.outChannels / W + depth;
  if (plan.inPlace) {
    const i32 grain = (i32)max(1.0, PIECE / (perPosition * plan.lineLength));
    parallel(c.images * plan.lines, grain, [=, &job](i32 begin, i32 end, i32) {
      for (i32 i = begin; i < end; i++) lineInPlace(job, i / job.plan.lines, i % job.plan.lines, widest);
    });
    return;
  }
  f32* panels = (f32*)(workspace + roundUp<usize>((usize)depth * 8, 64));
  const usize panelSize = roundUp<usize>((usize)depth * MAX_PANEL * 4, 64) / 4;
  const i32 total = c.images * c.positions();
  const i32 width = panelWidth(total, ANY_ROOM, widest);
  for (i32 k = 0; k < depth; k++) inPanel[k] = k * width * 4;
  const i32 grain = (i32)max(1.0, PIECE / (perPosition * width));
  parallel(divUp(total, width), grain, [=, &job](i32 begin, i32 end, i32 thread) {
    for (i32 i = begin; i < end; i++) packedPanel(job, i * width, width, panels + thread * panelSize, inPanel);
  });
}

} // namespace VARIANT
