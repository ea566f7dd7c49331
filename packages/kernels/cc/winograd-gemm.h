// The small products in the middle of Winograd's convolutions: operands as the transforms left them, nothing packed.
#pragma once
#include "simd.h"
#include "winograd-plan.h"

namespace VARIANT {

// Register tiles: at most so many rows by one or two vectors.
#if W == 16
template <i32 V> constexpr i32 ROWS = V == 2 ? 8 : 12;
#elif W == 8
template <i32 V> constexpr i32 ROWS = V == 2 ? 6 : 12;
#elif defined(__ARM_NEON)
template <i32 V> constexpr i32 ROWS = V == 2 ? 8 : 12;
#else
template <i32 V> constexpr i32 ROWS = V == 2 ? 4 : 8;
#endif
// Columns of a panel of weights; the last panel is one vector wide where that suffices.
constexpr i32 PANEL = 2 * W;

INLINE i32 panelsOf(i32 channels) { return divUp(channels, PANEL); }
INLINE i32 panelWidth(i32 channels, i32 panel) { return channels - panel * PANEL <= W ? W : PANEL; }
// Panels lie as [panel][point][depth][width].
INLINE isize panelStart(i32 panel, i32 points, i32 depth) { return panel * (points * apart(depth, PANEL)); }
INLINE isize panelsSize(i32 channels, i32 points, i32 depth) {
  const i32 last = panelsOf(channels) - 1;
  return panelStart(last, points, depth) + points * apart(depth, panelWidth(channels, last));
}

// c[r][j] = (or +=) sum over k of a[r, k] * b[k][j], for R rows and V vectors. `a` lies in rows of k (`aStride` from row to row) or,
// if BY_DEPTH, in rows of r (`aStride` from k to k).
template <i32 R, i32 V, bool BY_DEPTH>
NOINLINE void gemmTile(const f32* a, isize aStride, const f32* b, isize bStride, i32 depth, f32* c, isize cStride, bool add) {
  vf sum[R][V];
  for (i32 r = 0; r < R; r++)
    for (i32 v = 0; v < V; v++) sum[r][v] = vf{};
  if (add) {
    for (i32 r = 0; r < R; r++)
      for (i32 v = 0; v < V; v++) sum[r][v] = load(c + r * cStride + v * W);
  }
  if constexpr (BY_DEPTH) {
    ROLLED
    for (i32 k = 0; k < depth; k++) {
      vf columns[V];
      for (i32 v = 0; v < V; v++) columns[v] = load(b + v * W);
      for (i32 r = 0; r < R; r++) {
        const vf x = splat(a[r]);
        for (i32 v = 0; v < V; v++) sum[r][v] = fma(x, columns[v], sum[r][v]);
      }
      a += aStride;
      b += bStride;
    }
  } else {
    const f32* row[R];
    for (i32 r = 0; r < R; r++) row[r] = a + r * aStride;
    ROLLED
    for (i32 k = 0; k < depth; k++) {
      vf columns[V];
      for (i32 v = 0; v < V; v++) columns[v] = load(b + v * W);
      for (i32 r = 0; r < R; r++) {
        const vf x = splat(row[r][k]);
        for (i32 v = 0; v < V; v++) sum[r][v] = fma(x, columns[v], sum[r][v]);
      }
      b += bStride;
    }
  }
  for (i32 r = 0; r < R; r++)
    for (i32 v = 0; v < V; v++) store(c + r * cStride + v * W, sum[r][v]);
}

// Less than 2 R rows: R of them, if there are, and what is left.
template <i32 R, i32 V, bool BY_DEPTH>
INLINE void gemmRest(i32 rows, const f32* a, isize aStride, const f32* b, isize bStride, i32 depth, f32* c, isize cStride, bool add) {
  if (rows >= R) {
    gemmTile<R, V, BY_DEPTH>(a, aStride, b, bStride, depth, c, cStride, add);
    a += R * (BY_DEPTH ? 1 : aStride);
    c += R * cStride;
    rows -= R;
  }
  if constexpr (R > 1) {
    if (rows > 0) gemmRest<(R + 1) / 2, V, BY_DEPTH>(rows, a, aStride, b, bStride, depth, c, cStride, add);
  }
}

template <i32 V, bool BY_DEPTH>
INLINE void gemmRows(i32 rows, const f32* a, isize aStride, const f32* b, isize bStride, i32 depth, f32* c, isize cStride, bool add) {
  const isize step = BY_DEPTH ? 1 : aStride;
  for (; rows >= ROWS<V>; rows -= ROWS<V>) {
    gemmTile<ROWS<V>, V, BY_DEPTH>(a, aStride, b, bStride, depth, c, cStride, add);
    a += ROWS<V> * step;
    c += ROWS<V> * cStride;
  }
  gemmRest<ROWS<V> / 2, V, BY_DEPTH>(rows, a, aStride, b, bStride, depth, c, cStride, add);
}

// A panel of `width` columns: PANEL or W.
template <bool BY_DEPTH>
INLINE void gemmPanel(i32 width, i32 rows, const f32* a, isize aStride, const f32* b, isize bStride, i32 depth, f32* c, isize cStride,
                      bool add) {
  if (width == PANEL) gemmRows<2, BY_DEPTH>(rows, a, aStride, b, bStride, depth, c, cStride, add);
  else gemmRows<1, BY_DEPTH>(rows, a, aStride, b, bStride, depth, c, cStride, add);
}

} // namespace VARIANT
