#include "conv-pad.h"
#include "parallel.h"

namespace VARIANT {

namespace {

void clear(f32* to, i32 n) {
  i32 i = 0;
  for (; i + W <= n; i += W) store(to + i, vf{});
  for (; i < n; i++) to[i] = 0;
}

void copy(const f32* from, f32* to, i32 n) {
  i32 i = 0;
  for (; i + W <= n; i += W) store(to + i, load(from + i));
  if constexpr (W > 4)
    for (; i + 4 <= n; i += 4) store4(to + i, load4(from + i));
  for (; i < n; i++) to[i] = from[i];
}

} // namespace

void padPlanes(const f32* x, i32 images, i32 channels, i32 height, i32 width, i32 imageSize, Border b, f32* out) {
  const i32 pitch = width + b.left + b.right;
  const i32 size = (height + b.top + b.bottom) * pitch;
  parallel(images * channels, max(1, 16384 / max(1, size)), [=](i32 begin, i32 end, i32) {
    for (i32 p = begin; p < end; p++) {
      const i32 image = p / channels;
      const f32* from = x + (isize)image * imageSize + (isize)(p - image * channels) * height * width;
      f32* to = out + (isize)p * size;
      // the zeros between two rows lie together
      clear(to, b.top * pitch + b.left);
      to += b.top * pitch + b.left;
      for (i32 r = 0; r < height; r++) {
        copy(from, to, width);
        if (r < height - 1) clear(to + width, b.left + b.right);
        from += width;
        to += pitch;
      }
      clear(to - pitch + width, b.right + b.bottom * pitch);
    }
  });
}

} // namespace VARIANT
