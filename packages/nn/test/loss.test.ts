import { ones, tensor, zeros } from '@tsorch/core'
import { expect, test } from 'vitest'
import * as nn from '../src/index.js'
import { expectClose } from './close.js'

const x = tensor([
  [1, 2, 0.5],
  [0.1, -1, 2],
])
const classes = tensor([1, 0])

test('CrossEntropyLoss and NLLLoss', () => {
  const weight = tensor([1, 2, 3], { dtype: 'float32' })
  expectClose(new nn.CrossEntropyLoss(weight, { labelSmoothing: 0.1 })(x, classes), [1.09512246])
  expectClose(new nn.CrossEntropyLoss({ ignoreIndex: 1, reduction: 'sum' })(x, classes), [2.08178449])
  expectClose(new nn.NLLLoss({ reduction: 'none' })(x.logSoftmax(1), classes), [0.46436879, 2.08178449])
  expectClose(new nn.NLLLoss2d({ reduction: 'none' })(x.logSoftmax(1), classes), [0.46436879, 2.08178449])
})

test('the flags of old scripts', () => {
  expectClose(new nn.CrossEntropyLoss({ sizeAverage: false })(x, classes), [2.54615331])
  expectClose(new nn.CrossEntropyLoss({ reduce: false })(x, classes), [0.46436879, 2.08178449])
  expect(new nn.MSELoss({ sizeAverage: true }).reduction).toBe('mean')
})

test('losses of numbers', () => {
  const p = tensor([0.2, 0.9, 0.5])
  const q = tensor([0, 1, 1], { dtype: 'float32' })
  expectClose(new nn.BCELoss()(p, q), [0.340550423])
  expectClose(
    new nn.BCELoss(tensor([1, 2, 3], { dtype: 'float32' }), { reduction: 'none' })(p, q),
    [0.223143563, 0.21072109, 2.07944155],
  )
  expectClose(new nn.BCEWithLogitsLoss({ posWeight: tensor([2], { dtype: 'float32' }) })(p, q), [0.809533536])
  expectClose(new nn.MSELoss({ reduction: 'sum' })(p, q), [0.300000012])
  expectClose(new nn.L1Loss()(p, q), [0.266666681])
})

test('weights are buffers with PyTorch’s names', () => {
  const loss = new nn.BCEWithLogitsLoss(ones([1]), { posWeight: ones([2]) })
  expect([...loss.namedBuffers()].map(([name]) => name)).toEqual(['weight', 'pos_weight'])
  expect([...loss.parameters()]).toEqual([])
  expect(loss.double().posWeight!.dtype.name).toBe('float64')
  expect(Object.keys(new nn.CrossEntropyLoss().stateDict())).toEqual([])
  expect(String(loss)).toBe('BCEWithLogitsLoss()')
})

test('bad input is refused', () => {
  expect(() => new nn.CrossEntropyLoss({ reduction: 'average' as never })(x, classes)).toThrow(
    'average is not a valid value for reduction',
  )
  expect(() => new nn.CrossEntropyLoss({ labelSmoothing: 2 })(x, classes)).toThrow('label_smoothing must be between')
  expect(() => new nn.CrossEntropyLoss()(x, tensor([3, 0]))).toThrow('Target 3 is out of bounds.')
  expect(() => new nn.BCELoss()(tensor([0.5]), zeros([2]))).toThrow(/different to the input size/)
})
