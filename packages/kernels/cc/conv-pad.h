// Planes with zeros around them, for kernels that read windows without looking at the border.
#pragma once
#include "conv.h"

namespace VARIANT {

// What is added before and behind a plane.
struct Border {
  i32 top, left, bottom, right;

  bool any() const { return top > 0 || left > 0 || bottom > 0 || right > 0; }
};

// The border that lets every tap at every position read inside.
Border borderOf(const Correlation& c);

// The larger of two on each side.
INLINE Border around(const Border& a, const Border& b) {
  return {max(a.top, b.top), max(a.left, b.left), max(a.bottom, b.bottom), max(a.right, b.right)};
}

// A correlation over planes with a border; without one they are those that are given.
struct Bordered {
  Correlation c;
  Border border;
  i32 givenImage; // elements from an image to the next in the planes that are given

  bool copied() const { return border.any(); }
  i32 givenHeight() const { return c.height - border.top - border.bottom; }
  i32 givenWidth() const { return c.width - border.left - border.right; }
  // Elements for so many images, with room for vectors that reach beyond the last.
  usize elements(i32 images) const { return copied() ? roundUp<usize>((usize)images * (usize)c.imageSize + 8 * W, 16) : 0; }
};
Bordered withBorder(const Correlation& c, const Border& border);

// `images` images from `first` on with their border: copied to `planes`, or where they are if there is no border.
const f32* borderedPlanes(const Bordered& b, const f32* x, i32 first, i32 images, f32* planes);

} // namespace VARIANT
