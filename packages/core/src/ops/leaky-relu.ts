/** Rectifiers that let a little pass below zero: a given, a learned, or a random share. */
import { withoutGrad } from '../autograd/mode.js'
import { ownedByGraph, record } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { float16, float64 } from '../dtype.js'
import { NotImplementedError, RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { defaultGenerator, type Generator } from '../random/generator.js'
import { streamed } from '../random/limits.js'
import { fillRReluNoise } from '../random/noise.js'
import { allocate, type Method, type Tensor } from '../tensor.js'
import { checkFloating } from './activation.js'
import { gt } from './compare.js'
import { castTo } from './elementwise.js'
import { maximum } from './extremes.js'
import { assign } from './inplace.js'
import { attachMethods } from './methods.js'
import { mul } from './pointwise.js'
import { checkTensor } from './promote.js'
import { wideType } from './reduction.js'
import { reshape } from './view.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    leakyRelu: Method<typeof leakyRelu>
    prelu(weight: Tensor): Tensor
  }
}

/** Kernel key: {@link leakyRelu} of a floating-point tensor. */
export const leakyReluOp: Op<[x: Tensor, slope: number], Tensor> = defineOp(
  'leakyRelu',
  (x: Tensor, slope: number): Tensor => {
    const below = mul(x, slope)
    // of a line and a flatter one the larger is the right one, by one pass less; a slope of 0 would give NaN for infinity
    return slope > 0 && slope <= 1 ? maximum(x, below) : where(gt(x, 0), x, below)
  },
)

/** Kernel key: gradient of {@link leakyRelu} from that of its output and the input. */
export const leakyReluGradOp: Op<[g: Tensor, x: Tensor, slope: number], Tensor> = defineComposite(
  'leakyReluGrad',
  (g: Tensor, x: Tensor, slope: number): Tensor => where(gt(x, 0), g, mul(g, slope)),
)

/** Options of {@link leakyRelu}. */
export interface LeakyReluOptions {
  /** Slope below zero, 0.01 if not given. */
  negativeSlope?: number
  /** Writes the result into the input. */
  inplace?: boolean
}

/**
 * `x` above zero, `negativeSlope * x` below (Maas et al., 2013).
 *
 * @param x - floating-point tensor of any shape
 * @returns a tensor of the same shape and dtype
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * leakyRelu(tensor([-1.5, 0.5]), 0.1) // tensor([-0.1500,  0.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.leaky_relu.html
 */
export function leakyRelu(
  x: Tensor,
  negativeSlope?: number | LeakyReluOptions,
  inplace?: boolean | LeakyReluOptions,
): Tensor {
  checkTensor('leakyRelu', 'input', x)
  const o = bindOptions<LeakyReluOptions>('leakyRelu', ['negativeSlope', 'inplace'], [negativeSlope, inplace])
  const out = leaky(x, o.negativeSlope ?? 0.01)
  return o.inplace === true ? assign(x, out) : out
}

function leaky(x: Tensor, slope: number): Tensor {
  checkFloating('leaky_relu_cpu', x)
  return record('LeakyReluBackward0', leakyReluOp(x, slope), [x], [x], (g, node) =>
    leakyReluGradOp(g, node.saved(0), slope),
  )
}

/** Kernel key: {@link prelu} for a weight that broadcasts to `x`. */
export const preluOp: Op<[x: Tensor, weight: Tensor], Tensor> = defineOp(
  'prelu',
  (x: Tensor, weight: Tensor): Tensor => where(gt(x, 0), x, mul(weight, x)),
)

/** Kernel key: gradients of {@link preluOp} for the input and for the weight, the latter for each element; null where not needed. */
export const preluGradOp: Op<
  [g: Tensor, x: Tensor, weight: Tensor, needs: readonly [input: boolean, weight: boolean]],
  readonly [input: Tensor | null, weight: Tensor | null]
> = defineComposite('preluGrad', (g: Tensor, x: Tensor, weight: Tensor, needs: readonly [boolean, boolean]) => {
  const above = gt(x, 0)
  return [needs[0] ? where(above, g, mul(weight, g)) : null, needs[1] ? where(above, 0, mul(x, g)) : null]
})

/**
 * `x` above zero, `weight * x` below, where the weight is learned (He et al., 2015).
 *
 * @param x - floating-point tensor of shape [N, C, ...], or any shape for a single weight
 * @param weight - shape [C] or [1], or a scalar, of the dtype of `x`
 * @returns a tensor of the shape and dtype of `x`
 * @throws RuntimeError if the numbers of weights and channels, or the dtypes, differ
 * @example
 * ```ts
 * prelu(tensor([-1.5, 0.5]), tensor(0.5)) // tensor([-0.7500,  0.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.prelu.html
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  checkTensor('prelu', 'input', x)
  checkTensor('prelu', 'weight', weight)
  checkWeight(x, weight)
  const perChannel = x.shape.map((_, d) => (d === 1 ? weight.count : 1))
  const w = weight.ndim === x.ndim ? weight : reshape(weight, perChannel)
  return record('PreluKernelBackward0', preluOp(x, w), [x, w], [x, w], (g, node) =>
    preluGradOp(g, node.saved(0), node.saved(1), [node.needs(0), node.needs(1)]),
  )
}

function checkWeight(x: Tensor, weight: Tensor): void {
  if (x.dtype !== weight.dtype)
    throw new RuntimeError(`prelu: Type promoting not supported. Got ${x.dtype.label} and ${weight.dtype.label}`)
  if (weight.count !== 1) {
    if (x.ndim === 0) throw new RuntimeError('Not allow zero-dim input tensor.')
    const channels = x.shape[1] ?? 1
    if (channels !== weight.count)
      throw new RuntimeError(
        `Mismatch of parameter numbers and input channel size. Found parameter numbers = ${weight.count} and channel size = ${channels}.`,
      )
  }
  if (weight.ndim > 1)
    throw new RuntimeError(`prelu: Expected \`weight\` to be a scalar or 1D tensor, but got: ndim = ${weight.ndim}`)
  checkFloating('prelu_cpu', x)
}

/** Options of {@link rrelu}. */
export interface RReluOptions {
  /** Least slope below zero, 1/8 if not given. */
  lower?: number
  /** Largest slope below zero, 1/3 if not given. */
  upper?: number
  /** Draws a slope for each element; without, all have the one in the middle. False if not given. */
  training?: boolean
  /** Writes the result into the input. */
  inplace?: boolean
  /** Where the slopes come from; the default generator if not given. */
  generator?: Generator
}

/**
 * `x` above zero, a random share of `x` below while training, the middle one of all shares else (Xu et al., 2015).
 *
 * @param x - floating-point tensor of any shape; while training, not float16
 * @returns a tensor of the same shape and dtype
 * @throws RuntimeError for bounds that are not finite or not in order
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * rrelu(tensor([-1.5, 0.5])) // tensor([-0.3438,  0.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.rrelu.html
 */
export function rrelu(
  x: Tensor,
  lower?: number | RReluOptions,
  upper?: number | RReluOptions,
  training?: boolean | RReluOptions,
  inplace?: boolean | RReluOptions,
): Tensor {
  checkTensor('rrelu', 'input', x)
  const names = ['lower', 'upper', 'training', 'inplace', 'generator'] as const
  const o = bindOptions<RReluOptions>('rrelu', names, [lower, upper, training, inplace])
  const [low, high] = [o.lower ?? 1 / 8, o.upper ?? 1 / 3]
  if (low > high) throw new RuntimeError('Lower bound should be less than or equal to the upper bound')
  for (const [name, bound] of Object.entries({ lower: low, upper: high })) {
    if (!Number.isFinite(bound)) throw new RuntimeError(`rrelu: ${name} bound must be finite, got ${streamed(bound)}`)
  }
  const out = o.training === true ? noisy(x, o.generator ?? defaultGenerator, low, high) : leaky(x, (low + high) / 2)
  return o.inplace === true ? assign(x, out) : out
}

function noisy(x: Tensor, generator: Generator, lower: number, upper: number): Tensor {
  const kernel = 'rrelu_with_noise_out_cpu'
  checkFloating(kernel, x)
  if (x.dtype === float16) throw new NotImplementedError(`"${kernel}" not implemented for '${x.dtype.label}'`)
  const [y, noise] = withoutGrad(() => {
    const wide = castTo(x, wideType(x.dtype))
    const slopes = slopesFor(wide, generator, lower, upper)
    // bfloat16 is rounded after the product, and in what the gradient reads
    return [castTo(mul(wide, slopes), x.dtype), castTo(slopes, x.dtype)]
  }, [])
  const out = record('RreluWithNoiseBackward0', y!, [x], [noise!], (g, node) => mul(g, node.saved(0)))
  ownedByGraph(out, noise!)
  return out
}

/** The random slopes where `x` is not above zero, else 1: drawn in the order of the elements. */
function slopesFor(x: Tensor, generator: Generator, lower: number, upper: number): Tensor {
  const values = x.storage.device.memory.readSync(x) as Float32Array | Float64Array | null
  if (values === null)
    throw new RuntimeError(`rrelu(): a tensor on ${x.device} cannot be read synchronously, which training needs`)
  const slopes = x.dtype === float64 ? new Float64Array(x.count) : new Float32Array(x.count)
  fillRReluNoise(generator, values, 0, slopes, 0, x.count, lower, upper)
  const out = allocate(x.storage, x.dtype, x.shape)
  x.storage.device.memory.write(out, slopes)
  return out
}

attachMethods({ leakyRelu, prelu })
