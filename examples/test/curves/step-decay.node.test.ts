/** Changing the learning rate between steps is what PyTorch's `StepLR(optimizer, 2, 0.5)` does. */
import { expect } from 'vitest'
import { countCorrect, makeModel, splitDigits, train } from '../../src/extras/step-decay.js'
import { replay } from './replay.js'

replay('X_step_lr', ({ extras }) => {
  const model = makeModel()
  const digits = splitDigits()
  const rates: number[] = []
  const metrics = () => {
    expect(rates).toEqual(extras!.lr_after_epoch)
    return { test_correct_of_360: countCorrect(model, digits.test) }
  }
  return { state: model.stateDict(), steps: train(model, digits.train, (lr) => rates.push(lr)), metrics }
})
