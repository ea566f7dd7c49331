#include "conv-grouped.h"
#include "conv-row.h"
#include "parallel.h"

namespace VARIANT {

namespace {

// Taps that are summed at a time: as many as the registers hold, with what they read.
#if defined(__wasm__)
constexpr i32 TAPS = 6;
#else
constexpr i32 TAPS = 9;
#endif

void splitPlane(const SplitPlan& plan, const f32* x, f32* to) {
  const Correlation& c = plan.c;
  for (i32 a = 0; a < c.rowStep; a++) {
    for (i32 b = 0; b < c.columnStep; b++) {
      const Range columns = inside(c.columnFirst + b, c.columnStep, plan.pitch, c.width);
      const Range rows = inside(c.rowFirst + a, c.rowStep, plan.phaseRows, c.height);
      const i32 n = columns.last - columns.first;
      // zeros up to the first pixel, between the rows, and behind the last
      clearRow(to, rows.first * plan.pitch + columns.first);
      const f32* from = x + (isize)(c.rowFirst + a + rows.first * c.rowStep) * c.width + c.columnFirst + b + columns.first * c.columnStep;
      for (i32 r = rows.first; r < rows.last; r++, from += c.rowStep * c.width) {
        f32* row = to + r * plan.pitch + columns.first;
        copySpread(from, c.columnStep, row, n);
        clearRow(row + n, plan.pitch - n);
      }
      to += plan.phase();
      clearRow(to - (plan.phaseRows - rows.last) * plan.pitch, (plan.phaseRows - rows.last) * plan.pitch);
    }
  }
}

void tapOffsets(const SplitPlan& plan, i32* at) {
  const Correlation& c = plan.c;
  for (i32 k = 0; k < c.channels; k++) {
    for (i32 i = 0; i < c.tapRows; i++) {
      const i32 u = i * c.rowTap;
      for (i32 j = 0; j < c.tapColumns; j++) {
        const i32 v = j * c.columnTap;
        const i32 phase = u % c.rowStep * c.columnStep + v % c.columnStep;
        *at++ = (k * plan.plane() + phase * plan.phase() + u / c.rowStep * plan.pitch + v / c.columnStep) * 4;
      }
    }
  }
}

} // namespace

SplitPlan planSplit(const Correlation& group) {
  SplitPlan plan = {};
  plan.c = group;
  const Correlation& c = group;
  plan.phaseRows = divUp((c.rows - 1) * c.rowStep + max(0, c.tapRows - 1) * c.rowTap + 1, c.rowStep);
  plan.pitch = divUp((c.columns - 1) * c.columnStep + max(0, c.tapColumns - 1) * c.columnTap + 1, c.columnStep);
  plan.length = (c.rows - 1) * plan.pitch + c.columns;
  return plan;
}

usize groupedBytes(const SplitPlan& plan, bool weightGradient) {
  const Correlation& c = plan.c;
  usize elements = plan.elements() + roundUp<usize>((usize)plan.length + W, 16);
  if (weightGradient) elements += (usize)c.outChannels * (usize)plan.depth() * W;
  return roundUp<usize>((usize)plan.depth() * 4, 64) + roundUp<usize>(elements * 4, 64) * (usize)threads();
}

namespace {

// NV vectors of positions of a single output channel.
template <i32 NV> INLINE void sumTaps(const f32* x, const i32* offsets, const f32* w, i32 n, f32 bias, f32* to) {
  vf acc[NV];
  UNROLLED
  for (i32 v = 0; v < NV; v++) acc[v] = splat(bias);
  ROLLED
  for (i32 k = 0; k < n; k++) {
    const f32* at = (const f32*)((const u8*)x + offsets[k]);
    const vf a = splat(w[k]);
    UNROLLED
    for (i32 v = 0; v < NV; v++) acc[v] = fma(a, load(at + v * W), acc[v]);
  }
  UNROLLED
  for (i32 v = 0; v < NV; v++) store(to + v * W, acc[v]);
}

// `length` positions that lie together, at least a vector of them; the last vector may begin earlier.
NOINLINE void sumLine(const f32* x, const i32* offsets, const f32* w, i32 n, f32 bias, f32* to, i32 length) {
  constexpr i32 MANY = MAX_PANEL / W;
  i32 q = 0;
  for (; q + MANY * W <= length; q += MANY * W) sumTaps<MANY>(x + q, offsets, w, n, bias, to + q);
  for (; q + 2 * W <= length; q += 2 * W) sumTaps<2>(x + q, offsets, w, n, bias, to + q);
  for (; q < length; q += W) {
    q = min(q, length - W);
    sumTaps<1>(x + q, offsets, w, n, bias, to + q);
  }
}

struct GroupJob {
  SplitPlan plan;
  const i32* offsets;
  const f32* planes; // split
  f32* line;         // room for plan.length positions
};

// A single output channel.
void oneChannel(const GroupJob& job, const f32* w, f32 bias, f32* out) {
  const SplitPlan& plan = job.plan;
  const Correlation& c = plan.c;
  const i32 depth = plan.depth();
  if (c.columns >= W && c.outColumn == 1) {
    for (i32 r = 0; r < c.rows; r++)
      sumLine(job.planes + r * plan.pitch, job.offsets, w, depth, bias, out + (isize)r * c.outRow, c.columns);
    return;
  }
  sumLine(job.planes, job.offsets, w, depth, bias, job.line, max(plan.length, W));
  for (i32 r = 0; r < c.rows; r++) storePiece(job.line + r * plan.pitch, out + (isize)r * c.outRow, c.columns, c.outColumn);
}

// A tile of `rows` output channels.
void tileChannels(const GroupJob& job, i32 rows, i32 widest, const f32* w, const f32* bias, f32* out) {
  const SplitPlan& plan = job.plan;
  const Correlation& c = plan.c;
  f32 buffer[10 * 2 * W > MAX_PANEL * 3 ? 10 * 2 * W : MAX_PANEL * 3];
  for (i32 q = 0; q < plan.length;) {
    const i32 width = panelWidth(plan.length - q, ANY_ROOM, widest);
    const i32 last = min(plan.length, q + width);
    multiplyTile(rows, width, w, job.planes + q, job.offsets, plan.depth(), bias, buffer, width);
    i32 row = q / plan.pitch;
    for (i32 p = q; p < last; row++) {
      const i32 column = p - row * plan.pitch;
      const i32 n = min(last - p, c.columns - column);
      f32* to = out + (isize)row * c.outRow + (isize)column * c.outColumn;
      for (i32 m = 0; m < rows && n > 0; m++) storePiece(buffer + m * width + p - q, to + m * (isize)c.outChannel, n, c.outColumn);
      p = (row + 1) * plan.pitch;
    }
    q += width;
  }
}

} // namespace

void correlateGrouped(const SplitPlan& plan, i32 groups, const f32* x, i32 xGroup, const f32* packed, i32 packedGroup, const f32* bias,
                      f32* out, i32 outGroup, u8* workspace) {
  const Correlation& c = plan.c;
  if (c.positions() <= 0) return;
  const i32 depth = plan.depth();
  i32* offsets = (i32*)workspace;
  f32* scratch = (f32*)(workspace + roundUp<usize>((usize)depth * 4, 64));
  tapOffsets(plan, offsets);
  const PanelTiles tiles = {c.outChannels};
  const i32 widest = tiles.widest();
  const usize each = plan.elements() + roundUp<usize>((usize)plan.length + W, 16);
  const f64 work = (f64)plan.length * depth * c.outChannels / W + plan.plane() * c.channels;
  parallel(c.images * groups, (i32)max(1.0, PIECE / work), [=, &plan](i32 begin, i32 end, i32 thread) {
    const Correlation& c = plan.c;
    f32* planes = scratch + (usize)thread * each;
    const GroupJob job = {plan, offsets, planes, planes + plan.elements()};
    for (i32 i = begin; i < end; i++) {
      const i32 image = i / groups;
      const i32 group = i - image * groups;
      const f32* from = x + (isize)image * c.imageSize + (isize)group * xGroup;
      for (i32 k = 0; k < c.channels; k++) splitPlane(plan, from + (isize)k * c.plane(), planes + (isize)k * plan.plane());
      for (i32 t = 0; t < tiles.count(); t++) {
        const i32 first = tiles.first(t);
        const i32 rows = tiles.rows(t);
        const f32* w = packed + (isize)group * packedGroup + (isize)first * depth;
        const f32* b = bias == nullptr ? nullptr : bias + group * c.outChannels + first;
        f32* to = out + (isize)image * c.outImage + (isize)group * outGroup + (isize)first * c.outChannel;
        if (rows == 1) oneChannel(job, w, b == nullptr ? 0 : *b, to);
        else tileChannels(job, rows, widest, w, b, to);
      }
    }
  });
}

namespace {

// Adds the products of `g` with what `count` taps read, lane by lane, to the sums [tap][W].
template <i32 N> NOINLINE void addProducts(const f32* x, const i32* offsets, const f32* g, i32 n, f32* sums) {
  const u8* at[N];
  vf acc[N];
  UNROLLED
  for (i32 t = 0; t < N; t++) {
    at[t] = (const u8*)x + offsets[t];
    acc[t] = load(sums + t * W);
  }
  ROLLED
  for (i32 q = 0; q < n; q += W) {
    const vf v = load(g + q);
    UNROLLED
    for (i32 t = 0; t < N; t++) acc[t] = fma(v, load((const f32*)at[t] + q), acc[t]);
  }
  UNROLLED
  for (i32 t = 0; t < N; t++) store(sums + t * W, acc[t]);
}

void addProducts(i32 taps, const f32* x, const i32* offsets, const f32* g, i32 n, f32* sums) {
  i32 t = 0;
  for (; t + TAPS <= taps; t += TAPS) addProducts<TAPS>(x, offsets + t, g, n, sums + t * W);
  if constexpr (TAPS > 5)
    for (; t + 5 <= taps; t += 5) addProducts<5>(x, offsets + t, g, n, sums + t * W);
  for (; t + 2 <= taps; t += 2) addProducts<2>(x, offsets + t, g, n, sums + t * W);
  for (; t < taps; t++) addProducts<1>(x, offsets + t, g, n, sums + t * W);
}

} // namespace

void groupedWeightGradient(const SplitPlan& plan, i32 groups, const f32* g, i32 gGroup, const f32* x, i32 xGroup, f32* out,
                           u8* workspace) {
  const Correlation& c = plan.c;
  const i32 depth = plan.depth();
  i32* offsets = (i32*)workspace;
  f32* scratch = (f32*)(workspace + roundUp<usize>((usize)depth * 4, 64));
  tapOffsets(plan, offsets);
  const usize gradientSize = roundUp<usize>((usize)plan.length + W, 16);
  const usize each = plan.elements() + gradientSize + (usize)c.outChannels * (usize)depth * W;
  const f64 work = (f64)c.images * ((f64)plan.length * depth * c.outChannels / W + plan.plane() * c.channels);
  parallel(groups, (i32)max(1.0, PIECE / max(1.0, work)), [=, &plan](i32 begin, i32 end, i32 thread) {
    const Correlation& c = plan.c;
    f32* planes = scratch + (usize)thread * roundUp<usize>(each, 16);
    f32* gradient = planes + plan.elements();
    f32* sums = gradient + gradientSize;
    // between the rows there is no gradient, nor behind the last
    for (usize i = 0; i < gradientSize; i++) gradient[i] = 0;
    for (usize i = (usize)c.channels * (usize)plan.plane(); i < plan.elements(); i++) planes[i] = 0;
    for (i32 group = begin; group < end; group++) {
      for (i32 i = 0; i < c.outChannels * depth; i++) store(sums + i * W, vf{});
      for (i32 image = 0; image < c.images; image++) {
        const f32* from = x + (isize)image * c.imageSize + (isize)group * xGroup;
        for (i32 k = 0; k < c.channels; k++) splitPlane(plan, from + (isize)k * c.plane(), planes + (isize)k * plan.plane());
        const f32* gFrom = g + (isize)image * c.outImage + (isize)group * gGroup;
        for (i32 o = 0; o < c.outChannels; o++) {
          for (i32 r = 0; r < c.rows; r++)
            storePiece(gFrom + (isize)o * c.outChannel + (isize)r * c.columns, gradient + r * plan.pitch, c.columns, 1);
          addProducts(depth, planes, offsets, gradient, plan.length, sums + (isize)o * depth * W);
        }
      }
      f32* to = out + (isize)group * c.outChannels * depth;
      for (i32 i = 0; i < c.outChannels * depth; i++) to[i] = sumOf(load(sums + i * W));
    }
  });
}

} // namespace VARIANT
