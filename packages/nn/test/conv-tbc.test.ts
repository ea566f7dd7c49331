import { expect, test } from 'vitest'
import { functional as F } from '../src/index.js'
import { expectClose } from './close.js'
import { leaf, wave } from './wave.js'

test('convTbc and its gradients, as torch 2.13 computes them', () => {
  const [x, weight, bias] = [leaf([3, 2, 2]), leaf([2, 2, 3], 1), leaf([3], 2)]
  const out = F.convTbc(x, weight, bias, 1)
  expect(out.shape).toEqual([4, 2, 3])
  out.backward(wave([4, 2, 3], 5))
  expectClose(out.select(0, 1), [-1.117864, 3.781838, 4.727698, 4.387712, -4.492476, -5.125653], 1e-5)
  const ofInput = [
    8.976478, -0.08095574, 12.07662, 5.771455, 1.242945, 5.252869, -10.04698, -0.9915695, -7.747977, -5.193502,
    5.279884, -2.125536,
  ]
  expectClose(x.grad, ofInput, 1e-5)
  expectClose(bias.grad, [-0.3145707, 0.4268357, 5.623033], 1e-5)
  expect(F.convTbc(x, weight, bias).shape).toEqual([2, 2, 3])
  expect(() => F.convTbc(x, wave([2, 5, 3]), bias)).toThrow('is not == dim 1 in the weight tensor: got 2 and 5')
  expect(() => F.convTbc(x.select(0, 0), weight, bias)).toThrow('Input must have 3 dims')
  expect(() => F.convTbc(x, weight, wave([2]))).toThrow('Bias size must equal dim 2')
})
