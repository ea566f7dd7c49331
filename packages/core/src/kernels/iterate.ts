import type { View } from '../dispatch/backend.js'

/** As many dimensions as PyTorch allows. */
const MAX_DIMS = 64
const MAX_OPERANDS = 4

/** Position in the storage array of a view's first element. */
export function start(view: View): number {
  return view.storage.base + view.offset * view.dtype.words
}

/**
 * Step in array elements with which a view can be walked in one go as if it had `count` elements in a row: 0 where a single
 * element stands for all, -1 if it cannot.
 */
export function flatStep(view: View, count: number): number {
  if (view.count !== count) return view.count === 1 ? 0 : -1
  const { shape, strides } = view
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i]!
    if (size !== 1) {
      if (strides[i] !== step) return -1
      step *= size
    }
  }
  return view.dtype.words
}

/**
 * A walk over the elements of up to four operands that share one shape. Dimensions are put in the order of memory and merged
 * where all operands allow it; the innermost is left to a loop, the others are counted like an odometer:
 *
 * ```ts
 * walk.begin(out.shape)
 * walk.operand(out, out.shape) // operand 0, whose order in memory counts most
 * walk.operand(x, out.shape)
 * walk.merge()
 * do loop(o, walk.at[0], walk.step(0), x, walk.at[1], walk.step(1), walk.inner)
 * while (walk.next())
 * ```
 *
 * Walks are kept by the kernels' modules and used again, so that a call allocates nothing. No size may be 0.
 */
export class Walk {
  /** Number of dimensions left after {@link merge}; dimension 0 is the innermost. */
  rank = 0
  readonly sizes: Int32Array = new Int32Array(MAX_DIMS)
  /** By operand, MAX_DIMS apart, in array elements. */
  readonly strides: Int32Array = new Int32Array(MAX_OPERANDS * MAX_DIMS)
  /** Current position of each operand. */
  readonly at: Int32Array = new Int32Array(MAX_OPERANDS)
  private operands = 0
  private readonly counter: Int32Array = new Int32Array(MAX_DIMS)

  begin(shape: readonly number[]): void {
    const rank = shape.length
    this.rank = rank
    this.operands = 0
    for (let d = 0; d < rank; d++) this.sizes[d] = shape[rank - 1 - d]!
  }

  /** Adds an operand that is broadcast to the shape. */
  operand(view: View): void {
    const words = view.dtype.words
    const base = this.operands * MAX_DIMS
    const { shape, strides } = view
    const last = shape.length - 1
    for (let d = 0; d < this.rank; d++) {
      this.strides[base + d] = d <= last && shape[last - d] !== 1 ? strides[last - d]! * words : 0
    }
    this.at[this.operands++] = view.storage.base + view.offset * words
  }

  /** Adds an operand by its strides (outermost first) in array elements. */
  strided(position: number, strides: readonly number[], words: number): void {
    const base = this.operands * MAX_DIMS
    const last = strides.length - 1
    for (let d = 0; d < this.rank; d++) this.strides[base + d] = strides[last - d]! * words
    this.at[this.operands++] = position
  }

  /** Adds an operand that is one element at a position, such as a number. */
  constant(position: number): void {
    const base = this.operands * MAX_DIMS
    for (let d = 0; d < this.rank; d++) this.strides[base + d] = 0
    this.at[this.operands++] = position
  }

  /** Adds no more dimensions than needed: sorts them by memory and merges neighbours. Ends the set-up. */
  merge(): void {
    this.dropOnes()
    for (let d = 1; d < this.rank; d++) {
      for (let e = d; e > 0 && this.inside(e, e - 1); e--) this.swap(e, e - 1)
    }
    let last = 0
    for (let d = 1; d < this.rank; d++) {
      if (this.continues(last, d)) this.sizes[last] = this.sizes[last]! * this.sizes[d]!
      else this.move(d, ++last)
    }
    if (this.rank > 0) this.rank = last + 1
    this.counter.fill(0, 0, this.rank)
  }

  /** Elements that the inner loop does. */
  get inner(): number {
    return this.rank === 0 ? 1 : this.sizes[0]!
  }

  /** Step of the inner loop. */
  step(operand: number): number {
    return this.rank === 0 ? 0 : this.strides[operand * MAX_DIMS]!
  }

  stride(operand: number, dimension: number): number {
    return this.strides[operand * MAX_DIMS + dimension]!
  }

  /** Goes to the next position of the dimensions outside the inner one; at the end returns false, at the first again. */
  next(): boolean {
    return this.nextFrom(1)
  }

  /** The same for the dimensions from `first` on. */
  nextFrom(first: number): boolean {
    const { counter, sizes, strides, at, operands } = this
    for (let d = first; d < this.rank; d++) {
      const i = counter[d]! + 1
      if (i < sizes[d]!) {
        counter[d] = i
        for (let k = 0; k < operands; k++) at[k] = at[k]! + strides[k * MAX_DIMS + d]!
        return true
      }
      counter[d] = 0
      for (let k = 0; k < operands; k++) at[k] = at[k]! - strides[k * MAX_DIMS + d]! * (i - 1)
    }
    return false
  }

  private dropOnes(): void {
    let kept = 0
    for (let d = 0; d < this.rank; d++) {
      if (this.sizes[d] === 1) continue
      if (kept !== d) this.move(d, kept)
      kept++
    }
    this.rank = kept
  }

  /** Whether dimension d belongs inside dimension e: the first operand with steps along both decides. */
  private inside(d: number, e: number): boolean {
    for (let k = 0; k < this.operands; k++) {
      const a = this.strides[k * MAX_DIMS + d]!
      const b = this.strides[k * MAX_DIMS + e]!
      if (a === 0 || b === 0 || a === b) continue
      return a < b
    }
    return false
  }

  /** Whether dimension d goes on where dimension `last` ends, in every operand. */
  private continues(last: number, d: number): boolean {
    for (let k = 0; k < this.operands; k++) {
      const base = k * MAX_DIMS
      if (this.strides[base + d] !== this.strides[base + last]! * this.sizes[last]!) return false
    }
    return true
  }

  private move(from: number, to: number): void {
    this.sizes[to] = this.sizes[from]!
    for (let k = 0; k < this.operands; k++) this.strides[k * MAX_DIMS + to] = this.strides[k * MAX_DIMS + from]!
  }

  private swap(d: number, e: number): void {
    const size = this.sizes[d]!
    this.sizes[d] = this.sizes[e]!
    this.sizes[e] = size
    for (let k = 0; k < this.operands; k++) {
      const base = k * MAX_DIMS
      const stride = this.strides[base + d]!
      this.strides[base + d] = this.strides[base + e]!
      this.strides[base + e] = stride
    }
  }
}
