import { deepCopy, type Tensor, tensor } from '@tsorch/core'
import { swaUtils } from '@tsorch/optim'
import { describe, expect, test } from 'vitest'

const { AveragedModel, getEmaAvgFn, getEmaMultiAvgFn, getSwaAvgFn, getSwaMultiAvgFn, updateBn } = swaUtils

/** A model without a framework: `w x`, and two buffers. */
interface Toy extends Omit<swaUtils.Model, never> {
  (x: Tensor): Tensor
  w: Tensor
  mean: Tensor
  count: Tensor
}

function makeModel(): Toy {
  const model: Toy = Object.assign((x: Tensor) => x.mul(model.w), {
    w: tensor([1, -2], { dtype: 'float32', requiresGrad: true }),
    mean: tensor([0.5]),
    count: tensor(3),
    training: true,
    parameters: () => [model.w],
    namedParameters: (): [string, Tensor][] => [['w', model.w]],
    buffers: () => [model.mean, model.count],
    namedBuffers: (): [string, Tensor][] => [
      ['mean', model.mean],
      ['count', model.count],
    ],
    modules: () => [model],
    train(mode = true) {
      model.training = mode
    },
    to: () => model,
    stateDict: () => ({ w: model.w.detach(), mean: model.mean, count: model.count }),
    loadStateDict(from: Readonly<Record<string, Tensor>>) {
      const missingKeys: string[] = []
      for (const [name, x] of Object.entries(model.stateDict()))
        if (from[name] === undefined) missingKeys.push(name)
        else x.copy_(from[name])
      return { missingKeys, unexpectedKeys: [] }
    },
    __deepcopy__() {
      const copy = makeModel()
      copy.loadStateDict(model.stateDict())
      return copy
    },
  })
  return model
}

function set(model: Toy, k: number): void {
  model.w.detach().copy_(tensor([0.3 * k - 0.7, 0.1 + k * k]))
  model.mean.copy_(tensor([1 + k]))
  model.count.copy_(tensor(3 * k))
}

/** Averages over four models. */
function averaged(options: Partial<swaUtils.AveragedModelOptions>): number[] {
  const model = makeModel()
  const average = new AveragedModel(model, options)
  for (let k = 0; k < 4; k++) {
    set(model, k)
    average.updateParameters(model)
  }
  const { n_averaged, ...others } = average.stateDict()
  expect([n_averaged!.item(), n_averaged!.dtype.name, Object.keys(others)]).toEqual([
    4,
    'int64',
    ['module.w', 'module.mean', 'module.count'],
  ])
  return Object.values(others).flatMap((x) => x.flatten().tolist() as number[])
}

// w, then the two buffers: float32 and int64. Computed by PyTorch.
test.each<[string, Partial<swaUtils.AveragedModelOptions>, number[]]>([
  ['equal', {}, [-0.25, 3.6, 4, 9]],
  ['equal, by function', { avgFn: getSwaAvgFn() }, [-0.25, 3.6, 4, 9]],
  ['equal, by lists', { multiAvgFn: getSwaMultiAvgFn() }, [-0.25, 3.6, 4, 9]],
  ['fading', { avgFn: getEmaAvgFn(0.9) }, [-0.5317, 1.441, 4, 9]],
  ['fading, by lists', { multiAvgFn: getEmaMultiAvgFn(0.9) }, [-0.5317, 1.441, 4, 9]],
  ['equal, with buffers', { useBuffers: true }, [-0.25, 3.6, 2.5, 3]],
  ['fading, with buffers', { multiAvgFn: getEmaMultiAvgFn(0.9), useBuffers: true }, [-0.5317, 1.441, 1.561, 0]],
])('averages: %s', (_, options, want) => {
  expect(averaged(options)).toEqual(want.map((x) => expect.closeTo(x, 5)))
})

describe('an averaged model', () => {
  test('is called like its model, and shares nothing with it', () => {
    const model = makeModel()
    const average = new AveragedModel(model)
    set(model, 5)
    const out: Tensor = average(tensor([2, 2]))
    expect(out.tolist()).toEqual([2, -4])
    expect(average.module.w.tolist()).toEqual([1, -2])
    expect([...average.parameters()]).toEqual([average.module.w])
    expect([...average.namedBuffers()].map(([name]) => name)).toEqual(['n_averaged', 'module.mean', 'module.count'])
    expect(average.eval().training).toBe(false)
    expect(model.training).toBe(true)
  })

  test('goes on from a saved state', () => {
    const model = makeModel()
    const first = new AveragedModel(model)
    const second = new AveragedModel(model)
    first.updateParameters(model)
    set(model, 2)
    first.updateParameters(model)
    expect(second.loadStateDict(deepCopy(first.stateDict()))).toEqual({ missingKeys: [], unexpectedKeys: [] })
    set(model, 7)
    for (const one of [first, second]) one.updateParameters(model)
    expect(second.nAveraged.item()).toBe(3)
    expect(second.module.w.tolist()).toEqual(first.module.w.tolist())
    const copy = deepCopy(first)
    copy.updateParameters(model)
    expect([copy.nAveraged.item(), first.nAveraged.item()]).toEqual([4, 3])
  })

  test('refuses states that are not its own, before anything is copied', () => {
    const average = new AveragedModel(makeModel())
    const state = { w: tensor([7, 7]), 'module.w': tensor([7, 7]) }
    expect(() => average.loadStateDict(state)).toThrow(
      'Error(s) in loading state_dict for AveragedModel:\n\tMissing key(s) in state_dict: "n_averaged". \n\tUnexpected key(s) in state_dict: "w". ',
    )
    expect(average.module.w.tolist()).toEqual([1, -2])
    expect(average.loadStateDict(state, { strict: false })).toEqual({
      missingKeys: ['n_averaged', 'module.mean', 'module.count'],
      unexpectedKeys: ['w'],
    })
    expect(average.module.w.tolist()).toEqual([7, 7])
  })

  test('is averaged in one way', () => {
    const [avgFn, multiAvgFn] = [getSwaAvgFn(), getSwaMultiAvgFn()]
    expect(() => new AveragedModel(makeModel(), { avgFn, multiAvgFn })).toThrow('Only one of avg_fn and multi_avg_fn')
    expect(() => getEmaAvgFn(1.5)).toThrow('Invalid decay value 1.5 provided. Please provide a value in [0,1] range.')
    expect(() => getEmaMultiAvgFn(-1)).toThrow('Invalid decay value -1 provided')
  })
})

test('a model without batch normalisation has nothing to update', async () => {
  const model = makeModel()
  model.train(false)
  let batches = 0
  const loader = {
    *[Symbol.iterator]() {
      batches++
      yield tensor([1, 2])
    },
  }
  await updateBn(loader, model)
  expect(batches).toBe(0)
})
