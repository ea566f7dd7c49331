/** Shrinkage: what is small becomes zero. */
import { record } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { finfo } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { streamed } from '../random/limits.js'
import type { Method, Tensor } from '../tensor.js'
import { checkFloating } from './activation.js'
import { le } from './compare.js'
import { clamp } from './extremes.js'
import { attachMethods } from './methods.js'
import { abs, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { tanh } from './trig.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    hardshrink: Method<typeof hardshrink>
  }
}

/** Options of {@link hardshrink} and {@link softshrink}. */
export interface ShrinkOptions {
  /** How far from zero an element counts as small, 0.5 if not given. */
  lambd?: number
}

function lambdOf(name: string, lambd: number | ShrinkOptions | undefined): number {
  return bindOptions<ShrinkOptions>(name, ['lambd'], [lambd]).lambd ?? 0.5
}

/** Kernel key: {@link hardshrink} of a floating-point tensor. */
export const hardshrinkOp: Op<[x: Tensor, lambd: number], Tensor> = defineOp(
  'hardshrink',
  (x: Tensor, lambd: number): Tensor => where(le(abs(x), lambd), 0, x),
)

/** Kernel key: {@link softshrink} of a floating-point tensor. */
export const softshrinkOp: Op<[x: Tensor, lambd: number], Tensor> = defineOp(
  'softshrink',
  (x: Tensor, lambd: number): Tensor => sub(x, clamp(x, -lambd, lambd)),
)

/** Kernel key: gradient of {@link hardshrink} and {@link softshrink} from that of the output and the input. */
export const shrinkGradOp: Op<[g: Tensor, x: Tensor, lambd: number], Tensor> = defineComposite(
  'shrinkGrad',
  (g: Tensor, x: Tensor, lambd: number): Tensor => where(le(abs(x), lambd), 0, g),
)

/**
 * 0 from `-lambd` to `lambd`, else `x`.
 *
 * @param x - floating-point tensor of any shape
 * @returns a tensor of the same shape and dtype
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * hardshrink(tensor([-1.5, 0.5, 0.75])) // tensor([-1.5000,  0.0000,  0.7500])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardshrink.html
 */
export function hardshrink(x: Tensor, lambd?: number | ShrinkOptions): Tensor {
  checkTensor('hardshrink', 'input', x)
  const limit = lambdOf('hardshrink', lambd)
  checkFloating('hardshrink_cpu', x)
  return record('HardshrinkBackward0', hardshrinkOp(x, limit), [x], [x], (g, node) =>
    shrinkGradOp(g, node.saved(0), limit),
  )
}

/**
 * `x`, moved towards zero by `lambd`, but not past it.
 *
 * @param x - floating-point tensor of any shape
 * @returns a tensor of the same shape and dtype
 * @throws NotImplementedError for integers
 * @throws RuntimeError for a negative `lambd`
 * @example
 * ```ts
 * softshrink(tensor([-1.5, 0.5, 0.75])) // tensor([-1.0000,  0.0000,  0.2500])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softshrink.html
 */
export function softshrink(x: Tensor, lambd?: number | ShrinkOptions): Tensor {
  checkTensor('softshrink', 'input', x)
  const limit = lambdOf('softshrink', lambd)
  checkFloating('softshrink_check', x)
  const { max } = finfo(x.dtype)
  if (!(limit >= 0 && limit <= max))
    throw new RuntimeError(
      `lambda must be in range [0, ${streamed(max)}] for input dtype ${x.dtype.label}, but found ${streamed(limit)}`,
    )
  return record('SoftshrinkBackward0', softshrinkOp(x, limit), [x], [x], (g, node) =>
    shrinkGradOp(g, node.saved(0), limit),
  )
}

/**
 * `x - tanh(x)`.
 *
 * @param x - tensor of any shape
 * @returns a tensor of the same shape; integers become the default dtype
 * @throws RuntimeError for bool
 * @example
 * ```ts
 * tanhshrink(tensor([-1.5, 0.5])) // tensor([-0.5949,  0.0379])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.tanhshrink.html
 */
export function tanhshrink(x: Tensor): Tensor {
  checkTensor('tanhshrink', 'input', x)
  return sub(x, tanh(x))
}

attachMethods({ hardshrink })
