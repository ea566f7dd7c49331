/**
 * The inner product of all larger products: both operands are first laid out as panels, in float64 and in the order in which
 * the inner loop reads them. A panel holds some lines side by side, step after step: line 0, 1, .. of step 0, of step 1, ..
 */
import type { StorageArray } from '../dtype.js'

/** Lines of a left panel and of a right one: their 8 sums and 6 operands are what x64 has registers for. */
export const MR = 4
export const NR = 2

/** Steps as panels hold them: an even number, because the inner loop does two a turn. The added one is zero. */
export function paddedDepth(depth: number): number {
  return (depth + 1) & ~1
}

/** Elements of `lines` lines in panels of `width`. */
export function panelsLength(lines: number, width: number, depth: number): number {
  return Math.ceil(lines / width) * width * paddedDepth(depth)
}

/**
 * Lays out `lines` lines of `depth` elements in panels of `width`. Lines are `line` apart, a line's elements `along`. Lines that
 * are missing in the last panel are zero.
 */
export function packPanels(
  out: Float64Array,
  outAt: number,
  width: number,
  x: StorageArray,
  at: number,
  line: number,
  along: number,
  lines: number,
  depth: number,
): void {
  const padded = paddedDepth(depth)
  let o = outAt
  for (let first = 0; first < lines; first += width) {
    const have = Math.min(width, lines - first)
    for (let w = 0; w < width; w++) {
      let q = o + w
      const filled = w < have ? depth : 0
      let p = at + (first + w) * line
      for (let i = 0; i < filled; i++, q += width, p += along) out[q] = x[p]!
      for (let i = filled; i < padded; i++, q += width) out[q] = 0
    }
    o += padded * width
  }
}

/**
 * Products of `rows` left panels and `columns` right ones: `sums` gets a matrix of `rows * MR` lines of `columns * NR`, added to
 * what is there if `add`.
 */
export function multiplyPanels(
  left: Float64Array,
  leftAt: number,
  right: Float64Array,
  sums: Float64Array,
  rows: number,
  columns: number,
  depth: number,
  add: boolean,
): void {
  const width = columns * NR
  const steps = paddedDepth(depth)
  for (let j = 0; j < columns; j++) {
    const rightAt = j * NR * steps
    for (let i = 0; i < rows; i++) {
      let p = leftAt + i * MR * steps
      let q = rightAt
      let c00 = 0
      let c01 = 0
      let c10 = 0
      let c11 = 0
      let c20 = 0
      let c21 = 0
      let c30 = 0
      let c31 = 0
      for (let l = 0; l < steps; l += 2) {
        const b0 = right[q]!
        const b1 = right[q + 1]!
        const a0 = left[p]!
        c00 += a0 * b0
        c01 += a0 * b1
        const a1 = left[p + 1]!
        c10 += a1 * b0
        c11 += a1 * b1
        const a2 = left[p + 2]!
        c20 += a2 * b0
        c21 += a2 * b1
        const a3 = left[p + 3]!
        c30 += a3 * b0
        c31 += a3 * b1
        const b2 = right[q + 2]!
        const b3 = right[q + 3]!
        const a4 = left[p + 4]!
        c00 += a4 * b2
        c01 += a4 * b3
        const a5 = left[p + 5]!
        c10 += a5 * b2
        c11 += a5 * b3
        const a6 = left[p + 6]!
        c20 += a6 * b2
        c21 += a6 * b3
        const a7 = left[p + 7]!
        c30 += a7 * b2
        c31 += a7 * b3
        p += 8
        q += 4
      }
      const s0 = i * MR * width + j * NR
      const s1 = s0 + width
      const s2 = s1 + width
      const s3 = s2 + width
      if (add) {
        c00 += sums[s0]!
        c01 += sums[s0 + 1]!
        c10 += sums[s1]!
        c11 += sums[s1 + 1]!
        c20 += sums[s2]!
        c21 += sums[s2 + 1]!
        c30 += sums[s3]!
        c31 += sums[s3 + 1]!
      }
      sums[s0] = c00
      sums[s0 + 1] = c01
      sums[s1] = c10
      sums[s1 + 1] = c11
      sums[s2] = c20
      sums[s2 + 1] = c21
      sums[s3] = c30
      sums[s3 + 1] = c31
    }
  }
}
