// Sums that other kernels use.
#pragma once
#include "base.h"

namespace VARIANT {

// The sum of a row, exact to about one rounding.
f64 sumRow(const f32* x, i32 n);

} // namespace VARIANT
