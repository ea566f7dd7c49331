import { expect, test } from 'vitest'
import { frombuffer } from '../src/index.js'

test('shows the memory of a buffer, and writes to it', () => {
  const buffer = new ArrayBuffer(16)
  const x = frombuffer(buffer, { dtype: 'float32' })
  expect(x.shape).toEqual([4])
  x.mul_(0).add_(2.5)
  expect([...new Float32Array(buffer)]).toEqual([2.5, 2.5, 2.5, 2.5])
  new Float32Array(buffer)[1] = 7
  expect(x.tolist()).toEqual([2.5, 7, 2.5, 2.5])
  expect(frombuffer(buffer, { dtype: 'float32', offset: 4, count: 2 }).tolist()).toEqual([7, 2.5])
})

test('reads every kind of element, through views too', () => {
  const bytes = Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9, 5, 0, 0, 0, 1, 0, 0, 0)
  expect(frombuffer(bytes.subarray(8), { dtype: 'int64' }).tolist()).toEqual([5 + 2 ** 32])
  expect(frombuffer(bytes, { dtype: 'uint8', offset: 8, count: 5 }).tolist()).toEqual([5, 0, 0, 0, 1])
  expect(frombuffer(Uint8Array.of(1, 0), { dtype: 'bool' }).tolist()).toEqual([true, false])
  expect(frombuffer(Uint16Array.of(0x3e00), { dtype: 'float16' }).item()).toBe(1.5)
})

// messages of torch.frombuffer
test.each([
  [{}, 'buffer length (10 bytes) after offset (0 bytes) must be a multiple of element size (4)'],
  [
    { count: 3 },
    'requested buffer length (3 * 4 bytes) after offset (0 bytes) must not be greater than actual buffer length (10 bytes)',
  ],
  [{ offset: 10 }, 'offset (10 bytes) must be non-negative and no greater than buffer length (10 bytes) minus 1'],
  [{ offset: -1 }, 'offset (-1 bytes) must be non-negative and no greater than buffer length (10 bytes) minus 1'],
  [{ count: 0 }, 'both buffer length (10) and count (0) must not be 0'],
  [{ count: 1, offset: 2 }, 'must be a multiple of 4 bytes for torch.float32'],
])('refuses what does not fit: %j', (options, message) => {
  expect(() => frombuffer(new ArrayBuffer(10), options)).toThrow(message)
})
