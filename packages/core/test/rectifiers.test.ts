import { describe, expect, test } from 'vitest'
import { autograd, celu, elu, leakyRelu, manualSeed, ones, prelu, rand, rrelu, selu, tensor } from '../src/index.js'
import { expectActivation, type Recorded } from './recorded-activation.js'

// computed with PyTorch 2.13
const recorded: Recorded[] = [
  {
    name: 'elu',
    f: elu,
    values: [-1, -0.950212955, -0.776869833, 0, 0.5, 3, 20],
    slopes: [2.06115369e-9, 0.0497870669, 0.223130167, 1, 1, 1, 1],
    float16: [-0.96337890625, -0.50341796875, 0.300048828125, 2.900390625],
    bfloat16: [-0.96484375, -0.50390625, 0.30078125, 2.90625],
  },
  {
    name: 'elu, alpha 0.5',
    f: (x) => elu(x, 0.5),
    values: [-0.5, -0.475106478, -0.388434917, 0, 0.5, 3, 20],
    slopes: [1.03057685e-9, 0.0248935334, 0.111565083, 0.5, 1, 1, 1],
    float16: [-0.481689453125, -0.251708984375, 0.300048828125, 2.900390625],
    bfloat16: [-0.482421875, -0.251953125, 0.30078125, 2.90625],
  },
  {
    name: 'selu',
    f: selu,
    values: [-1.75809932, -1.6705687, -1.36581433, 0, 0.525350511, 3.15210295, 21.0140209],
    slopes: [3.62371289e-9, 0.0875306055, 0.392284989, 1.75809932, 1.05070102, 1.05070102, 1.05070102],
    float16: [-1.693359375, -0.88525390625, 0.315185546875, 3.046875],
    bfloat16: [-1.6953125, -0.8828125, 0.31640625, 3.046875],
  },
  {
    name: 'celu, alpha 2',
    f: (x) => celu(x, { alpha: 2 }),
    values: [-1.99990916, -1.55373967, -1.05526686, 0, 0.5, 3, 20],
    slopes: [4.5399931e-5, 0.223130167, 0.472366542, 1, 1, 1, 1],
    float16: [-1.6162109375, -0.5908203125, 0.300048828125, 2.900390625],
    bfloat16: [-1.6171875, -0.58984375, 0.30078125, 2.90625],
  },
  {
    name: 'leakyRelu',
    f: leakyRelu,
    values: [-0.199999988, -0.0299999993, -0.0149999997, 0, 0.5, 3, 20],
    slopes: [0.00999999978, 0.00999999978, 0.00999999978, 0.00999999978, 1, 1, 1],
    float16: [-0.03302001953125, -0.0070037841796875, 0.300048828125, 2.900390625],
    bfloat16: [-0.032958984375, -0.006988525390625, 0.30078125, 2.90625],
  },
  {
    name: 'leakyRelu, slope 0',
    f: (x) => leakyRelu(x, 0),
    values: [-0, -0, -0, 0, 0.5, 3, 20],
    slopes: [0, 0, 0, 0, 1, 1, 1],
    float16: [-0, -0, 0.300048828125, 2.900390625],
    bfloat16: [-0, -0, 0.30078125, 2.90625],
  },
  {
    name: 'leakyRelu, slope -2',
    f: (x) => leakyRelu(x, { negativeSlope: -2 }),
    values: [40, 6, 3, -0, 0.5, 3, 20],
    slopes: [-2, -2, -2, -2, 1, 1, 1],
    float16: [6.6015625, 1.400390625, 0.300048828125, 2.900390625],
    bfloat16: [6.59375, 1.3984375, 0.30078125, 2.90625],
  },
  {
    name: 'rrelu, not training',
    f: rrelu,
    values: [-4.58333349, -0.6875, -0.34375, 0, 0.5, 3, 20],
    slopes: [0.229166672, 0.229166672, 0.229166672, 0.229166672, 1, 1, 1],
    float16: [-0.75634765625, -0.160400390625, 0.300048828125, 2.900390625],
    bfloat16: [-0.75390625, -0.16015625, 0.30078125, 2.90625],
  },
]

test.each(recorded)('$name', expectActivation)

test('rectifiers write into their input where asked, and the gradient is that of the old value', () => {
  for (const f of [elu, selu, celu, leakyRelu, rrelu]) {
    const leaf = tensor([-1.5, 0.5], { dtype: 'float64', requiresGrad: true })
    const x = leaf.mul(1)
    expect(f(x, { inplace: true })).toBe(x)
    expect(x.tolist()).toEqual(f(leaf).tolist())
    x.sum().backward()
    const [wanted] = autograd.grad(f(leaf).sum(), [leaf])
    expect(leaf.grad!.tolist()).toEqual(wanted!.tolist())
    expect(() => f(leaf, { inplace: true })).toThrow('a leaf Variable that requires grad')
  }
})

test('rectifiers refuse integers and what makes no sense', () => {
  expect(() => elu(tensor([1, 2]))).toThrow('"elu_cpu" not implemented for \'Long\'')
  expect(() => leakyRelu(tensor([true]))).toThrow('"leaky_relu_cpu" not implemented for \'Bool\'')
  expect(() => celu(ones([2]), 0)).toThrow('ZeroDivisionError: alpha cannot be 0 for CELU')
  // @ts-expect-error no such option
  expect(() => elu(ones([2]), { beta: 1 })).toThrow("unknown option 'beta'")
})

describe('prelu', () => {
  test('has a slope for all or one for each channel', () => {
    const x = tensor(
      [
        [-1, 2, -3],
        [4, -5, -6],
      ],
      { dtype: 'float64', requiresGrad: true },
    )
    const w = tensor([0.5, 0.25, 2], { dtype: 'float64', requiresGrad: true })
    expect(prelu(x, w).tolist()).toEqual([
      [-0.5, 2, -6],
      [4, -1.25, -12],
    ])
    expect(x.prelu(tensor([0.5], { dtype: 'float64' })).tolist()).toEqual([
      [-0.5, 2, -1.5],
      [4, -2.5, -3],
    ])
    prelu(x, w).sum().backward()
    expect(x.grad!.tolist()).toEqual([
      [0.5, 1, 2],
      [1, 0.25, 2],
    ])
    expect(w.grad!.tolist()).toEqual([-1, -5, -9])
    expect(autograd.gradcheck(prelu, [x, w])).toBe(true)
    expect(autograd.gradgradcheck(prelu, [x, w])).toBe(true)
    const single = tensor(0.5, { dtype: 'float64', requiresGrad: true })
    prelu(x, single).sum().backward()
    expect(single.grad!.item()).toBe(-15)
    expect(prelu(tensor(-2, { dtype: 'float32' }), tensor([0.5])).tolist()).toBe(-1)
  })

  test('says what does not fit', () => {
    const x = ones([2, 3])
    expect(() => prelu(x, ones([2]))).toThrow(
      'Mismatch of parameter numbers and input channel size. Found parameter numbers = 2 and channel size = 3.',
    )
    expect(() => prelu(ones([3]), ones([3]))).toThrow('Found parameter numbers = 3 and channel size = 1.')
    expect(() => prelu(ones([]), ones([2]))).toThrow('Not allow zero-dim input tensor.')
    expect(() => prelu(x, ones([3, 1]))).toThrow('Expected `weight` to be a scalar or 1D tensor, but got: ndim = 2')
    expect(() => prelu(x, ones([3], { dtype: 'float64' }))).toThrow(
      'Type promoting not supported. Got Float and Double',
    )
    expect(() => prelu(tensor([[1]]), tensor([1]))).toThrow('"prelu_cpu" not implemented for \'Long\'')
  })
})

describe('rrelu in training', () => {
  const values = [-1, 2, -3, 0, -0.5, 4]

  test('draws PyTorch’s slopes, one for each element that is not positive', () => {
    const wanted = {
      float32: [-0.29401060938835144, 2, -0.7246919274330139, 0, -0.14207477867603302, 4],
      bfloat16: [-0.294921875, 2, -0.7265625, 0, -0.1416015625, 4],
      float64: [-0.2940106003613106, 2, -0.7246919186398728, 0, -0.14207476841219602, 4],
    }
    for (const [dtype, numbers] of Object.entries(wanted)) {
      manualSeed(0)
      expect(rrelu(tensor(values, { dtype: dtype as 'float32' }), 0.1, 0.3, true).tolist()).toEqual(numbers)
      expect(rand([1]).item()).toBe(0.455627977848053)
    }
  })

  test('passes the gradient through the drawn slopes', () => {
    const x = tensor(values, { dtype: 'float64', requiresGrad: true })
    manualSeed(0)
    const y = rrelu(x, { lower: 0.1, upper: 0.3, training: true })
    y.sum().backward()
    const [out, grad] = [y.tolist() as number[], x.grad!.tolist() as number[]]
    values.forEach((value, i) => {
      if (value !== 0) expect(grad[i]).toBeCloseTo(out[i]! / value, 12)
      else expect(grad[i]! >= 0.1 && grad[i]! < 0.3).toBe(true)
    })
  })

  test('refuses bounds out of order or not finite', () => {
    expect(() => rrelu(ones([2]), 0.5, 0.1)).toThrow('Lower bound should be less than or equal to the upper bound')
    expect(() => rrelu(ones([2]), 0.1, Number.POSITIVE_INFINITY)).toThrow('rrelu: upper bound must be finite, got inf')
    expect(() => rrelu(tensor([1, 2]), { training: true })).toThrow(
      '"rrelu_with_noise_out_cpu" not implemented for \'Long\'',
    )
  })
})
