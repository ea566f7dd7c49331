// Panels: a band of lines of a matrix (rows of A, columns of B), step by step, each step's elements side by side.
#pragma once
#include "gemm-tile.h"

namespace VARIANT {

// BAND lines that are dense along the steps.
template <i32 LINES> INLINE void packBand(f32* RESTRICT to, const f32* RESTRICT x, isize line, i32 k) {
  i32 l = 0;
  ROLLED
  for (; l + 4 <= k; l += 4) {
    bandf columns[4];
    turnBand(x + l, line, columns);
    for (i32 i = 0; i < 4; i++, to += LINES) storeBand(to, columns[i]);
  }
  for (; l < k; l++, to += LINES)
    for (i32 i = 0; i < BAND; i++) to[i] = x[i * line + l];
}

// One panel of LINES lines, of which the first `lines` exist (the others become 0), element (i, l) at x[i * line + l * step].
template <class T, i32 LINES>
NOINLINE void packPanel(T* RESTRICT to, const T* RESTRICT x, isize line, isize step, i32 lines, i32 k) {
  if (lines < LINES)
    for (i32 l = 0; l < k; l++)
      for (i32 i = lines; i < LINES; i++) to[l * LINES + i] = 0;
  if (line == 1) {
    if (lines == LINES) {
      ROLLED
      for (i32 l = 0; l < k; l++, x += step, to += LINES) copyBytes(to, x, LINES * sizeof(T));
    } else {
      for (i32 l = 0; l < k; l++, x += step, to += LINES)
        for (i32 i = 0; i < lines; i++) to[i] = x[i];
    }
    return;
  }
  if constexpr (sizeof(T) == 4) {
    if (step == 1 && lines >= BAND) {
      // the last band may overlap the one before
      for (i32 i = 0; i < lines; i += BAND) {
        const i32 first = min(i, lines - BAND);
        packBand<LINES>(to + first, x + first * line, line, k);
      }
      return;
    }
  }
  for (i32 l = 0; l < k; l++, x += step, to += LINES)
    for (i32 i = 0; i < lines; i++) to[i] = x[i * line];
}

} // namespace VARIANT
