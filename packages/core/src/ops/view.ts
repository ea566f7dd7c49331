import { record } from '../autograd/node.js'
import { RuntimeError } from '../errors.js'
import { bindOptions, TypeError_ } from '../options.js'
import {
  broadcastShapes,
  contiguousStrides,
  formatShape,
  inferShape,
  numelOf,
  type Shape,
  viewStrides,
  wrapDim,
  wrapDims,
} from '../shape.js'
import { type Method, Tensor } from '../tensor.js'
import { contiguous } from './cast.js'
import { checkTensor } from './promote.js'
import { alias, asStrided, permuted } from './window.js'

declare module '../tensor.js' {
  interface Tensor {
    /** See {@link view}. Sizes as a list or one by one. */
    view(...size: readonly number[] | readonly [Shape]): Tensor
    viewAs(other: Tensor): Tensor
    reshape(...size: readonly number[] | readonly [Shape]): Tensor
    reshapeAs(other: Tensor): Tensor
    flatten: Method<typeof flatten>
    unflatten: Method<typeof unflatten>
    ravel: Method<typeof ravel>
    squeeze: Method<typeof squeeze>
    unsqueeze: Method<typeof unsqueeze>
    transpose: Method<typeof transpose>
    swapaxes: Method<typeof transpose>
    swapdims: Method<typeof transpose>
    t: Method<typeof t>
    permute(...dims: readonly number[] | readonly [readonly number[]]): Tensor
    movedim: Method<typeof movedim>
    moveaxis: Method<typeof movedim>
    expand(...size: readonly number[] | readonly [Shape]): Tensor
    expandAs(other: Tensor): Tensor
    broadcastTo: Method<typeof broadcastTo>
    asStrided: Method<typeof asStrided>
    /** All dimensions reversed. */
    readonly T: Tensor
    /** The last two dimensions exchanged. */
    readonly mT: Tensor
    /** The same as {@link T}: the data are real. */
    readonly H: Tensor
    readonly mH: Tensor
  }
}

/** Sizes given as one list or as separate numbers. */
export function sizesOf(op: string, args: readonly unknown[]): Shape {
  const list = args.length === 1 && Array.isArray(args[0]) ? (args[0] as readonly unknown[]) : args
  for (const size of list) {
    if (typeof size !== 'number' || !Number.isInteger(size))
      throw TypeError_(`${op}(): argument 'size' must be integers, but got`, size)
  }
  return list as Shape
}

/**
 * The same elements with other sizes, without a copy; one size may be -1.
 *
 * @throws RuntimeError if the number of elements differs, or if the strides do not allow it (then use {@link reshape})
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.view.html
 */
export function view(x: Tensor, size: Shape): Tensor {
  const shape = inferShape(size, x.count)
  const strides = viewStrides(x.shape, x.strides, shape)
  if (strides === null) {
    throw new RuntimeError(
      "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.",
    )
  }
  return viewed(x, shape, strides)
}

function viewed(x: Tensor, shape: Shape, strides: Shape): Tensor {
  const from = x.shape
  return record('ViewBackward0', alias(x, shape, strides, x.offset), [x], null, (g) => reshape(g, from))
}

/**
 * The same elements with other sizes: a view if the strides allow it, else a copy.
 *
 * @example
 * ```ts
 * arange(6).reshape(2, -1) // shape [2, 3]
 * ```
 * @throws RuntimeError if the number of elements differs
 * @see https://pytorch.org/docs/stable/generated/torch.reshape.html
 */
export function reshape(x: Tensor, size: Shape): Tensor {
  const shape = inferShape(size, x.count)
  const strides = viewStrides(x.shape, x.strides, shape)
  if (strides !== null) return viewed(x, shape, strides)
  return viewed(contiguous(x), shape, contiguousStrides(shape))
}

/**
 * Joins dimensions `startDim` to `endDim` into one.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.flatten.html
 */
export function flatten(x: Tensor, startDim?: number | FlattenOptions, endDim?: number | FlattenOptions): Tensor {
  checkTensor('flatten', 'input', x)
  const o = bindOptions<FlattenOptions>('flatten', ['startDim', 'endDim'], [startDim, endDim])
  const start = wrapDim(o.startDim ?? 0, x.ndim)
  const end = wrapDim(o.endDim ?? -1, x.ndim)
  if (start > end) throw new RuntimeError('flatten() has invalid args: start_dim cannot come after end_dim')
  if (x.ndim === 0) return reshape(x, [1])
  if (start === end) return x
  const joined = numelOf(x.shape.slice(start, end + 1))
  return reshape(x, [...x.shape.slice(0, start), joined, ...x.shape.slice(end + 1)])
}
export interface FlattenOptions {
  startDim?: number
  endDim?: number
}

/** @see https://pytorch.org/docs/stable/generated/torch.unflatten.html */
export function unflatten(x: Tensor, dim: number, sizes: Shape): Tensor {
  const d = wrapDim(dim, x.ndim)
  if (sizes.length === 0) throw new RuntimeError('unflatten: sizes must be non-empty')
  const have = x.shape[d] ?? 1
  let parts: number[]
  try {
    parts = inferShape(sizes, have)
  } catch {
    throw new RuntimeError(
      `unflatten: Provided sizes ${formatShape(sizes)} don't multiply up to the size of dim ${d} (${have}) in the input tensor`,
    )
  }
  return view(x, [...x.shape.slice(0, d), ...parts, ...x.shape.slice(d + 1)])
}

/** All elements in one dimension. @see https://pytorch.org/docs/stable/generated/torch.ravel.html */
export function ravel(x: Tensor): Tensor {
  return reshape(contiguous(x), [-1])
}

/**
 * Without dimensions of size 1: all of them, or those named.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.squeeze.html
 */
export function squeeze(x: Tensor, dim?: number | readonly number[] | { dim?: number | readonly number[] }): Tensor {
  checkTensor('squeeze', 'input', x)
  const o = bindOptions<{ dim: number | readonly number[] }>('squeeze', ['dim'], [dim])
  const named = o.dim === undefined ? null : wrapDims(typeof o.dim === 'number' ? [o.dim] : o.dim, x.ndim)
  const kept = x.shape.map((_, i) => i).filter((i) => x.shape[i] !== 1 || (named !== null && !named.includes(i)))
  return viewed(
    x,
    kept.map((i) => x.shape[i]!),
    kept.map((i) => x.strides[i]!),
  )
}

/** A new dimension of size 1 at `dim`. @see https://pytorch.org/docs/stable/generated/torch.unsqueeze.html */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  checkTensor('unsqueeze', 'input', x)
  const d = wrapDim(dim, x.ndim + 1)
  const step = d < x.ndim ? x.shape[d]! * x.strides[d]! : 1
  return viewed(
    x,
    [...x.shape.slice(0, d), 1, ...x.shape.slice(d)],
    [...x.strides.slice(0, d), step, ...x.strides.slice(d)],
  )
}

/** Two dimensions exchanged. @see https://pytorch.org/docs/stable/generated/torch.transpose.html */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  checkTensor('transpose', 'input', x)
  const a = wrapDim(dim0, x.ndim)
  const b = wrapDim(dim1, x.ndim)
  if (x.ndim === 0) return viewed(x, x.shape, x.strides)
  const shape = x.shape.slice()
  const strides = x.strides.slice()
  shape[a] = x.shape[b]!
  shape[b] = x.shape[a]!
  strides[a] = x.strides[b]!
  strides[b] = x.strides[a]!
  return record('TransposeBackward0', alias(x, shape, strides, x.offset), [x], null, (g) => transpose(g, a, b))
}

/** The transpose of a matrix. @throws RuntimeError beyond two dimensions @see https://pytorch.org/docs/stable/generated/torch.t.html */
export function t(x: Tensor): Tensor {
  checkTensor('t', 'input', x)
  if (x.ndim > 2) throw new RuntimeError(`t() expects a tensor with <= 2 dimensions, but self is ${x.ndim}D`)
  return x.ndim < 2 ? viewed(x, x.shape, x.strides) : transpose(x, 0, 1)
}

/** The dimensions in another order. @see https://pytorch.org/docs/stable/generated/torch.permute.html */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  checkTensor('permute', 'input', x)
  if (dims.length !== x.ndim) {
    throw new RuntimeError(
      `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${x.ndim} is not equal to len(dims) = ${dims.length}`,
    )
  }
  const order = dims.map((d) => wrapDim(d, x.ndim))
  if (new Set(order).size !== order.length) throw new RuntimeError('permute(): duplicate dims are not allowed.')
  return permuted(x, order)
}

/** Dimensions moved to other places, the rest in order. @see https://pytorch.org/docs/stable/generated/torch.movedim.html */
export function movedim(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const from = wrapMoved(source, x.ndim, 'source')
  const to = wrapMoved(destination, x.ndim, 'destination')
  if (from.length !== to.length) {
    throw new RuntimeError(
      `movedim: Invalid source or destination dims: source (${formatShape(from)} dims) should contain the same number of dims as destination (${formatShape(to)} dims)`,
    )
  }
  const order = new Array<number>(x.ndim).fill(-1)
  from.forEach((d, i) => {
    order[to[i]!] = d
  })
  const rest = x.shape.map((_, i) => i).filter((i) => !from.includes(i))
  for (let i = 0; i < order.length; i++) if (order[i] === -1) order[i] = rest.shift()!
  return permuted(x, order.slice(0, x.ndim))
}

function wrapMoved(dims: number | readonly number[], ndim: number, name: string): number[] {
  const wrapped = (typeof dims === 'number' ? [dims] : dims).map((d) => wrapDim(d, ndim))
  if (new Set(wrapped).size !== wrapped.length)
    throw new RuntimeError(`movedim: repeated dim in \`${name}\` (${formatShape(wrapped)})`)
  return wrapped
}

/**
 * Repeats dimensions of size 1, and adds leading ones, without a copy; -1 keeps a size.
 *
 * @throws RuntimeError if a size that is not 1 would change
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.expand.html
 */
export function expand(x: Tensor, size: Shape): Tensor {
  checkTensor('expand', 'self', x)
  const lead = size.length - x.ndim
  if (lead < 0) {
    throw new RuntimeError(
      `expand(torch.${x.dtype.label}Tensor{${formatShape(x.shape)}}, size=${formatShape(size)}): the number of sizes provided (${size.length}) must be greater or equal to the number of dimensions in the tensor (${x.ndim})`,
    )
  }
  const shape = new Array<number>(size.length)
  const strides = new Array<number>(size.length)
  for (let i = size.length - 1; i >= 0; i--) {
    const want = size[i]!
    const have = i < lead ? 1 : x.shape[i - lead]!
    if (want === -1) {
      if (i < lead)
        throw new RuntimeError(
          `The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension ${i}`,
        )
      shape[i] = have
    } else {
      if (want < 0)
        throw new RuntimeError(`The expanded size of the tensor (${want}) must not be negative at dimension ${i}`)
      if (have !== 1 && want !== have) {
        throw new RuntimeError(
          `The expanded size of the tensor (${want}) must match the existing size (${have}) at non-singleton dimension ${i}.  Target sizes: ${formatShape(size)}.  Tensor sizes: ${formatShape(x.shape)}`,
        )
      }
      shape[i] = want
    }
    strides[i] =
      i < lead
        ? shape[i] === 1 && i + 1 < size.length
          ? shape[i + 1]! * strides[i + 1]!
          : 0
        : have === 1 && shape[i] !== 1
          ? 0
          : x.strides[i - lead]!
  }
  return record('ExpandBackward0', alias(x, shape, strides, x.offset), [x], null, (g) => g)
}

/** @see https://pytorch.org/docs/stable/generated/torch.broadcast_to.html */
export function broadcastTo(x: Tensor, size: Shape): Tensor {
  return expand(x, size)
}

/** All tensors expanded to their common shape. @see https://pytorch.org/docs/stable/generated/torch.broadcast_tensors.html */
export function broadcastTensors(...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor[] {
  const list = (Array.isArray(tensors[0]) ? tensors[0] : tensors) as readonly Tensor[]
  let shape: Shape = []
  for (const x of list) shape = broadcastShapes(shape, x.shape)
  return list.map((x) => expand(x, shape))
}

const p = Tensor.prototype
p.view = function (...size) {
  return view(this, sizesOf('view', size))
}
p.viewAs = function (other) {
  return view(this, other.shape)
}
p.reshape = function (...size) {
  return reshape(this, sizesOf('reshape', size))
}
p.reshapeAs = function (other) {
  return reshape(this, other.shape)
}
p.flatten = function (startDim, endDim) {
  return flatten(this, startDim, endDim)
}
p.unflatten = function (dim, sizes) {
  return unflatten(this, dim, sizes)
}
p.ravel = function () {
  return ravel(this)
}
p.squeeze = function (dim) {
  return squeeze(this, dim)
}
p.unsqueeze = function (dim) {
  return unsqueeze(this, dim)
}
p.transpose = function (dim0, dim1) {
  return transpose(this, dim0, dim1)
}
p.swapaxes = p.transpose
p.swapdims = p.transpose
p.t = function () {
  return t(this)
}
p.permute = function (...dims) {
  return permute(this, sizesOf('permute', dims))
}
p.movedim = function (source, destination) {
  return movedim(this, source, destination)
}
p.moveaxis = p.movedim
p.expand = function (...size) {
  return expand(this, sizesOf('expand', size))
}
p.expandAs = function (other) {
  return expand(this, other.shape)
}
p.broadcastTo = function (size) {
  return broadcastTo(this, size)
}
p.asStrided = function (size, stride, storageOffset) {
  return asStrided(this, size, stride, storageOffset)
}
function getter(name: string, get: (x: Tensor) => Tensor): void {
  Object.defineProperty(p, name, {
    get(this: Tensor) {
      return get(this)
    },
    configurable: true,
  })
}
getter('T', (x) =>
  permuted(
    x,
    x.shape.map((_, i) => x.ndim - 1 - i),
  ),
)
getter('H', (x) => {
  if (x.ndim !== 0 && x.ndim !== 2)
    throw new RuntimeError(`tensor.H is only supported on matrices (2-D tensors). Got ${x.ndim}-D tensor.`)
  return x.ndim === 0 ? x : transpose(x, 0, 1)
})
getter('mT', (x) => {
  if (x.ndim === 0) return x
  if (x.ndim < 2)
    throw new RuntimeError(`tensor.mT is only supported on matrices or batches of matrices. Got ${x.ndim}-D tensor.`)
  return transpose(x, -2, -1)
})
getter('mH', (x) => {
  if (x.ndim === 0) return x
  if (x.ndim < 2)
    throw new RuntimeError(`tensor.mH is only supported on matrices or batches of matrices. Got ${x.ndim}-D tensor.`)
  return transpose(x, -2, -1)
})
