// Planes with zeros around them, for kernels that read windows without looking at the border.
#pragma once
#include "conv.h"

namespace VARIANT {

// What is added before and behind a plane; negative parts are not cut off.
struct Border {
  i32 top, left, bottom, right;

  bool any() const { return top > 0 || left > 0 || bottom > 0 || right > 0; }
};

// The border that lets every tap at every position read inside.
INLINE Border borderOf(const Correlation& c) {
  const i32 lastRow = c.rowFirst + (c.rows - 1) * c.rowStep + (c.tapRows - 1) * c.rowTap;
  const i32 lastColumn = c.columnFirst + (c.columns - 1) * c.columnStep + (c.tapColumns - 1) * c.columnTap;
  return {max(0, -c.rowFirst), max(0, -c.columnFirst), max(0, lastRow - c.height + 1), max(0, lastColumn - c.width + 1)};
}

// Copies the channels of `images` images, `imageSize` elements apart, into planes with a border.
void padPlanes(const f32* x, i32 images, i32 channels, i32 height, i32 width, i32 imageSize, Border border, f32* out);

} // namespace VARIANT
