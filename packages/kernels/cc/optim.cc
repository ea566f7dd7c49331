// Steps of optimizers: one pass over the memory of each parameter, the parameters of a group shared among the threads in chunks.
#include "kernels.h"
#include "parallel.h"
#include "simd.h"

namespace VARIANT {

namespace {

constexpr i32 NESTEROV = 1;
constexpr i32 MAXIMIZE = 2;
constexpr i32 FIRST = 4;
constexpr i32 CHUNK = 8192; // elements: some 3 us, and three or four streams that fit the first cache

// One line of the table.
struct Line {
  u32 p, g, a, b, c;
  i32 n;
  f32 x, y;
};

struct Heap {
  usize base;
  INLINE f32* at(u32 offset) const { return offset == 0 ? nullptr : (f32*)(base + offset); }
};

// Calls body(line, heap, begin, end) for pieces of every parameter.
template <class F> INLINE void overChunks(const u32* table, i32 at, i32 count, F body) {
  const Line* lines = (const Line*)table;
  const Heap heap{(usize)table - (usize)(u32)at};
  i32 chunks = 0;
  for (i32 i = 0; i < count; i++) chunks += divUp(lines[i].n, CHUNK);
  parallel(chunks, 1, [=](i32 begin, i32 end, i32) {
    i32 first = 0; // chunk with which line i begins
    for (i32 i = 0; i < count && first < end; i++) {
      const i32 own = divUp(lines[i].n, CHUNK);
      const i32 from = max(begin, first) - first;
      const i32 to = min(end, first + own) - first;
      if (from < to) body(lines[i], heap, from * CHUNK, min(to * CHUNK, lines[i].n));
      first += own;
    }
  });
}

// Calls step(i, load, store) for each vector of [begin, end), the last one with fewer lanes.
template <class F> INLINE void overVectors(i32 begin, i32 end, F step) {
  i32 i = begin;
  ROLLED
  for (; i + W <= end; i += W)
    step(i, [](const f32* p) { return load(p); }, [](f32* p, vf v) { store(p, v); });
  const i32 rest = end - i;
  if (rest > 0)
    step(i, [rest](const f32* p) { return loadFirst(p, rest); }, [rest](f32* p, vf v) { storeFirst(p, v, rest); });
}

INLINE vf gradient(vf g, vf p, f32 weightDecay, i32 flags) {
  if (flags & MAXIMIZE) g = -g;
  return weightDecay == 0 ? g : fma(p, splat(weightDecay), g);
}

} // namespace

void sgdStep(const u32* table, i32 at, i32 count, f32 lr, f32 momentum, f32 share, f32 weightDecay, i32 flags) {
  overChunks(table, at, count, [=](const Line& line, const Heap& heap, i32 begin, i32 end) {
    f32* p = heap.at(line.p);
    const f32* grad = heap.at(line.g);
    f32* buffer = heap.at(line.a);
    overVectors(begin, end, [=](i32 i, auto get, auto put) {
      const vf old = get(p + i);
      vf g = gradient(get(grad + i), old, weightDecay, flags);
      if (buffer != nullptr) {
        const vf b = flags & FIRST ? g : fma(g, splat(share), get(buffer + i) * splat(momentum));
        put(buffer + i, b);
        g = flags & NESTEROV ? fma(b, splat(momentum), g) : b;
      }
      put(p + i, fma(g, splat(-lr), old));
    });
  });
}

void adamStep(const u32* table, i32 at, i32 count, f32 beta1Share, f32 beta2, f32 beta2Share, f32 eps, f32 weightDecay,
              f32 decay, i32 flags) {
  overChunks(table, at, count, [=](const Line& line, const Heap& heap, i32 begin, i32 end) {
    f32* p = heap.at(line.p);
    const f32* grad = heap.at(line.g);
    f32* mean = heap.at(line.a);
    f32* square = heap.at(line.b);
    f32* largest = heap.at(line.c);
    const vf stepSize = splat(-line.x);
    const vf correction = splat(line.y);
    overVectors(begin, end, [=](i32 i, auto get, auto put) {
      vf old = get(p + i);
      const vf g = gradient(get(grad + i), old, weightDecay, flags);
      if (decay != 1) old *= splat(decay);
      // lerp counts from the nearer end, as PyTorch's
      const vf before = get(mean + i);
      const vf m = beta1Share < 0.5f ? fma(g - before, splat(beta1Share), before)
                                     : fnma(g - before, splat(1 - beta1Share), g);
      put(mean + i, m);
      vf v = fma(g * splat(beta2Share), g, get(square + i) * splat(beta2));
      put(square + i, v);
      if (largest != nullptr) {
        v = maxSecond(get(largest + i), v);
        put(largest + i, v);
      }
      const vf denominator = sqrtOf(v) / correction + splat(eps);
      put(p + i, old + stepSize * m / denominator);
    });
  });
}

void rmspropStep(const u32* table, i32 at, i32 count, f32 lr, f32 alpha, f32 alphaShare, f32 eps, f32 weightDecay,
                 f32 momentum, i32 flags) {
  overChunks(table, at, count, [=](const Line& line, const Heap& heap, i32 begin, i32 end) {
    f32* p = heap.at(line.p);
    const f32* grad = heap.at(line.g);
    f32* square = heap.at(line.a);
    f32* buffer = heap.at(line.b);
    f32* mean = heap.at(line.c);
    overVectors(begin, end, [=](i32 i, auto get, auto put) {
      const vf old = get(p + i);
      const vf g = gradient(get(grad + i), old, weightDecay, flags);
      const vf v = fma(g * splat(alphaShare), g, get(square + i) * splat(alpha));
      put(square + i, v);
      vf spread = v;
      if (mean != nullptr) {
        const vf before = get(mean + i);
        const vf m = alphaShare < 0.5f ? fma(g - before, splat(alphaShare), before)
                                       : fnma(g - before, splat(1 - alphaShare), g);
        put(mean + i, m);
        spread = fnma(m, m, v);
      }
      const vf step = g / (sqrtOf(spread) + splat(eps));
      if (buffer == nullptr) {
        put(p + i, fma(step, splat(-lr), old));
        return;
      }
      const vf b = get(buffer + i) * splat(momentum) + step;
      put(buffer + i, b);
      put(p + i, fma(b, splat(-lr), old));
    });
  });
}

void adagradStep(const u32* table, i32 at, i32 count, f32 eps, f32 weightDecay, i32 flags) {
  overChunks(table, at, count, [=](const Line& line, const Heap& heap, i32 begin, i32 end) {
    f32* p = heap.at(line.p);
    const f32* grad = heap.at(line.g);
    f32* sum = heap.at(line.a);
    const vf stepSize = splat(-line.x);
    overVectors(begin, end, [=](i32 i, auto get, auto put) {
      const vf old = get(p + i);
      const vf g = gradient(get(grad + i), old, weightDecay, flags);
      const vf s = fma(g, g, get(sum + i));
      put(sum + i, s);
      put(p + i, old + stepSize * g / (sqrtOf(s) + splat(eps)));
    });
  });
}

} // namespace VARIANT
