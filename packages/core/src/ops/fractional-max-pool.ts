/** Max pooling over windows whose steps are drawn, so that sizes shrink by a fraction. */
import { record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { ArgReduce } from '../dispatch/opcodes.js'
import { int64 } from '../dtype.js'
import { NotImplementedError, RuntimeError, ValueError } from '../errors.js'
import { bindOptions } from '../options.js'
import { formatShape, numelOf, type Shape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { longTensor } from './index-tensor.js'
import { cat } from './join.js'
import { maxPoolGrad, type Pooled, pooled, type ReturnIndicesOptions } from './max-pool.js'
import { add, div, mul, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { rand } from './random.js'
import { narrow, select } from './slicing.js'
import { perDim, type Sizes } from './sliding.js'
import { reshape, unsqueeze } from './view.js'

/** Options of the fractional max poolings. */
export interface FractionalMaxPoolOptions<Indices extends boolean = boolean> extends ReturnIndicesOptions<Indices> {
  /** Spatial size of the result. */
  outputSize?: Sizes | null
  /** The same as fractions of the input's, between 0 and 1; needed if there is no `outputSize`. */
  outputRatio?: Sizes | null
  /** Numbers in [0, 1) in place of the drawn ones, shape [N, C, spatial dimensions], in the dtype of the input. */
  _randomSamples?: Tensor | null
}
const names = ['outputSize', 'outputRatio', 'returnIndices', '_randomSamples'] as const

/** Where the `outputs` windows of a dimension begin, for each plane, by its number of `samples`: shape [planes, outputs]. */
function starts(samples: Tensor, size: number, kernel: number, outputs: number): Tensor {
  const planes = samples.count
  const { device } = samples.storage
  const last = longTensor(new Array<number>(planes).fill(size - kernel), [planes, 1], device)
  if (outputs === 1) return last
  // rounded to the dtype at each step, as windows must begin where PyTorch's do
  const whole = (values: readonly number[], shape: Shape) => cast(longTensor(values, shape, device), samples.dtype)
  const step = div(whole([size - kernel], []), whole([outputs - 1], []))
  const u = reshape(samples, [planes, 1])
  const count = outputs - 1
  const steps = whole(
    Array.from({ length: count }, (_, i) => i),
    [1, count],
  )
  const first = cast(mul(u, step), int64)
  return cat([sub(cast(mul(add(steps, u), step), int64), first), last], 1)
}

/** Flat indices of all elements of all windows: shape [planes, positions, taps]. */
function windowIndices(
  samples: Tensor,
  spatial: Shape,
  kernel: readonly number[],
  outputs: readonly number[],
  order: readonly number[],
): Tensor {
  const n = spatial.length
  const planes = samples.shape[0]! * samples.shape[1]!
  const { device } = samples.storage
  let flat: Tensor | null = null
  for (let d = 0; d < n; d++) {
    const begin = starts(select(samples, 2, order[d]!), spatial[d]!, kernel[d]!, outputs[d]!)
    const shape = new Array<number>(2 * n).fill(1)
    shape[d] = outputs[d]!
    const taps = new Array<number>(1 + 2 * n).fill(1)
    taps[1 + n + d] = kernel[d]!
    const steps = Array.from({ length: kernel[d]! }, (_, k) => k)
    const along = add(reshape(begin, [planes, ...shape]), longTensor(steps, taps, device))
    flat = flat === null ? along : add(mul(flat, spatial[d]!), along)
  }
  return reshape(flat!, [planes, numelOf(outputs), numelOf(kernel)])
}

/** Kernel key: largest element of each window that `samples` [N, C, n] place on `x` [N, C, ...], and its flat index. */
export const fractionalMaxPoolOp: Op<
  [x: Tensor, samples: Tensor, kernel: readonly number[], outputs: readonly number[]],
  readonly [Tensor, Tensor]
> = defineOp(
  'fractionalMaxPool',
  (x: Tensor, samples: Tensor, kernel: readonly number[], outputs: readonly number[]): readonly [Tensor, Tensor] => {
    const n = outputs.length
    const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]]
    const planes = batch * channels
    const shape = [batch, channels, ...outputs]
    const count = numelOf(shape)
    const values = allocate(x.storage, x.dtype, [count, 1])
    const indices = allocate(x.storage, int64, [count, 1])
    if (count > 0) {
      // the first number of a plane places its columns, the second its rows; in volumes they come in order
      const order = n === 2 ? [1, 0] : [0, 1, 2]
      const all = windowIndices(narrow(samples, 0, 0, batch), spatial, kernel, outputs, order)
      const taps = numelOf(kernel)
      const { primitives } = x.storage.device
      const found = allocate(x.storage, x.dtype, [planes, numelOf(outputs) * taps])
      primitives.gather(reshape(x, [planes, numelOf(spatial)]), 1, reshape(all, found.shape), found)
      const best = allocate(x.storage, int64, [count, 1])
      primitives.argReduce(ArgReduce.argmax, reshape(found, [count, taps]), 1, best)
      primitives.gather(reshape(found, [count, taps]), 1, best, values)
      primitives.gather(reshape(all, [count, taps]), 1, best, indices)
    }
    return [reshape(values, shape), reshape(indices, shape)]
  },
)

const sides: readonly string[] = ['time', 'height', 'width']

function checkFits(n: number, x: Tensor, kernel: readonly number[], outputs: readonly number[]): void {
  if (!x.dtype.isFloatingPoint)
    throw new NotImplementedError(`"fractional_max_pool${n}d" not implemented for '${x.dtype.label}'`)
  const first = x.ndim - n - 1
  const empty = x.shape.findIndex((size, d) => d >= first && size === 0)
  if (empty >= 0) {
    throw new RuntimeError(
      `fractional_max_pool${n}d(): Expected input to have non-zero size for non-batch dimensions, but got ${formatShape(x.shape)} with dimension ${empty} being empty.`,
    )
  }
  kernel.forEach((k, d) => {
    const side = sides[sides.length - n + d]!
    const size = x.shape[x.ndim - n + d]!
    if (outputs[d]! < 0) throw new RuntimeError(`Trying to create tensor with negative dimension ${outputs[d]}`)
    // PyTorch wants room for one more step in volumes
    if (k < 1 || outputs[d]! + k - 1 > size - (n === 3 ? 1 : 0))
      throw new RuntimeError(
        `fractional_max_pool${n}d(): pool ${side} ${k} too large relative to input ${side} ${size}: windows cannot begin at ${outputs[d]} places`,
      )
  })
}

function checkSamples(x: Tensor, samples: Tensor, n: number): void {
  checkTensor(`fractionalMaxPool${n}d`, '_randomSamples', samples)
  if (samples.dtype !== x.dtype) throw new RuntimeError('Expect _random_samples to have the same dtype as input')
  if (samples.ndim !== 3)
    throw new RuntimeError(`Expect _random_samples to have 3 dimensions, got ${formatShape(samples.shape)}`)
  const [batch, channels] = x.shape as [number, number]
  if (samples.shape[0]! < batch)
    throw new RuntimeError(`Expect _random_samples.size(0) no less than input batch size ${batch}.`)
  if (samples.shape[1] !== channels)
    throw new RuntimeError(`Expect _random_samples.size(1) equals to input channel size ${channels}.`)
  if (samples.shape[2] !== n)
    throw new RuntimeError(`Expect _random_samples.size(2) equals to ${n}; got ${samples.shape[2]}.`)
}

function fractionalMaxPool<Indices extends boolean>(
  n: 2 | 3,
  input: Tensor,
  kernelSize: Sizes,
  args: readonly unknown[],
): Pooled<Indices> {
  const name = `fractionalMaxPool${n}d`
  const o = bindOptions<FractionalMaxPoolOptions>(name, names, args)
  checkTensor(name, 'input', input)
  const kernel = perDim(name, 'kernelSize', kernelSize, n)
  if (o.outputSize == null && o.outputRatio == null)
    throw new ValueError(`fractional_max_pool${n}d requires specifying either an output_size or an output_ratio`)
  if (input.ndim !== n + 1 && input.ndim !== n + 2) {
    throw new RuntimeError(
      `fractional_max_pool${n}d(): Expected ${n + 1}D or ${n + 2}D tensor, but got: ${formatShape(input.shape)}`,
    )
  }
  const isBatched = input.ndim === n + 2
  const x = isBatched ? input : unsqueeze(input, 0)
  const spatial = x.shape.slice(2)
  const outputs =
    o.outputSize != null
      ? perDim(name, 'outputSize', o.outputSize, n)
      : perDim(name, 'outputRatio', o.outputRatio!, n).map((ratio, d) => Math.trunc(spatial[d]! * ratio))
  checkFits(n, input, kernel, outputs)
  const given = o._randomSamples ?? null
  if (given !== null) checkSamples(x, given, n)
  const samples = given ?? rand([x.shape[0]!, x.shape[1]!, n], { dtype: x.dtype, device: x.device })
  const [values, indices] = fractionalMaxPoolOp(x, samples, kernel, outputs)
  const { shape } = x
  record(`FractionalMaxPool${n}DBackward0`, values, [x], [indices], (g, node) =>
    maxPoolGrad(g, node.saved(0), shape, n),
  )
  return pooled(values, indices, isBatched, o.returnIndices ?? false)
}

type Or<T, Indices extends boolean> = T | FractionalMaxPoolOptions<Indices>

/**
 * The largest element of each window, with windows at pseudo-random steps that make up the wanted size: one or two apart for a
 * ratio between 0.5 and 1.
 *
 * @param input - shape [N, C, H, W] or [C, H, W], floating point
 * @param kernelSize - size of the window
 * @param outputSize - H' and W', or one number for both; or else `outputRatio`
 * @returns shape [N, C, H', W']; with `returnIndices` also the flat positions in each plane (int64)
 * @throws ValueError if neither a size nor a ratio is given
 * @throws RuntimeError if the windows do not fit
 * @example
 * ```ts
 * fractionalMaxPool2d(randn([1, 3, 9, 9]), 2, { outputRatio: [0.7, 0.7] }) // shape [1, 3, 6, 6]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.fractional_max_pool2d.html
 * @see https://arxiv.org/abs/1412.6071
 */
export function fractionalMaxPool2d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  outputSize?: Or<Sizes | null, Indices>,
  outputRatio?: Or<Sizes | null, Indices>,
  returnIndices?: Or<Indices, Indices>,
): Pooled<Indices> {
  return fractionalMaxPool(2, input, kernelSize, [outputSize ?? undefined, outputRatio ?? undefined, returnIndices])
}

/** {@link fractionalMaxPool2d} over [N, C, D, H, W] or [C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.fractional_max_pool3d.html */
export function fractionalMaxPool3d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  outputSize?: Or<Sizes | null, Indices>,
  outputRatio?: Or<Sizes | null, Indices>,
  returnIndices?: Or<Indices, Indices>,
): Pooled<Indices> {
  return fractionalMaxPool(3, input, kernelSize, [outputSize ?? undefined, outputRatio ?? undefined, returnIndices])
}
