// A convolution's passes as correlations.
#include "conv.h"

namespace VARIANT {

namespace {

// One dimension of a phase of the gradient.
struct Line {
  i32 count;    // positions
  i32 taps;
  i32 firstTap; // in the window: the tap that reads first; further ones are `tapStep` before it
  i32 tapStep;
  i32 first;    // where that tap reads at the first position
  i32 tapReads; // from a tap to the next
};

i32 gcd(i32 a, i32 b) { return b == 0 ? a : gcd(b, a % b); }

// Input positions phase, phase + stride, ...: tap k read them from output position (i + padding - k * dilation) / stride.
Line lineOf(i32 phase, i32 size, i32 kernel, i32 stride, i32 padding, i32 dilation) {
  Line line = {};
  line.count = phase >= size ? 0 : divUp(size - phase, stride);
  const i32 common = gcd(stride, dilation);
  line.tapStep = stride / common;
  line.tapReads = dilation / common;
  for (i32 k = 0; k < kernel; k++) {
    if ((phase + padding - k * dilation) % stride != 0) continue;
    line.firstTap = k;
    line.taps++;
  }
  if (line.taps > 0) line.first = (phase + padding - line.firstTap * dilation) / stride; // exact, below zero too
  return line;
}

} // namespace

Phase forwardPhase(const Conv& c) {
  const Correlation correlation = {
      c.images, c.groupChannels(), c.height, c.width, c.groupOutChannels(), c.outHeight, c.outWidth, c.kernelHeight, c.kernelWidth,
      c.strideY, c.strideX, -c.paddingY, -c.paddingX, c.dilationY, c.dilationX, c.inputImage, c.outputImage,
      c.outPlane(), c.outWidth, 1};
  return {correlation, {0, 1, 0, 1, c.kernelWidth}, 0};
}

Phase gradientPhase(const Conv& c, i32 phase) {
  const i32 py = phase / c.strideX;
  const i32 px = phase - py * c.strideX;
  const Line y = lineOf(py, c.height, c.kernelHeight, c.strideY, c.paddingY, c.dilationY);
  const Line x = lineOf(px, c.width, c.kernelWidth, c.strideX, c.paddingX, c.dilationX);
  const Correlation correlation = {
      c.images, c.groupOutChannels(), c.outHeight, c.outWidth, c.groupChannels(), y.count, x.count, y.taps, x.taps, 1, 1, y.first,
      x.first, y.tapReads, x.tapReads, c.outputImage, c.inputImage, c.plane(), c.width * c.strideY, c.strideX};
  return {correlation, {y.firstTap, -y.tapStep, x.firstTap, -x.tapStep, c.kernelWidth}, py * c.width + px};
}

} // namespace VARIANT
