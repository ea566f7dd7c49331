import { autograd, manualSeed, ones, randn, type Tensor, tensor, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { BatchNorm1d, func, Linear, Module, Sequential, utils } from '../src/index.js'
import { expectClose } from './close.js'

const { functionalCall, stackModuleState } = func

class Tied extends Module {
  first = new Linear(2, 2, false)
  second = new Linear(2, 2, false)

  constructor() {
    super()
    this.second.weight = this.first.weight
  }

  override forward(x: Tensor): Tensor {
    return this.second(this.first(x))
  }
}

describe('functionalCall', () => {
  test('takes other parameters, and gives the own ones back', () => {
    const layer = new Linear(2, 1)
    const own = layer.weight
    const weight = tensor([[1, 2]], { dtype: 'float32', requiresGrad: true })
    const y = functionalCall(layer, { weight, bias: zeros([1]) }, [ones([3, 2])])
    expect(y.tolist()).toEqual([[3], [3], [3]])
    expect(layer.weight).toBe(own)
    y.sum().backward()
    expect(weight.grad!.tolist()).toEqual([[3, 3]])
    expect(own.grad).toBeNull()
    // one argument need not be in a list; what is not named stays
    layer.bias!.data = ones([1])
    expect(functionalCall(layer, { weight }, ones([1, 2])).tolist()).toEqual([[4]])
    expect(utils.stateless.functionalCall).toBe(functionalCall)
  })

  test('gives the own ones back after an error', () => {
    const layer = new Linear(2, 1)
    const own = layer.weight
    expect(() => functionalCall(layer, { weight: ones([1, 3]) }, [ones([1, 2])])).toThrow('cannot be multiplied')
    expect(layer.weight).toBe(own)
  })

  test('has gradients with respect to the parameters, of any order', () => {
    manualSeed(0)
    const model = new Sequential(new Linear(2, 3, { dtype: 'float64' }), new Linear(3, 1, { dtype: 'float64' }))
    const x = randn([4, 2], { dtype: 'float64' })
    const names = [...model.namedParameters()].map(([name]) => name)
    const inputs = [...model.parameters()].map((p) => p.detach().requiresGrad_())
    const loss = (...values: Tensor[]): Tensor =>
      functionalCall(model, Object.fromEntries(names.map((name, i) => [name, values[i]!])), [x])
        .square()
        .sum()
    expect(autograd.gradgradcheck(loss, inputs)).toBe(true)
  })

  test('writes buffers into those that are given', () => {
    const norm = new BatchNorm1d(2, { momentum: 1 })
    const buffers = { running_mean: zeros([2]), running_var: ones([2]) }
    functionalCall(norm, buffers, [
      tensor(
        [
          [0, 2],
          [2, 4],
        ],
        { dtype: 'float32' },
      ),
    ])
    expect(buffers.running_mean.tolist()).toEqual([1, 3])
    expect(norm.runningMean!.tolist()).toEqual([0, 0])
    // a buffer that the module replaces is replaced there too
    class Counter extends Module {
      declare count: Tensor
      constructor() {
        super()
        this.registerBuffer('count', zeros([]))
      }
      override forward(x: Tensor): Tensor {
        this.count = this.count.add(1)
        return x
      }
    }
    const counter = new Counter()
    const given = { count: tensor(5) }
    functionalCall(counter, given, [ones([1])])
    expect(given.count.item()).toBe(6)
    expect(counter.count.item()).toBe(0)
  })

  test('knows what has several names', () => {
    const model = new Tied()
    const twice = tensor(
      [
        [2, 0],
        [0, 2],
      ],
      { dtype: 'float32' },
    )
    expect(functionalCall(model, { 'first.weight': twice }, [ones([1, 2])]).tolist()).toEqual([[4, 4]])
    const other = { 'first.weight': twice, 'second.weight': ones([2, 2]) }
    expect(() => functionalCall(model, other, [ones([1, 2])])).toThrow(
      "functional_call got multiple values for keys ['first.weight', 'second.weight'], which are tied. Consider using tie_weights=False",
    )
    expect(functionalCall(model, other, [ones([1, 2])], { tieWeights: false }).tolist()).toEqual([[4, 4]])
    expect(model.second.weight).toBe(model.first.weight)
  })

  test('checks names if asked to', () => {
    const layer = new Linear(2, 1)
    const call = (dict: Record<string, Tensor>): unknown =>
      functionalCall(layer, dict, [ones([1, 2])], { strict: true })
    expect(() => call({ weight: ones([1, 2]), weigth: ones([1]) })).toThrow(
      "Error(s) in reparametrizing for Linear:\n\tUnexpected key(s): 'weigth'.\n\tMissing key(s): 'bias'.",
    )
    expect(() => functionalCall(layer, [{ bias: ones([1]) }, { bias: ones([1]) }], ones([1, 2]))).toThrow(
      "['bias'] appeared in multiple dictionaries",
    )
    expect(() => functionalCall(layer, { bias: 3 as never }, ones([1, 2]))).toThrow(
      'bias should be an instance of Tensor',
    )
  })
})

test('stackModuleState', () => {
  const models = [new Linear(2, 1), new Linear(2, 1), new Linear(2, 1)]
  const [parameters, buffers] = stackModuleState(models)
  expect(parameters.weight!.shape).toEqual([3, 1, 2])
  expect(parameters.weight!.isLeaf && parameters.weight!.requiresGrad).toBe(true)
  expect(buffers).toEqual({})
  expectClose(parameters.bias!.select(0, 1), models[1]!.bias!.tolist() as number[])
  expect(() => stackModuleState([])).toThrow('Expected at least one model, got 0.')
  expect(() => stackModuleState([new Linear(2, 1), new BatchNorm1d(2)])).toThrow('same class')
  models[0]!.eval()
  expect(() => stackModuleState(models)).toThrow('same training/eval mode')
})
