#include "conv-few.h"
#include "conv-panels.h"
#include "parallel.h"

namespace VARIANT {

namespace {

#if W == 16
constexpr i32 ROWS = 8;
#elif W == 8
constexpr i32 ROWS = 6;
#elif defined(__wasm__)
constexpr i32 ROWS = 4;
#else
constexpr i32 ROWS = 8;
#endif
// Positions at most.
constexpr i32 MOST = 128;

// ROWS rows of the weight, `depth` apart, times a panel [step][NV * W].
template <i32 NV> NOINLINE void multiplyRows(const f32* w, i32 depth, const f32* panel, const f32* bias, f32* to) {
  vf acc[ROWS][NV];
  UNROLLED
  for (i32 m = 0; m < ROWS; m++) {
    const vf b = splat(bias == nullptr ? 0 : bias[m]);
    UNROLLED
    for (i32 v = 0; v < NV; v++) acc[m][v] = b;
  }
  ROLLED
  for (i32 k = 0; k < depth; k++) {
    vf b[NV];
    UNROLLED
    for (i32 v = 0; v < NV; v++) b[v] = load(panel + v * W);
    UNROLLED
    for (i32 m = 0; m < ROWS; m++) {
      const vf a = splat(w[(isize)m * depth + k]);
      UNROLLED
      for (i32 v = 0; v < NV; v++) acc[m][v] = fma(a, b[v], acc[m][v]);
    }
    panel += NV * W;
  }
  UNROLLED
  for (i32 m = 0; m < ROWS; m++) {
    UNROLLED
    for (i32 v = 0; v < NV; v++) store(to + (m * NV + v) * W, acc[m][v]);
  }
}

// Panels are as wide as two vectors if there is that much.
i32 widthOf(i32 positions) { return positions <= W ? W : 2 * W; }

struct Parts {
  i32* offsets;
  f32* planes;
  f32* matrix;  // windows, or their gradients
  f32* gradient;
};

// Offsets of taps, of outputs or of positions.
usize offsetBytes(const FewPlan& plan) {
  return roundUp<usize>((usize)max(max(plan.depth(), plan.c().outChannels), plan.positions()) * 4, 64);
}

Parts partsOf(const FewPlan& plan, u8* workspace) {
  Parts p;
  p.offsets = (i32*)workspace;
  p.planes = (f32*)(workspace + offsetBytes(plan));
  p.matrix = p.planes + plan.planes.elements(plan.c().images);
  p.gradient = p.matrix + (usize)plan.depth() * roundUp<usize>((usize)plan.positions(), 2 * W);
  return p;
}

} // namespace

bool fewPositions(const Correlation& c) {
  return c.images * c.positions() <= MOST && c.outChannels >= 4 * ROWS && c.channels * c.taps() >= 8 * W && c.columnStep >= 1;
}

FewPlan planFew(const Correlation& forward) { return {withBorder(forward, borderOf(forward))}; }

usize FewPlan::bytes() const {
  const usize matrix = (usize)depth() * roundUp<usize>((usize)positions(), 2 * W) * 4;
  const usize gradient = roundUp<usize>((usize)c().outChannels * (usize)positions() * 4, 64);
  return offsetBytes(*this) + planes.elements(c().images) * 4 + matrix + gradient;
}

void fewForward(const FewPlan& plan, const f32* x, const f32* weight, const f32* bias, f32* out, u8* workspace) {
  const Correlation& c = plan.c();
  const Parts parts = partsOf(plan, workspace);
  const f32* planes = borderedPlanes(plan.planes, x, 0, c.images, parts.planes);
  const i32 depth = plan.depth();
  const i32 positions = plan.positions();
  const i32 width = widthOf(positions);
  const i32 panels = divUp(positions, width);
  panelOffsets(c, parts.offsets);
  parallel(depth, max(64, 16384 / positions), [=, &c](i32 begin, i32 end, i32) {
    Piece pieces[2 * W];
    for (i32 p = 0; p < panels; p++) {
      const i32 first = p * width;
      const i32 count = piecesOf(c, first, min(positions, first + width), pieces);
      packPanel(planes, pieces, count, c.columnStep, parts.offsets + begin, end - begin,
                parts.matrix + ((isize)p * depth + begin) * width, width);
    }
  });
  const i32 tiles = divUp(c.outChannels, ROWS);
  parallel(tiles, max(1, 8192 / depth), [=, &c](i32 begin, i32 end, i32) {
    f32 buffer[ROWS * 2 * W];
    Piece pieces[2 * W];
    for (i32 t = begin; t < end; t++) {
      const i32 row = min(t * ROWS, c.outChannels - ROWS); // the last tile may do some channels again
      const f32* w = weight + (isize)row * depth;
      for (i32 p = 0; p < panels; p++) {
        const i32 first = p * width;
        const f32* panel = parts.matrix + (isize)p * depth * width;
        const f32* b = bias == nullptr ? nullptr : bias + row;
        if (width == W) multiplyRows<1>(w, depth, panel, b, buffer);
        else multiplyRows<2>(w, depth, panel, b, buffer);
        const i32 count = piecesOf(c, first, min(positions, first + width), pieces);
        for (i32 m = 0; m < ROWS; m++)
          for (i32 i = 0; i < count; i++)
            storePiece(buffer + m * width + pieces[i].lane, out + (isize)(row + m) * c.outChannel + pieces[i].to, pieces[i].length, c.outColumn);
      }
    }
  });
}

void fewInputGradient(const FewPlan& plan, const f32* g, const f32* weight, f32* out, u8* workspace) {
  const Correlation& c = plan.c();
  const Parts parts = partsOf(plan, workspace);
  const i32 depth = plan.depth();
  const i32 positions = plan.positions();
  const i32 outputs = c.outChannels;
  // gradient of the windows [position][tap] = gradient of the output [position][output] * weight [output][tap]
  const PanelTiles tiles = {positions};
  for (i32 t = 0; t < tiles.count(); t++) {
    f32* to = parts.gradient + (isize)tiles.first(t) * outputs;
    const i32 rows = tiles.rows(t);
    for (i32 m = 0; m < rows; m++) {
      const i32 position = tiles.first(t) + m;
      const i32 image = position / c.positions();
      const f32* from = g + (isize)image * c.outImage + (position - image * c.positions());
      for (i32 o = 0; o < outputs; o++) to[o * rows + m] = from[(isize)o * c.outChannel];
    }
  }
  for (i32 o = 0; o < outputs; o++) parts.offsets[o] = o * depth * 4;
  constexpr i32 width = 2 * W;
  parallel(divUp(depth, width), max(1, 32768 / (outputs * positions)), [=](i32 begin, i32 end, i32) {
    for (i32 i = begin; i < end; i++) {
      const i32 tap = max(0, min(i * width, depth - width));
      for (i32 t = 0; t < tiles.count(); t++) {
        const f32* rows = parts.gradient + (isize)tiles.first(t) * outputs;
        f32* to = parts.matrix + (isize)tiles.first(t) * depth + tap;
        if (t == 0) multiplyAsking(tiles.rows(t), rows, weight + tap, parts.offsets, outputs, to, depth);
        else multiplyTile(tiles.rows(t), width, rows, weight + tap, parts.offsets, outputs, nullptr, to, depth);
      }
    }
  });
  const Border b = plan.planes.border;
  const i32 height = plan.planes.givenHeight();
  const i32 columns = plan.planes.givenWidth();
  parallel(c.channels, max(1, 8192 / (c.taps() * positions)), [=, &c](i32 begin, i32 end, i32) {
    for (i32 k = begin; k < end; k++) {
      for (i32 p = 0; p < positions; p++) {
        const i32 image = p / c.positions();
        const i32 row = (p - image * c.positions()) / c.columns;
        const i32 column = p - image * c.positions() - row * c.columns;
        f32* plane = out + (isize)image * plan.planes.givenImage + (isize)k * height * columns;
        if (row == 0 && column == 0)
          for (i32 i = 0; i < height * columns; i++) plane[i] = 0;
        const f32* from = parts.matrix + (isize)p * depth + k * c.taps();
        for (i32 i = 0; i < c.tapRows; i++) {
          const i32 y = row * c.rowStep + c.rowFirst + i * c.rowTap - b.top;
          for (i32 j = 0; j < c.tapColumns; j++, from++) {
            const i32 z = column * c.columnStep + c.columnFirst + j * c.columnTap - b.left;
            if (y >= 0 && y < height && z >= 0 && z < columns) plane[y * columns + z] += *from;
          }
        }
      }
    }
  });
}

void fewWeightGradient(const FewPlan& plan, const f32* g, const f32* x, f32* out, u8* workspace) {
  const Correlation& c = plan.c();
  const Parts parts = partsOf(plan, workspace);
  const f32* planes = borderedPlanes(plan.planes, x, 0, c.images, parts.planes);
  const i32 depth = plan.depth();
  const i32 positions = plan.positions();
  // the gradient of the weight [output][tap] = gradient of the output [output][position] * windows [position][tap]
  parallel(c.channels, max(1, 16384 / (c.taps() * positions)), [=, &c](i32 begin, i32 end, i32) {
    for (i32 p = 0; p < positions; p++) {
      const i32 image = p / c.positions();
      const i32 row = (p - image * c.positions()) / c.columns;
      const i32 column = p - image * c.positions() - row * c.columns;
      f32* to = parts.matrix + (isize)p * depth + (isize)begin * c.taps();
      const f32* from = planes + (isize)image * c.imageSize + (isize)begin * c.plane() +
                        (isize)(row * c.rowStep + c.rowFirst) * c.width + column * c.columnStep + c.columnFirst;
      for (i32 k = begin; k < end; k++, from += c.plane())
        for (i32 i = 0; i < c.tapRows; i++)
          for (i32 j = 0; j < c.tapColumns; j++) *to++ = from[i * c.rowTap * c.width + j * c.columnTap];
    }
  });
  for (i32 p = 0; p < positions; p++) parts.offsets[p] = p * depth * 4;
  const PanelTiles tiles = {c.outChannels};
  const i32 width = min(tiles.widest(), 2 * W);
  parallel(tiles.count(), max(1, 16384 / (depth * positions)), [=, &c](i32 begin, i32 end, i32) {
    f32 rows[16 * MOST];
    for (i32 t = begin; t < end; t++) {
      const i32 first = tiles.first(t);
      const i32 count = tiles.rows(t);
      for (i32 p = 0; p < positions; p++) {
        const i32 image = p / c.positions();
        const f32* from = g + (isize)image * c.outImage + (isize)first * c.outChannel + (p - image * c.positions());
        for (i32 m = 0; m < count; m++) rows[p * count + m] = from[(isize)m * c.outChannel];
      }
      for (i32 tap = 0; tap < depth; tap += width) {
        const i32 at = max(0, min(tap, depth - width));
        multiplyTile(count, width, rows, parts.matrix + at, parts.offsets, positions, nullptr, out + (isize)first * depth + at, depth);
      }
    }
  });
}

} // namespace VARIANT
