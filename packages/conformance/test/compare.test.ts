import { expect, test } from 'vitest'
import { expectError } from '../src/compare/errors.js'
import { compareExactly, compareValues } from '../src/compare/values.js'
import { NotCovered } from '../src/library.js'
import { crc32 } from '../src/parity/crc32.js'
import { parseInit, parseModule } from '../src/parity/init-names.js'
import { formatReport } from '../src/report.js'

const exact = { rtol: 0, atol: 0 }

class RuntimeError extends Error {
  override name = 'RuntimeError'
}
class IndexError extends Error {
  override name = 'IndexError'
}
class NotImplementedError extends RuntimeError {
  override name = 'NotImplementedError'
}

test('values: NaN equals NaN, zeros have no sign, infinities are exact', () => {
  const want = Float64Array.of(Number.NaN, 0, Number.POSITIVE_INFINITY, 1)
  expect(compareValues([Number.NaN, -0, Number.POSITIVE_INFINITY, 1], want, exact)).toBeNull()
  expect(compareValues([Number.NaN, 0, 1e308, 1], want, { rtol: 1, atol: 1 })).toContain('[2]')
  expect(compareValues([Number.NaN, 0, Number.POSITIVE_INFINITY, Number.NaN], want, { rtol: 1, atol: 1 })).toContain(
    '[3]',
  )
  expect(compareValues([1], want, exact)).toContain('1 elements instead of 4')
})

test('values: tolerance is relative and absolute', () => {
  expect(compareValues([101], Float64Array.of(100), { rtol: 0.01, atol: 0 })).toBeNull()
  expect(compareValues([101.01], Float64Array.of(100), { rtol: 0.01, atol: 0 })).not.toBeNull()
})

test('values: int64 counts to the last digit', () => {
  expect(compareValues(BigInt64Array.of(2n ** 60n + 1n), BigInt64Array.of(2n ** 60n), exact)).not.toBeNull()
  expect(compareValues(BigInt64Array.of(5n), Float64Array.of(5), exact)).toBeNull()
  expect(compareValues(BigInt64Array.of(5n), Float64Array.of(Number.NaN), exact)).not.toBeNull()
})

test('values: unchanged means every bit', () => {
  expect(compareExactly([0], [-0])).not.toBeNull()
  expect(compareExactly([Number.NaN], [Number.NaN])).toBeNull()
})

test('errors: kind and facts must be there', () => {
  const expected = { type: 'RuntimeError', message: 'mat1 and mat2 shapes cannot be multiplied (2x3 and 2x4)' }
  const check = (error: unknown) => () => expectError(error, expected, 'matmul')
  expect(check(new RuntimeError(expected.message))).not.toThrow()
  expect(check(new RuntimeError('mat1 and mat2 shapes cannot be multiplied (2x3 and 3x4)'))).not.toThrow()
  expect(check(new RuntimeError('mat1 and mat2 shapes cannot be multiplied'))).toThrow('lacks')
  expect(check(new RuntimeError('2 3 2 4'))).toThrow('words')
  expect(check(new TypeError(expected.message))).toThrow('instead of a RuntimeError')
  expect(check('a string')).toThrow('no Error')
  expect(check(new NotImplementedError('later'))).toThrow(NotCovered)
})

test("errors: PyTorch's refusal of a dtype is no missing feature", () => {
  const expected = { type: 'RuntimeError', message: '"pow" not implemented for \'Bool\'' }
  expect(() => expectError(new NotImplementedError(expected.message), expected, 'torch.pow')).not.toThrow()
})

test('errors: dtypes by either name, Python positions do not count', () => {
  const wanted = { type: 'TypeError', message: "atan2(): argument 'other' (position 2) must be Tensor, not int" }
  expect(() =>
    expectError(new TypeError("atan2(): argument 'other' must be Tensor, but got 2"), wanted, 'torch.atan2'),
  ).not.toThrow()
  expect(() => expectError(new TypeError('atan2(): argument must be Tensor'), wanted, 'torch.atan2')).toThrow('other')
  const dtype = { type: 'RuntimeError', message: 'expected scalar type Long but found Float' }
  expect(() => expectError(new RuntimeError('expected scalar type int64 but found float32'), dtype, 'x')).not.toThrow()
  expect(() => expectError(new RuntimeError('expected another scalar type but found Float'), dtype, 'x')).toThrow(
    'Long',
  )
})

test('errors: 2.x wording and classes', () => {
  const recorded = { type: 'RuntimeError', message: 'Trying to create tensor with negative dimension -1: [-1]' }
  expect(() =>
    expectError(new RuntimeError('zeros: Dimension size must be non-negative.'), recorded, 'torch.zeros'),
  ).not.toThrow()
  expect(() => expectError(new RuntimeError(recorded.message), recorded, 'torch.zeros')).not.toThrow()
  expect(() => expectError(new IndexError(recorded.message), recorded, 'torch.zeros')).toThrow('instead of')
})

test("errors: PyTorch's own regular expression", () => {
  const expected = { type: 'RuntimeError', message: 'something else 7', regex: 'dim \\d is wrong' }
  expect(() => expectError(new RuntimeError('dim 3 is wrong'), expected, 'x')).not.toThrow()
})

test('crc32 is that of zlib', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe('cbf43926')
  expect(crc32(new Uint8Array(0))).toBe('00000000')
})

test('names of initialisations', () => {
  expect(parseModule('Conv2d(4,8,3,groups=2,bias=False)')).toEqual({
    name: 'Conv2d',
    args: [4, 8, 3],
    kwargs: { groups: 2, bias: false },
  })
  expect(parseModule('LSTM(5,6,2,bidirectional)')).toEqual({
    name: 'LSTM',
    args: [5, 6, 2],
    kwargs: { bidirectional: true },
  })
  expect(parseModule('TransformerEncoder(layer(8,2,16),2)').args).toEqual([
    { module: 'torch.nn.TransformerEncoderLayer', args: [8, 2, 16], kwargs: {} },
    2,
  ])
  expect(parseInit('kaiming_normal_ leaky .2 (3,4)')).toEqual({
    name: 'kaiming_normal_',
    args: [],
    kwargs: { nonlinearity: 'leaky_relu', a: { float: 0.2 } },
  })
  expect(parseInit('uniform_(-2,3) (3,5)')).toEqual({ name: 'uniform_', args: [-2, 3], kwargs: {} })
  expect(() => parseInit('xavier_uniform_ upside_down (3,5)')).toThrow(NotCovered)
})

test('the report names what failed and counts what is missing', () => {
  const report = formatReport('golden', [
    { group: 'a', id: 'x/0', subject: 'x', status: 'passed' },
    { group: 'a', id: 'x/1', subject: 'x', status: 'failed', message: `wrong ${'y'.repeat(300)}` },
    { group: 'b', id: 'z/0', subject: 'z', status: 'not covered', message: 'torch.z' },
    { group: 'b', id: 'z/1', subject: 'z', status: 'superseded', message: 'z draws otherwise' },
  ])
  expect(report.split('\n').at(-1)).toBe('golden: 1 passed, 1 failed, 1 not covered, 1 superseded')
  expect(report).toContain('z draws otherwise (1)')
  expect(report).toContain('a x/1: wrong y')
  expect(report).toContain('torch.z (1)')
  expect(Math.max(...report.split('\n').map((line) => line.length))).toBeLessThan(230)
})
