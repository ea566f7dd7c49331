// Copies by strides: rows, repeated elements, transpositions of any two dimensions.
#include "kernels.h"
#include "parallel.h"
#include "transpose.h"

namespace VARIANT {
namespace {

constexpr i32 BYTES = 262144; // what a thread copies in some 5 us
constexpr i32 BAND = 16;      // columns of a transposition that are done together: whole cache lines of both sides
constexpr i32 MOST_DIMS = 16;

template <class T> INLINE void copyRow(T* o, isize os, const T* x, isize xs, i32 n) {
  if (os == 1 && xs == 1) copyBytes(o, x, (usize)n * sizeof(T));
  else if (os == 1 && xs == 0) {
    const T v = *x;
    for (i32 i = 0; i < n; i++) o[i] = v;
  } else {
    ROLLED
    for (i32 i = 0; i < n; i++) o[i * os] = x[i * xs];
  }
}

// The dimensions besides those that a loop does itself.
struct Outer {
  i32 rank, count;
  i32 sizes[MOST_DIMS];
  isize out[MOST_DIMS], x[MOST_DIMS];

  Outer(const i32* geometry, i32 skip) : rank(0), count(1) {
    const i32 n = geometry[0];
    const i32* g = geometry + 1;
    for (i32 d = 1; d < n; d++) {
      if (d == skip) continue;
      sizes[rank] = g[d];
      out[rank] = g[n + d];
      x[rank++] = g[2 * n + d];
      count *= g[d];
    }
  }

};

// A place among them, and the elements' offsets there.
struct Place {
  const Outer& outer;
  isize o = 0, x = 0;
  i32 index[MOST_DIMS];

  Place(const Outer& outer, i32 number) : outer(outer) {
    for (i32 d = 0; d < outer.rank; d++) {
      index[d] = number % outer.sizes[d];
      number /= outer.sizes[d];
      o += index[d] * outer.out[d];
      x += index[d] * outer.x[d];
    }
  }

  void next() {
    for (i32 d = 0; d < outer.rank; d++) {
      o += outer.out[d];
      x += outer.x[d];
      if (++index[d] < outer.sizes[d]) return;
      o -= index[d] * outer.out[d];
      x -= index[d] * outer.x[d];
      index[d] = 0;
    }
  }
};

template <class T> void copyRows(T* out, const T* x, const i32* geometry) {
  const i32 n = geometry[0];
  const i32* g = geometry + 1;
  const i32 inner = n > 0 ? g[0] : 1;
  const isize os = n > 0 ? g[n] : 1, xs = n > 0 ? g[2 * n] : 1;
  const Outer outer(geometry, 0);
  const i32 cut = min(inner, BYTES / (i32)sizeof(T));
  const i32 cuts = divUp(inner, cut);
  parallel(outer.count * cuts, max(1, BYTES / (i32)sizeof(T) / cut), [&](i32 begin, i32 end, i32) {
    Place at(outer, begin / cuts);
    i32 from = begin % cuts * cut;
    for (i32 i = begin; i < end; i++) {
      copyRow(out + at.o + from * os, os, x + at.x + from * xs, xs, min(cut, inner - from));
      from += cut;
      if (from < inner) continue;
      from = 0;
      at.next();
    }
  });
}

// x is dense along dimension d, out along dimension 0.
template <class T> void copyTurned(T* out, const T* x, const i32* geometry, i32 d) {
  const i32 n = geometry[0];
  const i32* g = geometry + 1;
  const i32 columns = g[d], rows = g[0]; // of x: rows far apart, columns together
  const isize os = g[n + d], xs = g[2 * n];
  const Outer outer(geometry, d);
  const i32 bands = divUp(columns, BAND);
  const i32 band = min(columns, BAND) * rows * (i32)sizeof(T);
  parallel(outer.count * bands, max(1, BYTES / max(1, band)), [&](i32 begin, i32 end, i32) {
    Place at(outer, begin / bands);
    i32 c = begin % bands * BAND;
    for (i32 i = begin; i < end; i++) {
      turnAll(out + at.o + c * os, os, x + at.x + c, xs, rows, min(BAND, columns - c));
      c += BAND;
      if (c < columns) continue;
      c = 0;
      at.next();
    }
  });
}

template <class T> void copyAny(T* out, const T* x, const i32* geometry) {
  const i32 n = geometry[0];
  const i32* g = geometry + 1;
  // narrow elements are mostly masks and images: rows do for them
  if (sizeof(T) >= 4 && n > 1 && g[n] == 1 && g[2 * n] > 1 && g[0] >= 4)
    for (i32 d = 1; d < n; d++)
      if (g[2 * n + d] == 1 && g[d] >= 4) {
        if constexpr (sizeof(T) >= 4) copyTurned(out, x, geometry, d);
        return;
      }
  copyRows(out, x, geometry);
}

} // namespace

void copyFlat(void* out, const void* x, i32 bytes) {
  parallel(bytes, BYTES, [=](i32 begin, i32 end, i32) { copyBytes((u8*)out + begin, (const u8*)x + begin, (usize)(end - begin)); });
}

void copyStrided(void* out, const void* x, i32 size, const i32* geometry) {
  if (size == 4) copyAny((u32*)out, (const u32*)x, geometry);
  else if (size == 8) copyAny((u64*)out, (const u64*)x, geometry);
  else if (size == 2) copyAny((u16*)out, (const u16*)x, geometry);
  else copyAny((u8*)out, (const u8*)x, geometry);
}

} // namespace VARIANT
