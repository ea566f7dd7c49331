// For which shapes Winograd's convolutions are the fastest.
#include "kernels.h"
#include "simd.h"

namespace VARIANT {

namespace {

// Measured on a processor with 512-bit vectors (5th generation EPYC): multiply-adds of the products in GFLOP/s; nanoseconds to make
// or use one value of a tile's points, and to make or use one value of the weights' points; direct convolution in GFLOP/s, forward
// and weight gradient. The time of a convolution is told by them to some 10 %.
struct Speeds {
  f64 product, input, output, weight, direct, directGrad;
};
#if W == 16
constexpr Speeds speeds = {280, 0.16, 0.10, 0.07, 205, 150};
#elif W == 8
constexpr Speeds speeds = {145, 0.13, 0.11, 0.11, 105, 100};
#elif defined(__wasm_relaxed_simd__)
constexpr Speeds speeds = {70, 0.23, 0.25, 0.15, 54, 45};
#else
constexpr Speeds speeds = {56, 0.23, 0.25, 0.17, 50, 40};
#endif

// Share of the taps of 3x3 that lie inside of the planes, along one dimension.
f64 inside(i32 size, i32 pad) {
  const i32 outputs = size + 2 * pad - 2;
  i32 taps = 0;
  for (i32 t = 0; t < 3; t++) taps += max(0, min(outputs, size + pad - t) - max(0, pad - t));
  return (f64)taps / (3 * outputs);
}

} // namespace

f64 winogradCost(i32 pass, i32 tile, i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad, i32 prepared) {
  const i32 outHeight = height + 2 * pad - 2, outWidth = width + 2 * pad - 2;
  // the input gradient is a convolution of the output's gradient
  const i32 rows = pass == 1 ? height : outHeight, columns = pass == 1 ? width : outWidth;
  const f64 depth = pass == 1 ? outChannels : channels, lanes = roundUp(pass == 1 ? channels : outChannels, W);
  const f64 tiles = (f64)batch * divUp(rows, tile) * divUp(columns, tile), points = (f64)(tile + 2) * (tile + 2);
  const f64 aTile = 2 * depth * lanes / speeds.product + depth * speeds.input + lanes * speeds.output;
  const f64 weights = pass != 2 && prepared ? 0 : depth * lanes * speeds.weight;
  return (tiles * aTile + weights) * points * 1e-3;
}

i32 winogradChoice(i32 pass, i32 batch, i32 channels, i32 outChannels, i32 height, i32 width, i32 pad, i32 prepared) {
  if (pad < 0 || pad > 2 || height + 2 * pad < 3 || width + 2 * pad < 3) return 0;
  if ((f64)channels * outChannels > 2e6) return 0; // points of weights of 300 MB
  const i32 lanes = pass == 1 ? channels : outChannels;
  const f64 flop = 18.0 * batch * channels * outChannels * (height + 2 * pad - 2) * (width + 2 * pad - 2);
  // a direct convolution skips what lies outside, and packs the weights if they are not prepared
  const f64 rate = pass == 2 ? speeds.directGrad : speeds.direct, packing = prepared ? 0 : speeds.weight / 2;
  const f64 direct = (flop / rate * inside(height, pad) * inside(width, pad) + 9.0 * channels * outChannels * packing) *
                     roundUp(lanes, W) / lanes * 1e-3;
  const f64 four = winogradCost(pass, 4, batch, channels, outChannels, height, width, pad, prepared);
  const f64 two = winogradCost(pass, 2, batch, channels, outChannels, height, width, pad, prepared);
  return direct < four && direct < two ? 0 : four < two ? 4 : 2;
}

} // namespace VARIANT
