// Gradient of a convolution's weight as outer products: taps in the accumulators, output channels in the lanes. The gradient of
// the output is transposed once, so that the channels of a position lie together, a block of them after the other; windows are read
// in place.
#pragma once
#include "conv-pad.h"

namespace VARIANT {

struct WeightPlan {
  Bordered planes;
  i32 lanes;           // output channels, rounded up to whole vectors
  i32 imagesAtOnce;
  i32 blockRows;       // of an image that are done at a time; or
  i32 blockImages;     // whole images that are done at a time
  i32 parts;           // sums are kept apart for this many parts of the positions

  const Correlation& c() const { return planes.c; }
  i32 depth() const { return planes.c.depth(); }
  i32 blockPositions() const { return (blockRows > 0 ? blockRows : blockImages * planes.c.rows) * planes.c.columns; }
  usize bytes() const;
};

WeightPlan planWeight(const Correlation& forward);

// `g` has the layout of the correlation's output; `out` is [output][channel][tap].
void weightGradient(const WeightPlan& plan, const f32* g, const f32* x, f32* out, u8* workspace);

} // namespace VARIANT
