/** Addresses of operands, and what happens where the heap is small. */
import { manualSeed, randn, type Tensor, tensor, zeros } from '@tsorch/core'
import { referenceMemory, Storage } from '@tsorch/core/backend'
import { afterEach, describe, expect, test } from 'vitest'
import type { HeapMemory, MemoryMode } from '../src/heap/index.js'
import { HeapOperands } from '../src/heap/index.js'
import { elements, modes, serveHeap, serveOrdinary } from './memory-device.js'
import { numbersOf } from './memory-programs.js'

afterEach(serveOrdinary)

const range = (n: number, start = 0): Tensor =>
  tensor(
    Array.from({ length: n }, (_, i) => i + start),
    { dtype: 'float32' },
  )

function operandsOf(mode: MemoryMode, options = {}): { heap: HeapMemory; operands: HeapOperands } {
  const heap = serveHeap(mode, { small: 4096, ...options })
  return { heap, operands: new HeapOperands(heap) }
}

/** What a kernel would see at an address. */
const seen = (operands: HeapOperands, address: number, n: number): number[] =>
  Array.from(operands.floats.subarray(address / 4, address / 4 + n))

describe('addresses', () => {
  test('of tensors in the heap are their own, those of small ones are copies that come back', () => {
    const { operands } = operandsOf('copyout')
    const large = range(2000)
    const small = range(10)
    const out = zeros([20])
    const both = range(3)
    operands.begin()
    const a = operands.input(large.narrow(0, 5, 100))
    const b = operands.input(small.narrow(0, 2, 8))
    const c = operands.output(out.narrow(0, 10, 10))
    const d = operands.update(both)
    expect(seen(operands, a, 3)).toEqual([5, 6, 7])
    expect(seen(operands, b, 8)).toEqual([2, 3, 4, 5, 6, 7, 8, 9])
    expect(seen(operands, d, 3)).toEqual([0, 1, 2])
    for (const address of [b, c, d]) expect(address % 64).toBe(0)
    operands.floats.fill(7, c / 4, c / 4 + 10)
    operands.floats[d / 4 + 1] = 9
    operands.floats[a / 4] = -1
    operands.floats[b / 4] = -1
    operands.end()
    expect(elements(out)).toEqual([...Array(10).fill(0), ...Array(10).fill(7)])
    expect(elements(both)).toEqual([0, 9, 2])
    expect(elements(large.narrow(0, 4, 3))).toEqual([4, -1, 6])
    // what is only read does not come back
    expect(elements(small)[2]).toBe(2)
  })

  test('working memory of one call never overlaps, however much it asks for', () => {
    const { operands, heap } = operandsOf('copyout')
    for (let round = 0; round < 3; round++) {
      operands.begin()
      const places = [100, 70_000, 8, 300_000, 64].map((bytes) => ({ address: operands.workspace(bytes), bytes }))
      places.sort((a, b) => a.address - b.address)
      for (let i = 1; i < places.length; i++)
        expect(places[i - 1]!.address + places[i - 1]!.bytes).toBeLessThanOrEqual(places[i]!.address)
      operands.end()
    }
    expect(heap.usage()).toMatchObject({ tensors: 0, bytes: 0 })
  })

  test('a call that an error left half done changes nothing later', () => {
    const { operands } = operandsOf('copyout')
    const first = zeros([4])
    const second = zeros([4])
    operands.begin()
    operands.floats.fill(3, operands.output(first) / 4, operands.output(first) / 4 + 4)
    operands.begin()
    const address = operands.output(second)
    operands.floats.fill(5, address / 4, address / 4 + 4)
    operands.end()
    expect(elements(first, second)).toEqual([0, 0, 0, 0, 5, 5, 5, 5])
  })

  test('memory that was given back has none', () => {
    const { operands } = operandsOf('copyout')
    const x = range(2000)
    x.dispose()
    operands.begin()
    expect(() => operands.input(x)).toThrow('this tensor was disposed')
    operands.end()
  })
})

describe('what was copied out', () => {
  test('comes back to the heap for a kernel, and stays while it runs', () => {
    const { operands, heap } = operandsOf('copyout', { growth: 20_000 })
    const tensors = Array.from({ length: 12 }, (_, i) => range(2000, i * 10_000))
    const inHeap = () => tensors.filter((x) => x.storage.handle !== null).length
    expect(inHeap()).toBeLessThan(4)
    expect(heap.heap.used).toBeLessThan(40_000)
    operands.begin()
    const addresses = tensors.slice(0, 6).map((x) => operands.input(x))
    for (const [i, address] of addresses.entries())
      expect(seen(operands, address, 2)).toEqual([i * 10_000, i * 10_000 + 1])
    operands.end()
    for (const [i, x] of tensors.entries()) expect(elements(x)).toEqual(elements(range(2000, i * 10_000)))
  })

  test('what the program turns out to need is no longer moved', () => {
    const { operands, heap } = operandsOf('copyout', { growth: 20_000 })
    const tensors = Array.from({ length: 8 }, (_, i) => range(2000, i))
    for (let round = 0; round < 5; round++) {
      for (const x of tensors) {
        operands.begin()
        operands.input(x)
        operands.end()
      }
    }
    const before = tensors.map((x) => x.storage.handle)
    expect(before.every((handle) => handle !== null)).toBe(true)
    for (const x of tensors) {
      operands.begin()
      operands.input(x)
      operands.end()
    }
    expect(tensors.map((x) => x.storage.handle)).toEqual(before)
    expect(heap.heap.used).toBeGreaterThan(8 * 8000)
  })

  test('memory with another name stays where it is', () => {
    operandsOf('copyout', { growth: 20_000 })
    const x = range(2000)
    const { data } = x
    const others = Array.from({ length: 10 }, () => range(2000))
    expect(x.storage.handle).not.toBeNull()
    data.add_(1)
    expect(elements(x)).toEqual(elements(range(2000, 1)))
    expect(others).toHaveLength(10)
  })
})

describe.each(modes)('a heap that is full: %s', (mode) => {
  test('goes on in ordinary memory', () => {
    const { operands, heap } = operandsOf(mode, { limit: 1024 * 1024 })
    manualSeed(1)
    const tensors = Array.from({ length: 40 }, () => randn([10_000]))
    expect(heap.heap.statistics().reserved).toBeLessThan(1024 * 1024)
    serveOrdinary()
    manualSeed(1)
    const expected = Array.from({ length: 40 }, () => elements(randn([10_000])))
    expect(tensors.map((x) => elements(x))).toEqual(expected)
    // a kernel can have each of them, one after the other
    for (const [i, x] of tensors.entries()) {
      operands.begin()
      expect(seen(operands, operands.input(x), 3)).toEqual(expected[i]!.slice(0, 3))
      operands.end()
    }
  })

  test('says what it holds if there is no memory at all', () => {
    operandsOf(mode)
    const x = range(2000)
    expect(() => zeros([2 ** 22, 2 ** 22])).toThrow(
      /^not enough memory: tried to allocate 70368744177664 bytes. The heap holds 8192 bytes in 1 blocks/,
    )
    expect(elements(x)).toHaveLength(2000)
  })

  test('addresses past 2 GB give the same numbers', () => {
    serveOrdinary()
    const names = ['a convolutional network with pooling and dropout', 'operations with several results']
    const expected = names.map(numbersOf)
    serveHeap(mode, { base: 2 ** 31 + 1000, growth: 100_000 })
    expect(names.map(numbersOf)).toEqual(expected)
  })
})

test('tensors of ordinary memory move in when kernels use them', () => {
  const heap = serveHeap('copyout', { small: 4096 })
  const operands = new HeapOperands(heap)
  const x = range(2000)
  const values = new Float32Array(2000).fill(3)
  const outside = x.narrow(0, 0, 2000)
  const storage = new Storage(x.storage.device, x.dtype, values, 0, 2000)
  const view = { ...outside, storage, dtype: x.dtype, shape: [2000], strides: [1], offset: 0, count: 2000 }
  operands.begin()
  expect(seen(operands, operands.input(view), 2)).toEqual([3, 3])
  operands.end()
  expect(storage.handle).not.toBeNull()
  expect(referenceMemory.readSync(view)!.every((v) => v === 3)).toBe(true)
})
