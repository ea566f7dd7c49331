import * as core from '@tsorch/core'
import { expect, test } from 'vitest'
import { Group } from '../src/cases/group.js'
import { runGroup } from '../src/run.js'
import type { CaseResult } from '../src/verdict.js'

const { tensor } = core

/** Runs a case of a file for which the library gives `loaded`. */
async function run(c: object, loaded: () => unknown): Promise<CaseResult> {
  const header = JSON.stringify({ t: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } })
  const tensors = new Uint8Array(8 + header.length + 16)
  new DataView(tensors.buffer).setBigUint64(0, BigInt(header.length), true)
  tensors.set(new TextEncoder().encode(header), 8)
  tensors.set(new Uint8Array(Float32Array.of(1, 3, 2, 4).buffer), 8 + header.length)
  const cases = [{ id: 'file:x', kind: 'file', file: 'files/x', format: 'torch_zip', ...c }]
  const readFile = async (path: string): Promise<Uint8Array> => new TextEncoder().encode(path)
  const group = new Group({ group: 'files', default_tol: {}, cases }, tensors, undefined, readFile)
  const load = async (bytes: Uint8Array): Promise<unknown> => {
    expect(new TextDecoder().decode(bytes)).toBe('files/x')
    return loaded()
  }
  const [result] = await runGroup(group, { library: { ...core, io: { load } } })
  return result!
}

/** What a right file holds: two tensors on one storage, one of them transposed. */
const record = {
  tensor: 't',
  dtype: 'float32',
  shape: [2, 2],
  strides: [1, 2],
  storage_offset: 0,
  storage: 0,
  storage_elements: 4,
}
const expected = {
  ordered_dict: [
    ['a', record],
    ['b', { parameter: { ...record, requires_grad: true } }],
    [
      'n',
      {
        dict: [
          [1, { float: 'nan' }],
          [{ tuple: [1, 2] }, { set: [2, 1] }],
        ],
      },
    ],
    ['bytes', { bytes_hex: '00ff' }],
    ['size', { size: [2, 3] }],
    ['big', { int: '9007199254740993' }],
    ['device', { device: 'cpu' }],
    ['dtype', { dtype: 'int64' }],
  ],
}

function right() {
  const a = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype: 'float32' },
  ).t()
  // biome-ignore lint/suspicious/noExplicitAny: to be broken below in any way
  const value: Record<string, any> = {
    a,
    b: a.detach().requiresGrad_(),
    n: new Map<unknown, unknown>([
      [1, Number.NaN],
      [[1, 2], new Set([1, 2])],
    ]),
    bytes: Uint8Array.of(0, 255),
    size: [2, 3],
    big: 9007199254740993n,
    device: 'cpu',
    dtype: core.int64,
  }
  return value
}

test('what is right passes', async () => {
  expect(await run({ expect: expected }, right)).toMatchObject({ subject: 'torch_zip', status: 'passed' })
})

test.each<[string, (value: ReturnType<typeof right>) => void, string]>([
  ['a value', (v) => v.a.select(0, 0).fill_(7), 'content.a[0] is 7 instead of 1'],
  ['strides', (v) => (v.a = v.a.contiguous()), 'strides of content.a'],
  ['sharing', (v) => (v.b = v.a.t().clone().t().requiresGrad_()), 'content.b has memory of its own'],
  ['requiresGrad', (v) => (v.b = v.a), 'requiresGrad of content.b'],
  ['a kind', (v) => (v.n = {}), 'content.n is {} instead of a Map'],
  ['a key', (v) => v.n.delete(1), 'size of content.n'],
  ['an item', (v) => v.size.push(4), 'length of content.size'],
  [
    'a set',
    (v) =>
      (v.n = new Map([
        [1, Number.NaN],
        [[1, 2] as unknown, new Set([1]) as unknown],
      ])),
    'length of content.n.1',
  ],
  ['bytes', (v) => (v.bytes = Uint8Array.of(0)), 'content.bytes is "00"'],
  ['a number', (v) => (v.big = 9007199254740994n), 'content.big is 9007199254740994'],
  ['a dtype', (v) => (v.dtype = core.int32), 'content.dtype is "int32"'],
  ['a name', (v) => delete v.device, 'keys of content'],
])('%s that is wrong fails', async (_, breaks, message) => {
  const loaded = (): unknown => {
    const value = right()
    breaks(value)
    return value
  }
  const result = await run({ expect: expected }, loaded)
  expect(result.status).toBe('failed')
  expect(result.message).toContain(message)
})

test('a file that is to be refused must be, by an error that was meant', async () => {
  const refused = (error: unknown) => run({ reject: 'it is damaged' }, () => Promise.reject(error))
  expect(await refused(new core.ValueError('it has no end'))).toMatchObject({ status: 'passed' })
  expect(await refused(new TypeError('x is undefined'))).toMatchObject({
    message: expect.stringContaining('fell over'),
  })
  expect(await refused('no')).toMatchObject({ message: expect.stringContaining('is no Error') })
  expect(await run({ reject: 'it is damaged' }, right)).toMatchObject({
    message: 'was loaded, but is to be refused: it is damaged',
  })
  expect(await run({ expect: 1 }, () => Promise.reject(new Error('broken')))).toMatchObject({
    status: 'failed',
    message: 'broken',
  })
})

test('a format or a package that is not there is not covered', async () => {
  expect(await run({ format: 'npy', expect: 1 }, right)).toMatchObject({ status: 'not covered' })
})
