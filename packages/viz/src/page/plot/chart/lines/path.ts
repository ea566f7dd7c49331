/** The points of a line as pixels: all of them where they are few, the least and greatest of each block where many share a pixel. */
import type { Scale } from '../../axis/scale.js'
import type { Column } from '../../data/column.js'
import type { Pyramid } from '../../data/pyramid.js'

/** Pixels further away than any screen: coordinates stay within what canvases can count with. */
const FAR = 1e5

let indices = new Int32Array(8192)

/** Where the points of a path were written. */
export class Path {
  points: Float64Array = new Float64Array(16384)
  length = 0

  push(x: number, y: number): void {
    if (this.length + 2 > this.points.length) {
      const larger = new Float64Array(this.points.length * 2)
      larger.set(this.points)
      this.points = larger
    }
    this.points[this.length++] = x
    this.points[this.length++] = y
  }

  clear(): void {
    this.length = 0
  }

  copy(): Float64Array {
    return this.points.slice(0, this.length)
  }
}

/**
 * Writes the path of values over a column into `path`. Gaps and values that are not finite, or have no place on a logarithmic axis, break it.
 *
 * @param width - of the plot, in pixels: no more is written than shows
 */
export function tracePath(
  path: Path,
  x: Column,
  y: { readonly values: Float64Array; readonly pyramid: Pyramid },
  length: number,
  sx: Scale,
  sy: Scale,
  width: number,
): void {
  path.clear()
  const count = Math.min(length, x.length)
  if (!x.isSorted) {
    traceAll(path, x.values, y.values, 0, count, sx, sy)
    return
  }
  const [low, high] = [Math.min(sx.lowValue, sx.highValue), Math.max(sx.lowValue, sx.highValue)]
  // one point further on either side, for the lines that lead out
  const from = Math.max(0, x.lowerBound(low) - 1)
  let to = Math.min(count, x.lowerBound(high) + 1)
  // equal values at the end
  while (to < count && x.values[to]! <= high && to - from < 1e9) to++
  const level = y.pyramid.levelFor(to - from, Math.max(200, width * 2))
  if (level < 0) traceAll(path, x.values, y.values, from, to, sx, sy)
  else traceBlocks(path, x.values, y, level, from, to, sx, sy)
}

function traceAll(
  path: Path,
  xs: Float64Array,
  ys: Float64Array,
  from: number,
  to: number,
  sx: Scale,
  sy: Scale,
): void {
  const isMany = to - from > 20_000
  let [lastX, lastY] = [Number.NaN, Number.NaN]
  for (let i = from; i < to; i++) {
    const [px, py] = [sx.at(xs[i]!), sy.at(ys[i]!)]
    // NaN and infinity alike
    if (px - px !== 0 || py - py !== 0) {
      if (lastX === lastX) path.push(Number.NaN, Number.NaN)
      lastX = Number.NaN
      continue
    }
    if (isMany && Math.abs(px - lastX) < 0.4 && Math.abs(py - lastY) < 0.4) continue
    path.push(clampFar(px), clampFar(py))
    lastX = px
    lastY = py
  }
}

function traceBlocks(
  path: Path,
  xs: Float64Array,
  { values, pyramid }: { readonly values: Float64Array; readonly pyramid: Pyramid },
  level: number,
  from: number,
  to: number,
  sx: Scale,
  sy: Scale,
): void {
  const needed = 2 * (Math.ceil((to - from) / (16 * 2 ** level)) + 2)
  if (indices.length < needed) indices = new Int32Array(needed)
  const n = pyramid.pick(level, from, to, indices)
  for (let k = 0; k < n; k++) {
    const i = indices[k]!
    if (i < 0) {
      path.push(Number.NaN, Number.NaN)
      continue
    }
    const [px, py] = [sx.at(xs[i]!), sy.at(values[i]!)]
    // what has no place on a logarithmic axis is left out: its block holds others
    if (px - px === 0 && py - py === 0) path.push(clampFar(px), clampFar(py))
  }
}

const clampFar = (at: number): number => (at > FAR ? FAR : at < -FAR ? -FAR : at)

/** A path in stairs: `hv` goes along first, `vh` up first. */
export function stairs({ points, length }: Path, shape: 'hv' | 'vh'): Float64Array {
  const out: number[] = []
  for (let i = 0; i < length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!]
    if (i > 0 && !Number.isNaN(x) && !Number.isNaN(points[i - 2]!)) {
      const [px, py] = [points[i - 2]!, points[i - 1]!]
      out.push(...(shape === 'hv' ? [x, py] : [px, y]))
    }
    out.push(x, y)
  }
  return Float64Array.from(out)
}
