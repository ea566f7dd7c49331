// Convolution with few positions and a large weight, as in the last layers of a deep network on small images: the time goes into
// reading the weight, so each pass reads (or writes) it once as it lies.
#pragma once
#include "conv-pad.h"

namespace VARIANT {

struct FewPlan {
  Bordered planes;

  const Correlation& c() const { return planes.c; }
  i32 depth() const { return planes.c.depth(); }
  i32 positions() const { return planes.c.images * planes.c.positions(); }
  usize bytes() const;
};

// Whether so few positions that this is the better way.
bool fewPositions(const Correlation& forward);

FewPlan planFew(const Correlation& forward);

void fewForward(const FewPlan& plan, const f32* x, const f32* weight, const f32* bias, f32* out, u8* workspace);
void fewInputGradient(const FewPlan& plan, const f32* g, const f32* weight, f32* out, u8* workspace);
void fewWeightGradient(const FewPlan& plan, const f32* g, const f32* x, f32* out, u8* workspace);

} // namespace VARIANT
