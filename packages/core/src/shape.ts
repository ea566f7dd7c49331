import { IndexError, RuntimeError } from './errors.js'
import { describe } from './options.js'

/** Sizes of a tensor, outermost first. Shapes and strides are never changed once made, so they may be shared. */
export type Shape = readonly number[]

/** `[2, 3]` in messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

export function numelOf(shape: Shape): number {
  let n = 1
  for (let i = 0; i < shape.length; i++) n *= shape[i]!
  return n
}

/** Row-major strides, in elements. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step
    const size = shape[i]!
    if (size > 1) step *= size
  }
  return strides
}

export function isContiguous(shape: Shape, strides: Shape): boolean {
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i]!
    if (size === 0) return true
    if (size !== 1) {
      if (strides[i] !== step) return false
      step *= size
    }
  }
  return true
}

/** Whether the elements fill a block of memory without gaps or overlaps, in any order of dimensions. */
export function isDense(shape: Shape, strides: Shape): boolean {
  if (isContiguous(shape, strides)) return true
  const order = shape.map((_, i) => i).filter((i) => shape[i] !== 1)
  order.sort((a, b) => strides[a]! - strides[b]!)
  let step = 1
  for (const i of order) {
    if (strides[i] !== step) return false
    step *= shape[i]!
  }
  return true
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/**
 * A dimension counted from the front; negative ones count from the back. A 0-d tensor takes 0 and -1.
 *
 * @throws IndexError outside `[-ndim, ndim - 1]`
 */
export function wrapDim(dim: number, ndim: number): number {
  if (typeof dim !== 'number' || !Number.isInteger(dim))
    throw new TypeError(`dim must be an integer, but got ${describe(dim)}`)
  const n = ndim === 0 ? 1 : ndim
  if (dim < -n || dim >= n) {
    throw new IndexError(`Dimension out of range (expected to be in range of [${-n}, ${n - 1}], but got ${dim})`)
  }
  return dim < 0 ? dim + n : dim
}

/** Several dimensions, counted from the front, in the order given. @throws RuntimeError if one comes twice */
export function wrapDims(dims: readonly number[], ndim: number): number[] {
  const wrapped = dims.map((d) => wrapDim(d, ndim))
  wrapped.forEach((d, i) => {
    if (wrapped.indexOf(d) !== i) throw new RuntimeError(`dim ${d} appears multiple times in the list of dims`)
  })
  return wrapped
}

/**
 * The shape that two shapes broadcast to.
 *
 * @throws RuntimeError in PyTorch's words if a pair of sizes differs and neither is 1
 * @see https://pytorch.org/docs/stable/notes/broadcasting.html
 */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a
  const n = Math.max(a.length, b.length)
  const out = new Array<number>(n)
  for (let i = 1; i <= n; i++) {
    const x = i <= a.length ? a[a.length - i]! : 1
    const y = i <= b.length ? b[b.length - i]! : 1
    if (x !== y && x !== 1 && y !== 1) {
      throw new RuntimeError(
        `The size of tensor a (${x}) must match the size of tensor b (${y}) at non-singleton dimension ${n - i}`,
      )
    }
    out[n - i] = x === 1 ? y : x
  }
  return out
}

/** Strides that read a tensor of `shape` as if it had the (broadcast) shape `target`: 0 along repeated dimensions. */
export function broadcastStrides(shape: Shape, strides: Shape, target: Shape): Shape {
  if (sameShape(shape, target)) return strides
  const lead = target.length - shape.length
  const out = new Array<number>(target.length)
  for (let i = 0; i < target.length; i++) {
    out[i] = i < lead || (shape[i - lead] === 1 && target[i] !== 1) ? 0 : strides[i - lead]!
  }
  return out
}

/**
 * A size list in which at most one entry may be -1, to be inferred from `numel`.
 *
 * @throws RuntimeError if it does not fit
 */
export function inferShape(shape: Shape, numel: number): number[] {
  let known = 1
  let hole = -1
  shape.forEach((size, i) => {
    if (!Number.isInteger(size)) throw new TypeError(`shape must be a list of integers, but got ${describe(shape)}`)
    if (size === -1) {
      if (hole >= 0) throw new RuntimeError('only one dimension can be inferred')
      hole = i
    } else if (size < 0) {
      throw new RuntimeError(`invalid shape dimension ${size}`)
    } else {
      known *= size
    }
  })
  const out = shape.slice()
  if (hole >= 0) {
    if (known === 0) {
      if (numel === 0)
        throw new RuntimeError(
          `cannot reshape tensor of 0 elements into shape ${formatShape(shape)} because the unspecified dimension size -1 can be any value and is ambiguous`,
        )
      throw new RuntimeError(`shape '${formatShape(shape)}' is invalid for input of size ${numel}`)
    }
    if (numel % known !== 0)
      throw new RuntimeError(`shape '${formatShape(shape)}' is invalid for input of size ${numel}`)
    out[hole] = numel / known
  } else if (known !== numel) {
    throw new RuntimeError(`shape '${formatShape(shape)}' is invalid for input of size ${numel}`)
  }
  return out
}

/** Checks that a list of sizes holds integers >= 0. */
export function checkSizes(op: string, shape: Shape): void {
  for (const size of shape) {
    if (!Number.isInteger(size))
      throw new TypeError(`${op}(): size must be a list of integers, but got ${describe(shape)}`)
    if (size < 0)
      throw new RuntimeError(
        `${op}: Dimension size must be non-negative.\nTrying to create tensor with negative dimension ${size}: ${formatShape(shape)}`,
      )
  }
}

/**
 * Strides under which data of `shape`/`strides` can be seen with `target` sizes without a copy, or null if it cannot.
 */
export function viewStrides(shape: Shape, strides: Shape, target: Shape): number[] | null {
  const n = numelOf(shape)
  if (n === 0) return sameShape(shape, target) ? strides.slice() : contiguousStrides(target)
  const out = new Array<number>(target.length)
  let t = target.length - 1
  let base = shape.length > 0 ? strides[shape.length - 1]! : 1
  let chunk = 1
  let filled = 1
  for (let d = shape.length - 1; d >= 0; d--) {
    chunk *= shape[d]!
    const ends = d === 0 || (shape[d - 1] !== 1 && strides[d - 1] !== chunk * base)
    if (!ends) continue
    while (t >= 0 && (filled < chunk || target[t] === 1)) {
      out[t] = filled * base
      filled *= target[t]!
      t--
    }
    if (filled !== chunk) return null
    if (d > 0) {
      base = strides[d - 1]!
      chunk = 1
      filled = 1
    }
  }
  while (t >= 0) {
    // only sizes of 1 are left (a 0-d input)
    if (target[t] !== 1) return null
    out[t--] = base * filled
  }
  return out
}
