import { deepCopy, manualSeed, randn, type Tensor } from '@tsorch/core'
import { describe, expect, it } from 'vitest'
import { Linear, Module, ModuleDict, Parameter, ReLU, Sequential, snakeCase } from '../src/index.js'

class Tied extends Module {
  static override keyOf = snakeCase
  first = new Linear(3, 3)
  second = new Linear(3, 3)
  scale = new Parameter(randn([3]))
  parts = new ModuleDict({ act: new ReLU() })
  labels = ['a', 'b']
  constructor() {
    super()
    this.second.weight = this.first.weight
    this.registerBuffer('seenSoFar', randn([2]))
    this.registerBuffer('scratch', randn([2]), { persistent: false })
  }
  override forward(x: Tensor): Tensor {
    const hidden = this.second(this.first(x))
    return (this.parts.get('act')!(hidden) as Tensor).mul(this.scale)
  }
}

describe('deepCopy of a module', () => {
  it('gives a model of the same class, that computes the same and shares nothing', () => {
    manualSeed(1)
    const model = new Sequential(new Tied(), new Linear(3, 1)).eval()
    const x = randn([4, 3])
    const copy = deepCopy(model)
    expect(copy).toBeInstanceOf(Sequential)
    expect(copy[0]).toBeInstanceOf(Tied)
    expect(String(copy)).toBe(String(model))
    expect(copy.training).toBe(false)
    expect(Object.keys(copy.stateDict())).toEqual(Object.keys(model.stateDict()))
    expect(copy(x).tolist()).toEqual(model(x).tolist())
    const before = model(x).tolist()
    for (const p of copy.parameters()) p.detach().zero_()
    for (const b of copy.buffers()) b.zero_()
    expect(model(x).tolist()).toEqual(before)
    expect(copy(x).eq(0).all().item()).toBe(true)
    expect([...model.buffers()].some((b) => b.eq(0).all().item())).toBe(false)
  })

  it('keeps parameters tied, their class and whether they are trained', () => {
    const model = new Tied()
    model.scale.requiresGrad_(false)
    const copy = deepCopy(model)
    expect(copy.second.weight).toBe(copy.first.weight)
    expect(copy.first.weight).toBeInstanceOf(Parameter)
    expect(copy.scale.requiresGrad).toBe(false)
    expect([...copy.namedBuffers()].map(([name]) => name)).toEqual(['seen_so_far', 'scratch'])
    expect(Object.keys(copy.stateDict())).not.toContain('scratch')
    expect(copy.labels).toEqual(['a', 'b'])
    expect(copy.labels).not.toBe(model.labels)
  })

  it('takes the hooks along, to which each may add its own', () => {
    const model = new Linear(2, 2)
    const calls: string[] = []
    model.registerForwardHook(() => void calls.push('both'))
    const copy = deepCopy(model)
    copy.registerForwardHook(() => void calls.push('copy'))
    model(randn([1, 2]))
    expect(calls).toEqual(['both'])
    copy(randn([1, 2]))
    expect(calls).toEqual(['both', 'both', 'copy'])
  })

  it('trains on its own', () => {
    const model = new Linear(2, 1)
    const copy = deepCopy(model)
    copy(randn([4, 2]))
      .sum()
      .backward()
    expect(copy.weight.grad).not.toBeNull()
    expect(model.weight.grad).toBeNull()
  })
})
