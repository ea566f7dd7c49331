import { expect, test } from 'vitest'
import { autograd, gelu, manualSeed, randn, relu, silu, tanh, tensor } from '../src/index.js'
import { expectClose, wave } from './wave.js'

test('silu gives the values of PyTorch, in place too', () => {
  // torch.nn.functional.silu(torch.tensor([-20., -1.5, 0., 0.5, 20.]))
  const want = [-4.122307e-8, -0.27363858, 0, 0.31122968, 20]
  const x = tensor([-20, -1.5, 0, 0.5, 20])
  const got = silu(x).tolist() as number[]
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(want[i]!, 6)
  silu(x, { inplace: true })
  expect(x.tolist()).toEqual(got)
  expect(() => silu(tensor([1, 2]))).toThrow('"silu_cpu" not implemented for \'Long\'')
})

test('the gradients of silu and relu agree with finite differences, twice for silu', () => {
  manualSeed(0)
  const x = randn([3, 4], { dtype: 'float64', requiresGrad: true })
  expect(autograd.gradcheck((a) => silu(a), [x])).toBe(true)
  expect(autograd.gradgradcheck((a) => silu(a), [x])).toBe(true)
  expect(autograd.gradcheck((a) => relu(a), [x])).toBe(true)
})

// torch 2.13
const around = [-20, -3, -1.5, 0, 0.5, 2, 20]

test('gelu, exact and by tanh: values, gradients, faults', () => {
  const each = {
    none: [
      [0, -0.004050225, -0.1002109, 0, 0.3457312, 1.9545, 20],
      [0, -0.01325604, -0.2561107, -0.4750707, -0.9430107, 2.070154, 1.272797],
    ],
    tanh: [
      [0, -0.003637433, -0.1004284, 0, 0.345714, 1.954598, 20],
      [0, -0.01285509, -0.2565963, -0.4750707, -0.9428746, 2.071809, 1.272797],
    ],
  } as const
  for (const approximate of ['none', 'tanh'] as const) {
    const x = tensor(around, { requiresGrad: true, dtype: 'float32' })
    const y = gelu(x, { approximate })
    y.backward(wave([7], 5))
    expectClose(y, each[approximate][0], 1e-6)
    expectClose(x.grad, each[approximate][1], 1e-6)
    const d = randn([3, 4], { dtype: 'float64', requiresGrad: true })
    expect(autograd.gradcheck((a) => gelu(a, { approximate }), [d])).toBe(true)
    expect(autograd.gradgradcheck((a) => gelu(a, { approximate }), [d])).toBe(true)
  }
  expect(() => gelu(tensor([1, 2]))).toThrow('"GeluKernelImpl" not implemented for \'Long\'')
  expect(() => gelu(randn([2]), { approximate: 'foo' as never })).toThrow(
    'approximate argument must be either none or tanh.',
  )
})

test('gelu and silu of halves are rounded once', () => {
  const want = {
    gelu: [
      [0, -0.004051208, -0.1002197, 0, 0.3457031, 1.954102, 20],
      [0, -0.01325226, -0.2561035, -0.4750977, -0.9428711, 2.070312, 1.272461],
    ],
    silu: [
      [-5.960464e-8, -0.142334, -0.2736816, 0, 0.3112793, 1.761719, 20],
      [5.960464e-8, -0.09771729, -0.08300781, -0.4750977, -0.8041992, 2.080078, 1.272461],
    ],
  } as const
  for (const [name, f] of Object.entries({ gelu, silu } as const)) {
    const x = tensor(around, { requiresGrad: true, dtype: 'float16' })
    const y = f(x)
    y.backward(wave([7], 5, 'float16'))
    const [values, gradient] = want[name as keyof typeof want]
    expectClose(y, values, 1e-6)
    expectClose(x.grad, gradient, 1e-3)
    expect([y.dtype.name, x.grad!.dtype.name]).toEqual(['float16', 'float16'])
  }
})

test('the gradient of tanh agrees with finite differences, twice', () => {
  const x = randn([3, 4], { dtype: 'float64', requiresGrad: true })
  expect(autograd.gradcheck((a) => tanh(a), [x])).toBe(true)
  expect(autograd.gradgradcheck((a) => tanh(a), [x])).toBe(true)
})
