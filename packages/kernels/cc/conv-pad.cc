#include "conv-pad.h"
#include "conv-row.h"
#include "parallel.h"

namespace VARIANT {

namespace {

// Copies the channels of `images` images, `imageSize` elements apart.
void padPlanes(const f32* x, i32 images, i32 channels, i32 height, i32 width, i32 imageSize, const Border& border, f32* out) {
  const Border b = border;
  const i32 pitch = width + b.left + b.right;
  const i32 size = (height + b.top + b.bottom) * pitch;
  parallel(images * channels, max(1, 16384 / max(1, size)), [=](i32 begin, i32 end, i32) {
    for (i32 p = begin; p < end; p++) {
      const i32 image = p / channels;
      const f32* from = x + (isize)image * imageSize + (isize)(p - image * channels) * height * width;
      f32* to = out + (isize)p * size;
      // the zeros between two rows lie together
      clearRow(to, b.top * pitch + b.left);
      to += b.top * pitch + b.left;
      for (i32 r = 0; r < height; r++) {
        copyRow(from, to, width);
        if (r < height - 1) clearRow(to + width, b.left + b.right);
        from += width;
        to += pitch;
      }
      clearRow(to - pitch + width, b.right + b.bottom * pitch);
    }
  });
}

} // namespace

Border borderOf(const Correlation& c) {
  const i32 lastRow = c.rowFirst + (c.rows - 1) * c.rowStep + (c.tapRows - 1) * c.rowTap;
  const i32 lastColumn = c.columnFirst + (c.columns - 1) * c.columnStep + (c.tapColumns - 1) * c.columnTap;
  if (c.taps() == 0 || c.positions() == 0) return {};
  return {max(0, -c.rowFirst), max(0, -c.columnFirst), max(0, lastRow - c.height + 1), max(0, lastColumn - c.width + 1)};
}

Bordered withBorder(const Correlation& c, const Border& border) {
  Bordered b = {c, border, c.imageSize};
  b.c.height += border.top + border.bottom;
  b.c.width += border.left + border.right;
  b.c.rowFirst += border.top;
  b.c.columnFirst += border.left;
  if (b.copied()) b.c.imageSize = b.c.channels * b.c.plane();
  return b;
}

const f32* borderedPlanes(const Bordered& b, const f32* x, i32 first, i32 images, f32* planes) {
  const f32* from = x + (isize)first * b.givenImage;
  if (!b.copied()) return from;
  padPlanes(from, images, b.c.channels, b.givenHeight(), b.givenWidth(), b.givenImage, b.border, planes);
  return planes;
}

} // namespace VARIANT
