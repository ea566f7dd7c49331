import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadSafetensors, parseSafetensors, SafetensorError } from '../src/index.js'
import { fileOf, libraryFile } from './files.js'

const numRuns = import.meta.env.TSORCH_TEST === 'full' ? 20_000 : 1_000

/** Either the file is whole and every view fits its shape, or it is refused in the one way. */
function wholeOrRefused(file: Uint8Array): void {
  let views: ReturnType<typeof parseSafetensors>['tensors']
  try {
    views = parseSafetensors(file).tensors
  } catch (error) {
    if (!(error instanceof SafetensorError)) throw error
    expect(error.message.length).toBeGreaterThan(10)
    return
  }
  for (const { shape, bytes } of views) {
    const count = shape.reduce((product, size) => product * size, 1)
    expect(count === 0 ? bytes.length : bytes.length % count).toBe(0)
  }
}

test('any bytes are refused or whole', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), wholeOrRefused), { numRuns })
})

test('a file with a few bytes changed is refused or whole', () => {
  const length = libraryFile().length
  const damage = fc.array(fc.tuple(fc.nat(length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(damage, (changes) => {
      const file = libraryFile()
      for (const [at, byte] of changes) file[at] = byte
      wholeOrRefused(file)
    }),
    { numRuns },
  )
})

test('a file cut short is refused, wherever', async () => {
  const file = libraryFile()
  for (let length = 0; length < file.length; length++) {
    expect(() => parseSafetensors(file.subarray(0, length))).toThrow(SafetensorError)
  }
  await expect(loadSafetensors(file.subarray(0, -1))).rejects.toThrow(SafetensorError)
})

test('any JSON header is refused or whole', () => {
  const size = fc.oneof(fc.nat(9), fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 53, 1e308, '1', null))
  const tensor = fc.record(
    {
      dtype: fc.oneof(fc.constantFrom('F32', 'U8', 'BOOL', 'I64', 'F8_E5M2', 'C64'), fc.string(), fc.nat(3)),
      shape: fc.oneof(fc.array(size, { maxLength: 4 }), fc.jsonValue()),
      data_offsets: fc.oneof(fc.tuple(size, size), fc.jsonValue()),
    },
    { requiredKeys: [] },
  )
  const header = fc.dictionary(fc.string({ maxLength: 3 }), fc.oneof(tensor, fc.jsonValue()), { maxKeys: 3 })
  fc.assert(
    fc.property(header, fc.nat(16), (value, bytes) => wholeOrRefused(fileOf(value, bytes))),
    { numRuns },
  )
})

test('any text behind the brace is refused or whole', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ',',
    ':',
    ' ',
    '\n',
    '1',
    '-',
    'e',
    '.',
    'true',
    'null',
    '"a"',
    '\\u12',
    '\u0000',
    'ü',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (text) => wholeOrRefused(fileOf(`{${text.join('')}`))),
    { numRuns },
  )
})
