/** Dropout and its kin: multiplication by random noise while training. */
import { ownedByGraph } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { bool, type DType, float32, float64 } from '../dtype.js'
import { RuntimeError, ValueError } from '../errors.js'
import { bindOptions } from '../options.js'
import { defaultGenerator, type Generator } from '../random/generator.js'
import { fillDropoutMask } from '../random/noise.js'
import { contiguousStrides, formatShape, numelOf, type Shape } from '../shape.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { attach } from './define.js'
import { allocateLike } from './elementwise.js'
import { assign } from './inplace.js'
import { add, mul, sub } from './pointwise.js'
import { checkTensor } from './promote.js'

declare module '../tensor.js' {
  interface Tensor {
    dropout: Method<typeof dropout>
  }
}

/** Options of the dropout functions. */
export interface DropoutOptions {
  /** Probability of an element to be zeroed, 0.5 if not given. */
  p?: number
  /** Does nothing if false; true if not given. */
  training?: boolean
  /** Writes into `input`. */
  inplace?: boolean
}
const names = ['p', 'training', 'inplace'] as const

function bound(name: string, input: Tensor, args: readonly unknown[], trains = true): Required<DropoutOptions> {
  checkTensor(name, 'input', input)
  const { p = 0.5, training = trains, inplace = false } = bindOptions<DropoutOptions>(name, names, args)
  if (!(p >= 0 && p <= 1)) throw new ValueError(`dropout probability has to be between 0 and 1, but got ${p}`)
  return { p, training, inplace }
}

/** Kernel key: fills a contiguous float32 or float64 `out` with 0 with probability `p`, else 1 / (1 - p). Gives true. */
export const dropoutNoiseOp: Op<[out: Tensor, generator: Generator, p: number], true> = defineOp(
  'dropoutNoise',
  (out: Tensor, generator: Generator, p: number): true => {
    const values = out.dtype === float64 ? new Float64Array(out.count) : new Float32Array(out.count)
    fillDropoutMask(generator, values, 0, out.count, p)
    out.storage.device.memory.write(out, values)
    return true
  },
)

/** 0 with probability `p`, else 1 / (1 - p): drawn in the order of `like`'s memory. */
function noiseLike(like: Tensor, shape: Shape, dtype: DType, p: number): Tensor {
  const wide = dtype === float64 ? float64 : float32
  const drawn = numelOf(shape) === like.count ? allocateLike(like, wide) : allocate(like.storage, wide, shape)
  // a dense result is one block, whatever the order of its dimensions
  dropoutNoiseOp(new Tensor(drawn.storage, wide, [drawn.count], [1], drawn.offset, drawn.count), defaultGenerator, p)
  return cast(drawn, dtype)
}

/**
 * Zeroes elements with probability `p` and scales the others by `1 / (1 - p)`.
 *
 * @param input - floating-point tensor of any shape
 * @returns a tensor of the same shape; `input` itself when not training
 * @throws ValueError for `p` outside [0, 1]
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
 */
export function dropout(
  input: Tensor,
  p?: number | DropoutOptions,
  training?: boolean | DropoutOptions,
  inplace?: boolean | DropoutOptions,
): Tensor {
  const o = bound('dropout', input, [p, training, inplace])
  if (!o.training || o.p === 0 || input.count === 0) return input
  const out = o.p === 1 ? mul(input, 0) : times(input, noiseLike(input, input.shape, input.dtype, o.p))
  return o.inplace ? assign(input, out) : out
}

/** The product with noise that nobody else is handed. */
function times(input: Tensor, noise: Tensor): Tensor {
  const out = mul(input, noise)
  ownedByGraph(out, noise)
  return out
}

/** One noise value for each channel of each sample. */
function featureNoise(input: Tensor, p: number): Tensor {
  if (input.ndim < 2) throw new RuntimeError('Feature dropout requires at least 2 dimensions in the input')
  const shape = input.shape.map((size, d) => (d < 2 ? size : 1))
  return noiseLike(
    new Tensor(input.storage, input.dtype, shape, contiguousStrides(shape), 0, numelOf(shape)),
    shape,
    input.dtype,
    p,
  )
}

function featureDropout(
  name: string,
  dims: readonly [number, number],
  input: Tensor,
  args: readonly unknown[],
): Tensor {
  const o = bound(name, input, args)
  const [unbatched, batched] = dims
  if (unbatched > 0 && input.ndim !== unbatched && input.ndim !== batched) {
    throw new RuntimeError(
      `${name}: Expected ${unbatched}D or ${batched}D input, but received a ${input.ndim}D input of shape ${formatShape(input.shape)}. Note that ${name} exists to provide channel-wise dropout on inputs with ${batched - 2} spatial dimensions, a channel dimension, and an optional batch dimension.`,
    )
  }
  if (!o.training || o.p === 0 || input.count === 0) return input
  const single = input.ndim === unbatched && name !== 'dropout2d'
  let noise: Tensor
  if (single) {
    const shape = input.shape.map((size, d) => (d === 0 ? size : 1))
    noise = noiseLike(
      new Tensor(input.storage, input.dtype, shape, contiguousStrides(shape), 0, shape[0]!),
      shape,
      input.dtype,
      o.p,
    )
  } else {
    noise = featureNoise(input, o.p)
  }
  const out = o.p === 1 ? mul(input, 0) : times(input, noise)
  return o.inplace ? assign(input, out) : out
}

/** Zeroes whole channels of [N, C, L]. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout1d.html */
export function dropout1d(
  input: Tensor,
  p?: number | DropoutOptions,
  training?: boolean | DropoutOptions,
  inplace?: boolean | DropoutOptions,
): Tensor {
  return featureDropout('dropout1d', [2, 3], input, [p, training, inplace])
}

/** Zeroes whole channels of [N, C, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout2d.html */
export function dropout2d(
  input: Tensor,
  p?: number | DropoutOptions,
  training?: boolean | DropoutOptions,
  inplace?: boolean | DropoutOptions,
): Tensor {
  return featureDropout('dropout2d', [0, 0], input, [p, training, inplace])
}

/** Zeroes whole channels of [N, C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout3d.html */
export function dropout3d(
  input: Tensor,
  p?: number | DropoutOptions,
  training?: boolean | DropoutOptions,
  inplace?: boolean | DropoutOptions,
): Tensor {
  return featureDropout('dropout3d', [4, 5], input, [p, training, inplace])
}

/** What alpha dropout writes for a dropped element, before scaling: SELU's value at minus infinity. */
const DROPPED = 1.7580993408473766

function alpha(name: string, input: Tensor, args: readonly unknown[], feature: boolean): Tensor {
  // PyTorch's function, unlike the others, does nothing unless told to train
  const o = bound(name, input, args, false)
  if (!o.training || o.p === 0 || input.count === 0) return input
  if (o.p === 1) return o.inplace ? assign(input, mul(input, 0)) : mul(input, 0)
  const q = 1 - o.p
  const a = 1 / Math.sqrt((DROPPED * DROPPED * o.p + 1) * q)
  // the mask itself is wanted here, not scaled: undo the factor that plain dropout applies
  const noise = feature ? featureNoise(input, o.p) : noiseLike(input, input.shape, input.dtype, o.p)
  const kept = cast(cast(noise, bool), input.dtype)
  const shift = add(mul(sub(kept, 1), DROPPED * a), DROPPED * a * o.p)
  const out = add(mul(input, mul(kept, a)), shift)
  return o.inplace ? assign(input, out) : out
}

/** Dropout that keeps mean and variance of SELU networks. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.alpha_dropout.html */
export function alphaDropout(
  input: Tensor,
  p?: number | DropoutOptions,
  training?: boolean | DropoutOptions,
  inplace?: boolean | DropoutOptions,
): Tensor {
  return alpha('alphaDropout', input, [p, training, inplace], false)
}

/** {@link alphaDropout} of whole channels. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.feature_alpha_dropout.html */
export function featureAlphaDropout(
  input: Tensor,
  p?: number | DropoutOptions,
  training?: boolean | DropoutOptions,
  inplace?: boolean | DropoutOptions,
): Tensor {
  return alpha('featureAlphaDropout', input, [p, training, inplace], true)
}

attach('dropout', function (this: Tensor, p?: number | DropoutOptions, training?: boolean | DropoutOptions) {
  return dropout(this, p, training)
})
