/** Lines of equal value through a grid, by marching squares. */
import type { Grid } from './grid-data.js'

/** For each case of corners above the level (bit 0: lower left, 1: lower right, 2: upper right, 3: upper left), edges that a line joins. */
const EDGES: readonly (readonly number[])[] = [
  [],
  [3, 0],
  [0, 1],
  [3, 1],
  [1, 2],
  [],
  [0, 2],
  [3, 2],
  [2, 3],
  [2, 0],
  [],
  [2, 1],
  [1, 3],
  [1, 0],
  [0, 3],
  [],
]

/**
 * Segments of the line on which the grid, linear between neighbours, has a value.
 *
 * Where two opposite corners are above and two below, the mean of the four says which are joined. Cells with a corner that is no number have
 * no line.
 *
 * @returns `x0, y0, x1, y1` of each segment, one after the other, in columns and rows
 */
export function isoSegments({ width, height, values }: Grid, level: number): number[] {
  const segments: number[] = []
  for (let r = 0; r + 1 < height; r++)
    for (let c = 0; c + 1 < width; c++) {
      const i = r * width + c
      const [a, b, d, e] = [values[i]!, values[i + 1]!, values[i + width + 1]!, values[i + width]!]
      if (!Number.isFinite(a + b + d + e)) continue
      const kind = Number(a > level) | (Number(b > level) << 1) | (Number(d > level) << 2) | (Number(e > level) << 3)
      if (kind === 0 || kind === 15) continue
      const point = (edge: number): void => {
        if (edge === 0) segments.push(c + (level - a) / (b - a), r)
        else if (edge === 1) segments.push(c + 1, r + (level - b) / (d - b))
        else if (edge === 2) segments.push(c + (level - e) / (d - e), r + 1)
        else segments.push(c, r + (level - a) / (e - a))
      }
      const isHigh = (a + b + d + e) / 4 > level
      const edges =
        kind === 5
          ? isHigh
            ? [3, 2, 0, 1]
            : [3, 0, 1, 2]
          : kind === 10
            ? isHigh
              ? [0, 3, 2, 1]
              : [0, 1, 2, 3]
            : EDGES[kind]!
      for (const edge of edges) point(edge)
    }
  return segments
}

/**
 * Where a grid is above a value: the other side of {@link isoSegments}. Cells that are above as a whole are joined along rows.
 *
 * @returns polygons, with corners `x, y` in columns and rows and a pair of NaN after each
 */
export function abovePolygons({ width, height, values }: Grid, level: number): number[] {
  const polygons: number[] = []
  for (let r = 0; r + 1 < height; r++) {
    let start = -1
    for (let c = 0; c + 1 < width; c++) {
      const i = r * width + c
      const cell = [values[i]!, values[i + 1]!, values[i + width + 1]!, values[i + width]!] as const
      const isWhole = cell.every((value) => value > level && value < Number.POSITIVE_INFINITY)
      if (isWhole && start < 0) start = c
      if (start >= 0 && (!isWhole || c + 2 === width)) {
        addRow(polygons, start, isWhole ? c + 1 : c, r)
        start = -1
      }
      if (!isWhole && cell.every(Number.isFinite)) addPart(polygons, cell, c, r, level)
    }
  }
  return polygons
}

function addRow(polygons: number[], from: number, to: number, r: number): void {
  polygons.push(from, r, to, r, to, r + 1, from, r + 1, Number.NaN, Number.NaN)
}

/** Corners of a cell in the order in which one walks around it. */
const CORNERS = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
] as const

function addPart(polygons: number[], cell: readonly number[], c: number, r: number, level: number): void {
  const isAbove = cell.map((value) => value > level)
  const count = isAbove.filter(Boolean).length
  if (count === 0) return
  const crossing = (from: number, to: number): void => {
    const t = (level - cell[from]!) / (cell[to]! - cell[from]!)
    const [[x, y], [nx, ny]] = [CORNERS[from]!, CORNERS[to]!]
    polygons.push(c + x + (nx - x) * t, r + y + (ny - y) * t)
  }
  const isSaddle = count === 2 && isAbove[0] === isAbove[2]
  const areApart = isSaddle && (cell[0]! + cell[1]! + cell[2]! + cell[3]!) / 4 <= level
  for (let k = 0; k < 4; k++) {
    const [next, before] = [(k + 1) % 4, (k + 3) % 4]
    if (isAbove[k]) {
      if (areApart) crossing(before, k)
      polygons.push(c + CORNERS[k]![0], r + CORNERS[k]![1])
      if (!isAbove[next]) crossing(k, next)
      if (areApart) polygons.push(Number.NaN, Number.NaN)
    } else if (isAbove[next] && !areApart) crossing(k, next)
  }
  if (!areApart) polygons.push(Number.NaN, Number.NaN)
}
