/** The weights of each way to interpolate, along one dimension. */
import { type Taps, tapsOf } from './resample.js'

/** Which elements a new one is made of: the nearest one, two, four, or all that a window covers. */
export type Interpolation = 'nearest' | 'nearest-exact' | 'linear' | 'cubic' | 'lanczos'

/** How one dimension changes. */
export interface Resizing {
  readonly inputs: number
  readonly outputs: number
  /** Whether the first and the last elements keep their places; else the outer edges of theirs do. */
  readonly alignCorners: boolean
  /** Outputs per input where a factor was given, which need not be the ratio of the sizes; else null. */
  readonly factor: number | null
  /** Whether sizes that are equal or twice as large count more than a given factor, as PyTorch does for nearest elements of planes. */
  readonly sizesFirst: boolean
  /** Numbers are rounded to float32 at each step, as PyTorch does for all dtypes but float64: places must be the same. */
  readonly float32: boolean
}

function rounding({ float32 }: Resizing): (x: number) => number {
  return float32 ? Math.fround : (x) => x
}

/** Inputs per output. */
function scaleOf(r: Resizing): number {
  const round = rounding(r)
  if (r.alignCorners) return r.outputs > 1 ? round((r.inputs - 1) / (r.outputs - 1)) : 0
  return round(r.factor !== null && r.factor > 0 ? 1 / r.factor : r.inputs / r.outputs)
}

/** Where the centre of output `j` lies among the inputs. */
function centreOf(j: number, scale: number, r: Resizing): number {
  const round = rounding(r)
  return r.alignCorners ? round(scale * j) : round(round(scale * (j + 0.5)) - 0.5)
}

function nearestTaps(r: Resizing, exact: boolean): Taps {
  const scale = scaleOf(r)
  const round = rounding(r)
  const places = Array.from({ length: r.outputs }, (_, j) => {
    if (!exact && r.sizesFirst && r.outputs === r.inputs) return j
    if (!exact && r.sizesFirst && r.outputs === 2 * r.inputs) return j >> 1
    const place = exact ? round(Math.max(centreOf(j, scale, r), 0) + 0.5) : round(scale * j)
    return Math.min(Math.floor(Math.fround(place)), r.inputs - 1)
  })
  return tapsOf(
    r.inputs,
    places.map((place) => ({ indices: [place], weights: [1] })),
  )
}

function identityTaps(size: number): Taps {
  return tapsOf(
    size,
    Array.from({ length: size }, (_, i) => ({ indices: [i], weights: [1] })),
  )
}

/** The input at or before a place, and how far behind it the place lies, in [0, 1]. */
function split(place: number, r: Resizing): [index: number, fraction: number] {
  const index = Math.min(Math.floor(Math.fround(place)), r.inputs - 1)
  return [index, Math.min(Math.max(rounding(r)(place - index), 0), 1)]
}

function linearTaps(r: Resizing): Taps {
  if (r.outputs === r.inputs) return identityTaps(r.inputs)
  const scale = scaleOf(r)
  const round = rounding(r)
  return tapsOf(
    r.inputs,
    Array.from({ length: r.outputs }, (_, j) => {
      const [index, fraction] = split(Math.max(centreOf(j, scale, r), 0), r)
      const next = Math.min(index + 1, r.inputs - 1)
      return { indices: [index, next], weights: [round(1 - fraction), fraction] }
    }),
  )
}

/** Keys' cubic convolution, at distance `x`. @see https://doi.org/10.1109/TASSP.1981.1163711 */
function cubicWeight(x: number, a: number): number {
  const d = Math.abs(x)
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0
}

function cubicTaps(r: Resizing): Taps {
  const scale = scaleOf(r)
  return tapsOf(
    r.inputs,
    Array.from({ length: r.outputs }, (_, j) => {
      const [index, fraction] = split(centreOf(j, scale, r), r)
      const steps = [-1, 0, 1, 2]
      return {
        indices: steps.map((k) => Math.min(Math.max(index + k, 0), r.inputs - 1)),
        weights: steps.map((k) => cubicWeight(k - fraction, -0.75)),
      }
    }),
  )
}

/** A window that is as wide as `width` outputs where there are fewer of them than inputs, which it then smooths. */
interface Filter {
  readonly width: number
  readonly weight: (x: number) => number
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

const filters: Readonly<Record<'linear' | 'cubic' | 'lanczos', Filter>> = {
  linear: { width: 2, weight: (x) => Math.max(1 - Math.abs(x), 0) },
  cubic: { width: 4, weight: (x) => cubicWeight(x, -0.5) },
  lanczos: { width: 6, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
}

function filterTaps(r: Resizing, { width, weight }: Filter): Taps {
  if (r.outputs === r.inputs) return identityTaps(r.inputs)
  const scale = scaleOf(r)
  const round = rounding(r)
  const support = round((width / 2) * Math.max(scale, 1))
  const most = Math.ceil(support) * 2 + 1
  const inverse = scale >= 1 ? round(1 / scale) : 1
  return tapsOf(
    r.inputs,
    Array.from({ length: r.outputs }, (_, j) => {
      const centre = round(scale * (j + 0.5))
      const first = Math.max(Math.trunc(centre - support + 0.5), 0)
      const count = Math.min(Math.max(Math.min(Math.trunc(centre + support + 0.5), r.inputs) - first, 0), most)
      const indices = Array.from({ length: count }, (_, k) => first + k)
      const weights = indices.map((i) => weight((i - centre + 0.5) * inverse))
      const total = weights.reduce((a, b) => a + b, 0)
      return { indices, weights: total === 0 ? weights : weights.map((w) => w / total) }
    }),
  )
}

/** The weights of one dimension. @param antialias - smooths where there are fewer outputs than inputs */
export function interpolationTaps(kind: Interpolation, r: Resizing, antialias: boolean): Taps {
  switch (kind) {
    case 'nearest':
      return nearestTaps(r, false)
    case 'nearest-exact':
      return nearestTaps(r, true)
    case 'linear':
      return antialias ? filterTaps(r, filters.linear) : linearTaps(r)
    case 'cubic':
      return antialias ? filterTaps(r, filters.cubic) : cubicTaps(r)
    case 'lanczos':
      return filterTaps(r, filters.lanczos)
  }
}

/** The same with one tap for each element: those of the edges come several times. */
function merged({ inputs, outputs, starts, indices, weights }: Taps): Taps {
  return tapsOf(
    inputs,
    Array.from({ length: outputs }, (_, j) => {
      const sums = new Map<number, number>()
      for (let t = starts[j]!; t < starts[j + 1]!; t++)
        sums.set(indices[t]!, (sums.get(indices[t]!) ?? 0) + weights[t]!)
      return { indices: [...sums.keys()], weights: [...sums.values()] }
    }),
  )
}

/**
 * The same with weights that are multiples of a power of two and fit 16 bits, as PyTorch and Pillow resize bytes: every step of
 * that is exact.
 */
export function fixedPointTaps(taps: Taps): Taps {
  const single = merged(taps)
  const largest = single.weights.reduce((a, b) => Math.max(a, b), 0)
  let bits = 0
  while (bits < 22 && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < 2 ** 15) bits++
  const unit = 2 ** bits
  return { ...single, weights: single.weights.map((w) => Math.trunc(w * unit + (w < 0 ? -0.5 : 0.5)) / unit) }
}
