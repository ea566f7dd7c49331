/** Steps of optimizers over all parameters of a group at once: one call, so that a backend can do it in one kernel. */

import { defineOp, type Op } from '../dispatch/op.js'
import { Binary } from '../dispatch/opcodes.js'
import type { Tensor } from '../tensor.js'
import { binaryInto } from './elementwise.js'
import { wrote } from './inplace.js'
import { add, div, mul, neg, sqrt, sub } from './pointwise.js'

/** What {@link sgdStepOp} is told besides the tensors. */
export interface SgdStep {
  readonly lr: number
  readonly momentum: number
  readonly dampening: number
  readonly weightDecay: number
  readonly nesterov: boolean
  readonly maximize: boolean
  /** The buffers are new: they become the gradients. */
  readonly first: boolean
}

/** The arguments of a foreach op; the first parameter once more in front decides the device. */
export type SgdArguments = [
  first: Tensor,
  params: readonly Tensor[],
  grads: readonly Tensor[],
  /** Momentum buffers, or null without momentum. */
  buffers: readonly Tensor[] | null,
  step: SgdStep,
]

/**
 * Kernel key: one step of SGD on parameters in place, in PyTorch's order of operations. Gives true.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 */
export const sgdStepOp: Op<SgdArguments, true> = defineOp(
  'sgdStep',
  (
    _first: Tensor,
    params: readonly Tensor[],
    grads: readonly Tensor[],
    buffers: readonly Tensor[] | null,
    step: SgdStep,
  ): true => {
    const { lr, momentum, dampening, weightDecay, nesterov, maximize, first } = step
    params.forEach((p, i) => {
      let g = maximize ? neg(grads[i]!) : grads[i]!
      if (weightDecay !== 0) g = add(g, mul(p, weightDecay))
      if (buffers !== null) {
        const buffer = buffers[i]!
        if (first) buffer.storage.device.primitives.copy(g, buffer)
        else {
          binaryInto(Binary.mul, buffer, momentum)
          binaryInto(Binary.add, buffer, dampening === 0 ? g : mul(g, 1 - dampening))
        }
        wrote(buffer)
        g = nesterov ? add(g, mul(buffer, momentum)) : buffer
      }
      binaryInto(Binary.add, p, mul(g, -lr))
      wrote(p)
    })
    return true
  },
)

/** What {@link adamStepOp} is told besides the tensors. */
export interface AdamStep {
  readonly lr: number
  readonly beta1: number
  readonly beta2: number
  readonly eps: number
  readonly weightDecay: number
  /** Decays the parameters themselves, as AdamW, not the gradients. */
  readonly decoupledWeightDecay: boolean
  readonly maximize: boolean
  /** Number of each parameter's step, counted from 1. */
  readonly steps: readonly number[]
}

/** The arguments of {@link adamStepOp}. */
export type AdamArguments = [
  first: Tensor,
  params: readonly Tensor[],
  grads: readonly Tensor[],
  /** Running means of the gradients. */
  means: readonly Tensor[],
  /** Running means of their squares. */
  squares: readonly Tensor[],
  /** The largest of these so far (amsgrad), or null. */
  largest: readonly Tensor[] | null,
  step: AdamStep,
]

/** `lerp_`: goes the share `weight` of the way from `a` to `b`, counted from the nearer end to round as PyTorch does. */
function moveTo(a: Tensor, b: Tensor, weight: number): void {
  const way = sub(b, a)
  if (weight < 0.5) binaryInto(Binary.add, a, mul(way, weight))
  else a.storage.device.primitives.copy(sub(b, mul(way, 1 - weight)), a)
}

/**
 * Kernel key: one step of Adam on parameters in place, in PyTorch's order of operations. Gives true.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
 */
export const adamStepOp: Op<AdamArguments, true> = defineOp('adamStep', (...args: AdamArguments): true => {
  const [, params, grads, means, squares, largest, options] = args
  const { lr, beta1, beta2, eps, weightDecay, decoupledWeightDecay, maximize, steps } = options
  params.forEach((p, i) => {
    let g = maximize ? neg(grads[i]!) : grads[i]!
    if (weightDecay !== 0 && decoupledWeightDecay) binaryInto(Binary.mul, p, 1 - lr * weightDecay)
    else if (weightDecay !== 0) g = add(g, mul(p, weightDecay))
    const mean = means[i]!
    let square = squares[i]!
    moveTo(mean, g, 1 - beta1)
    binaryInto(Binary.mul, square, beta2)
    binaryInto(Binary.add, square, mul(mul(g, 1 - beta2), g))
    wrote(mean)
    wrote(square)
    if (largest !== null) {
      binaryInto(Binary.maximum, largest[i]!, square)
      wrote(largest[i]!)
      square = largest[i]!
    }
    // both means start at zero: the corrections undo that
    const denominator = add(div(sqrt(square), Math.sqrt(1 - beta2 ** steps[i]!)), eps)
    binaryInto(Binary.add, p, div(mul(mean, -lr / (1 - beta1 ** steps[i]!)), denominator))
    wrote(p)
  })
  return true
})

/** What {@link rmspropStepOp} is told besides the tensors. */
export interface RmspropStep {
  readonly lr: number
  readonly alpha: number
  readonly eps: number
  readonly weightDecay: number
  readonly momentum: number
  readonly maximize: boolean
}

/** The arguments of {@link rmspropStepOp}. */
export type RmspropArguments = [
  first: Tensor,
  params: readonly Tensor[],
  grads: readonly Tensor[],
  /** Running means of the squares of the gradients. */
  squares: readonly Tensor[],
  /** Momentum buffers, or null without momentum. */
  buffers: readonly Tensor[] | null,
  /** Running means of the gradients (centered), or null. */
  means: readonly Tensor[] | null,
  step: RmspropStep,
]

/**
 * Kernel key: one step of RMSprop on parameters in place, in PyTorch's order of operations. Gives true.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
 */
export const rmspropStepOp: Op<RmspropArguments, true> = defineOp('rmspropStep', (...args: RmspropArguments): true => {
  const [, params, grads, squares, buffers, means, options] = args
  const { lr, alpha, eps, weightDecay, momentum, maximize } = options
  params.forEach((p, i) => {
    const g = decayed(p, grads[i]!, weightDecay, maximize)
    const square = squares[i]!
    binaryInto(Binary.mul, square, alpha)
    binaryInto(Binary.add, square, mul(mul(g, 1 - alpha), g))
    wrote(square)
    let spread = square
    if (means !== null) {
      moveTo(means[i]!, g, 1 - alpha)
      wrote(means[i]!)
      spread = sub(square, mul(means[i]!, means[i]!))
    }
    let step = div(g, add(sqrt(spread), eps))
    if (buffers !== null) {
      binaryInto(Binary.mul, buffers[i]!, momentum)
      binaryInto(Binary.add, buffers[i]!, step)
      wrote(buffers[i]!)
      step = buffers[i]!
    }
    binaryInto(Binary.add, p, mul(step, -lr))
    wrote(p)
  })
  return true
})

/** What {@link adagradStepOp} is told besides the tensors. */
export interface AdagradStep {
  readonly lr: number
  readonly lrDecay: number
  readonly eps: number
  readonly weightDecay: number
  readonly maximize: boolean
  /** Number of each parameter's step, counted from 1. */
  readonly steps: readonly number[]
}

/** The arguments of {@link adagradStepOp}. */
export type AdagradArguments = [
  first: Tensor,
  params: readonly Tensor[],
  grads: readonly Tensor[],
  /** Sums of the squares of the gradients. */
  sums: readonly Tensor[],
  step: AdagradStep,
]

/**
 * Kernel key: one step of Adagrad on parameters in place, in PyTorch's order of operations. Gives true.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
 */
export const adagradStepOp: Op<AdagradArguments, true> = defineOp('adagradStep', (...args: AdagradArguments): true => {
  const [, params, grads, sums, { lr, lrDecay, eps, weightDecay, maximize, steps }] = args
  params.forEach((p, i) => {
    const g = decayed(p, grads[i]!, weightDecay, maximize)
    const sum = sums[i]!
    binaryInto(Binary.add, sum, mul(g, g))
    wrote(sum)
    const stepSize = lr / (1 + (steps[i]! - 1) * lrDecay)
    binaryInto(Binary.add, p, div(mul(g, -stepSize), add(sqrt(sum), eps)))
    wrote(p)
  })
  return true
})

function decayed(p: Tensor, grad: Tensor, weightDecay: number, maximize: boolean): Tensor {
  const g = maximize ? neg(grad) : grad
  return weightDecay === 0 ? g : add(g, mul(p, weightDecay))
}
