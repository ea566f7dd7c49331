import { describe, expect, test } from 'vitest'
import { modes, serveHeap, serveOrdinary } from './memory-device.js'
import { numbersOf, programs } from './memory-programs.js'

/** How often memory is looked for: as often as can be, or when it suits. */
const growths = { 'always looking': 1, 'looking now and then': 100_000 }

for (const mode of modes) {
  for (const [how, growth] of Object.entries(growths)) {
    describe(`${mode}, ${how}: no number changes`, () => {
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
