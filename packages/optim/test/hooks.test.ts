import { isGradEnabled, type Tensor, tensor } from '@tsorch/core'
import { Adam, registerOptimizerStepPostHook, registerOptimizerStepPreHook, SGD } from '@tsorch/optim'
import { expect, test } from 'vitest'

function sgd(): [SGD, Tensor] {
  const p = tensor([1], { dtype: 'float32', requiresGrad: true })
  p.grad = tensor([1], { dtype: 'float32' })
  return [new SGD([p], { lr: 0.5 }), p]
}

test('hooks of a step are called around it, those of all optimizers outermost', () => {
  const [optimizer, p] = sgd()
  const calls: string[] = []
  const log = (name: string) => (target: unknown) => {
    expect(target).toBe(optimizer)
    calls.push(`${name} ${p.item()} ${isGradEnabled()}`)
  }
  const handles = [
    optimizer.registerStepPreHook(log('before')),
    registerOptimizerStepPreHook(log('before all')),
    optimizer.registerStepPostHook(log('after')),
    registerOptimizerStepPostHook(log('after all')),
  ]
  optimizer.step()
  expect(calls).toEqual(['before all 1 true', 'before 1 true', 'after 0.5 true', 'after all 0.5 true'])
  for (const handle of handles) handle.remove()
  optimizer.step()
  expect(calls).toHaveLength(4)
})

test('a hook may give the step another closure', () => {
  const [optimizer] = sgd()
  const seen: unknown[] = []
  optimizer.registerStepPreHook((_, [closure]) => [() => Number(closure!()) + 1])
  optimizer.registerStepPostHook((_, args) => void seen.push(args[0]!()))
  expect(optimizer.step(() => 1)).toBe(2)
  expect(seen).toEqual([2])
  optimizer.registerStepPreHook(() => 3 as never)
  expect(() => optimizer.step()).toThrow('must return nothing or an array of new arguments, but got 3')
})

test('a hook may take itself away', () => {
  const [optimizer] = sgd()
  let calls = 0
  const handle = optimizer.registerStepPreHook(() => {
    calls++
    handle.remove()
  })
  optimizer.step()
  optimizer.step()
  expect(calls).toBe(1)
})

test('hooks of saving see the optimizer, then the state, which they may replace', () => {
  const [optimizer] = sgd()
  const order: string[] = []
  optimizer.registerStateDictPreHook((target) => void order.push(`second ${target === optimizer}`))
  optimizer.registerStateDictPreHook(() => void order.push('first'), { prepend: true })
  optimizer.registerStateDictPostHook((_, state) => {
    state.param_groups[0]!.lr = 7
  })
  optimizer.registerStateDictPostHook((_, state) => ({ ...state, state: new Map([[0, { extra: true }]]) }))
  const saved = optimizer.stateDict()
  expect(order).toEqual(['first', 'second true'])
  expect(saved.param_groups[0]!.lr).toBe(7)
  expect(saved.state).toEqual(new Map([[0, { extra: true }]]))
  expect(optimizer.paramGroups[0]!.lr).toBe(0.5)
})

test('hooks of loading may change what is loaded, not what was given', () => {
  const [optimizer] = sgd()
  const given = optimizer.stateDict()
  let loaded = 0
  optimizer.registerLoadStateDictPreHook((_, state) => {
    ;(state as { state: unknown }).state = new Map()
  })
  optimizer.registerLoadStateDictPreHook((_, state) => ({
    ...state,
    param_groups: state.param_groups.map((group) => ({ ...group, lr: 3 })),
  }))
  optimizer.registerLoadStateDictPostHook((target) => {
    loaded = target.paramGroups[0]!.lr
  })
  given.state.set(0, { momentum_buffer: tensor([2]) })
  optimizer.loadStateDict(given)
  expect([loaded, optimizer.state.size, given.state.size]).toEqual([3, 0, 1])
})

test('hooks of one optimizer are not those of another', () => {
  const p = tensor([1], { dtype: 'float32', requiresGrad: true })
  const [a, b] = [new Adam([p]), new Adam([p])]
  let calls = 0
  a.registerStepPostHook(() => void calls++)
  b.step()
  expect(calls).toBe(0)
  a.step()
  expect(calls).toBe(1)
})
