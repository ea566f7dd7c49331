import fc from 'fast-check'
import { expect, test } from 'vitest'
import { autograd, manualSeed, noGrad, randn, type Tensor } from '../src/index.js'
import { call, expectClose, kinds, layerOf, loopOf, numbers, shapesOf } from './rnn-layers.js'

const size = (max: number) => fc.integer({ min: 1, max })
const cases = fc.record({
  kind: fc.constantFrom(...kinds),
  sizes: fc.record({ T: size(5), N: size(4), I: size(5), H: size(6) }),
  reverse: fc.boolean(),
  batchFirst: fc.boolean(),
  biases: fc.tuple(fc.boolean(), fc.boolean()),
  // which inputs want gradients, and which results have one: broadcast or not
  wants: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
  gives: fc.array(fc.constantFrom('nothing', 'one', 'each'), { minLength: 3, maxLength: 3 }),
})

test('a layer as one operation equals its steps: results to the last bit, gradients of whatever wants them', () => {
  fc.assert(
    fc.property(cases, ({ kind, sizes, reverse, batchFirst, biases, wants, gives }) => {
      manualSeed(5)
      const values = shapesOf(kind, sizes).map((shape, i) => {
        // a batch-first input is a transposed view
        if (i === 0 && batchFirst) return randn([shape[1]!, shape[0]!, shape[2]!]).transpose(0, 1)
        return randn(shape)
      })
      const present = values.map((_, i) => i < values.length - 2 || biases[i - values.length + 2]!)
      const make = () => values.map((v, i) => (present[i] ? v.detach().requiresGrad_(wants[i]!) : null))
      const [ours, theirs] = [make(), make()]
      const outs = call(kind, layerOf(kind), ours, reverse)
      const wanted = call(kind, loopOf(kind), theirs, reverse)
      for (const [i, out] of outs.entries()) expect(numbers(out)).toEqual(numbers(wanted[i]!))
      const unrecorded = noGrad(() => call(kind, layerOf(kind), ours, reverse))
      for (const [i, out] of unrecorded.entries()) expect(numbers(out)).toEqual(numbers(wanted[i]!))

      const used = outs.map((out, i) => out.requiresGrad && gives[i] !== 'nothing')
      if (!used.includes(true)) return
      const cotangents = outs.map((out, i) => (gives[i] === 'one' ? randn([]).expand(out.shape) : randn(out.shape)))
      const leaves = (list: readonly (Tensor | null)[]) => list.filter((x) => x?.requiresGrad === true) as Tensor[]
      const gradients = (results: readonly Tensor[], inputs: readonly (Tensor | null)[], createGraph: boolean) =>
        autograd.grad(
          results.filter((_, i) => used[i]),
          leaves(inputs),
          {
            gradOutputs: cotangents.filter((_, i) => used[i]),
            allowUnused: true,
            materializeGrads: true,
            createGraph,
          },
        )
      const expected = gradients(wanted, theirs, false)
      for (const createGraph of [true, false]) {
        for (const [i, g] of gradients(outs, ours, createGraph).entries()) {
          expect(g!.shape).toEqual(expected[i]!.shape)
          expectClose(g, numbers(expected[i]!), 2e-6)
        }
      }
    }),
    { numRuns: 150 },
  )
})
