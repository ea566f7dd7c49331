import { RuntimeError } from '@tsorch/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tarFiles } from '../src/datasets/tar.js'
import { tar } from './archives.js'

const files = {
  'a/': null,
  'a/one.bin': new Uint8Array(513).fill(1),
  'two.txt': new Uint8Array([2, 3]),
  empty: new Uint8Array(0),
}

test('reads the files of a tar archive', () => {
  const found = [...tarFiles(tar(files), 'x.tar')]
  expect(found.map(({ path, bytes }) => [path, bytes.length])).toEqual([
    ['a/one.bin', 513],
    ['two.txt', 2],
    ['empty', 0],
  ])
  expect(found[1]!.bytes).toEqual(new Uint8Array([2, 3]))
})

test.each([
  ['the end mark', -1024, 'truncated: the archive ends after 2048 bytes without its end mark'],
  ['all of a file', 1500, 'truncated: a file of 513 bytes begins at byte 1024, but there are only 1500'],
  ['everything', 0, 'truncated: the archive ends after 0 bytes'],
])('refuses an archive without %s', (_, end, message) => {
  const bytes = tar({ 'a/': null, 'a/one.bin': files['a/one.bin'] }).subarray(0, end)
  expect(() => [...tarFiles(bytes, 'x.tar')]).toThrow(RuntimeError)
  expect(() => [...tarFiles(bytes, 'x.tar')]).toThrow(`x.tar: ${message}`)
})

test('refuses other files, and damaged ones', () => {
  expect(() => [...tarFiles(new Uint8Array(1024).fill(65), 'x.tar')]).toThrow('x.tar: not a tar archive, or damaged')
  const whole = tar(files)
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, end) => {
      const bytes = whole.slice(0, end)
      if (at < end) bytes[at] = value
      try {
        for (const { bytes: found } of tarFiles(bytes, 'x.tar')) expect(found.length).toBeLessThanOrEqual(513)
      } catch (error) {
        expect(error).toBeInstanceOf(RuntimeError)
      }
    }),
    { numRuns: 500 },
  )
})
