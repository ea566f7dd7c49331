import { fromTypedArray, type Tensor, tensor } from '@tsorch/core'
import { expect, test } from 'vitest'
import { loadSafetensors, parseSafetensors, SafetensorError, serializeSafetensors } from '../src/index.js'
import { fileOf, info, libraryFile } from './files.js'

const numbers = (x: Tensor | undefined): number[] => Array.from(x!.toTypedArray() as ArrayLike<number | bigint>, Number)

test('a file of the reference library gives its tensors', async () => {
  const tensors = await loadSafetensors(libraryFile())
  const seen = Object.entries(tensors).map(([name, x]) => `${name} ${x.dtype.name} [${x.shape.join(', ')}]`)
  expect(seen.sort()).toEqual([
    'bf16 bfloat16 [5]',
    'bias float32 [3]',
    'bool bool [2]',
    'empty float32 [0, 2]',
    'f64 float64 [2]',
    'half float16 [2, 2]',
    'i32 int32 [3]',
    'i64 int64 [4]',
    'scalar float32 []',
    'u8 uint8 [5]',
    'weight float32 [3, 4]',
  ])
  expect(numbers(tensors.bf16)).toEqual([-2.9375, 0.337890625, -0.376953125, -0.80859375, 0.3203125])
  expect(numbers(tensors.half)).toEqual([1.0048828125, 1.94921875, 0.64599609375, -1.1123046875])
  expect(numbers(tensors.bias)).toEqual([-0.7855907678604126, 0.6799234747886658, -1.96846604347229])
  expect(numbers(tensors.f64)).toEqual([0.5197845697402954, -0.5353999733924866])
  expect(numbers(tensors.weight).slice(-1)).toEqual([2.13171124458313])
  expect(numbers(tensors.i64)).toEqual([0, 1, 2, 3])
  expect(numbers(tensors.i32)).toEqual([0, 1, 2])
  expect(numbers(tensors.u8)).toEqual([0, 1, 2, 3, 4])
  expect(numbers(tensors.bool)).toEqual([1, 0])
  expect(numbers(tensors.scalar)).toEqual([1.5])
})

test('written again, it has the same bytes', async () => {
  const file = libraryFile()
  const { metadata } = parseSafetensors(file)
  expect({ ...metadata }).toEqual({ format: 'pt' })
  expect(serializeSafetensors(await loadSafetensors(file), metadata)).toEqual(file)
})

test('every dtype comes back bit for bit, also NaN, infinities and the ends of int64', async () => {
  const bits = Uint16Array.of(0, 0x8000, 1, 0x7c00, 0xfc00, 0x7e01, 0x3c00)
  const tensors = {
    i8: fromTypedArray(Int8Array.of(-128, 127), [2]),
    i16: fromTypedArray(Int16Array.of(-32768, 32767, 0), [3, 1]),
    i64: fromTypedArray(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, -1n), [3]),
    f16: fromTypedArray(bits, [7], { dtype: 'float16' }),
    bf16: fromTypedArray(bits, [7], { dtype: 'bfloat16' }),
    f32: fromTypedArray(Float32Array.of(Number.NaN, -0, 1 / 0), [3]),
    f64: fromTypedArray(Float64Array.of(Number.NaN, -0, 5e-324), [3]),
    bool: fromTypedArray(Uint8Array.of(1, 0, 1), [3], { dtype: 'bool' }),
    empty: fromTypedArray(new Float32Array(0), [2, 0, 3]),
  }
  const file = serializeSafetensors(tensors)
  expect(serializeSafetensors(await loadSafetensors(file))).toEqual(file)
  const { tensors: views } = parseSafetensors(file)
  const words = (name: string): Uint8Array => views.find((view) => view.name === name)!.bytes.slice()
  expect(new Uint16Array(words('f16').buffer)).toEqual(bits)
  expect(new Uint16Array(words('bf16').buffer)).toEqual(bits)
  expect((await loadSafetensors(file)).i64!.toTypedArray()).toEqual(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, -1n))
})

test('a view is written row-major, the data begins at a multiple of 8, and a Map will do', async () => {
  const x = tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { dtype: 'float32' },
  )
  const file = serializeSafetensors(
    new Map([
      ['x', x.t()],
      ['one', x.select(0, 1)],
    ]),
    { note: 'größer \u{1f600}' },
  )
  const { tensors, metadata } = parseSafetensors(file)
  expect(metadata.note).toBe('größer \u{1f600}')
  expect(tensors[0]!.bytes.byteOffset % 8).toBe(0)
  const loaded = await loadSafetensors(file)
  expect(loaded.x!.shape).toEqual([3, 2])
  expect(numbers(loaded.x)).toEqual([1, 4, 2, 5, 3, 6])
  expect(numbers(loaded.one)).toEqual([4, 5, 6])
})

test('bytes may come as ArrayBuffer, as a window of a larger array, unaligned, or as a Blob', async () => {
  const file = libraryFile()
  const shifted = new Uint8Array(file.length + 3)
  shifted.set(file, 3)
  for (const source of [file.buffer, shifted.subarray(3), new DataView(shifted.buffer, 3), new Blob([file])]) {
    const tensors = await loadSafetensors(source, { device: 'cpu' })
    expect(numbers(tensors.f64)).toEqual([0.5197845697402954, -0.5353999733924866])
  }
  const unaligned = fileOf(
    { a: info('U8', [1], 0, 1), b: info('F64', [1], 1, 9) },
    Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 240, 63),
  )
  expect(numbers((await loadSafetensors(unaligned)).b)).toEqual([1])
  await expect(loadSafetensors(5 as unknown as Blob)).rejects.toThrow(TypeError)
})

test('names that mean something in JavaScript are names like others', async () => {
  const one = tensor([1], { dtype: 'float32' })
  const names = ['__proto__', 'constructor', 'toString', '0', '', 'a\u0000b', '"quoted"']
  const file = serializeSafetensors(
    names.map((name) => [name, one] as const),
    JSON.parse('{"__proto__": "text"}'),
  )
  const loaded = await loadSafetensors(file)
  expect(Object.keys(loaded).sort()).toEqual(names.sort())
  expect(Object.hasOwn(parseSafetensors(file).metadata, '__proto__')).toBe(true)
})

const accepted: Record<string, Uint8Array> = {
  'no tensors': fileOf('{}'),
  'spaces behind the header': fileOf('{}     '),
  'metadata that is null': fileOf({ __metadata__: null }),
  'unknown fields': fileOf({ a: { ...info('U8', [1], 0, 1), more: [1, { x: null }] } }, 1),
  'any order': fileOf({ b: info('U8', [1], 1, 2), a: info('U8', [1], 0, 1) }, 2),
  'empty tensors between others': fileOf(
    { b: info('U8', [0], 1, 1), a: info('U8', [1], 0, 1), c: info('U8', [1], 1, 2) },
    2,
  ),
  'a dtype of the format that has no tensor here': fileOf({ a: info('F8_E4M3', [3], 0, 3) }, 3),
}
for (const [what, file] of Object.entries(accepted)) {
  test(`accepted: ${what}`, () => expect(() => parseSafetensors(file)).not.toThrow())
}

const refused: [string, Uint8Array, string][] = [
  ['fewer than 8 bytes', Uint8Array.of(5, 0, 0), 'begins with 8 bytes of header length, but it has only 3 bytes'],
  ['nothing', new Uint8Array(0), 'only 0 bytes'],
  [
    'a header beyond the end',
    fileOf('{}', 0, 2 ** 24),
    'header of 16777216 bytes reaches beyond the end of the file, which has 10 bytes',
  ],
  [
    'a header too large',
    fileOf('{}', 0, 100_000_001),
    'header too large: 100000001 bytes, the format allows 100000000',
  ],
  ['a length that is no number', fileOf('{}', 0, 2 ** 63), 'header too large'],
  ['no header', fileOf(''), "must begin with '{'"],
  ['a space in front', fileOf(' {}'), "must begin with '{'"],
  ['a list', fileOf('[]'), "must begin with '{'"],
  ['a byte order mark', fileOf('\ufeff{}'), "must begin with '{'"],
  ['no JSON', fileOf('{not json'), 'the header is not JSON: expected a key at character 1'],
  ['text behind the object', fileOf('{} x'), 'the header is not JSON: unexpected text after the value'],
  ['zeros behind the object', fileOf('{}\u0000'), 'unexpected text after the value at character 2'],
  ['a header that ends early', fileOf('{"a":'), 'expected a value at character 5'],
  ['a comma too many', fileOf('{"a":1,}'), 'expected a key'],
  ['nesting without end', fileOf(`{"a":${'['.repeat(1000)}`), 'nested too deep'],
  ['an unterminated string', fileOf('{"a\\"'), 'unterminated string'],
  ['a control character in a string', fileOf('{"a\u0001":1}'), 'invalid string'],
  ['half a surrogate pair', fileOf('{"\\ud800":1}'), 'half a surrogate pair'],
  ['no UTF-8', fileOf(Uint8Array.of(123, 34, 255, 34, 58, 49, 125)), 'the header is not valid UTF-8'],
  ['a repeated name', fileOf('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{}}'), 'duplicate key "a"'],
  ['a repeated field', fileOf('{"a":{"dtype":"U8","dtype":"U8"}}'), 'duplicate key "dtype"'],
  ['a tensor that is no object', fileOf({ a: [] }), 'tensor "a" must be a JSON object'],
  ['metadata that is a list', fileOf({ __metadata__: [] }), '__metadata__ must be a JSON object'],
  ['metadata that is no text', fileOf({ __metadata__: { a: 1 } }), '__metadata__: the value of "a" must be a string'],
  ['no dtype', fileOf({ a: { shape: [1], data_offsets: [0, 1] } }, 1), 'tensor "a": dtype must be a string'],
  ['an unknown dtype', fileOf({ a: info('Q7', [1], 0, 1) }, 1), 'tensor "a": unknown dtype "Q7"'],
  ['a dtype named like a method', fileOf({ a: info('toString', [1], 0, 1) }, 1), 'unknown dtype "toString"'],
  ['no shape', fileOf({ a: { dtype: 'U8', data_offsets: [0, 1] } }, 1), 'tensor "a": shape must be a list of integers'],
  [
    'a negative size',
    fileOf({ a: info('U8', [-1], 0, 1) }, 1),
    'tensor "a": shape must hold integers >= 0, but has -1',
  ],
  ['half an element', fileOf({ a: info('U8', [0.5], 0, 1) }, 1), 'but has 0.5'],
  ['a size that is text', fileOf({ a: info('U8', ['1'], 0, 1) }, 1), 'but has "1"'],
  ['a shape that overflows', fileOf({ a: info('U8', [2 ** 40, 2 ** 40, 0], 0, 0) }), 'tensor "a": the size of shape'],
  [
    'three offsets',
    fileOf({ a: { dtype: 'U8', shape: [1], data_offsets: [0, 1, 2] } }, 2),
    'data_offsets must be [begin, end], but has 3 numbers',
  ],
  [
    'a range that ends before it begins',
    fileOf({ a: info('U8', [0], 1, 0) }, 1),
    'tensor "a": byte range [1, 0) ends before it begins',
  ],
  [
    'a range of another size',
    fileOf({ a: info('F32', [2], 0, 4) }, 4),
    'tensor "a": byte range [0, 4) has 4 bytes, but shape [2] of F32 takes 8',
  ],
  [
    'a range beyond the end',
    fileOf({ a: info('F32', [2], 0, 8) }, 4),
    'tensor "a": byte range [0, 8) reaches beyond the 4 bytes of data',
  ],
  [
    'overlapping ranges',
    fileOf({ a: info('U8', [4], 0, 4), b: info('U8', [4], 2, 6) }, 6),
    'tensor "b": byte range [2, 6) overlaps that of tensor "a"',
  ],
  [
    'an empty range inside another',
    fileOf({ a: info('U8', [2], 0, 2), b: info('U8', [0], 1, 1) }, 2),
    'tensor "b": byte range [1, 1) overlaps',
  ],
  [
    'a gap in front',
    fileOf({ a: info('U8', [2], 1, 3) }, 3),
    'tensor "a": bytes [0, 1) in front of it belong to no tensor',
  ],
  [
    'a gap',
    fileOf({ a: info('U8', [2], 0, 2), b: info('U8', [1], 3, 4) }, 4),
    'tensor "b": bytes [2, 3) in front of it belong to no tensor',
  ],
  [
    'bytes behind the last tensor',
    fileOf({ a: info('U8', [2], 0, 2) }, 5),
    'bytes [2, 5) of the data belong to no tensor',
  ],
]
for (const [what, file, message] of refused) {
  test(`refused: ${what}`, async () => {
    expect(() => parseSafetensors(file)).toThrow(SafetensorError)
    expect(() => parseSafetensors(file)).toThrow(message)
    await expect(loadSafetensors(file)).rejects.toThrow(`the given bytes: `)
    await expect(loadSafetensors(file)).rejects.toThrow(SafetensorError)
  })
}

test('a file with a dtype that has no place here is refused by its tensor', async () => {
  const file = fileOf({ a: info('U8', [1], 0, 1), b: info('U32', [1], 1, 5) }, 5)
  await expect(loadSafetensors(file)).rejects.toThrow('tensor "b": there is no dtype for U32, only for I64, F64')
})

test('what cannot be written is refused', () => {
  const x = tensor([1])
  expect(() => serializeSafetensors({ __metadata__: x })).toThrow('cannot have the name __metadata__')
  expect(() => serializeSafetensors({ 'a\ud800': x })).toThrow(SafetensorError)
  expect(() => serializeSafetensors({ a: x }, { note: '\udc00' })).toThrow('metadata "note"')
  expect(() =>
    serializeSafetensors([
      ['a', x],
      ['a', x],
    ]),
  ).toThrow('tensor "a" is given twice')
  expect(() => serializeSafetensors({ a: [1] as unknown as Tensor })).toThrow('tensor "a" is not a Tensor')
  expect(() => serializeSafetensors({ a: x }, { epoch: 3 as unknown as string })).toThrow(TypeError)
})
