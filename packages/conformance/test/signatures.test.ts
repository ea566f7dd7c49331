import { expect, test } from 'vitest'
import type { Encoded, EncodedArgs } from '../src/cases/encoded.js'
import { bind } from '../src/signatures/bind.js'
import { parseSignature, signaturesOf } from '../src/signatures/signature.js'
import { signatures } from '../src/signatures/table.js'

const x: Encoded = { tensor: 't0', dtype: 'float32', shape: [2, 3] }
const float = (value: number): Encoded => ({ float: value })

function bound(path: string, args: readonly Encoded[], kwargs: EncodedArgs = {}) {
  const call = bind(signaturesOf(path), args, kwargs)
  return {
    positional: call.positional,
    options: Object.fromEntries(call.options),
    matched: call.signature !== undefined,
  }
}

test('every signature of the table can be parsed', () => {
  for (const path of Object.keys(signatures)) {
    const found = signaturesOf(path)
    expect(found.length, path).toBeGreaterThan(0)
    for (const { parameters } of found) {
      expect(new Set(parameters.map((p) => p.name)).size, path).toBe(parameters.length)
    }
  }
})

test('a signature has kinds, defaults, keyword-only and variadic parameters', () => {
  const { parameters, variadic } = parseSignature('T self, i[1]? dim=[-2, -1], *, b keepdim=False, s mode="a"')
  expect(variadic).toBeUndefined()
  expect(parameters).toEqual([
    { name: 'self', kind: 'T', single: false, nullable: false, fallback: undefined, keywordOnly: false },
    { name: 'dim', kind: 'i[]', single: true, nullable: true, fallback: '[-2, -1]', keywordOnly: false },
    { name: 'keepdim', kind: 'b', single: false, nullable: false, fallback: 'False', keywordOnly: true },
    { name: 'mode', kind: 's', single: false, nullable: false, fallback: '"a"', keywordOnly: true },
  ])
  expect(parseSignature('*tensors, _ indexing=None').variadic).toBe('tensors')
})

test('required arguments stay positional, others become options', () => {
  expect(bound('torch.add', [x, x], { alpha: 2 })).toEqual({ positional: [x, x], options: { alpha: 2 }, matched: true })
  expect(bound('torch.topk', [x, 2, 1, false])).toEqual({
    positional: [x, 2],
    options: { dim: 1, largest: false },
    matched: true,
  })
  expect(bound('torch.nn.functional.dropout', [x, float(0.5), true]).options).toEqual({ p: float(0.5), training: true })
  expect(bound('torch.nn.Conv2d', [1, 10, 5, 2], { bias: false })).toEqual({
    positional: [1, 10, 5],
    options: { stride: 2, bias: false },
    matched: true,
  })
})

test('overloads are told apart by number and kind of arguments', () => {
  expect(bound('torch.max', [x])).toEqual({ positional: [x], options: {}, matched: true })
  expect(bound('torch.max', [x, 1, true])).toEqual({ positional: [x, 1], options: { keepdim: true }, matched: true })
  expect(bound('torch.max', [x, x])).toEqual({ positional: [x, x], options: {}, matched: true })
  expect(bound('torch.std', [x, false])).toEqual({ positional: [x], options: { unbiased: false }, matched: true })
  expect(bound('torch.std', [x], { dim: null, correction: 0 })).toEqual({
    positional: [x],
    options: { correction: 0 },
    matched: true,
  })
  expect(bound('torch.arange', [3], { end: float(6) })).toEqual({
    positional: [3, float(6)],
    options: {},
    matched: true,
  })
})

test('a method has the signature of its function without the tensor', () => {
  expect(bound('Tensor.add', [x], { alpha: 2 })).toEqual({ positional: [x], options: { alpha: 2 }, matched: true })
  expect(bound('Tensor.where', [x, 0])).toEqual({ positional: [x, 0], options: {}, matched: true })
})

test('sizes may be given one by one where they are all there is', () => {
  expect(bound('Tensor.view', [2, -1]).positional).toEqual([[2, -1]])
  expect(bound('torch.zeros', [2, 3], { dtype: { dtype: 'float64' } })).toEqual({
    positional: [[2, 3]],
    options: { dtype: { dtype: 'float64' } },
    matched: true,
  })
  // torch.permute takes its tensor first, so that a list has to be one
  expect(bound('torch.permute', [x, [1, 0]]).positional).toEqual([x, [1, 0]])
})

test('tensors after a star are passed on one by one', () => {
  expect(bound('torch.meshgrid', [x, x], { indexing: 'ij' })).toEqual({
    positional: [x, x],
    options: { indexing: 'ij' },
    matched: true,
  })
})

test('what has one value here is left out', () => {
  expect(bound('torch.empty', [[2]], { layout: { layout: 'strided' }, pin_memory: false, out: null }).options).toEqual(
    {},
  )
  expect(bound('torch.clone', [x], { memory_format: { memory_format: 'preserve_format' } }).options).toEqual({})
  expect(bound('torch.clone', [x], { memory_format: { memory_format: 'channels_last' } }).options).not.toEqual({})
})

test('a call that fits no signature keeps its arguments as they are', () => {
  expect(bound('torch.clamp_max', ['a', x], { wrong: 1 })).toEqual({
    positional: ['a', x],
    options: { wrong: 1 },
    matched: false,
  })
})

test('a device by name is told from other strings', () => {
  expect(bound('Tensor.to', ['cpu', { dtype: 'float64' }]).positional).toEqual([
    { device: 'cpu' },
    { dtype: 'float64' },
  ])
  expect(bound('torch.empty', [[2]], { device: 'cpu' }).options).toEqual({ device: { device: 'cpu' } })
})

test('NumPy names are understood', () => {
  expect(bound('torch.sum', [x], { axis: 1, keepdims: true })).toEqual({
    positional: [x, 1],
    options: { keepdim: true },
    matched: true,
  })
})
