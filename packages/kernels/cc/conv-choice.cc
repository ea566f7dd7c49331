#include "conv-choice.h"
#include "conv-direct.h"
#include "conv-few.h"
#include "conv-grouped.h"
#include "conv-panels.h"

namespace VARIANT {

namespace {

// Measured on a processor with 512-bit vectors (5th generation EPYC). Rates are multiply-adds a nanosecond; what comes on top for
// each position is told in steps of the sum.
struct Speeds {
  f64 direct, directStore; // steps for storing a tile
  f64 fewest;              // pixels of a tile without loss
  f64 narrow;              // slowdown of a block of channels in one vector
  f64 panels, panelsStore, panelsCopy; // steps for storing in place, through a buffer
  f64 panelsPack, panelsSpread;        // channels that laying out a panel costs: of pixels side by side, or not
  f64 few;
  f64 packDirect, packPanels; // nanoseconds for a weight
  f64 outer, copy;            // nanoseconds to copy or transpose an element
};
#if W == 16
constexpr Speeds speeds = {132, 9, 4, 1.18, 110, 1, 22, 3.5, 27, 102, 0.22, 1.0, 115, 0.13};
#elif W == 8
constexpr Speeds speeds = {64, 12, 4, 1.0, 66, 5, 32, 3.5, 16, 62, 0.25, 1.0, 62, 0.13};
#elif defined(__wasm_relaxed_simd__)
constexpr Speeds speeds = {29, 12, 3, 1.35, 31, 12, 14, 1.5, 6, 28, 0.25, 1.0, 26, 0.13};
#else
constexpr Speeds speeds = {29, 12, 3, 1.35, 27, 12, 14, 1.5, 6, 26, 0.25, 1.0, 26, 0.13};
#endif

// Share of the taps that read inside, along one dimension.
f64 insideShare(i32 positions, i32 step, i32 first, i32 taps, i32 tapStep, i32 size) {
  f64 count = 0;
  for (i32 t = 0; t < taps; t++) {
    const Range range = inside(first + t * tapStep, step, positions, size);
    count += range.last - range.first;
  }
  return positions * taps == 0 ? 0 : count / ((f64)positions * taps);
}


f64 copyTime(const Bordered& b) { return b.copied() ? speeds.copy * b.c.images * b.c.imageSize : 0; }

f64 directTime(const Correlation& c) {
  const i32 lanes = roundUp(c.outChannels, W);
  const f64 effective = lanes + (lanes % (2 * W) != 0 ? W * (speeds.narrow - 1) : 0);
  const Bordered planes = withBorder(c, borderOf(c));
  if (planes.copied() && directWantsBorder(c)) return directTime(planes.c) + copyTime(planes);
  const f64 rows = insideShare(c.rows, c.rowStep, c.rowFirst, c.tapRows, c.rowTap, c.height);
  const f64 columns = insideShare(c.columns, c.columnStep, c.columnFirst, c.tapColumns, c.columnTap, c.width);
  // a few pixels take no less time than as many as keep the multipliers busy
  const f64 steps = c.depth() * rows * columns * max(1.0, speeds.fewest / max(1.0, directPixels(c) * columns));
  return (f64)c.images * c.positions() * effective * (steps + speeds.directStore) / speeds.direct;
}

f64 panelsTime(const Correlation& c) {
  const Bordered planes = withBorder(c, borderOf(c));
  const PanelPlan plan = planPanels(planes.c);
  const bool together = plan.inPlace ? plan.lines > 1 || c.columns == plan.c.width : c.outRow == c.columns && c.positions() >= 2 * W;
  const f64 store = c.outColumn == 1 && together ? speeds.panelsStore : speeds.panelsCopy;
  const f64 length = plan.inPlace ? (f64)plan.lines * plan.lineLength : c.positions();
  const f64 rows = c.outChannels + (plan.inPlace ? 0 : c.columnStep == 1 ? speeds.panelsPack : speeds.panelsSpread);
  return c.images * (length * rows * c.depth() + (f64)c.positions() * c.outChannels * store) / speeds.panels + copyTime(planes);
}

} // namespace

Choice chooseCorrelation(const Conv& c, bool gradient, bool packed) {
  const i32 phases = gradient ? c.strideX * c.strideY : 1;
  const f64 weights = (f64)c.outChannels * c.groupChannels() * c.taps();
  if (smallGroups(c)) {
    f64 time = 0;
    for (i32 i = 0; i < phases; i++) time += panelsTime(gradient ? gradientPhase(c, i).c : forwardPhase(c).c);
    return {Way::grouped, time * c.groups};
  }
  // a weight beyond the cache is written out and read in again
  f64 direct = packed ? 0 : weights * (speeds.packDirect + (weights > 5e5 ? 0.2 : 0));
  f64 panels = packed ? 0 : weights * speeds.packPanels;
  for (i32 i = 0; i < phases; i++) {
    const Correlation phase = gradient ? gradientPhase(c, i).c : forwardPhase(c).c;
    direct += directTakes(phase) ? directTime(phase) * c.groups : 1e18;
    panels += panelsTime(phase) * c.groups;
  }
  const f64 few = (f64)c.images * c.outPlane() * weights / speeds.few;
  if (fewPositions(forwardPhase(c).c) && few < direct && few < panels) return {Way::few, few};
  return direct <= panels ? Choice{Way::direct, direct} : Choice{Way::panels, panels};
}

Choice chooseWeightGradient(const Conv& c) {
  const Correlation forward = forwardPhase(c).c;
  const f64 sums = (f64)c.images * c.outPlane() * forward.depth() * c.outChannels;
  if (smallGroups(c)) return {Way::grouped, sums / speeds.few * 2};
  const f64 weights = (f64)c.outChannels * forward.depth();
  const i32 lanes = roundUp(forward.outChannels, W);
  const f64 outer = sums * lanes / forward.outChannels / speeds.outer + weights * 0.4 +
                    speeds.copy * c.images * ((f64)c.outPlane() * lanes + forward.channels * forward.plane());
  const f64 few = sums / speeds.few;
  return fewPositions(forward) && few < outer ? Choice{Way::few, few} : Choice{Way::outer, outer};
}

} // namespace VARIANT
