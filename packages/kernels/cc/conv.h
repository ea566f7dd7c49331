// Convolution in two dimensions, float32, NCHW: what its kernels share.
#pragma once
#include "base.h"
#include "simd.h"

#if defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 32")
#endif

namespace VARIANT {

// Multiply-adds of vectors that are a piece of work for a thread: some 5 us.
constexpr f64 PIECE = 40000;

// Shape of a convolution: channels are those of all groups together.
struct Conv {
  i32 images, channels, height, width;
  i32 outChannels, outHeight, outWidth;
  i32 kernelHeight, kernelWidth;
  i32 strideY, strideX;
  i32 paddingY, paddingX;
  i32 dilationY, dilationX;
  i32 groups;
  i32 inputImage, outputImage; // elements from an image to the next, of the input and of the output

  i32 taps() const { return kernelHeight * kernelWidth; }
  i32 plane() const { return height * width; }
  i32 outPlane() const { return outHeight * outWidth; }
  i32 groupChannels() const { return channels / groups; }
  i32 groupOutChannels() const { return outChannels / groups; }
};

// Sums over a window that moves over planes, of one group: the forward pass, and the gradient of the input, which reads the
// gradient of the output by the same window with its taps in reverse. With a stride the gradient falls into
// strideY * strideX phases, each a grid of positions of its own with some of the taps.
struct Correlation {
  i32 images;
  i32 channels, height, width;                 // planes that are read
  i32 outChannels, rows, columns;              // positions that are written
  i32 tapRows, tapColumns;
  i32 rowStep, columnStep;                     // input rows and columns from a position to the next
  i32 rowFirst, columnFirst;                   // where the first tap at the first position reads
  i32 rowTap, columnTap;                       // from a tap to the next
  i32 imageSize;                               // elements from an image to the next, read
  i32 outImage, outChannel, outRow, outColumn; // elements from one to the next, written

  i32 taps() const { return tapRows * tapColumns; }
  i32 depth() const { return channels * taps(); }
  i32 plane() const { return height * width; }
  i32 positions() const { return rows * columns; }
};

// Which natural tap of the window is tap (i, j) of a correlation: firstRow + i * rowStep, firstColumn + j * columnStep.
struct TapOrder {
  i32 firstRow, rowStep, firstColumn, columnStep;
  i32 kernelWidth;

  i32 at(i32 i, i32 j) const { return (firstRow + i * rowStep) * kernelWidth + firstColumn + j * columnStep; }
};

// The forward pass, or phase `phase` of the gradient of the input; may have no taps or no positions.
struct Phase {
  Correlation c;
  TapOrder order;
  i32 outOffset; // of its first position
};
Phase forwardPhase(const Conv& c);
Phase gradientPhase(const Conv& c, i32 phase);

struct Range {
  i32 first, last; // from first to before last
};

// Those i of [0, count) for which 0 <= start + i * step < size.
INLINE Range inside(i32 start, i32 step, i32 count, i32 size) {
  const i32 first = start >= 0 ? 0 : divUp(-start, step);
  const i32 last = start >= size ? 0 : divUp(size - start, step);
  return {min(first, count), max(min(last, count), min(first, count))};
}

} // namespace VARIANT
