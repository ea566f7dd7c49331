import { deepCopy, type Tensor } from '@tsorch/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AnyOptimizer, advance, make, makeParams, optimizers, schedulers, train } from './zoo.js'

const values = (params: readonly Tensor[]) => params.map((p) => p.detach().tolist())

const restored = (params: readonly Tensor[]) => params.map((p) => p.detach().clone().requiresGrad_())

test.each(Object.keys(optimizers))('%s goes on from what was saved as if it had never stopped', (name) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 5 }), (before, after) => {
      const params = makeParams()
      const whole = make(name, params)
      train(whole, params, 0, before)

      const copies = restored(params)
      const saved = deepCopy(whole.stateDict())
      const resumed = make(name, copies)
      resumed.loadStateDict(saved)
      // the one goes on first: nothing of its state may be shared with the other
      train(whole, params, before, before + after)
      train(resumed, copies, before, before + after)
      expect(values(copies)).toEqual(values(params))
      expect(resumed.paramGroups.map(({ params: _, ...options }) => options)).toEqual(
        whole.paramGroups.map(({ params: _, ...options }) => options),
      )
    }),
    { numRuns: 6 },
  )
})

test.each(
  Object.keys(schedulers).flatMap((scheduler) => [
    ['SGD', scheduler],
    ['Adam', scheduler],
  ]),
)('%s under %s goes on at the same rates, and to the same parameters', (name, schedule) => {
  const build = (params: readonly Tensor[]): [AnyOptimizer, ReturnType<(typeof schedulers)[string]>] => {
    const optimizer = make(name!, params)
    return [optimizer, schedulers[schedule!]!(optimizer)]
  }
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 4 }), (before, after) => {
      const params = makeParams()
      const [whole, scheduler] = build(params)
      for (let i = 0; i < before; i++) {
        train(whole, params, i, i + 1)
        advance(whole, scheduler, i, 1)
      }
      const copies = restored(params)
      const saved = deepCopy({ optimizer: whole.stateDict(), scheduler: scheduler.stateDict() })
      const [resumed, again] = build(copies)
      resumed.loadStateDict(saved.optimizer)
      again.loadStateDict(saved.scheduler)
      for (let i = before; i < before + after; i++) {
        train(whole, params, i, i + 1)
        train(resumed, copies, i, i + 1)
        expect(advance(resumed, again, i, 1)).toEqual(advance(whole, scheduler, i, 1))
      }
      expect(values(copies)).toEqual(values(params))
      expect(again.getLastLr()).toEqual(scheduler.getLastLr())
      expect(again.stateDict()).toEqual(scheduler.stateDict())
    }),
    { numRuns: 5 },
  )
})
