import type { Tensor } from '@tsorch/core'
import { expect, test } from 'vitest'

// asked for before the kernels are loaded
process.env.TSORCH_PROFILE = '1'
const { kernelInfo, kernelTimes, nn, optim, randn } = await import('../src/index.js')

/** How often each kernel of these names ran. */
function calls(pattern: RegExp): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { kernel, calls: n } of kernelTimes()) if (pattern.test(kernel)) counts[kernel] = (counts[kernel] ?? 0) + n
  return counts
}

test('the kernels run', () => {
  expect(kernelInfo().set).not.toBe('ts')
})

test.each<[string, () => (x: Tensor) => [Tensor, unknown]]>([
  ['GRU', () => new nn.GRU(16, 32)],
  ['LSTM', () => new nn.LSTM(16, 32)],
  ['RNN', () => new nn.RNN(16, 32)],
])('a %s layer over 32 steps is one kernel each way', (_, make) => {
  const layer = make()
  const x = randn([32, 8, 16]).requiresGrad_()
  kernelTimes()
  const [output] = layer(x)
  expect(calls(/F32$|matmul|gemm/i)).toEqual({ rnnForwardF32: 1 })
  output.sum().backward()
  expect(calls(/F32$|matmul|gemm/i)).toEqual({ rnnBackwardF32: 1 })
})

test('a step of Adam over 60 large parameters is one kernel', () => {
  const params = Array.from({ length: 60 }, () => new nn.Parameter(randn([64, 64])))
  for (const p of params) p.grad = randn([64, 64])
  const optimizer = new optim.Adam(params)
  optimizer.step()
  kernelTimes()
  optimizer.step()
  expect(Object.values(calls(/./))).toEqual([1])
})
