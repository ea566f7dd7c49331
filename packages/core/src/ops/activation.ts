/** Activation functions. */
import { withoutGrad } from '../autograd/mode.js'
import { record } from '../autograd/node.js'
import { defineComposite, type Op } from '../dispatch/op.js'
import { Unary } from '../dispatch/opcodes.js'
import { bool } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import type { Method, Tensor } from '../tensor.js'
import { gt, le } from './compare.js'
import { attach, defineUnary, type UnaryFunction } from './define.js'
import { assign } from './inplace.js'
import { add, mul, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    relu(): Tensor
    relu_(): Tensor
    sigmoid(): Tensor
    sigmoid_(): Tensor
    leakyRelu: Method<typeof leakyRelu>
  }
}

/** Kernel key: gradient of {@link relu} from that of its output and the output. */
export const reluGradOp: Op<[g: Tensor, y: Tensor], Tensor> = defineComposite(
  'reluGrad',
  (g: Tensor, y: Tensor): Tensor => where(le(y, 0), 0, g),
)

/**
 * `max(x, 0)`.
 *
 * @throws RuntimeError for bool
 * @example
 * ```ts
 * relu(tensor([-1.5, 0.5])) // tensor([0.0000, 0.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html
 */
export const relu: UnaryFunction = defineUnary('relu', Unary.relu, {
  float: false,
  special: (x) => {
    if (x.dtype === bool) throw new RuntimeError('Boolean inputs not supported for relu')
    return undefined
  },
  keeps: 'output',
  gradient: (g, y) => reluGradOp(g, y),
})

/** Kernel key: gradient of {@link sigmoid} from that of its output and the output. */
export const sigmoidGradOp: Op<[g: Tensor, y: Tensor], Tensor> = defineComposite(
  'sigmoidGrad',
  (g: Tensor, y: Tensor): Tensor => mul(g, mul(sub(1, y), y)),
)

/** `1 / (1 + e^-x)`. @see https://pytorch.org/docs/stable/generated/torch.sigmoid.html */
export const sigmoid: UnaryFunction = defineUnary('sigmoid', Unary.sigmoid, {
  float: true,
  keeps: 'output',
  gradient: (g, y) => sigmoidGradOp(g, y),
})

/** Options of {@link leakyRelu}. */
export interface LeakyReluOptions {
  /** Slope below zero, 0.01 if not given. */
  negativeSlope?: number
  inplace?: boolean
}

/** `x` above zero, `negativeSlope * x` below. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.leaky_relu.html */
export function leakyRelu(
  x: Tensor,
  negativeSlope?: number | LeakyReluOptions,
  inplace?: boolean | LeakyReluOptions,
): Tensor {
  checkTensor('leakyRelu', 'input', x)
  const o = bindOptions<LeakyReluOptions>('leakyRelu', ['negativeSlope', 'inplace'], [negativeSlope, inplace])
  const out = where(gt(x, 0), x, mul(x, o.negativeSlope ?? 0.01))
  return o.inplace === true ? assign(x, out) : out
}

/** Kernel key: gradient of {@link silu} from that of its output and the input. */
export const siluGradOp: Op<[g: Tensor, x: Tensor], Tensor> = defineComposite(
  'siluGrad',
  (g: Tensor, x: Tensor): Tensor => {
    const s = sigmoid(x)
    return mul(g, mul(s, add(1, mul(x, sub(1, s)))))
  },
)

/**
 * `x * sigmoid(x)`, also called swish (Elfwing et al., 2017).
 *
 * @param x - floating-point tensor of any shape
 * @returns a tensor of the same shape and dtype
 * @throws RuntimeError for integers
 * @example
 * ```ts
 * silu(tensor([-1.5, 0.5])) // tensor([-0.2736,  0.3112])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.silu.html
 */
export function silu(x: Tensor, options?: { inplace?: boolean }): Tensor {
  checkTensor('silu', 'input', x)
  const { inplace = false } = bindOptions<{ inplace: boolean }>('silu', ['inplace'], [options])
  if (!x.dtype.isFloatingPoint) throw new RuntimeError(`"silu_cpu" not implemented for '${x.dtype.label}'`)
  const y = withoutGrad(siluOf, [x])
  const out = record('SiluBackward0', y, [x], [x], (g, node) => siluGradOp(g, node.saved(0)))
  return inplace ? assign(x, out) : out
}

function siluOf(x: Tensor): Tensor {
  return mul(x, sigmoid(x))
}

attach('leakyRelu', function (this: Tensor, slope?: number | LeakyReluOptions) {
  return leakyRelu(this, slope)
})
