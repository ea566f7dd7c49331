import { expect, test } from 'vitest'
import { difference } from '../src/rows.js'
import { trainingStep } from '../src/tsorch/training.js'
import { firstLosses } from '../src/workloads/losses.js'
import { trainings } from '../src/workloads/training.js'

// The larger networks take seconds a step on kernels without help.
const QUICK = ['W1', 'W2', 'W3', 'W4', 'W5']
const ids = trainings.map(({ id }) => id).filter((id) => QUICK.includes(id) || import.meta.env.TSORCH_TEST === 'full')

test.each(ids)('%s begins with the losses of PyTorch', { timeout: 60_000 }, (id) => {
  const expected = firstLosses[id]!
  const { run } = trainingStep(trainings.find((spec) => spec.id === id)!)
  const losses = expected.map(() => run() as number)
  expect(difference(losses, expected)).toBeNull()
})
