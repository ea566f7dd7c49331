import { ones, tensor, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { Linear, Parameter, Sequential, utils } from '../src/index.js'
import { expectClose } from './close.js'

const { clipGradNorm_, clipGradValue_, clipGradsWithNorm_, getTotalNorm, parametersToVector, vectorToParameters } =
  utils

describe('clipping of gradients', () => {
  const withGrads = (): [Parameter, Parameter, Parameter] => {
    const [a, b, c] = [new Parameter(zeros([3])), new Parameter(zeros([1])), new Parameter(zeros([2]))]
    a.grad = tensor([3, 4, 0], { dtype: 'float32' })
    b.grad = tensor([12], { dtype: 'float32' })
    return [a, b, c]
  }

  test('by their norm', () => {
    const [a, b, c] = withGrads()
    expectClose(clipGradNorm_([a, b, c], 1), [13])
    expectClose(a.grad, [0.230769217, 0.307692289, 0])
    expectClose(b.grad, [0.923076868])
    expect(c.grad).toBeNull()
    // what is short enough stays
    expectClose(clipGradNorm_(new Set([a, b]), 5), [0.99999994])
    expectClose(a.grad, [0.230769217, 0.307692289, 0])
  })

  test.each([
    [1, 19, [0.157894716, 0.210526288, 0]],
    [Number.POSITIVE_INFINITY, 12, [0.249999985, 0.333333313, 0]],
    [3, 12.207056, [0.245759487, 0.327679306, 0]],
    [0, 2, [1.49999928, 1.99999905, 0]],
  ])('by their %s-norm', (normType, norm, grad) => {
    const [a, b] = withGrads()
    expectClose(clipGradNorm_([a, b], 1, normType), [norm])
    expectClose(a.grad, grad)
    const [c, d] = withGrads()
    expectClose(clipGradNorm_([c, d], 1, { normType }), [norm])
  })

  test('in its two steps', () => {
    const [a, b] = withGrads()
    const norm = getTotalNorm([a.grad!, b.grad!])
    clipGradsWithNorm_([a, b], 6.5, norm)
    expectClose(a.grad, [1.5, 2, 0])
    expectClose(getTotalNorm([]), [0])
    expectClose(clipGradNorm_([], 1), [0])
  })

  test('element by element', () => {
    const [a, b] = withGrads()
    a.grad!.neg_()
    clipGradValue_([a, b], 3.5)
    expectClose(a.grad, [-3, -3.5, 0])
    expectClose(b.grad, [3.5])
    clipGradValue_(b, 1)
    expectClose(b.grad, [1])
  })

  test('of what is not finite is refused if asked for', () => {
    const [a] = withGrads()
    a.grad!.fill_(Number.NaN)
    expect(() => clipGradNorm_(a, 1, { errorIfNonfinite: true })).toThrow(
      'The total norm of order 2 for gradients from `parameters` is non-finite, so it cannot be clipped.',
    )
    expect(clipGradNorm_(a, 1).item()).toBeNaN()
  })
})

describe('parameters as a vector', () => {
  test('go there and back', () => {
    const model = new Sequential(new Linear(2, 2), new Linear(2, 1))
    const vector = parametersToVector(model.parameters())
    expect(vector.shape).toEqual([9])
    vectorToParameters(vector.mul(0).add(2), model.parameters())
    expect(model(ones([1, 2])).tolist()).toEqual([[26]])
    expect([...model.parameters()].every((p) => p.requiresGrad && p.isLeaf)).toBe(true)
  })

  test('carry gradients', () => {
    const w = new Parameter(ones([2, 2]))
    parametersToVector([w])
      .mul(tensor([1, 2, 3, 4]))
      .sum()
      .backward()
    expect(w.grad!.tolist()).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  test('need enough elements', () => {
    const w = new Parameter(ones([2]))
    expect(() => vectorToParameters(ones([1]), [w])).toThrow(
      'the parameters have 2 elements, but the vector has only 1',
    )
    expect(() => vectorToParameters([1] as never, [w])).toThrow('expected torch.Tensor, but got: object')
  })
})
