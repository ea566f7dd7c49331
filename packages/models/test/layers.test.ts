import { manualSeed, ones, randn, type Tensor } from '@tsorch/core'
import { GELU, Hardsigmoid, ReLU6, SiLU } from '@tsorch/nn'
import { describe, expect, test } from 'vitest'
import { Conv2dNormActivation, MLP, Permute, SqueezeExcitation, StochasticDepth } from '../src/index.js'

describe('Conv2dNormActivation', () => {
  test.each([
    [3, 1, 16],
    [5, 2, 8],
    [1, 1, 16],
  ])('kernel %i keeps the size but for its stride', (kernelSize, stride, size) => {
    const layer = new Conv2dNormActivation(3, 8, { kernelSize, stride })
    expect(layer(randn([2, 3, 16, 16])).shape).toEqual([2, 8, size, size])
    expect(layer.outChannels).toBe(8)
  })

  test('dilated and oblong kernels keep it too', () => {
    expect(new Conv2dNormActivation(3, 8, { kernelSize: [3, 5], dilation: [2, 1] })(randn([1, 3, 9, 9])).shape).toEqual(
      [1, 8, 9, 9],
    )
  })

  test('there is a bias where there is no norm', () => {
    const keys = (layer: Conv2dNormActivation): string[] => Object.keys(layer.stateDict())
    expect(keys(new Conv2dNormActivation(3, 8, { normLayer: null }))).toEqual(['0.weight', '0.bias'])
    expect(keys(new Conv2dNormActivation(3, 8, 1, { activationLayer: null }))[1]).toBe('1.weight')
  })

  test('activations', () => {
    expect(String(new Conv2dNormActivation(3, 8, { activationLayer: ReLU6 })[2])).toBe('ReLU6(inplace=True)')
    // GELU cannot write into its input
    const gelu = new Conv2dNormActivation(3, 8, { activationLayer: () => new GELU(), inplace: null })
    expect(gelu[2]).toBeInstanceOf(GELU)
  })
})

test('SqueezeExcitation scales channels', () => {
  const layer = new SqueezeExcitation(4, 2, { activation: SiLU, scaleActivation: Hardsigmoid })
  expect(Object.keys(layer.stateDict())).toEqual(['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias'])
  const x = randn([2, 4, 5, 5])
  const factor = layer(x).div(x)
  expect(factor.amax([2, 3]).allclose(factor.amin([2, 3]), { atol: 1e-4 })).toBe(true)
})

describe('StochasticDepth', () => {
  const x = ones([64, 2, 3])
  const rows = (y: Tensor): number[] => y.select(2, 0).select(1, 0).tolist() as number[]

  test('leaves rows out, and scales the others', () => {
    manualSeed(0)
    const y = new StochasticDepth(0.25, 'row')(x)
    const left = rows(y).filter((value) => value !== 0)
    expect(left.length).toBeGreaterThan(32)
    expect(left.length).toBeLessThan(64)
    for (const value of left) expect(value).toBeCloseTo(4 / 3, 6)
    // a row as a whole
    expect(y.amax([1, 2]).equal(y.amin([1, 2]))).toBe(true)
  })

  test('or the whole batch', () => {
    manualSeed(0)
    const layer = new StochasticDepth(0.5, 'batch')
    const seen = Array.from({ length: 30 }, () => layer(x).amax([0, 1, 2]).item())
    expect([...new Set(seen)].sort()).toEqual([0, 2])
  })

  test('does nothing in evaluation, and with p = 0', () => {
    expect(new StochasticDepth(0.5, 'row').eval()(x)).toBe(x)
    expect(new StochasticDepth(0, 'row')(x)).toBe(x)
    expect(new StochasticDepth(1, 'row')(x).eq(0).all().item()).toBe(true)
  })

  test('checks and prints as in Python', () => {
    expect(String(new StochasticDepth(0, 'row'))).toBe('StochasticDepth(p=0.0, mode=row)')
    expect(() => new StochasticDepth(1.5, 'row')).toThrow('drop probability has to be between 0 and 1, but got 1.5')
    expect(() => new StochasticDepth(0.5, 'column' as never)).toThrow(
      "mode has to be either 'batch' or 'row', but got column",
    )
  })
})

test('MLP', () => {
  const mlp = new MLP(4, [8, 3], { activationLayer: SiLU, dropout: 0.1, inplace: true })
  expect(mlp(randn([2, 5, 4])).shape).toEqual([2, 5, 3])
  expect(Object.keys(mlp.stateDict())).toEqual(['0.weight', '0.bias', '3.weight', '3.bias'])
  expect(String(mlp[2])).toBe('Dropout(p=0.1, inplace=True)')
})

test('Permute', () => {
  expect(new Permute([0, 2, 1])(randn([2, 3, 4])).shape).toEqual([2, 4, 3])
})
