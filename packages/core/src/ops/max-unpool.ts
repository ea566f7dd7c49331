/** The opposite of max pooling: values go back to where they were found, among zeros. */
import { record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { ScatterMode } from '../dispatch/opcodes.js'
import { int64 } from '../dtype.js'
import { NotImplementedError, RuntimeError, ValueError } from '../errors.js'
import { bindOptions } from '../options.js'
import { formatShape, numelOf, type Shape, sameShape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { inRange } from './index-tensor.js'
import { pickPlane } from './max-pool.js'
import { checkTensor } from './promote.js'
import { perDim, type Sizes } from './sliding.js'
import { reshape } from './view.js'

/** Options of the unpoolings: those of the pooling that is undone. */
export interface MaxUnpoolOptions {
  /** The kernel size if not given. */
  stride?: Sizes | null
  padding?: Sizes
  /** The size that was pooled, among those that the stride leaves open; its spatial dimensions, or all of them. */
  outputSize?: readonly number[] | null
}
const names = ['stride', 'padding', 'outputSize'] as const

/** Kernel key: `x` at flat indices of the last `n` dimensions of zeros of `shape`; of several values at one place the last stays. */
export const maxUnpoolOp: Op<[x: Tensor, indices: Tensor, shape: Shape, n: number], Tensor> = defineOp(
  'maxUnpool',
  (x: Tensor, indices: Tensor, shape: Shape, n: number): Tensor => {
    const planes = numelOf(shape.slice(0, shape.length - n))
    const flat = [planes, numelOf(x.shape.slice(x.ndim - n))]
    const out = allocate(x.storage, x.dtype, [planes, numelOf(shape.slice(shape.length - n))], true)
    x.storage.device.primitives.scatter(ScatterMode.set, out, 1, reshape(indices, flat), reshape(x, flat))
    return reshape(out, shape)
  },
)

/** The spatial size of the result: as asked for, else the smallest that gives the input. @throws ValueError for another one */
function unpooledSize(
  spatial: Shape,
  kernel: readonly number[],
  stride: readonly number[],
  padding: readonly number[],
  asked: readonly number[] | null,
): readonly number[] {
  const n = kernel.length
  const smallest = spatial.map((size, d) => (size - 1) * stride[d]! + kernel[d]! - 2 * padding[d]!)
  if (asked === null) return smallest
  const wanted = asked.length === n + 2 ? asked.slice(2) : asked
  if (wanted.length !== n) {
    throw new ValueError(
      `output_size should be a sequence containing ${n} or ${n + 2} elements, but it has a length of '${asked.length}'`,
    )
  }
  wanted.forEach((size, d) => {
    const [low, high] = [smallest[d]! - stride[d]!, smallest[d]! + stride[d]!]
    if (!(size > low && size < high))
      throw new ValueError(`invalid output_size "${formatShape(wanted)}" (dim ${d} must be between ${low} and ${high})`)
  })
  return wanted
}

function checkInput(n: number, x: Tensor, indices: Tensor): void {
  if (x.ndim !== n + 1 && x.ndim !== n + 2) {
    throw new RuntimeError(
      `Input to max_unpooling${n}d should be a ${n + 1}d or ${n + 2}d Tensor, but got a tensor with ${x.ndim} dimensions.`,
    )
  }
  if (indices.dtype !== int64)
    throw new RuntimeError(`elements in indices should be type int64 but got: ${indices.dtype.label}`)
  if (!sameShape(x.shape, indices.shape)) {
    throw new RuntimeError(
      `Expected shape of indices to be same as that of the input tensor (${formatShape(x.shape)}) but got indices tensor with shape: ${formatShape(indices.shape)}`,
    )
  }
  const empty = x.shape.findIndex((size, d) => d > 0 && size === 0)
  if (empty >= 0) {
    throw new RuntimeError(
      `max_unpooling${n}d(): Expected input to have non-zero size for non-batch dimensions, but got ${formatShape(x.shape)} with dimension ${empty} being empty.`,
    )
  }
  if (!x.dtype.isFloatingPoint)
    throw new NotImplementedError(`"max_unpool${n}d" not implemented for '${x.dtype.label}'`)
}

function maxUnpool(n: number, input: Tensor, indices: Tensor, kernelSize: Sizes, args: readonly unknown[]): Tensor {
  const name = `maxUnpool${n}d`
  const o = bindOptions<MaxUnpoolOptions>(name, names, args)
  checkTensor(name, 'input', input)
  checkTensor(name, 'indices', indices)
  const kernel = perDim(name, 'kernelSize', kernelSize, n)
  const stride = perDim(name, 'stride', o.stride ?? kernel, n)
  const padding = perDim(name, 'padding', o.padding ?? 0, n)
  if (stride.some((s) => s <= 0))
    throw new RuntimeError(`strides should be greater than zero, but got stride: ${formatShape(stride)}`)
  checkInput(n, input, indices)
  const lead = input.ndim - n
  const spatial = unpooledSize(input.shape.slice(lead), kernel, stride, padding, o.outputSize ?? null)
  if (spatial.some((size) => size < 0))
    throw new ValueError(
      `max_unpooling: output_size must contain non-negative spatial dimensions, but got ${formatShape(spatial)}`,
    )
  const volume = spatial.join('x') + (n === 1 ? 'x1' : '')
  inRange(
    indices,
    numelOf(spatial),
    (value) => new RuntimeError(`Found an invalid max index: ${value} (output volumes are of size ${volume})`),
  )
  const out = maxUnpoolOp(input, indices, [...input.shape.slice(0, lead), ...spatial], n)
  return record(`MaxUnpool${n}DBackward0`, out, [input], [indices], (g, node) => pickPlane(g, node.saved(0), n))
}

type Or<T> = T | MaxUnpoolOptions

/** The opposite of max pooling over one dimension, see {@link maxUnpool2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool1d.html */
export function maxUnpool1d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  stride?: Or<Sizes | null>,
  padding?: Or<Sizes>,
  outputSize?: Or<readonly number[] | null>,
): Tensor {
  return maxUnpool(1, input, indices, kernelSize, [stride ?? undefined, padding, outputSize ?? undefined])
}

/**
 * Puts each value back to where a max pooling found it; zeros are everywhere else.
 *
 * @param input - shape [N, C, H, W] or [C, H, W], floating point: the values of a max pooling
 * @param indices - int64, of the same shape: its indices, flat positions in each plane
 * @param kernelSize - size of the window; it and stride and padding say how large the result is
 * @returns shape [N, C, H', W']
 * @throws RuntimeError for shapes or indices that do not fit
 * @throws ValueError for an `outputSize` that the pooling cannot have had
 * @example
 * ```ts
 * const x = tensor([[[1, 2], [3, 4]]], { dtype: 'float32' })
 * const [values, indices] = maxPool2d(x, 2, { returnIndices: true })
 * maxUnpool2d(values, indices, 2) // tensor([[[0, 0], [0, 4]]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool2d.html
 */
export function maxUnpool2d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  stride?: Or<Sizes | null>,
  padding?: Or<Sizes>,
  outputSize?: Or<readonly number[] | null>,
): Tensor {
  return maxUnpool(2, input, indices, kernelSize, [stride ?? undefined, padding, outputSize ?? undefined])
}

/** The opposite of max pooling over three dimensions, see {@link maxUnpool2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool3d.html */
export function maxUnpool3d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  stride?: Or<Sizes | null>,
  padding?: Or<Sizes>,
  outputSize?: Or<readonly number[] | null>,
): Tensor {
  return maxUnpool(3, input, indices, kernelSize, [stride ?? undefined, padding, outputSize ?? undefined])
}
