/** Max pooling to a given size, whatever the size of the input. */
import { record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { int64 } from '../dtype.js'
import { NotImplementedError } from '../errors.js'
import { bindOptions } from '../options.js'
import { numelOf, type Shape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { type AdaptiveSizes, adaptiveOutputs, checkAdaptiveInput, partEnd, partStart } from './adaptive-pool.js'
import { resized } from './index-select.js'
import { longTensor } from './index-tensor.js'
import { maxPoolGrad, maxPoolOp, type Pooled, pooled, type ReturnIndicesOptions } from './max-pool.js'
import { checkTensor } from './promote.js'
import { eachTap } from './sliding.js'
import { reshape, unsqueeze } from './view.js'

/** Parts of a dimension, each as many positions as the longest has; positions in short ones come twice, at their start. */
interface Parts {
  readonly length: number
  readonly positions: readonly number[]
}

function partsOf(size: number, parts: number): Parts {
  const bounds = Array.from({ length: parts }, (_, i) => [partStart(i, size, parts), partEnd(i, size, parts)] as const)
  const length = Math.max(1, ...bounds.map(([start, end]) => end - start))
  const positions = bounds.flatMap(([start, end]) =>
    Array.from({ length }, (_, k) => Math.max(start, end - length + k)),
  )
  return { length, positions }
}

/** The parts laid out one after the other along each dimension, so that plain windows fit them. `x` itself if they do already. */
function laidOut(x: Tensor, spatial: Shape, parts: readonly Parts[]): Tensor {
  const lead = x.ndim - spatial.length
  const { device } = x.storage
  let laid = x
  parts.forEach(({ positions }, d) => {
    if (positions.length === spatial[d] && positions.every((p, i) => p === i)) return
    const out = allocate(x.storage, x.dtype, resized(laid.shape, lead + d, positions.length))
    device.primitives.indexSelect(laid, lead + d, longTensor(positions, [positions.length], device), out)
    laid = out
  })
  return laid
}

/** Kernel key: largest element of each of `sizes` parts of `x` [N, C, ...], and its flat index in the plane (int64). */
export const adaptiveMaxOp: Op<[x: Tensor, sizes: readonly number[]], readonly [Tensor, Tensor]> = defineOp(
  'adaptiveMax',
  (x: Tensor, sizes: readonly number[]): readonly [Tensor, Tensor] => {
    const lead = x.shape.slice(0, x.ndim - sizes.length)
    const spatial = x.shape.slice(lead.length)
    const shape = [...lead, ...sizes]
    if (numelOf(shape) === 0) return [allocate(x.storage, x.dtype, shape), allocate(x.storage, int64, shape)]
    const parts = sizes.map((s, d) => partsOf(spatial[d]!, s))
    // repeated first elements change neither which element of a part is the largest nor which of equals comes first
    const laid = laidOut(x, spatial, parts)
    const kernel = parts.map((p) => p.length)
    const once = kernel.map(() => 1)
    const window = { kernel, stride: kernel, padding: kernel.map(() => 0), dilation: once }
    const [values, places] = maxPoolOp(laid, sizes, window)
    if (laid === x) return [values, places]
    const lengths = parts.map((p) => p.positions.length)
    const origins = new Array<number>(numelOf(lengths))
    eachTap(lengths, (at, flat) => {
      origins[flat] = at.reduce((sum, p, d) => sum * spatial[d]! + parts[d]!.positions[p]!, 0)
    })
    const { device } = x.storage
    const indices = allocate(x.storage, int64, [places.count])
    device.primitives.indexSelect(longTensor(origins, [origins.length], device), 0, reshape(places, [-1]), indices)
    return [values, reshape(indices, shape)]
  },
)

function adaptivePool<Indices extends boolean>(
  name: string,
  n: 1 | 2 | 3,
  input: Tensor,
  size: AdaptiveSizes,
  args: readonly unknown[],
): Pooled<Indices> {
  const o = bindOptions<ReturnIndicesOptions>(name, ['returnIndices'], args)
  checkTensor(name, 'input', input)
  const snake = `adaptive_max_pool${n}d`
  checkAdaptiveInput(snake, n, input, 1)
  const lead = input.ndim - n
  const spatial = input.shape.slice(lead)
  const sizes = adaptiveOutputs(snake, n, size, spatial)
  if (!input.dtype.isFloatingPoint)
    throw new NotImplementedError(`"adaptive_max_pool${Math.max(n, 2)}d" not implemented for '${input.dtype.label}'`)
  const isBatched = lead === 2
  const x = isBatched ? input : unsqueeze(input, 0)
  const [values, indices] = adaptiveMaxOp(x, sizes)
  const shape = x.shape
  record(`AdaptiveMaxPool${n}DBackward0`, values, [x], [indices], (g, node) => maxPoolGrad(g, node.saved(0), shape, n))
  return pooled(values, indices, isBatched, o.returnIndices ?? false)
}

type Or<Indices extends boolean> = Indices | ReturnIndicesOptions<Indices>

/** The largest of equal parts of one dimension, see {@link adaptiveMaxPool2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool1d.html */
export function adaptiveMaxPool1d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: AdaptiveSizes,
  returnIndices?: Or<Indices>,
): Pooled<Indices> {
  return adaptivePool('adaptiveMaxPool1d', 1, input, outputSize, [returnIndices])
}

/**
 * The largest element of each part of each plane, with as many parts as asked for.
 *
 * @param input - shape [N, C, H, W] or [C, H, W], floating point
 * @param outputSize - H' and W', or one number for both; null keeps the input's
 * @returns shape [N, C, H', W']; with `returnIndices` also the flat positions in each plane (int64)
 * @throws RuntimeError for another number of dimensions, an empty plane or a negative size
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * adaptiveMaxPool2d(randn([1, 3, 8, 9]), [5, null]) // shape [1, 3, 5, 9]
 * const [values, indices] = adaptiveMaxPool2d(randn([1, 3, 8, 9]), 2, { returnIndices: true })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool2d.html
 */
export function adaptiveMaxPool2d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: AdaptiveSizes,
  returnIndices?: Or<Indices>,
): Pooled<Indices> {
  return adaptivePool('adaptiveMaxPool2d', 2, input, outputSize, [returnIndices])
}

/** The largest of parts of three dimensions, see {@link adaptiveMaxPool2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool3d.html */
export function adaptiveMaxPool3d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: AdaptiveSizes,
  returnIndices?: Or<Indices>,
): Pooled<Indices> {
  return adaptivePool('adaptiveMaxPool3d', 3, input, outputSize, [returnIndices])
}
