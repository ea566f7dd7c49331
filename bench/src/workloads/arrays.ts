/** Arrays of numbers that every peer, in whatever language, makes for itself from a few words: pytorch/arrays.py is the same in Python. */

/** How an array is filled, row by row. */
export type Fill =
  /** Float32 in [low, high), from the generator. */
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number; readonly seed: number }
  /** Int64 in [0, below), from the generator. */
  | { readonly kind: 'integers'; readonly below: number; readonly seed: number }
  | { readonly kind: 'constant'; readonly value: number }
  /** Evenly spaced, both ends included. */
  | { readonly kind: 'linspace'; readonly low: number; readonly high: number }
  | { readonly kind: 'list'; readonly values: readonly number[] }

/** A whole array. */
export interface ArraySpec {
  readonly shape: readonly number[]
  readonly fill: Fill
}

/** An array with its values; whole numbers come as Int32Array. */
export interface Filled {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

/** Numbers in [0, 1) of the generator mulberry32. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Number of elements. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

export function uniform(shape: readonly number[], seed: number, low = -1, high = 1): ArraySpec {
  return { shape, fill: { kind: 'uniform', low, high, seed } }
}

export function integers(shape: readonly number[], seed: number, below: number): ArraySpec {
  return { shape, fill: { kind: 'integers', below, seed } }
}

function dataOf({ shape, fill }: ArraySpec): Float32Array | Int32Array {
  const count = countOf(shape)
  switch (fill.kind) {
    case 'uniform': {
      const next = mulberry32(fill.seed)
      return new Float32Array(count).map(() => fill.low + (fill.high - fill.low) * next())
    }
    case 'integers': {
      const next = mulberry32(fill.seed)
      return new Int32Array(count).map(() => Math.floor(fill.below * next()))
    }
    case 'constant':
      return new Float32Array(count).fill(fill.value)
    case 'linspace':
      return new Float32Array(count).map((_, i) => fill.low + ((fill.high - fill.low) * i) / (count - 1))
    case 'list':
      return Float32Array.from(fill.values)
  }
}

/** Makes the array. */
export function fill(spec: ArraySpec): Filled {
  return { shape: spec.shape, data: dataOf(spec) }
}

/** The same array with its dimensions in another order: some peers keep images and weights in another layout. */
export function permuted({ shape, data }: Filled, order: readonly number[]): Filled {
  const strides = shape.map((_, d) => countOf(shape.slice(d + 1)))
  const outShape = order.map((d) => shape[d]!)
  const outStrides = order.map((d) => strides[d]!)
  const out = data.slice()
  const index = outShape.map(() => 0)
  let from = 0
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from]!
    for (let d = outShape.length - 1; d >= 0; d--) {
      from += outStrides[d]!
      if (++index[d]! < outShape[d]!) break
      from -= outStrides[d]! * outShape[d]!
      index[d] = 0
    }
  }
  return { shape: outShape, data: out }
}

/** Class indices as rows of zeros with a one, for peers whose losses want them so. */
export function oneHot(labels: Filled, classes: number): Filled {
  const data = new Float32Array(labels.data.length * classes)
  labels.data.forEach((label, row) => {
    data[row * classes + label] = 1
  })
  return { shape: [labels.data.length, classes], data }
}

/** What is compared of a forward pass. */
export function meanOfAbsolutes(data: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < data.length; i++) sum += Math.abs(data[i]!)
  return sum / data.length
}
