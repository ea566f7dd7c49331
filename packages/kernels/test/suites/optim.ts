import { manualSeed, rand, randn, type Tensor } from '@tsorch/core'
import {
  type AdagradStep,
  type AdamStep,
  adagradStepOp,
  adamStepOp,
  type RmspropStep,
  rmspropStepOp,
  type SgdStep,
  sgdStepOp,
} from '@tsorch/core/backend'
import { describe, expect, test } from 'vitest'
import { expectClose } from '../close.js'

/** Some large enough for a kernel, with tails, and some that the plain set keeps. */
const shapes = [[70, 41], [3, 4], [2000], [], [9001]]

function tensors(make: (shape: number[]) => Tensor): Tensor[] {
  return shapes.map((shape) => make(shape))
}

/** Runs a step twice, by the override and by its definition, and compares all that was written. */
function same(lists: readonly Tensor[][], step: (lists: Tensor[][], definition: boolean) => void): void {
  const [a, b] = [lists, lists].map((all) => all.map((list) => list.map((x) => x.clone()))) as [Tensor[][], Tensor[][]]
  const versions = a[0]!.map((x) => x.storage.version)
  step(a, false)
  step(b, true)
  for (const [i, list] of a.entries()) for (const [j, x] of list.entries()) expectClose(x, b[i]![j]!, 2e-6)
  for (const [i, x] of a[0]!.entries()) expect(x.storage.version).toBeGreaterThan(versions[i]!)
}

/** Steps of optimizers, against their composites. */
export function optimSuite(): void {
  describe('optimizer steps equal their composites', () => {
    test.each<Partial<SgdStep>>([
      {},
      { momentum: 0.9 },
      { momentum: 0.9, first: true },
      { momentum: 0.9, nesterov: true, weightDecay: 0.1 },
      { momentum: 0.9, dampening: 0.2, maximize: true },
    ])('SGD %o', (options) => {
      const defaults = { lr: 0.1, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false }
      const step: SgdStep = { ...defaults, first: false, ...options }
      manualSeed(1)
      same([tensors(randn), tensors(randn), tensors(randn)], ([p, g, b], definition) => {
        const op = definition ? sgdStepOp.composite : sgdStepOp
        op(p![0]!, p!, g!, step.momentum === 0 ? null : b!, step)
      })
    })

    test.each<[boolean, Partial<AdamStep>]>([
      [false, {}],
      [true, { weightDecay: 0.01, maximize: true }],
      [false, { weightDecay: 0.01, decoupledWeightDecay: true, beta1: 0.3 }],
    ])('Adam, amsgrad %s, %o', (amsgrad, options) => {
      const step: AdamStep = {
        lr: 0.1,
        beta1: 0.9,
        beta2: 0.999,
        eps: 1e-8,
        weightDecay: 0,
        decoupledWeightDecay: false,
        maximize: false,
        steps: [3, 1, 7, 2, 5],
        ...options,
      }
      manualSeed(2)
      same([tensors(randn), tensors(randn), tensors(randn), tensors(rand), tensors(rand)], (lists, definition) => {
        const [p, g, m, v, x] = lists as [Tensor[], Tensor[], Tensor[], Tensor[], Tensor[]]
        const op = definition ? adamStepOp.composite : adamStepOp
        op(p[0]!, p, g, m, v, amsgrad ? x : null, step)
      })
    })

    test.each<[boolean, Partial<RmspropStep>]>([
      [false, {}],
      [true, { momentum: 0.9, weightDecay: 0.01 }],
      [true, { maximize: true }],
    ])('RMSprop, centered %s, %o', (centered, options) => {
      const step: RmspropStep = {
        lr: 0.1,
        alpha: 0.99,
        eps: 1e-3,
        weightDecay: 0,
        momentum: 0,
        maximize: false,
        ...options,
      }
      manualSeed(3)
      same([tensors(randn), tensors(randn), tensors(rand), tensors(randn), tensors(rand)], (lists, definition) => {
        const [p, g, v, b, m] = lists as [Tensor[], Tensor[], Tensor[], Tensor[], Tensor[]]
        const op = definition ? rmspropStepOp.composite : rmspropStepOp
        // running means whose squares stay below the mean squares, as they do in training
        const means = m.map((x) => x.mul(0.01))
        op(
          p[0]!,
          p,
          g,
          v.map((x) => x.add(0.5)),
          step.momentum === 0 ? null : b,
          centered ? means : null,
          step,
        )
      })
    })

    test.each<Partial<AdagradStep>>([{}, { lrDecay: 0.1, weightDecay: 0.01, maximize: true }])(
      'Adagrad %o',
      (options) => {
        const defaults = { lr: 0.1, lrDecay: 0, eps: 1e-10, weightDecay: 0, maximize: false }
        const step: AdagradStep = { ...defaults, steps: [3, 1, 7, 2, 5], ...options }
        manualSeed(4)
        same([tensors(randn), tensors(randn), tensors(rand)], ([p, g, s], definition) => {
          const op = definition ? adagradStepOp.composite : adagradStepOp
          op(p![0]!, p!, g!, s!, step)
        })
      },
    )
  })
}
