import { describe, expect, test, vi } from 'vitest'
import type { MemoryMode } from '../src/heap/index.js'
import { modes, serveHeap, serveOrdinary } from './memory-device.js'
import { numbersOf, programs } from './memory-programs.js'

vi.setConfig({ testTimeout: 60_000 })

/** Bytes after which memory is looked for: at every chance, and now and then; full collections cost too much for the first. */
const growths: Readonly<Record<MemoryMode, readonly number[]>> = {
  napi: [1, 100_000],
  weakref: [30_000],
  copyout: [1, 100_000],
}

for (const mode of modes) {
  for (const growth of growths[mode]) {
    describe(`${mode}, looking after ${growth} bytes: no number changes`, () => {
      for (const name of Object.keys(programs)) {
        test(name, () => {
          serveOrdinary()
          const expected = numbersOf(name)
          expect(expected.every(Number.isFinite)).toBe(true)
          const memory = serveHeap(mode, { growth })
          try {
            expect(numbersOf(name)).toEqual(expected)
            expect(memory.mode).toBe(mode)
          } finally {
            serveOrdinary()
          }
        })
      }
    })
  }
}
