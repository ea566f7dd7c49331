import { expect, test } from 'vitest'
import { autograd, logSoftmax, softmax } from '../src/index.js'
import { expectClose, leaf, wave } from './wave.js'

// torch 2.13, of `wave` times 3
const want = {
  float16: {
    softmax: [0.001904488, 0.7314453, 0.0004107952, 7.331371e-6, 0.03686523, 0.229248],
    softmaxGrad: [-0.005378723, -0.07092285, 0.0003299713, -1.579523e-5, -0.08453369, 0.1606445],
    logSoftmax: [-6.265625, -0.3127441, -7.796875, -11.82031, -3.300781, -1.472656],
    logSoftmaxGrad: [-1.621094, 0.1065063, 2.009766, -0.9501953, -1.137695, 1.592773],
  },
  bfloat16: {
    softmax: [0.001922607, 0.7304688, 0.0004138947, 7.390976e-6, 0.03759766, 0.2294922],
    softmaxGrad: [-0.005432129, -0.06982422, 0.0003356934, -1.597404e-5, -0.0859375, 0.1611328],
    logSoftmax: [-6.25, -0.3125, -7.78125, -11.8125, -3.28125, -1.46875],
    logSoftmaxGrad: [-1.617188, 0.1005859, 2.015625, -0.9492188, -1.140625, 1.585938],
  },
} as const

test.each(['float16', 'bfloat16'] as const)('softmax and its logarithm round %s where PyTorch does', (dtype) => {
  for (const [name, f] of Object.entries({ softmax, logSoftmax } as const)) {
    const x = wave([6], 0, dtype).mul(3).requiresGrad_()
    const y = f(x, 0)
    y.backward(wave([6], 5, dtype))
    expectClose(y, want[dtype][name as 'softmax' | 'logSoftmax'], 1e-6)
    expectClose(x.grad, want[dtype][`${name as 'softmax' | 'logSoftmax'}Grad`], 1e-6)
    expect([y.dtype.name, x.grad!.dtype.name]).toEqual([dtype, dtype])
  }
})

test('gradients agree with finite differences, twice', () => {
  const x = leaf([2, 3, 2], 0, 'float64')
  for (const f of [softmax, logSoftmax]) {
    for (const dim of [0, 1, 2]) {
      expect(autograd.gradcheck((t) => f(t, dim), [x])).toBe(true)
      expect(autograd.gradgradcheck((t) => f(t, dim), [x])).toBe(true)
    }
  }
})
