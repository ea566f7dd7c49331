import { Tensor } from '@tsorch/core'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { CheckpointError, load, serialize } from '../src/index.js'
import { archiveFile, checkpointOf, latin1, legacyFile } from './checkpoint-files.js'

const isFull = import.meta.env.TSORCH_TEST === 'full'
const numRuns = isFull ? 10_000 : 400
if (isFull) vi.setConfig({ testTimeout: 120_000 })

/** The content of a file, or null if it is refused in the one way. */
async function contentOrRefusal(file: Uint8Array): Promise<unknown> {
  try {
    return await load(file)
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error
    expect(error.message.length).toBeGreaterThan(20)
    return null
  }
}

/** Everything about a value, as text. */
function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (item instanceof Tensor)
      return [item.dtype.name, item.shape, item.stride(), item.storageOffset(), item.requiresGrad, item.tolist()].map(
        String,
      )
    if (item instanceof Map || item instanceof Set) return ['in order', ...item]
    return typeof item === 'bigint' ? `${item}n` : item
  })
}

const { value: anyValue } = fc.letrec((tie) => {
  const key = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.string({ unit: 'binary' }), fc.constant(null))
  return {
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double(),
      fc.bigInt().filter((n) => !Number.isSafeInteger(Number(n))),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 9 }).map((bytes) => new Uint8Array(bytes)),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => Object.freeze(items)),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }).map((object) => ({ ...object })),
      // with a key that is no string: else it would come back as an object
      fc
        .array(fc.tuple(key, tie('value')), { maxLength: 3 })
        .map((entries) => new Map([[7 as unknown, 1 as unknown], ...entries])),
      fc.array(key, { maxLength: 4 }).map((items) => new Set(items)),
    ),
  }
})

test('any value comes back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(anyValue, async (value) => {
      expect(await load(serialize(value))).toStrictEqual(value)
    }),
    { numRuns },
  )
})

test('a file with a few bytes changed is refused, or gives the same', async () => {
  const file = await archiveFile()
  const content = fingerprint(await load(file))
  const damage = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      const damaged = file.slice()
      for (const [at, byte] of changes) damaged[at] = byte
      const found = await contentOrRefusal(damaged)
      if (found !== null) expect(fingerprint(found)).toBe(content)
    }),
    { numRuns },
  )
})

test('a file in the older format with a few bytes changed is refused or whole', async () => {
  const file = legacyFile()
  const damage = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      const damaged = file.slice()
      for (const [at, byte] of changes) damaged[at] = byte
      await contentOrRefusal(damaged)
    }),
    { numRuns },
  )
})

test('a file cut short is refused, wherever', async () => {
  for (const file of [await archiveFile(), legacyFile()]) {
    for (let length = 0; length < file.length; length += length % 50 === 0 ? 1 : 7)
      expect(await contentOrRefusal(file.subarray(0, length))).toBe(null)
  }
})

test('any program of a pickle is refused or read', async () => {
  const pieces = fc.constantFrom(
    ...[
      '(',
      ')',
      ']',
      '}',
      '\x8f',
      'N',
      '\x88',
      'K\u0001',
      'M\0\u0001',
      'X\u0001\0\0\0a',
      'q\0',
      'h\0',
      '\x94',
      'a',
      'e',
      's',
    ],
    ...[
      'u',
      't',
      '\x85',
      '\x86',
      '\x87',
      '0',
      '1',
      'l',
      'd',
      '\x90',
      '\x91',
      'Q',
      'R',
      'b',
      '\x81',
      '\x93',
      '\x8a\u0001\xff',
    ],
    ...[
      'ccollections\nOrderedDict\n',
      'c__builtin__\nset\n',
      'ctorch\nSize\n',
      'c_codecs\nencode\n',
      'ctorch\nFloatStorage\n',
    ],
    ...[
      'ctorch._utils\n_rebuild_tensor_v2\n',
      'ctorch._utils\n_rebuild_parameter\n',
      'ctorch._tensor\n_rebuild_from_type_v2\n',
    ],
    ...[
      'X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\0aX\u0003\0\0\0cpuK\u0004',
      'ctorch\ndevice\n',
      'ctorch\nint8\n',
    ],
  )
  const records = { 'x/data/a': new Uint8Array(16) }
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 25 }), async (program) => {
      await contentOrRefusal(checkpointOf(latin1(`\x80\u0002${program.join('')}.`), records))
    }),
    { numRuns: 2 * numRuns },
  )
})

test('any bytes are refused', async () => {
  const start = fc.constantFrom(
    '',
    'PK\u0003\u0004',
    'PK\u0005\u0006',
    '\x80\u0002',
    '\x80\u0002\x8a\nl\xfc\x9cF\xf9 j\xa8P\u0019.',
  )
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array({ maxLength: 64 }), async (first, rest) => {
      expect(await contentOrRefusal(Uint8Array.from([...latin1(first), ...rest]))).toBe(null)
    }),
    { numRuns },
  )
})
