/** Exponential linear units: a straight line above zero, an exponential below. */
import { record } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import type { Tensor } from '../tensor.js'
import { checkFloating, scaled } from './activation.js'
import { gt, le } from './compare.js'
import { clampMax } from './extremes.js'
import { assign } from './inplace.js'
import { exp, expm1, mul } from './pointwise.js'
import { checkTensor } from './promote.js'
import { where } from './where.js'
import { inFloat } from './wide.js'

/** The curve: `slope * x` above zero, `height * (e^(rate * x) - 1)` below. */
export interface EluCurve {
  readonly slope: number
  readonly height: number
  readonly rate: number
}

/** Kernel key: an exponential linear unit of a floating-point tensor. */
export const eluOp: Op<[x: Tensor, curve: EluCurve], Tensor> = defineOp(
  'elu',
  (x: Tensor, { slope, height, rate }: EluCurve): Tensor =>
    inFloat((wide) => where(gt(wide, 0), scaled(wide, slope), scaled(expm1(scaled(wide, rate)), height)), x),
)

/** Kernel key: gradient of {@link eluOp} from that of its output and the input. */
export const eluGradOp: Op<[g: Tensor, x: Tensor, curve: EluCurve], Tensor> = defineComposite(
  'eluGrad',
  (g: Tensor, x: Tensor, { slope, height, rate }: EluCurve): Tensor =>
    inFloat(
      (h, wide) => {
        // where the line is used the exponential must stay finite, or second derivatives were 0 times infinity
        const below = exp(scaled(clampMax(wide, 0), rate))
        return mul(h, where(le(wide, 0), scaled(below, height * rate), slope))
      },
      g,
      x,
    ),
)

function eluOf(x: Tensor, curve: EluCurve, inplace: boolean): Tensor {
  checkFloating('elu_cpu', x)
  const out = record('EluBackward0', eluOp(x, curve), [x], [x], (g, node) => eluGradOp(g, node.saved(0), curve))
  return inplace ? assign(x, out) : out
}

/** Options of {@link elu} and {@link celu}. */
export interface EluOptions {
  /** How deep it goes below zero, 1 if not given. */
  alpha?: number
  /** Writes the result into the input. */
  inplace?: boolean
}

/**
 * `x` above zero, `alpha * (e^x - 1)` below (Clevert et al., 2015).
 *
 * @param x - floating-point tensor of any shape
 * @returns a tensor of the same shape and dtype
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * elu(tensor([-1.5, 0.5])) // tensor([-0.7769,  0.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.elu.html
 */
export function elu(x: Tensor, alpha?: number | EluOptions, inplace?: boolean | EluOptions): Tensor {
  checkTensor('elu', 'input', x)
  const o = bindOptions<EluOptions>('elu', ['alpha', 'inplace'], [alpha, inplace])
  return eluOf(x, { slope: 1, height: o.alpha ?? 1, rate: 1 }, o.inplace ?? false)
}

/** With these, networks keep mean 0 and variance 1 from layer to layer. */
const SELU_ALPHA = 1.6732632423543772
const SELU_SCALE = 1.0507009873554805
const seluCurve: EluCurve = { slope: SELU_SCALE, height: SELU_ALPHA * SELU_SCALE, rate: 1 }

/**
 * {@link elu}, scaled so that activations of networks keep mean 0 and variance 1 (Klambauer et al., 2017).
 *
 * @param x - floating-point tensor of any shape
 * @returns a tensor of the same shape and dtype
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * selu(tensor([-1.5, 0.5])) // tensor([-1.3658,  0.5254])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.selu.html
 */
export function selu(x: Tensor, inplace?: boolean | { inplace?: boolean }): Tensor {
  checkTensor('selu', 'input', x)
  const o = bindOptions<{ inplace: boolean }>('selu', ['inplace'], [inplace])
  return eluOf(x, seluCurve, o.inplace ?? false)
}

/**
 * `x` above zero, `alpha * (e^(x / alpha) - 1)` below, which has no kink at zero (Barron, 2017).
 *
 * @param x - floating-point tensor of any shape
 * @returns a tensor of the same shape and dtype
 * @throws RuntimeError for `alpha` 0
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * celu(tensor([-1.5, 0.5]), 2) // tensor([-1.0553,  0.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.celu.html
 */
export function celu(x: Tensor, alpha?: number | EluOptions, inplace?: boolean | EluOptions): Tensor {
  checkTensor('celu', 'input', x)
  const o = bindOptions<EluOptions>('celu', ['alpha', 'inplace'], [alpha, inplace])
  const height = o.alpha ?? 1
  if (height === 0) throw new RuntimeError('ZeroDivisionError: alpha cannot be 0 for CELU')
  return eluOf(x, { slope: 1, height, rate: 1 / height }, o.inplace ?? false)
}
