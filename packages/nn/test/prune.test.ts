import { arange, deepCopy, manualSeed, ones, rand, type Tensor, tensor } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { Conv2d, Linear, LSTM, Sequential, utils } from '../src/index.js'
import { expectClose, expectSameFloats } from './close.js'

// numbers come from PyTorch 2.13

const { prune } = utils

const seeded = (): Linear => {
  manualSeed(0)
  return new Linear(3, 2)
}
const mask = (module: unknown, name = 'weight_mask'): Tensor => (module as Record<string, Tensor>)[name]!
const keys = (module: { stateDict(): object }): string[] => Object.keys(module.stateDict())

describe('pruning', () => {
  test('of one parameter, several times', () => {
    const layer = prune.l1Unstructured(seeded(), 'weight', 0.5)
    expect(keys(layer)).toEqual(['bias', 'weight_orig', 'weight_mask'])
    expectClose(mask(layer).flatten(), [0, 1, 1, 1, 0, 0])
    expectClose(layer.weight, [0, 0.309715837, -0.475185335, -0.424894601, 0, 0])
    prune.randomUnstructured(layer, 'weight', 1)
    expectClose(mask(layer).flatten(), [0, 1, 0, 1, 0, 0])
    prune.lnStructured(layer, 'weight', 1, 2, 0)
    expectClose(mask(layer).flatten(), [0, 0, 0, 1, 0, 0])
    expect(prune.isPruned(layer)).toBe(true)
    layer(ones([1, 3]))
      .sum()
      .backward()
    const [, original] = [...layer.parameters()]
    expectClose(original!.grad, [0, 0, 0, 1, 0, 0])
    prune.remove(layer, 'weight')
    expect(layer.weight).toBe(original)
    expectClose(layer.weight, [0, 0, 0, -0.424894601, 0, 0])
    expect(keys(layer)).toEqual(['bias', 'weight'])
    expect(prune.isPruned(layer)).toBe(false)
    expect(() => prune.remove(layer, 'weight')).toThrow("Parameter 'weight' of module Linear(")
  })

  test('of channels', () => {
    manualSeed(0)
    const conv = prune.lnStructured(new Conv2d(2, 4, 2), 'weight', 0.5, 1, 0)
    expectClose(mask(conv).sum([1, 2, 3]), [0, 0, 8, 8])
    prune.randomStructured(conv, 'weight', 1, 1)
    expectClose(mask(conv).sum([0, 2, 3]), [0, 8])
    expectSameFloats(rand([1]), [0.723109186])
    expect(() => prune.lnStructured(new Linear(2, 2), 'bias', 1, 2, 0)).toThrow(
      'Structured pruning can only be applied to multidimensional tensors. Found tensor of shape torch.Size([2]) with 1 dims',
    )
    expect(() => prune.randomStructured(new Linear(2, 2), 'weight', 1, 2)).toThrow('Invalid index 2 for tensor of size')
  })

  test('of several parameters as one', () => {
    manualSeed(0)
    const model = new Sequential({ a: new Linear(3, 2), b: new Linear(2, 2) })
    const [a, b] = [...model]
    const both = [
      [a!, 'weight'],
      [b!, 'weight'],
    ] as const
    prune.globalUnstructured(both, prune.L1Unstructured, { amount: 0.3 })
    expectClose(mask(a).flatten(), [0, 1, 1, 1, 1, 1])
    expectClose(mask(b).flatten(), [0, 1, 1, 0])
    prune.globalUnstructured(both, prune.L1Unstructured, { amount: 2 })
    expectClose(mask(a).flatten(), [0, 1, 1, 1, 1, 0])
    expectClose(mask(b).flatten(), [0, 0, 1, 0])
    expect(prune.isPruned(model)).toBe(true)
    expect(() => prune.globalUnstructured(both, prune.RandomStructured as never, { amount: 1 })).toThrow(
      'Only "unstructured" PRUNING_TYPE supported',
    )
  })

  test('by other scores than the values, and by masks', () => {
    const importanceScores = arange(6, { dtype: 'float32' }).view(2, 3)
    const layer = prune.l1Unstructured(seeded(), 'weight', 2, { importanceScores })
    expectClose(mask(layer).flatten(), [0, 0, 1, 1, 1, 1])
    prune.customFromMask(layer, 'bias', tensor([0, 1]))
    expectClose(layer.bias!.select(0, 0), [0])
    expect(() => prune.l1Unstructured(layer, 'weight', 1, { importanceScores: ones([2]) })).toThrow(
      'importance_scores should have the same shape as parameter weight',
    )
    expect(() => prune.customFromMask(new Linear(3, 2), 'weight', ones([2]))).toThrow('must match self.mask shape')
    const x = tensor([0.5, -2, 1])
    expectClose(new prune.L1Unstructured(1).prune(x), [0, -2, 1])
    expectClose(prune.identity(seeded(), 'weight').weight, seeded().weight.flatten().tolist() as number[])
  })

  test('by a method of one’s own', () => {
    class EveryOther extends prune.BasePruningMethod {
      override readonly pruningType = 'unstructured'

      override computeMask(_t: Tensor, defaultMask: Tensor): Tensor {
        const kept = defaultMask.clone()
        kept.flatten().indexFill_(0, arange(0, kept.count, 2), 0)
        return kept
      }
    }
    const layer = seeded()
    EveryOther.apply(layer, 'weight')
    expectClose(mask(layer).flatten(), [0, 1, 0, 1, 0, 1])
    // the next one sees what is left
    EveryOther.apply(layer, 'weight')
    expectClose(mask(layer).flatten(), [0, 0, 0, 1, 0, 0])
    // @ts-expect-error L1Unstructured wants an amount
    expect(() => prune.L1Unstructured.apply(layer, 'weight')).toThrow('Invalid type for amount')
  })

  test('checks amounts before it changes anything', () => {
    const layer = seeded()
    for (const amount of [-1, 1.5, Number.NaN])
      expect(() => prune.l1Unstructured(layer, 'weight', amount)).toThrow(
        'should either be a float in the range [0, 1]',
      )
    expect(() => prune.l1Unstructured(layer, 'weight', 7)).toThrow(
      'amount=7 should be smaller than the number of parameters to prune=6',
    )
    expect(() => prune.l1Unstructured(layer, 'weigth', 1)).toThrow("no parameter 'weigth'")
    expect(keys(layer)).toEqual(['weight', 'bias'])
    expect(prune.isPruned(layer)).toBe(false)
    // halves go to the even number: 2.5 elements are 2
    const five = prune.l1Unstructured(new Linear(5, 1), 'weight', 0.5)
    expect(mask(five).sum().item()).toBe(3)
  })

  test('of a layer whose keys are not its properties, and of copies', () => {
    const lstm = prune.l1Unstructured(new LSTM(2, 3), 'weightHhL0', 4)
    expect(keys(lstm)).toContain('weight_hh_l0_orig')
    expect(mask(lstm, 'weight_hh_l0_mask').sum().item()).toBe(32)
    expect(lstm(ones([4, 1, 2]))[0].shape).toEqual([4, 1, 3])
    prune.remove(lstm, 'weight_hh_l0')
    expect(keys(lstm)).toContain('weight_hh_l0')
    const layer = prune.l1Unstructured(seeded(), 'weight', 1)
    layer.weight.detach_()
    const copy = deepCopy(layer)
    prune.remove(copy, 'weight')
    expect(prune.isPruned(layer)).toBe(true)
    expect(prune.isPruned(copy)).toBe(false)
  })
})
