import { RuntimeError } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { gunzip, gunzipStream } from '../src/datasets/gzip.js'
import { gzip, images } from './idx-files.js'

describe.each([
  ['node:zlib where there is one', gunzip],
  ['DecompressionStream', gunzipStream],
])('gzip by %s', (_, unpack) => {
  test('unpacks', async () => {
    expect([...(await unpack(await gzip(images), 'images.gz'))]).toEqual([...images])
  })

  test('says so when the file is cut short', async () => {
    const packed = await gzip(images)
    for (const length of [2, 5, 12, packed.length - 8, packed.length - 1]) {
      const result = unpack(packed.subarray(0, length), 'images.gz')
      await expect(result, `${length} bytes`).rejects.toThrow(RuntimeError)
      await expect(result).rejects.toThrow(/^images\.gz: the gzip data is damaged or cut short \(.+\)$/)
    }
  })

  test('says so when the checksum is wrong', async () => {
    const packed = await gzip(images)
    packed[packed.length - 6]! ^= 1
    await expect(unpack(packed, 'images.gz')).rejects.toThrow(/damaged or cut short/)
  })
})

test('what is not gzip comes back as it is', async () => {
  expect(await gunzip(images, 'images')).toBe(images)
})
