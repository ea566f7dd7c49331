// Which algorithm serves a convolution.
#pragma once
#include "conv.h"

namespace VARIANT {

enum class Way : i32 {
  direct,  // conv-direct.h
  panels,  // conv-panels.h
  few,     // conv-few.h
  grouped, // conv-grouped.h
  outer,   // conv-weight.h
};

struct Choice {
  Way way;
  f64 nanoseconds; // on one thread, roughly
};

// The forward pass, or the gradient of the input; `packed`: whether the weight is laid out already.
Choice chooseCorrelation(const Conv& c, bool gradient, bool packed);
Choice chooseWeightGradient(const Conv& c);

} // namespace VARIANT
