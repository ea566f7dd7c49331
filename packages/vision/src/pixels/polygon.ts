/** Which pixels a polygon covers, by scan lines, as Pillow fills them. */

/** From one corner to the next. */
export type Edge = readonly [x0: number, y0: number, x1: number, y1: number]

/** Pixels of a row, both ends included. */
export type Span = readonly [y: number, x0: number, x1: number]

const f = Math.fround
/** To the nearest whole number, halves away from 0. */
export function roundUp(v: number): number {
  return Math.sign(v) * Math.floor(Math.abs(v) + 0.5)
}

/** To the nearest whole number, halves towards 0. */
export function roundDown(v: number): number {
  return Math.sign(v) * Math.ceil(Math.abs(v) - 0.5)
}

/** An edge that is not horizontal. */
class Slope {
  readonly top: number
  readonly bottom: number
  /** To the side for each row. */
  readonly step: number
  private readonly x0: number
  private readonly y0: number

  constructor([x0, y0, x1, y1]: Edge) {
    this.top = Math.min(y0, y1)
    this.bottom = Math.max(y0, y1)
    this.step = f((x1 - x0) / (y1 - y0))
    this.x0 = x0
    this.y0 = y0
  }

  at(y: number): number {
    return f(f((y - this.y0) * this.step) + this.x0)
  }

  reaches(y: number): boolean {
    return y >= this.top && y <= this.bottom
  }

  endsAt(y: number): boolean {
    return y === this.top || y === this.bottom
  }
}

/** The pixels that are inside, each of them once, in rows from 0 up to `height`. */
export function spansOf(edges: readonly Edge[], height: number): Span[] {
  const slopes = edges.filter(([, y0, , y1]) => y0 !== y1).map((edge) => new Slope(edge))
  const flat = edges.filter(([, y0, , y1]) => y0 === y1)
  const ys = edges.flatMap(([, y0, , y1]) => [y0, y1])
  const last = Math.min(Math.max(...ys), height)
  const spans: Span[] = []
  for (let y = Math.max(Math.min(...ys), 0); y <= last; y++) {
    const found: [number, number][] = flat
      .filter(([, level]) => level === y)
      .map(([x0, , x1]) => [Math.min(x0, x1), Math.max(x0, x1)])
    const crossings = crossingsOf(slopes, y, last)
    for (let i = 1; i < crossings.length; i += 2) found.push([roundUp(crossings[i - 1]!), roundDown(crossings[i]!)])
    for (const [x0, x1] of joined(found)) spans.push([y, x0, x1])
  }
  return spans
}

/** Where the edges cross a row, sorted. */
function crossingsOf(slopes: readonly Slope[], y: number, last: number): number[] {
  const xs: number[] = []
  for (const [i, slope] of slopes.entries()) {
    if (!slope.reaches(y)) continue
    let x = slope.at(y)
    // the lower end counts twice, unless it is the lowest: another edge begins there, or the polygon ends
    if (y === slope.bottom && y < last) xs.push(x)
    else if (slope.endsAt(y) && slope.step !== 0) x = cornerOf(slopes, i, y, x)
    xs.push(x)
  }
  return xs.sort((a, b) => a - b)
}

/** A flat corner of two edges leaves a gap to the row beside: moved next to it. */
function cornerOf(slopes: readonly Slope[], i: number, y: number, x: number): number {
  const slope = slopes[i]!
  for (const other of slopes.slice(0, i)) {
    if (!other.endsAt(y) || other.step === 0) continue
    if (Math.round(x) !== Math.round(other.at(y))) continue
    const beside = y + (y === slope.bottom ? -1 : 1)
    if (!other.reaches(beside)) continue
    const [a, b] = [slope.at(beside), other.at(beside)]
    if (x > a + 1 && x > b + 1) return Math.round(Math.max(a, b)) + 1
    if (x < a - 1 && x < b - 1) return Math.round(Math.min(a, b)) - 1
    return x
  }
  return x
}

/** Spans without overlap. */
function joined(spans: [number, number][]): [number, number][] {
  const out: [number, number][] = []
  for (const [x0, x1] of spans.filter(([a, b]) => a <= b).sort((a, b) => a[0] - b[0])) {
    const before = out.at(-1)
    if (before !== undefined && x0 <= before[1] + 1) before[1] = Math.max(before[1], x1)
    else out.push([x0, x1])
  }
  return out
}
