// Convolution in many small groups, depthwise above all: each group of each image is a piece of work. Its planes are copied with
// their border and split by stride, so that whatever a tap reads from one row of positions lies together.
#pragma once
#include "conv-panels.h"

namespace VARIANT {

// Planes of one group, split into rowStep * columnStep phases each.
struct SplitPlan {
  Correlation c;        // of one group
  i32 phaseRows, pitch; // of a phase
  i32 length;           // from the first position to the last, with what lies between the rows

  i32 phase() const { return phaseRows * pitch; }
  i32 plane() const { return c.rowStep * c.columnStep * phase(); }
  i32 depth() const { return c.channels * c.taps(); }
  usize elements() const { return roundUp<usize>((usize)c.channels * (usize)plane() + MAX_PANEL, 16); }
};

SplitPlan planSplit(const Correlation& group);

// Whether groups of this size are done this way.
INLINE bool smallGroups(const Conv& c) { return c.groups > 1 && c.groupChannels() <= 8 && c.groupOutChannels() <= 8; }

// Bytes for `groups` groups; for the weight's gradient, with room for its sums.
usize groupedBytes(const SplitPlan& plan, bool weightGradient);

// `packed` holds the weight of the first group as packPanels lays it out. `xGroup`, `packedGroup` and so on: elements from a group to
// the next.
void correlateGrouped(const SplitPlan& plan, i32 groups, const f32* x, i32 xGroup, const f32* packed, i32 packedGroup, const f32* bias,
                      f32* out, i32 outGroup, u8* workspace);

void groupedWeightGradient(const SplitPlan& plan, i32 groups, const f32* g, i32 gGroup, const f32* x, i32 xGroup, f32* out,
                           u8* workspace);

} // namespace VARIANT
