import { describe, expect, it } from 'vitest'
import { type Copier, deepCopy, Generator, ones, randn, type Tensor, tensor } from '../src/index.js'

describe('deepCopy', () => {
  it('copies a tensor with its layout, its gradient and whether it wants one', () => {
    const x = randn([3, 4]).requiresGrad_()
    x.mul(2).sum().backward()
    const copy = deepCopy(x)
    expect(copy.tolist()).toEqual(x.tolist())
    expect(copy.requiresGrad).toBe(true)
    expect(copy.isLeaf).toBe(true)
    expect(copy.grad!.tolist()).toEqual(x.grad!.tolist())
    copy.detach().fill_(7)
    copy.grad!.fill_(7)
    expect(x.detach().eq(7).any().item()).toBe(false)
    expect(x.grad!.eq(2).all().item()).toBe(true)

    const turned = deepCopy(randn([3, 4]).t())
    expect(turned.shape).toEqual([4, 3])
    expect(turned.stride()).toEqual([1, 4])
  })

  it('copies shared memory once', () => {
    const base = tensor([1, 2, 3, 4], { dtype: 'float32' })
    const copy = deepCopy({ base, views: [base.narrow(0, 1, 2), base.view(2, 2).t()] })
    copy.base.fill_(9)
    expect(copy.views.map((v) => v.tolist())).toEqual([
      [9, 9],
      [
        [9, 9],
        [9, 9],
      ],
    ])
    expect(base.tolist()).toEqual([1, 2, 3, 4])
  })

  it('copies what tensors are held in, and every object once', () => {
    const x = ones([2])
    const list: unknown[] = [x, x, new Map<unknown, unknown>([[1, x]]), new Set(['a']), new Float32Array([1]), null]
    list.push(list)
    const copy = deepCopy(list) as typeof list
    expect(copy[0]).not.toBe(x)
    expect(copy[1]).toBe(copy[0])
    expect((copy[2] as Map<number, Tensor>).get(1)).toBe(copy[0])
    expect(copy[3]).toEqual(new Set(['a']))
    expect(copy[4]).toEqual(new Float32Array([1]))
    expect(copy[4]).not.toBe(list[4])
    expect(copy[6]).toBe(copy)
  })

  it('takes __proto__ for a key like any other', () => {
    const copy = deepCopy(JSON.parse('{"__proto__": {"a": 1}}') as object)
    expect(Object.keys(copy)).toEqual(['__proto__'])
    expect((copy as { a?: number }).a).toBeUndefined()
  })

  it('goes on with the stream of a generator on its own', () => {
    const generator = new Generator().manualSeed(3)
    const copy = deepCopy(generator)
    const first = randn([3], { generator }).tolist()
    expect(randn([3], { generator: copy }).tolist()).toEqual(first)
  })

  it('asks a class how its instances are copied, and shares those of others and functions', () => {
    class Counter {
      #n = 0
      add(): number {
        return ++this.#n
      }
    }
    class Copied {
      inner = tensor([1])
      __deepcopy__(copier: Copier): this {
        const copy = copier.remember(this, new Copied() as this)
        copy.inner = copier.copy(this.inner)
        return copy
      }
    }
    const given = { counter: new Counter(), copied: new Copied(), fn: () => 1 }
    const copy = deepCopy(given)
    expect(copy.counter).toBe(given.counter)
    expect(copy.fn).toBe(given.fn)
    expect(copy.copied).toBeInstanceOf(Copied)
    expect(copy.copied.inner).not.toBe(given.copied.inner)
  })

  it('refuses a tensor with a history', () => {
    expect(() => deepCopy([ones([2], { requiresGrad: true }).mul(2)])).toThrow('graph leaves')
  })
})
