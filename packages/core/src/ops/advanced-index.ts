/** Indexing by tensors of positions: what is picked, what is written, and the gradients of both. */

import { withoutGrad } from '../autograd/mode.js'
import { record } from '../autograd/node.js'
import { Binary, type ScatterCode, ScatterMode } from '../dispatch/opcodes.js'
import { int64 } from '../dtype.js'
import { IndexError, RuntimeError } from '../errors.js'
import {
  broadcastShapes,
  contiguousStrides,
  formatShape,
  numelOf,
  type Shape,
  sameShape,
  viewStrides,
} from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { contiguous } from './cast.js'
import { isMask } from './index-parse.js'
import { longTensor, wrapIndex } from './index-tensor.js'
import { nonzeroColumns } from './nonzero.js'
import { copyOf, zerosOf } from './update.js'
import { expand, reshape } from './view.js'

/** Which dimensions of a tensor are indexed, and where the result has the dimensions of the indices instead. */
export interface IndexPlan {
  /** Shape of the tensor that is indexed. */
  readonly from: Shape
  /** The indexed dimensions, ascending. */
  readonly dims: readonly number[]
  /** The other dimensions, ascending. */
  readonly rest: readonly number[]
  /** The common shape of the indices. */
  readonly shape: Shape
  /** Position of the indices' dimensions among the others in the result: that of the indexed ones if these are adjacent, else 0. */
  readonly at: number
  /** Shape of the result. */
  readonly out: Shape
}

/** A plan and, for each indexed dimension, positions of the plan's shape, checked. */
export interface AdvancedIndex {
  readonly plan: IndexPlan
  readonly positions: readonly Tensor[]
}

/** Checks that a mask has the sizes of the dimensions of `x` from `dim` on. @throws IndexError */
export function checkMask(x: Tensor, mask: Tensor, dim: number): void {
  mask.shape.forEach((size, i) => {
    if (size !== x.shape[dim + i]) {
      throw new IndexError(
        `The shape of the mask ${formatShape(mask.shape)} at index ${i} does not match the shape of the indexed tensor ${formatShape(x.shape)} at index ${dim + i}`,
      )
    }
  })
}

/** Masks become the coordinates of their true elements. */
function expandMasks(x: Tensor, indices: readonly (Tensor | null)[]): (Tensor | null)[] {
  const expanded: (Tensor | null)[] = []
  for (const index of indices) {
    if (index === null || !isMask(index)) {
      expanded.push(index)
      continue
    }
    checkMask(x, index, expanded.length)
    expanded.push(...nonzeroColumns(index))
  }
  return expanded
}

/**
 * Makes a plan for indices of consecutive dimensions of `x`, null where a dimension is taken whole. A mask stands for as many
 * dimensions as it has.
 *
 * @throws IndexError if the indices do not broadcast, or a position is out of bounds
 */
export function planIndex(x: Tensor, indices: readonly (Tensor | null)[]): AdvancedIndex {
  const expanded = expandMasks(x, indices)
  const dims = expanded.map((_, d) => d).filter((d) => expanded[d] !== null)
  const given = dims.map((d) => expanded[d]!)
  let shape: Shape = []
  try {
    for (const index of given) shape = broadcastShapes(shape, index.shape)
  } catch {
    throw new IndexError(
      `shape mismatch: indexing tensors could not be broadcast together with shapes ${given.map((t) => formatShape(t.shape)).join(', ')}`,
    )
  }
  const rest = x.shape.map((_, d) => d).filter((d) => !dims.includes(d))
  const adjacent = dims.every((d, i) => d === dims[0]! + i)
  const at = adjacent ? dims[0]! : 0
  const sizes = rest.map((d) => x.shape[d]!)
  const out = [...sizes.slice(0, at), ...shape, ...sizes.slice(at)]
  const plan: IndexPlan = { from: x.shape, dims, rest, shape, at, out }
  return { plan, positions: checkedPositions(plan, given) }
}

function checkedPositions({ from, dims, shape, out }: IndexPlan, given: readonly Tensor[]): Tensor[] {
  if (numelOf(shape) > 0 && dims.some((d) => from[d] === 0) && numelOf(out) > 0)
    throw new IndexError('index is out of bounds for dimension with size 0')
  return given.map((index, i) => {
    const d = dims[i]!
    const size = from[d]!
    // PyTorch counts only the indexed dimensions here
    const which = d === i ? '' : ` (index tensor ${i})`
    const fail = (value: number) =>
      new IndexError(`index ${value} is out of bounds for dimension ${d} with size ${size}${which}`)
    // nothing is read where the result is empty
    const wrapped = numelOf(out) === 0 ? allocate(index.storage, int64, index.shape) : wrapIndex(index, size, fail)
    return sameShape(wrapped.shape, shape) ? wrapped : expand(wrapped, shape)
  })
}

/** `sum of positions * strides`, as one row. */
function combined(positions: readonly Tensor[], strides: readonly number[]): Tensor {
  let total: Tensor | null = null
  positions.forEach((position, i) => {
    const { primitives } = position.storage.device
    const row = flat(position)
    let term = row
    if (strides[i] !== 1) {
      term = allocate(row.storage, int64, row.shape)
      primitives.binary(Binary.mul, row, strides[i]!, term)
    }
    if (total === null) total = term
    else {
      const next = allocate(row.storage, int64, row.shape)
      primitives.binary(Binary.add, total, term, next)
      total = next
    }
  })
  return total!
}

function flat(x: Tensor): Tensor {
  return reshape(contiguous(x), [x.count])
}

/** The memory of `x` with the indexed dimensions replaced by one of `size` and `stride`, where the result has them. */
function withOneIndexed(x: Tensor, { rest, at }: IndexPlan, size: number, stride: number): Tensor {
  const replace = (list: Shape, entry: number) => {
    const others = rest.map((d) => list[d]!)
    return [...others.slice(0, at), entry, ...others.slice(at)]
  }
  const shape = replace(x.shape, size)
  return new Tensor(x.storage, x.dtype, shape, replace(x.strides, stride), x.offset, numelOf(shape))
}

/** Sizes of the result with the indices' dimensions as one. */
function flatShape({ out, shape, at }: IndexPlan): Shape {
  return [...out.slice(0, at), numelOf(shape), ...out.slice(at + shape.length)]
}

/** Reads what the index picks, unrecorded. */
function read(x: Tensor, { plan, positions }: AdvancedIndex): Tensor {
  const out = allocate(x.storage, x.dtype, flatShape(plan))
  if (out.count > 0) {
    const strides = plan.dims.map((d) => x.strides[d]!)
    const single = plan.dims.length === 1
    // several dimensions are read as one that runs through memory: positions in it may be as far apart as strides say
    const reach = single
      ? x.shape[plan.dims[0]!]!
      : 1 + plan.dims.reduce((sum, d, i) => sum + (x.shape[d]! - 1) * strides[i]!, 0)
    const source = withOneIndexed(x, plan, reach, single ? strides[0]! : 1)
    const rows = single ? flat(positions[0]!) : combined(positions, strides)
    x.storage.device.primitives.indexSelect(source, plan.at, rows, out)
  }
  return new Tensor(out.storage, out.dtype, plan.out, contiguousStrides(plan.out), out.offset, out.count)
}

/** Writes where the index picks. `values` broadcasts to the result's shape. */
export function writeAt(
  mode: ScatterCode,
  x: Tensor,
  { plan, positions }: AdvancedIndex,
  values: Tensor | number,
): void {
  if (numelOf(plan.out) === 0) return
  const { primitives } = x.storage.device
  const source = typeof values === 'number' ? values : reshape(expand(values, plan.out), flatShape(plan))
  const { dims, rest } = plan
  const sizes = dims.map((d) => x.shape[d]!)
  const size = numelOf(sizes)
  const adjacent = dims.every((d, i) => d === dims[0]! + i)
  const merged = adjacent
    ? viewStrides(
        sizes,
        dims.map((d) => x.strides[d]!),
        [size],
      )
    : null
  if (merged !== null) {
    primitives.indexPut(
      mode,
      withOneIndexed(x, plan, size, merged[0]!),
      plan.at,
      combined(positions, contiguousStrides(sizes)),
      source,
    )
    return
  }
  // the indexed dimensions do not lie in one step: write element by element into the memory as one row
  const reach = 1 + x.shape.reduce((sum, s, d) => sum + (s - 1) * x.strides[d]!, 0)
  const memory = new Tensor(x.storage, x.dtype, [reach], [1], x.offset, reach)
  const rows = combined(
    positions,
    dims.map((d) => x.strides[d]!),
  )
  const places = elementPlaces(x, plan, rest, rows)
  primitives.indexPut(mode, memory, 0, places, typeof source === 'number' ? source : flat(source))
}

/** Where in memory each element of the flat result lies: the place of its row plus its own step in the other dimensions. */
function elementPlaces(x: Tensor, plan: IndexPlan, rest: readonly number[], rows: Tensor): Tensor {
  const shape = flatShape(plan)
  const others = rest.map((d) => ({ size: x.shape[d]!, stride: x.strides[d]! }))
  let steps = [0]
  for (const { size, stride } of others)
    steps = steps.flatMap((s) => Array.from({ length: size }, (_, i) => s + i * stride))
  const keep = (list: Shape, entry: number) => [...list.slice(0, plan.at), entry, ...list.slice(plan.at)]
  const sizes = others.map((o) => o.size)
  const stepTensor = longTensor(steps, keep(sizes, 1), x.storage.device)
  const rowTensor = reshape(
    rows,
    keep(
      sizes.map(() => 1),
      rows.count,
    ),
  )
  const places = allocate(x.storage, int64, shape)
  x.storage.device.primitives.binary(Binary.add, rowTensor, stepTensor, places)
  return reshape(places, [places.count])
}

/** What the index picks from `x`, a copy; with its gradient. */
export function pick(x: Tensor, index: AdvancedIndex): Tensor {
  const { plan } = index
  return record('IndexBackward0', withoutGrad(read, [x, index]), [x], index.positions, (g, node) => {
    const zeros = zerosOf(g, plan.from)
    return put(zeros, { plan, positions: savedPositions(plan, node) }, g, true, zeros)
  })
}

function savedPositions({ dims }: IndexPlan, node: { saved(i: number): Tensor }): Tensor[] {
  return dims.map((_, i) => node.saved(i))
}

/** A copy of `x` with `values` set, or added, where the index picks; with its gradient. */
export function put(
  x: Tensor,
  index: AdvancedIndex,
  values: Tensor | number,
  accumulate: boolean,
  out: Tensor = copyOf(x),
): Tensor {
  const { plan } = index
  withoutGrad(writeAt, [accumulate ? ScatterMode.add : ScatterMode.set, out, index, values])
  return record('IndexPutBackward0', out, [x, values instanceof Tensor ? values : null], index.positions, (g, node) => {
    const again = { plan, positions: savedPositions(plan, node) }
    return [!node.needs(0) ? null : accumulate ? g : put(g, again, 0, false), node.needs(1) ? pick(g, again) : null]
  })
}

/** Checks that `values` can be written where the index picks. */
export function checkValues(x: Tensor, { plan }: AdvancedIndex, values: Tensor): void {
  let shape: Shape | null = null
  try {
    shape = broadcastShapes(values.shape, plan.out)
  } catch {
    // told below
  }
  if (shape === null || !sameShape(shape, plan.out)) {
    throw new RuntimeError(
      `shape mismatch: value tensor of shape ${formatShape(values.shape)} cannot be broadcast to indexing result of shape ${formatShape(plan.out)}`,
    )
  }
  if (values.dtype !== x.dtype) {
    throw new RuntimeError(
      `Index put requires the source and destination dtypes match, got ${x.dtype.label} for the destination and ${values.dtype.label} for the source.`,
    )
  }
}
