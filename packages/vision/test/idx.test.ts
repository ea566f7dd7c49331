import { RuntimeError } from '@tsorch/core'
import { parseIdx } from '@tsorch/vision'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeIdx, images } from './idx-files.js'

describe('parseIdx', () => {
  test.each([
    ['uint8', [2, 2], [0, 1, 128, 255]],
    ['int8', [3], [-128, 0, 127]],
    ['int16', [2, 1], [-32768, 258]],
    ['int32', [1, 1, 2], [-2147483648, 16909060]],
    ['float32', [3], [1.5, -0, Infinity]],
    ['float64', [2], [Math.PI, 5e-324]],
  ] as const)('reads %s', (dtype, shape, values) => {
    const array = parseIdx(encodeIdx(dtype, shape, values))
    expect(array.dtype).toBe(dtype)
    expect(array.shape).toEqual(shape)
    expect(Array.from(array.data as ArrayLike<number>)).toEqual(values)
  })

  test('reads out of the middle of a buffer and copies no bytes', () => {
    const padded = new Uint8Array(images.length + 7)
    padded.set(images, 5)
    const { data } = parseIdx(padded.subarray(5, 5 + images.length))
    expect(data).toEqual(images.subarray(16))
    expect(data.buffer).toBe(padded.buffer)
  })

  test('an empty array may have any other sizes', () => {
    const { shape, data } = parseIdx(encodeIdx('uint8', [0, 2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], []))
    expect(shape).toEqual([0, 2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1])
    expect(data).toHaveLength(0)
  })

  const magic = (...bytes: number[]) => new Uint8Array([...bytes, 0, 0, 0, 1, 42])
  test.each([
    ['nothing', new Uint8Array(0), /starts with 4 bytes of magic number, but there are only 0/],
    ['half a magic number', new Uint8Array([0, 0, 8]), /but there are only 3/],
    ['another kind of file', magic(0x89, 0x50, 0x4e, 0x47), /not an IDX file: the magic number is 89 50 4e 47/],
    ['an unknown type', magic(0, 0, 10, 1), /the magic number is 00 00 0a 01, but expected 00 00, a type of 08/],
    ['no dimension', magic(0, 0, 8, 0), /at least one dimension/],
    [
      'a header cut short',
      new Uint8Array([0, 0, 8, 3, 0, 0, 0, 1]),
      /header of 3 dimensions needs 16 bytes, .* only 8/,
    ],
    [
      'data cut short',
      images.subarray(0, -1),
      /truncated: uint8 of shape \[3, 2, 3\] needs 34 bytes, but there are 33/,
    ],
    ['left over bytes', new Uint8Array([...images, 0]), /left over at the end: .* needs 34 bytes, but there are 35/],
    [
      'sizes whose product overflows 32 bits to what is there',
      encodeIdx('uint8', [2 ** 16, 2 ** 16], []),
      /truncated: uint8 of shape \[65536, 65536\] needs 4294967308 bytes/,
    ],
    [
      'sizes whose product overflows 53 bits',
      encodeIdx('float64', [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], [1]),
      /truncated: float64 of shape \[4294967295, 4294967295, 4294967295\]/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseIdx(bytes, 'digits.idx')).toThrow(RuntimeError)
    expect(() => parseIdx(bytes, 'digits.idx')).toThrow(/^digits\.idx: /)
    expect(() => parseIdx(bytes, 'digits.idx')).toThrow(message)
  })

  test('damaged bytes give a RuntimeError or an array of the length that the sizes say', () => {
    const whole = encodeIdx('int16', [2, 3], [1, -2, 3, -4, 5, -6])
    const damage = fc.record({
      at: fc.nat(whole.length - 1),
      value: fc.nat(255),
      cut: fc.nat(whole.length),
      tail: fc.uint8Array({ maxLength: 4 }),
    })
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.uint8Array({ maxLength: 40 }).map((rest) => new Uint8Array([0, 0, 8, 2, 0, 0, 0, 3, ...rest])),
      damage.map(({ at, value, cut, tail }) => {
        const bytes = whole.slice()
        bytes[at] = value
        return new Uint8Array([...bytes.subarray(0, cut), ...tail])
      }),
    )
    fc.assert(
      fc.property(anything, (bytes) => {
        try {
          const { shape, data } = parseIdx(bytes)
          expect(data).toHaveLength(shape.reduce((n, size) => n * size, 1))
        } catch (error) {
          expect(error).toBeInstanceOf(RuntimeError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('what was written is read', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fc.integer({ min: -32768, max: 32767 })), (shape, stream) => {
        const count = shape.reduce((n, size) => n * size, 1)
        const values = [...stream.take(count)]
        const array = parseIdx(encodeIdx('int16', shape, values))
        expect(array.shape).toEqual(shape)
        expect([...array.data]).toEqual(values)
      }),
    )
  })
})
