// How long Winograd's convolutions take.
#include "kernels.h"
#include "simd.h"

namespace VARIANT {

namespace {

// Measured on a processor with 512-bit vectors (5th generation EPYC): multiply-adds of the products in GFLOP/s; nanoseconds to make
// or use one value of a tile's points, and to make or use one value of the weights' points. The time of a convolution is told by
// them to some 10 %.
struct Speeds {
  f64 product, input, output, weight;
};
#if W == 16
constexpr Speeds speeds = {280, 0.16, 0.10, 0.07};
#elif W == 8
constexpr Speeds speeds = {145, 0.13, 0.11, 0.11};
#elif defined(__wasm_relaxed_simd__)
constexpr Speeds speeds = {70, 0.23, 0.25, 0.15};
#else
constexpr Speeds speeds = {56, 0.23, 0.25, 0.17};
#endif

} // namespace

f64 winogradCost(i32 pass, i32 tile, i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad, i32 prepared) {
  const i32 less = tile == 25 ? 4 : 2, out = tile == 4 ? 4 : 2, side = tile == 2 ? 4 : 6;
  // the input gradient of 3x3 is a convolution of the output's gradient; that of 5x5 goes over the outputs
  const bool overInputs = pass == 1 && tile != 25;
  const i32 rows = overInputs ? height : height + 2 * pad - less, columns = overInputs ? width : width + 2 * pad - less;
  const f64 depth = pass == 1 ? outChannels : channels, lanes = roundUp(pass == 1 ? channels : outChannels, W);
  const f64 tiles = (f64)batch * divUp(rows, out) * divUp(columns, out), points = side * side;
  // tiles of 2 by 6 points overlap more, and their outputs are fewer
  const f64 input = (tile == 25 ? 2 : 1) * speeds.input, output = (tile == 25 ? 1.5 : 1) * speeds.output;
  const f64 aTile = 2 * depth * lanes / speeds.product + depth * input + lanes * output;
  const f64 weights = pass != 2 && prepared ? 0 : depth * lanes * speeds.weight;
  return (tiles * aTile + weights) * points * 1e-3;
}

} // namespace VARIANT
