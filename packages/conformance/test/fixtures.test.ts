import { expect, test } from 'vitest'
import { camelCase } from '../src/calls/names.js'
import { number, scalar } from '../src/cases/encoded.js'
import { argumentRecords, Group, records } from '../src/cases/group.js'
import { bfloat16ToNumber, float16ToNumber } from '../src/cases/half.js'
import { openTensors } from '../src/cases/safetensors.js'

/** A tensor file with the given arrays. */
function tensorFile(
  entries: Readonly<Record<string, readonly [dtype: string, shape: readonly number[], data: ArrayBufferView]>>,
): Uint8Array {
  const header: Record<string, object> = {}
  const parts: Uint8Array[] = []
  let end = 0
  for (const [name, [dtype, shape, data]] of Object.entries(entries)) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    header[name] = { dtype, shape, data_offsets: [end, end + bytes.length] }
    end += bytes.length
    parts.push(bytes)
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  const file = new Uint8Array(8 + json.length + end)
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true)
  file.set(json, 8)
  let at = 8 + json.length
  for (const part of parts) {
    file.set(part, at)
    at += part.length
  }
  return file
}

const manifest = (cases: readonly { id: string }[] = []) => ({
  group: 'test',
  default_tol: { float32: { rtol: 1e-3, atol: 1e-4 } },
  cases,
})

test('tensors are read in their own types', () => {
  const file = openTensors(
    tensorFile({
      a: ['F32', [3], Float32Array.of(1.5, -2, 3)],
      b: ['I64', [2], BigInt64Array.of(2n ** 60n, -1n)],
      c: ['BOOL', [2], Uint8Array.of(1, 0)],
    }),
  )
  expect(file.read('a')).toEqual(Float32Array.of(1.5, -2, 3))
  expect(file.read('b')).toEqual(BigInt64Array.of(2n ** 60n, -1n))
  expect(file.read('c')).toEqual(Uint8Array.of(1, 0))
  expect(() => file.read('d')).toThrow('no tensor d')
})

test('damaged tensor files are refused', () => {
  expect(() => openTensors(new Uint8Array(3))).toThrow('too few')
  expect(() => openTensors(Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0, 123))).toThrow('passes the end')
})

test('values follow strides and offset, halves are converted, int64 stays exact', () => {
  const group = new Group(
    manifest(),
    tensorFile({
      a: ['F32', [7], Float32Array.of(0, 1, 2, 3, 4, 5, 6)],
      h: ['F16', [3], Uint16Array.of(0x3c00, 0xc000, 0x7c00)],
      i: ['I64', [1], BigInt64Array.of(2n ** 62n)],
    }),
  )
  expect([...group.values({ tensor: 'a', dtype: 'float32', shape: [2, 3], strides: [1, 2], offset: 1 })]).toEqual([
    1, 3, 5, 2, 4, 6,
  ])
  expect([...group.values({ tensor: 'a', dtype: 'float32', shape: [2, 2], strides: [0, 1], offset: 0 })]).toEqual([
    0, 1, 0, 1,
  ])
  expect([...group.values({ tensor: 'h', dtype: 'float16', shape: [3] })]).toEqual([1, -2, Number.POSITIVE_INFINITY])
  expect(group.values({ tensor: 'i', dtype: 'int64', shape: [1] })).toEqual(BigInt64Array.of(2n ** 62n))
})

test('tolerances: of the case, of the dtype, none for integers', () => {
  const group = new Group(manifest(), tensorFile({}))
  const tol = { rtol: 0.1, atol: 0.2 }
  expect(group.tolerance({ tol }, 'float32')).toEqual(tol)
  expect(group.tolerance({}, 'float32')).toEqual({ rtol: 1e-3, atol: 1e-4 })
  expect(group.tolerance({ tol }, 'int64')).toEqual({ rtol: 0, atol: 0 })
})

test('drift does not hold for groups recorded with 2.x', () => {
  const drift = { cases: { 'repr/1': { text: 'new' } } }
  expect(new Group({ ...manifest(), group: 'repr' }, tensorFile({}), drift).drift).toEqual(drift)
  expect(new Group({ ...manifest(), group: 'torch2.repr' }, tensorFile({}), drift).drift.cases).toEqual({})
})

test('what is no manifest is refused', () => {
  expect(() => new Group({} as never, tensorFile({}))).toThrow('no group or no cases')
})

test('numbers that JSON cannot spell', () => {
  expect(scalar({ float: 'nan' })).toBeNaN()
  expect(scalar({ float: '-inf' })).toBe(Number.NEGATIVE_INFINITY)
  expect(scalar({ int: '9223372036854775807' })).toBe(9223372036854775807n)
  expect(scalar(3)).toBe(3)
  expect(scalar('3')).toBeUndefined()
  expect(() => number('3')).toThrow('expected a number')
})

test('half precision', () => {
  expect([0x3c00, 0xbc00, 0x0001, 0x7bff, 0x7c00, 0xfc00].map(float16ToNumber)).toEqual([
    1,
    -1,
    2 ** -24,
    65504,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ])
  expect(float16ToNumber(0x7e00)).toBeNaN()
  expect([0x3f80, 0xc000, 0x3fc0].map(bfloat16ToNumber)).toEqual([1, -2, 1.5])
})

test('paths of tensors', () => {
  const t = (tensor: string) => ({ tensor, dtype: 'float32', shape: [1] })
  const args = [t('a'), [t('b'), 1], { tuple: [t('c')] }, { pack_padded_sequence: { input: t('d'), lengths: [1] } }]
  expect([...argumentRecords(args as never, { weight: t('e') })].map(([path, r]) => [path, r.tensor])).toEqual([
    ['args.0', 'a'],
    ['args.1.0', 'b'],
    ['args.2.0', 'c'],
    ['args.3.input', 'd'],
    ['kwargs.weight', 'e'],
  ])
  expect([...records({ tuple: [{ packed_sequence: { data: t('x') } }] }, 'output')].map(([path]) => path)).toEqual([
    'output.0.data',
  ])
})

test('the naming rule', () => {
  const names = {
    index_add_: 'indexAdd_',
    max_pool2d: 'maxPool2d',
    atleast_1d: 'atleast1d',
    Conv2d: 'Conv2d',
    T_max: 'TMax',
    T_0: 'T0',
    std_mean: 'stdMean',
    vgg11_bn: 'vgg11Bn',
    wide_resnet50_2: 'wideResnet50_2',
    regnet_y_1_6gf: 'regnetY1_6gf',
    t_: 't_',
  }
  for (const [python, ours] of Object.entries(names)) expect(camelCase(python)).toBe(ours)
})
