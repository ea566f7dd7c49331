/** How operands lie in memory, and strides as the kernels read them. */
import { allocate, allocateStrided, flatStep, sameShape, type Tensor, type View, Walk } from '@tsorch/core/backend'
import type { Pointer } from '../generated/kernels.js'
import type { KernelSet } from '../kernel-set.js'

/** Whether the elements of a view lie one after another. */
export function dense(view: View): boolean {
  return flatStep(view, view.count) > 0
}

/** Sizes before and after a dimension. */
export function around(shape: readonly number[], dim: number): [outer: number, inner: number] {
  let outer = 1
  let inner = 1
  for (let d = 0; d < dim; d++) outer *= shape[d]!
  for (let d = dim + 1; d < shape.length; d++) inner *= shape[d]!
  return [outer, inner]
}

/** As many dimensions, after merging, as the kernels take. */
const MOST_DIMS = 16

const walk = new Walk()
let operands = 0

/**
 * Merges the dimensions of an output and its inputs, which are broadcast to it.
 *
 * @returns how many elements lie in a row, or 0 if the kernels do not take so many dimensions
 */
export function merge(out: View, a: View, b?: View | null, c?: View | null): number {
  walk.begin(out.shape)
  operands = 2
  add(out, out)
  add(a, out)
  if (b != null) {
    add(b, out)
    operands++
  }
  if (c != null) {
    add(c, out)
    operands++
  }
  walk.merge()
  return walk.rank > MOST_DIMS ? 0 : walk.inner
}

/** Whether the elements of a view fill a piece of memory, in any order of its dimensions. */
export function packed(view: View): boolean {
  return dense(view) || (merge(view, view) === view.count && walk.step(0) === 1)
}

/** Whether the elements of two packed views follow each other in the same order. */
export function alike(a: View, b: View): boolean {
  return sameShape(a.shape, b.shape) && a.shape.every((size, d) => size === 1 || a.strides[d] === b.strides[d])
}

/** Fresh memory for a packed tensor's result, whose elements lie as its own do. */
export function like(x: Tensor): Tensor {
  const { storage, dtype, shape } = x
  return dense(x) ? allocate(storage, dtype, shape) : allocateStrided(storage.device, dtype, shape, x.strides, x.count)
}

const strides: number[] = []

function add(view: View, out: View): void {
  const { shape } = view
  const missing = out.shape.length - shape.length
  strides.length = out.shape.length
  for (let d = 0; d < strides.length; d++) {
    const size = d < missing ? 1 : shape[d - missing]!
    strides[d] = size === 1 ? 0 : view.strides[d - missing]!
  }
  walk.strided(0, strides, 1)
}

/** Puts what was merged where a kernel reads it: number of dimensions, their sizes, the strides of each operand. */
export function geometry(set: KernelSet): Pointer {
  const { rank } = walk
  const pointer = set.workspace(4 * (1 + rank * (1 + operands)))
  const { words } = set
  let at = pointer / 4
  words[at++] = rank
  for (let d = 0; d < rank; d++) words[at++] = walk.sizes[d]!
  for (let k = 0; k < operands; k++) for (let d = 0; d < rank; d++) words[at++] = walk.stride(k, d)
  return pointer
}
