/** Schedulers change the learning rate as PyTorch's do. */
import { expect } from 'vitest'
import {
  alongCosine,
  countCorrect,
  inSteps,
  makeModel,
  type Schedule,
  splitDigits,
  train,
} from '../../src/extras/schedules.js'
import type { Recording } from './recording.js'
import { type Run, replay } from './replay.js'

function scheduled(
  { extras }: Recording,
  dropout: number,
  make: (model: ReturnType<typeof makeModel>) => Schedule,
): Run {
  const model = makeModel(dropout)
  const digits = splitDigits()
  const rates: number[] = []
  const metrics = () => {
    expect(rates.length).toBe(5)
    for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(extras!.lr_after_epoch![i]!, 12)
    return { test_correct_of_360: countCorrect(model, digits.test) }
  }
  return { state: model.stateDict(), steps: train(model, digits.train, make(model), (lr) => rates.push(lr)), metrics }
}

replay('X_step_lr', (recording) => scheduled(recording, 0, inSteps))
replay('X_cosine_adamw', (recording) => scheduled(recording, 0.5, alongCosine))
