import { bool, dtypes, float32, referenceMemory, uint8 } from '@tsorch/core/backend'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HeapArrays } from '../src/heap/arrays.js'
import type { Block } from '../src/heap/block.js'
import { Heap, type HeapOptions } from '../src/heap/heap.js'
import { CLASSES, classHolding, classWithin, UNIT, unitsOf } from '../src/heap/size-class.js'

const MEGABYTE = 1024 * 1024
const BASE = 1000

function heapOf(options: Partial<HeapOptions> = {}, maximum = 4096): Heap {
  return new Heap(new WebAssembly.Memory({ initial: 1, maximum, shared: true }), referenceMemory, {
    base: BASE,
    ...options,
  })
}

function alloc(heap: Heap, bytes: number): Block {
  const block = heap.alloc(bytes)
  if (block === null) throw new Error(`no room for ${bytes}`)
  return block
}

describe('size classes', () => {
  test('grow, at most by a quarter from one to the next, and reach 4 GB', () => {
    for (let c = 1; c < CLASSES; c++) {
      expect(unitsOf(c)).toBeGreaterThan(unitsOf(c - 1))
      if (c >= 4) expect(unitsOf(c) / unitsOf(c - 1)).toBeLessThanOrEqual(1.25)
    }
    expect(unitsOf(CLASSES - 1) * UNIT).toBe(2 ** 32)
  })

  test('the class that holds a size is the smallest, the class within it the largest', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 26 })), (units) => {
        const holding = classHolding(units)
        expect(unitsOf(holding)).toBeGreaterThanOrEqual(units)
        if (holding > 0) expect(unitsOf(holding - 1)).toBeLessThan(units)
        const within = classWithin(units)
        expect(unitsOf(within)).toBeLessThanOrEqual(units)
        if (within < CLASSES - 1) expect(unitsOf(within + 1)).toBeGreaterThan(units)
      }),
      { numRuns: 2000 },
    )
  })
})

/** What a random program does: takes a block of that size, or releases one of those it has. */
const steps = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 300 }).map((bytes) => ({ bytes })),
    fc.integer({ min: 1, max: 3 * MEGABYTE }).map((bytes) => ({ bytes })),
    fc.nat().map((release) => ({ release })),
    fc.constant({ merge: true }),
  ),
  { maxLength: 120 },
)

describe('blocks', () => {
  test('never overlap, are aligned and large enough, and the counts are right', () => {
    fc.assert(
      fc.property(steps, (program) => {
        const heap = heapOf()
        const live: { block: Block; address: number; bytes: number }[] = []
        for (const step of program) {
          if ('bytes' in step) {
            const block = alloc(heap, step.bytes)
            expect(block.address % UNIT).toBe(0)
            expect(block.address).toBeGreaterThanOrEqual(BASE)
            expect(block.bytes).toBeGreaterThanOrEqual(step.bytes)
            expect(block.address + block.bytes).toBeLessThanOrEqual(heap.memory.buffer.byteLength)
            live.push({ block, address: block.address, bytes: block.bytes })
          } else if ('release' in step) {
            if (live.length > 0) heap.release(live.splice(step.release % live.length, 1)[0]!.block)
          } else heap.merge()
          // a block in use stays as it is
          for (const { block, address, bytes } of live) expect([block.address, block.bytes]).toEqual([address, bytes])
        }
        live.sort((a, b) => a.address - b.address)
        for (let i = 1; i < live.length; i++)
          expect(live[i - 1]!.address + live[i - 1]!.bytes).toBeLessThanOrEqual(live[i]!.address)
        const { used, free, blocks, reserved } = heap.statistics()
        expect(blocks).toBe(live.length)
        expect(used).toBe(live.reduce((sum, { bytes }) => sum + bytes, 0))
        expect(used + free).toBeLessThanOrEqual(reserved)
        for (const { block } of live) heap.release(block)
        heap.merge()
        // all of it is one piece again, and fresh
        expect(heap.statistics()).toMatchObject({ used: 0, free: 0, blocks: 0 })
      }),
      { numRuns: 200 },
    )
  })

  test('the one released last is used first', () => {
    const heap = heapOf()
    const blocks = [alloc(heap, 5000), alloc(heap, 5000), alloc(heap, 5000)]
    const addresses = blocks.map((b) => b.address)
    for (const block of blocks) heap.release(block)
    expect([1, 2, 3].map(() => alloc(heap, 4990).address)).toEqual(addresses.reverse())
  })

  test('none is given past the limit or past the memory itself, and what is released can be had again', () => {
    for (const heap of [heapOf({ limit: 4 * MEGABYTE }), heapOf({}, 64)]) {
      const blocks: Block[] = []
      for (let block = heap.alloc(MEGABYTE); block !== null; block = heap.alloc(MEGABYTE)) blocks.push(block)
      expect(blocks.length).toBe(3)
      expect(heap.alloc(2 * MEGABYTE)).toBeNull()
      for (const block of blocks.slice(0, 2)) heap.release(block)
      // two neighbours together
      expect(heap.alloc(2 * MEGABYTE)).not.toBeNull()
    }
  })

  test('released memory is poisoned if that is asked for', () => {
    const heap = heapOf({ poison: true })
    const block = alloc(heap, 4096)
    const floats = new Float32Array(heap.memory.buffer, block.address, 1024)
    floats.fill(1)
    heap.release(block)
    expect(floats.every(Number.isNaN)).toBe(true)
  })
})

describe('changing shapes', () => {
  /** Bytes that the heap takes after programs that alternate, each of which releases what it took. */
  function reserved(rounds: number, sizesOf: (round: number) => number[]): number {
    const heap = heapOf()
    for (let round = 0; round < rounds; round++) {
      const blocks = sizesOf(round).map((bytes) => alloc(heap, bytes))
      for (const block of blocks) heap.release(block)
    }
    return heap.statistics().reserved
  }

  test('batches of two sizes take little more than the larger one alone', () => {
    const batch = (n: number) => [n * 23040, n * 5760, n * 2880, n * 5120, n * 1280, n * 40].map((x) => x * 12)
    const alone = reserved(2, () => batch(64))
    expect(alone).toBeGreaterThan(20 * MEGABYTE)
    expect(reserved(300, (i) => batch(i % 2 === 0 ? 64 : 37))).toBeLessThan(1.5 * alone)
  })

  test('sequences of any length take little more than the longest', () => {
    const layer = (length: number) => Array.from({ length: 30 }, (_, i) => length * 4096 * (1 + (i % 4)))
    const longest = reserved(2, () => layer(80))
    let seed = 1
    const random = () => {
      seed = (seed * 48271) % 2147483647
      return seed
    }
    expect(reserved(500, () => layer(1 + (random() % 80)))).toBeLessThan(1.5 * longest)
  })
})

describe('the heap as typed arrays', () => {
  test('every dtype sees the same memory, also past 2 GB', () => {
    // addresses beyond what 32-bit integers with a sign can count
    const memory = new WebAssembly.Memory({ initial: 36000, maximum: 65536, shared: true })
    const arrays = new HeapArrays(memory)
    const bytes = new Uint8Array(memory.buffer)
    for (const address of [64, 2 ** 30 + 128, 2 ** 31 - 64, 2 ** 31 + 192]) {
      for (const dtype of dtypes) {
        const array = arrays.at(dtype, address)
        const at = arrays.position(dtype, address)
        expect(at).toBeLessThan(2 ** 31 - 1)
        bytes.fill(0, address, address + 8)
        array[at] = 1
        expect(bytes.subarray(address, address + 8).some((b) => b !== 0)).toBe(true)
      }
    }
    expect(arrays.at(uint8, 100)).toBe(arrays.at(uint8, 2 ** 29))
    expect(arrays.of(bool)).toBeInstanceOf(Uint8Array)
    expect(arrays.at(float32, 2 ** 31)).toBe(arrays.of(float32))
  })

  test('arrays follow the memory when it grows, and the older ones stay valid', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 16, shared: true })
    const arrays = new HeapArrays(memory)
    const before = arrays.of(float32)
    memory.grow(4)
    arrays.refresh()
    arrays.of(float32)[3] = 7
    expect(before[3]).toBe(7)
    expect(arrays.of(float32).length).toBe((5 * 65536) / 4)
  })
})
