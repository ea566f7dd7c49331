import { type Tensor, tensor } from '@tsorch/core'
import { lrScheduler, SGD } from '@tsorch/optim'
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest'

let warn: MockInstance<typeof console.warn>
beforeEach(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})
afterEach(() => warn.mockRestore())

const leaf = (): Tensor => tensor([1], { dtype: 'float32', requiresGrad: true })

test('whoever steps the scheduler first is told, once', () => {
  const build = () => {
    const optimizer = new SGD([leaf()], { lr: 1 })
    return { optimizer, scheduler: new lrScheduler.StepLR(optimizer, 2) }
  }
  const right = build()
  right.optimizer.step()
  right.scheduler.step()
  expect(warn).not.toHaveBeenCalled()
  for (let i = 0; i < 2; i++) build().scheduler.step()
  expect(warn.mock.calls).toEqual([
    [expect.stringContaining('UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`')],
  ])
})

test('a parameter that is twice in a group', () => {
  const p = leaf()
  expect(new SGD([p, p], { lr: 1 }).stateDict().param_groups[0]!.params).toEqual([0, 0])
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('a parameter group with duplicate parameters'))
})
