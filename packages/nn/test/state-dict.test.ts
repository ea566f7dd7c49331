import { manualSeed, ones, RuntimeError, randn, type Tensor, tensor, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { Linear, LSTM, Module, Parameter, ReLU, Sequential } from '../src/index.js'

const two = (): Sequential => new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 1))

test('a state is detached and shares memory', () => {
  const fc = new Linear(2, 2)
  const { weight } = fc.stateDict()
  expect(weight).not.toBeInstanceOf(Parameter)
  expect(weight!.requiresGrad).toBe(false)
  weight!.fill_(3)
  expect(fc.weight.tolist()).toEqual([
    [3, 3],
    [3, 3],
  ])
  expect(fc.stateDict({ keepVars: true }).weight).toBe(fc.weight)
  expect(Object.keys(fc.stateDict({ prefix: 'fc.' }))).toEqual(['fc.weight', 'fc.bias'])
})

test('a state goes from model to model', () => {
  manualSeed(0)
  const a = two()
  const b = two()
  expect(b.loadStateDict(a.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] })
  const x = randn([4, 2])
  expect(b(x).tolist()).toEqual(a(x).tolist())
  const c = two()
  c.loadStateDict(new Map(Object.entries(a.stateDict())))
  expect(c(x).tolist()).toEqual(a(x).tolist())
  // loading copies: the models are not tied
  a.getParameter('0.weight').data.fill_(0)
  expect(b(x).tolist()).toEqual(c(x).tolist())
})

test('what does not fit is told in PyTorch’s words, and nothing is written', () => {
  const fc = new Linear(2, 3)
  const before = fc.weight.tolist()
  expect(() => fc.loadStateDict({ weight: zeros([3, 3]), x: zeros([1]) })).toThrow(
    new RuntimeError(
      [
        'Error(s) in loading state_dict for Linear:',
        'Missing key(s) in state_dict: "bias". ',
        'Unexpected key(s) in state_dict: "x". ',
        'size mismatch for weight: copying a param with shape torch.Size([3, 3]) from checkpoint, the shape in current model is torch.Size([3, 2]).',
      ].join('\n\t'),
    ),
  )
  const model = two()
  const state = { ...two().stateDict(), '0.bias': zeros([2]), '2.extra': zeros([1]), 'other.weight': zeros([1]) }
  expect(() => model.loadStateDict(state)).toThrow(
    'Unexpected key(s) in state_dict: "other.weight", "2.extra". \n\tsize mismatch for 0.bias: copying a param with shape torch.Size([2]) from checkpoint, the shape in current model is torch.Size([3]).',
  )
  expect(fc.weight.tolist()).toEqual(before)
  expect(() => fc.loadStateDict({ weight: 3 as never, bias: zeros([3]) })).toThrow(
    'While copying the parameter named "weight", expected torch.Tensor or Tensor-like object',
  )
  expect(() => fc.loadStateDict(null as never)).toThrow('Expected state_dict to be dict-like, got null.')
})

test('without strict, what is there is loaded and the rest reported', () => {
  const fc = new Linear(2, 1)
  const report = fc.loadStateDict({ weight: ones([1, 2]), y: zeros([1]) }, { strict: false })
  expect(report).toEqual({ missingKeys: ['bias'], unexpectedKeys: ['y'] })
  expect(fc.weight.tolist()).toEqual([[1, 1]])
  expect(() => fc.loadStateDict({ weight: ones([2, 2]) }, { strict: false })).toThrow(/size mismatch for weight/)
})

test('values are cast to what the model has', () => {
  const fc = new Linear(2, 1)
  fc.loadStateDict({ weight: ones([1, 2], { dtype: 'float64' }), bias: tensor([2]) })
  expect(fc.weight.dtype.name).toBe('float32')
  expect(fc.bias!.tolist()).toEqual([2])
  expect(fc.bias!.requiresGrad).toBe(true)
})

test('with assign the tensors themselves become the state', () => {
  const lstm = new LSTM(2, 3)
  const other = new LSTM(2, 3).double()
  lstm.requiresGrad_(false)
  lstm.loadStateDict(other.stateDict(), { assign: true })
  expect(lstm.weightIhL0!.dtype.name).toBe('float64')
  expect(lstm.weightIhL0).toBeInstanceOf(Parameter)
  expect(lstm.weightIhL0!.requiresGrad).toBe(false)
  other.weightIhL0!.data.fill_(2)
  expect(lstm.weightIhL0!.max().item()).toBe(2)
})

test('buffers are saved, unless they are not persistent', () => {
  class Counter extends Module {
    declare steps: Tensor
    declare cache: Tensor
    constructor() {
      super()
      this.registerBuffer('steps', tensor(0))
      this.registerBuffer('cache', zeros([2]), { persistent: false })
    }
  }
  const counter = new Counter()
  counter.steps = counter.steps.add(1)
  expect(Object.keys(counter.stateDict())).toEqual(['steps'])
  const fresh = new Counter()
  // old checkpoints hold one element where there is a 0-d tensor now
  fresh.loadStateDict({ steps: tensor([5]) })
  expect(fresh.steps.item()).toBe(5)
  fresh.loadStateDict(counter.stateDict())
  expect(fresh.steps.item()).toBe(1)
  expect(() => fresh.loadStateDict({ ...counter.stateDict(), cache: zeros([2]) })).toThrow(/Unexpected key.*"cache"/)
})

test('hooks see a state on its way out and in', () => {
  const fc = new Linear(1, 1)
  fc.registerStateDictPostHook((_, state, prefix) => {
    state[`${prefix}version`] = tensor(2)
  })
  const handle = fc.registerLoadStateDictPreHook((_, state) => {
    delete state.version
  })
  expect(fc.loadStateDict(fc.stateDict()).unexpectedKeys).toEqual([])
  handle.remove()
  expect(() => fc.loadStateDict(fc.stateDict())).toThrow(/"version"/)
  fc.registerLoadStateDictPostHook((_, report) => {
    report.unexpectedKeys.length = 0
  })
  expect(fc.loadStateDict(fc.stateDict()).unexpectedKeys).toEqual([])
})

test('a hook after loading sees the values, and may excuse keys', () => {
  const fc = new Linear(1, 1)
  const seen: unknown[] = []
  fc.registerLoadStateDictPostHook((module, report) => {
    seen.push((module as Linear).weight.tolist())
    report.missingKeys.length = 0
  })
  fc.loadStateDict({ weight: tensor([[5]]) })
  expect(seen).toEqual([[[5]]])
  // sizes are judged before anything is written
  expect(() => fc.loadStateDict({ weight: tensor([[5, 6]]) })).toThrow('size mismatch for weight')
  expect(seen).toHaveLength(1)
})

describe('extra state', () => {
  class Vocabulary extends Module {
    words: string[] = []
    fc = new Linear(1, 1, false)

    override getExtraState(): unknown {
      return [...this.words]
    }

    override setExtraState(state: unknown): void {
      this.words = state as string[]
    }
  }
  class Reader extends Module {
    vocabulary = new Vocabulary()
  }

  test('is saved and loaded with the rest', () => {
    const reader = new Reader()
    reader.vocabulary.words = ['a', 'b']
    const state = reader.stateDict()
    expect(Object.keys(state)).toEqual(['vocabulary._extra_state', 'vocabulary.fc.weight'])
    expect(state['vocabulary._extra_state']).toEqual(['a', 'b'])
    const other = new Reader()
    other.loadStateDict(state)
    expect(other.vocabulary.words).toEqual(['a', 'b'])
  })

  test('is missed, and refused where there is none', () => {
    const reader = new Reader()
    const state = reader.stateDict()
    delete state['vocabulary._extra_state']
    expect(() => reader.loadStateDict(state)).toThrow('Missing key(s) in state_dict: "vocabulary._extra_state".')
    expect(reader.loadStateDict(state, { strict: false }).missingKeys).toEqual(['vocabulary._extra_state'])
    expect(() => new Linear(1, 1, false).loadStateDict({ weight: ones([1, 1]), _extra_state: ones([1]) })).toThrow(
      'Unexpected key(s) in state_dict: "_extra_state".',
    )
    class Half extends Module {
      override getExtraState(): unknown {
        return 1
      }
    }
    expect(() => new Half().loadStateDict(new Half().stateDict())).toThrow(
      'A module with getExtraState needs setExtraState',
    )
  })
})
