import { expect, test } from 'vitest'
import { autograd, manualSeed, randn, relu, silu, tensor } from '../src/index.js'

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
