/** Softplus, the smooth rectifier, and what is made of it. */
import { record } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { bindOptions } from '../options.js'
import type { Tensor } from '../tensor.js'
import { checkFloating, scaled, sigmoid } from './activation.js'
import { gt } from './compare.js'
import { clampMax } from './extremes.js'
import { assign } from './inplace.js'
import { abs, add, div, exp, log1p, mul, neg, square, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { tanh } from './trig.js'
import { where } from './where.js'
import { inFloat } from './wide.js'

/** Options of {@link softplus}. */
export interface SoftplusOptions {
  /** How sharply it bends, 1 if not given. */
  beta?: number
  /** Where `beta * x` is above this the result is `x` itself, 20 if not given. */
  threshold?: number
}

/** Kernel key: {@link softplus} of a floating-point tensor. */
export const softplusOp: Op<[x: Tensor, beta: number, threshold: number], Tensor> = defineOp(
  'softplus',
  (x: Tensor, beta: number, threshold: number): Tensor =>
    inFloat((wide) => {
      const z = scaled(wide, beta)
      const bent = log1p(exp(z))
      return where(gt(z, threshold), wide, beta === 1 ? bent : div(bent, beta))
    }, x),
)

/** Kernel key: gradient of {@link softplus} from that of its output and the input. */
export const softplusGradOp: Op<[g: Tensor, x: Tensor, beta: number, threshold: number], Tensor> = defineComposite(
  'softplusGrad',
  (g: Tensor, x: Tensor, beta: number, threshold: number): Tensor =>
    inFloat(
      (h, wide) => {
        const z = scaled(wide, beta)
        return mul(h, where(gt(z, threshold), 1, sigmoid(z)))
      },
      g,
      x,
    ),
)

/**
 * `log(1 + e^(beta * x)) / beta`, a smooth `max(x, 0)`.
 *
 * @param x - floating-point tensor of any shape
 * @returns a tensor of the same shape and dtype
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * softplus(tensor([-1.5, 0.5])) // tensor([0.2014, 0.9741])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softplus.html
 */
export function softplus(x: Tensor, beta?: number | SoftplusOptions, threshold?: number | SoftplusOptions): Tensor {
  checkTensor('softplus', 'input', x)
  const o = bindOptions<SoftplusOptions>('softplus', ['beta', 'threshold'], [beta, threshold])
  const { beta: sharpness = 1, threshold: limit = 20 } = o
  checkFloating('softplus_cpu', x)
  return record('SoftplusBackward0', softplusOp(x, sharpness, limit), [x], [x], (g, node) =>
    softplusGradOp(g, node.saved(0), sharpness, limit),
  )
}

/** Kernel key: {@link logsigmoid} of a floating-point tensor. */
export const logsigmoidOp: Op<[x: Tensor], Tensor> = defineOp(
  'logsigmoid',
  (x: Tensor): Tensor => inFloat((wide) => sub(clampMax(wide, 0), log1p(exp(neg(abs(wide))))), x),
)

/** Kernel key: gradient of {@link logsigmoid} from that of its output and the input. */
export const logsigmoidGradOp: Op<[g: Tensor, x: Tensor], Tensor> = defineComposite(
  'logsigmoidGrad',
  (g: Tensor, x: Tensor): Tensor => inFloat((h, wide) => mul(h, sigmoid(neg(wide))), g, x),
)

/**
 * `log(1 / (1 + e^-x))`, without loss of precision.
 *
 * @param x - floating-point tensor of any shape
 * @returns a tensor of the same shape and dtype
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * logsigmoid(tensor([-1.5, 0.5])) // tensor([-1.7014, -0.4741])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.logsigmoid.html
 */
export function logsigmoid(x: Tensor): Tensor {
  checkTensor('logsigmoid', 'input', x)
  checkFloating('log_sigmoid_cpu', x)
  return record('LogSigmoidBackward0', logsigmoidOp(x), [x], [x], (g, node) => logsigmoidGradOp(g, node.saved(0)))
}

/** Kernel key: {@link mish} of a floating-point tensor. */
export const mishOp: Op<[x: Tensor], Tensor> = defineOp(
  'mish',
  (x: Tensor): Tensor => inFloat((wide) => mul(wide, tanh(log1p(exp(wide)))), x),
)

/** Kernel key: gradient of {@link mish} from that of its output and the input. */
export const mishGradOp: Op<[g: Tensor, x: Tensor], Tensor> = defineComposite(
  'mishGrad',
  (g: Tensor, x: Tensor): Tensor =>
    inFloat(
      (h, wide) => {
        // softplus, whose own gradient stays finite where its exponential does not
        const share = tanh(softplus(wide))
        return mul(h, add(share, mul(mul(wide, sigmoid(wide)), sub(1, mul(share, share)))))
      },
      g,
      x,
    ),
)

/**
 * `x * tanh(softplus(x))` (Misra, 2019).
 *
 * @param x - floating-point tensor of any shape
 * @returns a tensor of the same shape and dtype
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * mish(tensor([-1.5, 0.5])) // tensor([-0.2981,  0.3752])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.mish.html
 */
export function mish(x: Tensor, inplace?: boolean | { inplace?: boolean }): Tensor {
  checkTensor('mish', 'input', x)
  const o = bindOptions<{ inplace: boolean }>('mish', ['inplace'], [inplace])
  checkFloating('mish_cpu', x)
  const out = record('MishBackward0', mishOp(x), [x], [x], (g, node) => mishGradOp(g, node.saved(0)))
  return o.inplace === true ? assign(x, out) : out
}

/** Kernel key: {@link softsign}. */
export const softsignOp: Op<[x: Tensor], Tensor> = defineOp('softsign', (x: Tensor): Tensor => div(x, add(abs(x), 1)))

/** Kernel key: gradient of {@link softsign} from that of its output and the input. */
export const softsignGradOp: Op<[g: Tensor, x: Tensor], Tensor> = defineComposite(
  'softsignGrad',
  (g: Tensor, x: Tensor): Tensor => inFloat((h, wide) => div(h, square(add(abs(wide), 1))), g, x),
)

/**
 * `x / (1 + |x|)`.
 *
 * @param x - tensor of any shape
 * @returns a tensor of the same shape; integers become the default dtype
 * @throws RuntimeError for bool
 * @example
 * ```ts
 * softsign(tensor([-1.5, 0.5])) // tensor([-0.6000,  0.3333])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softsign.html
 */
export function softsign(x: Tensor): Tensor {
  checkTensor('softsign', 'input', x)
  return record('SoftsignBackward0', softsignOp(x), [x], [x], (g, node) => softsignGradOp(g, node.saved(0)))
}
