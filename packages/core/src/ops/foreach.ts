/** Steps of optimizers over all parameters of a group at once: one call, so that a backend can do it in one kernel. */

import { defineOp, type Op } from '../dispatch/op.js'
import { Binary } from '../dispatch/opcodes.js'
import type { Tensor } from '../tensor.js'
import { binaryInto } from './elementwise.js'
import { wrote } from './inplace.js'
import { add, mul, neg } from './pointwise.js'

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
