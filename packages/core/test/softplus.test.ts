import { expect, test } from 'vitest'
import { autograd, glu, logsigmoid, mish, ones, randn, softplus, softsign, tensor } from '../src/index.js'
import { expectActivation, type Recorded } from './recorded-activation.js'

// computed with PyTorch 2.13
const recorded: Recorded[] = [
  {
    name: 'softplus',
    f: softplus,
    values: [2.06115369e-9, 0.048587352, 0.201413289, 0.693147182, 0.974076986, 3.04858732, 20],
    slopes: [2.06115369e-9, 0.0474258736, 0.182425514, 0.5, 0.622459352, 0.952574134, 1],
    float16: [0.03619384765625, 0.403076171875, 0.8544921875, 2.953125],
    bfloat16: [0.036376953125, 0.404296875, 0.85546875, 2.953125],
  },
  {
    name: 'softplus, beta 2, threshold 4',
    f: (x) => softplus(x, { beta: 2, threshold: 4 }),
    values: [2.12417707e-18, 0.0012378426, 0.024293676, 0.346573591, 0.656630814, 3, 20],
    slopes: [4.24835413e-18, 0.00247262325, 0.0474258736, 0.5, 0.731058598, 1, 1],
    float16: [0.0006785392761230469, 0.11016845703125, 0.5185546875, 2.900390625],
    bfloat16: [0.000682830810546875, 0.1103515625, 0.51953125, 2.90625],
  },
  {
    name: 'logsigmoid',
    f: logsigmoid,
    values: [-20, -3.04858732, -1.70141327, -0.693147182, -0.474076986, -0.048587352, -2.06115369e-9],
    slopes: [1, 0.952574134, 0.817574501, 0.5, 0.377540678, 0.0474258736, 2.06115369e-9],
    float16: [-3.337890625, -1.103515625, -0.55419921875, -0.05352783203125],
    bfloat16: [-3.328125, -1.1015625, -0.5546875, -0.05322265625],
  },
  {
    name: 'mish',
    f: mish,
    values: [-4.12230747e-8, -0.145647466, -0.298099756, 0, 0.375245243, 2.98653507, 20],
    slopes: [-3.91619217e-8, -0.0933931246, -0.0640978143, 0.600000024, 0.886424422, 1.02110696, 1],
    float16: [-0.119384765625, -0.267822265625, 0.2080078125, 2.884765625],
    bfloat16: [-0.11962890625, -0.267578125, 0.208984375, 2.890625],
  },
  {
    name: 'softsign',
    f: softsign,
    values: [-0.952380955, -0.75, -0.600000024, 0, 0.333333343, 0.75, 0.952380955],
    slopes: [0.00226757303, 0.0625, 0.159999996, 1, 0.444444478, 0.0625, 0.00226757303],
    float16: [-0.767578125, -0.411865234375, 0.2308349609375, 0.74365234375],
    bfloat16: [-0.765625, -0.41015625, 0.2314453125, 0.7421875],
  },
]

test.each(recorded)('$name', expectActivation)

test('second derivatives stay finite where exponentials do not', () => {
  for (const f of [softplus, logsigmoid, mish]) {
    const x = tensor([-120, 120], { dtype: 'float32', requiresGrad: true })
    const [slope] = autograd.grad(f(x).sum(), [x], { createGraph: true })
    const [bend] = autograd.grad(slope!.sum(), [x])
    for (const value of bend!.tolist() as number[]) expect(Math.abs(value)).toBeLessThan(1e-30)
  }
})

test('mish writes into its input where asked; integers are refused, or become floats', () => {
  const x = tensor([-1.5, 0.5])
  const wanted = mish(x).tolist()
  expect(mish(x, true)).toBe(x)
  expect(x.tolist()).toEqual(wanted)
  expect(() => mish(tensor([1]))).toThrow('"mish_cpu" not implemented for \'Long\'')
  expect(() => softplus(tensor([1]))).toThrow('"softplus_cpu" not implemented for \'Long\'')
  expect(() => logsigmoid(tensor([1]))).toThrow('"log_sigmoid_cpu" not implemented for \'Long\'')
  expect(softsign(tensor([1, -3])).tolist()).toEqual([0.5, -0.75])
})

test('glu', () => {
  const x = tensor(
    [
      [1, -2, 3, 0.5],
      [-1, 0, 2, -3],
    ],
    { dtype: 'float32', requiresGrad: true },
  )
  // torch.nn.functional.glu(x), along 1 and along 0
  const wanted = [0.9525741338729858, -1.244918704032898, -0.8807970285415649, 0]
  ;(glu(x).flatten().tolist() as number[]).forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i]!, 6)
  })
  const across = [0.2689414322376251, -1, 2.6423912048339844, 0.02371293678879738]
  ;(glu(x, 0).flatten().tolist() as number[]).forEach((value, i) => {
    expect(value).toBeCloseTo(across[i]!, 6)
  })
  glu(x).sum().backward()
  const slopes = [
    0.9525741338729858, 0.622459352016449, 0.04517665505409241, -0.47000741958618164, 0.8807970285415649,
    0.04742587357759476, -0.10499362647533417, 0,
  ]
  ;(x.grad!.flatten().tolist() as number[]).forEach((value, i) => {
    expect(value).toBeCloseTo(slopes[i]!, 6)
  })
  const d = randn([2, 4, 3], { dtype: 'float64', requiresGrad: true })
  expect(autograd.gradcheck((a) => glu(a, { dim: 1 }), [d])).toBe(true)
  expect(autograd.gradgradcheck((a) => glu(a, -2), [d])).toBe(true)
  expect(() => glu(ones([2, 3]))).toThrow('Halving dimension must be even, but dimension 1 is size 3')
  expect(() => glu(ones([]))).toThrow('glu does not support scalars because halving size must be even')
  expect(() => glu(ones([2, 2]), 2)).toThrow('Dimension out of range (expected to be in range of [-2, 1], but got 2)')
  expect(() => glu(tensor([1, 2]))).toThrow('"glu_cpu" not implemented for \'Long\'')
})
