/** Activation functions. */
import { record } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { Unary } from '../dispatch/opcodes.js'
import { bool } from '../dtype.js'
import { NotImplementedError, RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import type { Tensor } from '../tensor.js'
import { le } from './compare.js'
import { defineUnary, type UnaryFunction } from './define.js'
import { assign } from './inplace.js'
import { add, exp, mul, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { erf } from './special.js'
import { tanh } from './trig.js'
import { where } from './where.js'
import { inFloat } from './wide.js'

declare module '../tensor.js' {
  interface Tensor {
    relu(): Tensor
    relu_(): Tensor
    sigmoid(): Tensor
    sigmoid_(): Tensor
  }
}

/** @throws NotImplementedError for integers and bool, naming PyTorch's kernel as it does */
export function checkFloating(kernel: string, x: Tensor): void {
  if (!x.dtype.isFloatingPoint) throw new NotImplementedError(`"${kernel}" not implemented for '${x.dtype.label}'`)
}

/** `x` times a number, `x` itself for 1. */
export function scaled(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : mul(x, factor)
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

/** Kernel key: {@link silu} of a floating-point tensor. */
export const siluOp: Op<[x: Tensor], Tensor> = defineOp(
  'silu',
  (x: Tensor): Tensor => inFloat((wide) => mul(wide, sigmoid(wide)), x),
)

/** Kernel key: gradient of {@link silu} from that of its output and the input. */
export const siluGradOp: Op<[g: Tensor, x: Tensor], Tensor> = defineComposite(
  'siluGrad',
  (g: Tensor, x: Tensor): Tensor =>
    inFloat(
      (h, wide) => {
        const s = sigmoid(wide)
        return mul(h, mul(s, add(1, mul(wide, sub(1, s)))))
      },
      g,
      x,
    ),
)

/**
 * `x * sigmoid(x)`, also called swish (Elfwing et al., 2017).
 *
 * @param x - floating-point tensor of any shape
 * @returns a tensor of the same shape and dtype
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * silu(tensor([-1.5, 0.5])) // tensor([-0.2736,  0.3112])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.silu.html
 */
export function silu(x: Tensor, inplace?: boolean | { inplace?: boolean }): Tensor {
  checkTensor('silu', 'input', x)
  const o = bindOptions<{ inplace: boolean }>('silu', ['inplace'], [inplace])
  checkFloating('silu_cpu', x)
  const out = record('SiluBackward0', siluOp(x), [x], [x], (g, node) => siluGradOp(g, node.saved(0)))
  return o.inplace === true ? assign(x, out) : out
}

/** How {@link gelu} computes the normal distribution function: exactly, or by a tanh. */
export type GeluApproximation = 'none' | 'tanh'

/** Options of {@link gelu}. */
export interface GeluOptions {
  /** `'none'` if not given. */
  approximate?: GeluApproximation
}

/** The argument of the tanh is `GELU_SCALE * (x + GELU_CUBE * x^3)`. */
const GELU_SCALE = Math.sqrt(2 / Math.PI)
const GELU_CUBE = 0.044715

/** Kernel key: {@link gelu} of a floating-point tensor. */
export const geluOp: Op<[x: Tensor, approximate: GeluApproximation], Tensor> = defineOp(
  'gelu',
  (x: Tensor, approximate: GeluApproximation): Tensor =>
    inFloat((wide) => mul(mul(wide, 0.5), add(geluCurve(wide, approximate), 1)), x),
)

/** From -1 to 1. */
function geluCurve(x: Tensor, approximate: GeluApproximation): Tensor {
  if (approximate === 'none') return erf(mul(x, Math.SQRT1_2))
  return tanh(mul(mul(x, add(mul(mul(x, x), GELU_CUBE), 1)), GELU_SCALE))
}

/** Kernel key: gradient of {@link gelu} from that of its output and the input. */
export const geluGradOp: Op<[g: Tensor, x: Tensor, approximate: GeluApproximation], Tensor> = defineComposite(
  'geluGrad',
  (g: Tensor, x: Tensor, approximate: GeluApproximation): Tensor =>
    inFloat((h, wide) => mul(h, geluSlope(wide, approximate)), g, x),
)

function geluSlope(x: Tensor, approximate: GeluApproximation): Tensor {
  const squared = mul(x, x)
  const curve = geluCurve(x, approximate)
  const below = mul(add(curve, 1), 0.5)
  if (approximate === 'none') return add(below, mul(x, mul(exp(mul(squared, -0.5)), 1 / Math.sqrt(2 * Math.PI))))
  const inner = mul(add(mul(squared, 3 * GELU_CUBE), 1), GELU_SCALE)
  return add(below, mul(mul(mul(x, 0.5), sub(1, mul(curve, curve))), inner))
}

/**
 * `x` times the probability that a standard normal number is below `x` (Hendrycks and Gimpel, 2016).
 *
 * @param x - floating-point tensor of any shape
 * @returns a tensor of the same shape and dtype
 * @throws NotImplementedError for integers
 * @throws RuntimeError for another approximation than `'none'` and `'tanh'`
 * @example
 * ```ts
 * gelu(tensor([-1.5, 0.5])) // tensor([-0.1002,  0.3457])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.gelu.html
 */
export function gelu(x: Tensor, options?: GeluOptions): Tensor {
  checkTensor('gelu', 'input', x)
  const { approximate = 'none' } = bindOptions<GeluOptions>('gelu', ['approximate'], [options])
  if (approximate !== 'none' && approximate !== 'tanh')
    throw new RuntimeError('approximate argument must be either none or tanh.')
  checkFloating('GeluKernelImpl', x)
  return record('GeluBackward0', geluOp(x, approximate), [x], [x], (g, node) =>
    geluGradOp(g, node.saved(0), approximate),
  )
}
