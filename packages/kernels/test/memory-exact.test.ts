/** What comes back at once, without asking the collector, and what only it may give back. */
import {
  autograd,
  conv2d,
  crossEntropy,
  dropGrad,
  dropout,
  gradOf,
  keep,
  linear,
  logcumsumexp,
  manualSeed,
  maxPool2d,
  memory,
  noGrad,
  randint,
  randn,
  relu,
  type Tensor,
  tidy,
} from '@tsorch/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collector } from '../src/heap/collector.js'
import type { HeapMemory } from '../src/heap/index.js'
import { elements, serveHeap, serveOrdinary } from './memory-device.js'

let heap: HeapMemory
// nothing is looked for: what comes back was given back
beforeAll(() => {
  heap = serveHeap('copyout', { growth: 2 ** 30 })
  manualSeed(1)
})
afterAll(serveOrdinary)

/** Blocks that `body` leaves in use, with what it returned. */
function left<T>(body: () => T): [blocks: number, result: T] {
  const before = heap.heap.statistics().blocks
  const result = body()
  return [heap.heap.statistics().blocks - before, result]
}

describe('operations', () => {
  test('leave nothing but their result', () => {
    const x = randn([20, 30])
    expect(left(() => logcumsumexp(x, 1))[0]).toBe(1)
    expect(left(() => x.softmax(0))[0]).toBe(1)
    expect(left(() => x.norm(3))[0]).toBe(1)
    expect(left(() => x.topk(3, 1))[0]).toBe(2)
    const image = randn([1, 2, 9, 9, 5])
    const kernel = randn([3, 2, 3, 3, 2])
    expect(left(() => image.select(4, 0).contiguous())[0]).toBe(1)
    expect(left(() => conv2d(image.select(4, 0), kernel.select(4, 0)))[0]).toBe(1)
  })

  test('leave nothing if they throw, once their error is forgotten', () => {
    expect(() => randn([3, 4]).topk(9, 1)).toThrow()
  })

  test('what only a graph needs goes with it, or at once where there is none', () => {
    const x = randn([2, 3, 8, 8])
    expect(left(() => maxPool2d(x, 2))[0]).toBe(1)
    expect(left(() => maxPool2d(x, 2, { returnIndices: true }))[0]).toBe(2)
    expect(left(() => dropout(x, 0.5))[0]).toBe(1)
    const w = randn([2, 3, 8, 8]).requiresGrad_()
    const [blocks, y] = left(() => dropout(maxPool2d(w, 2), 0.5).sum())
    // two results with the indices and the noise, and the sum
    expect(blocks).toBe(5)
    const [more] = left(() => y.backward())
    // indices and noise went, the gradient came
    expect(more).toBe(-1)
  })

  test('second derivatives keep what the first ones need', () => {
    const w = randn([1, 1, 6, 6]).requiresGrad_()
    const c = randn([1, 1, 3, 3]).requiresGrad_()
    const y = maxPool2d(w, 2).mul(c).sum()
    const [g] = autograd.grad(y, [w], { createGraph: true, retainGraph: false })
    g!.pow(2).sum().backward()
    expect(elements(c.grad)).toEqual(elements(c.detach().mul(2)))
  })
})

describe('the backward pass', () => {
  function network(): { params: Tensor[]; loss: () => Tensor } {
    const w = randn([10, 12]).requiresGrad_()
    const b = randn([10]).requiresGrad_()
    const v = randn([4, 10]).requiresGrad_()
    const x = randn([6, 12])
    const y = randint(4, [6])
    return {
      params: [w, b, v],
      loss: () =>
        crossEntropy(
          linear(
            relu(linear(x, w, b))
              .add(1)
              .mul(2),
            v,
          ),
          y,
        ),
    }
  }

  test('leaves only the gradients of the leaves', () => {
    const { params, loss } = network()
    const out = loss()
    // the log-probabilities, which only the graph had, go
    expect(left(() => out.backward())[0]).toBe(params.length - 1)
  })

  test('adds to gradients in place, and leaves nothing more', () => {
    const { loss } = network()
    loss().backward()
    const out = loss()
    expect(left(() => out.backward())[0]).toBe(-1)
  })

  test('sums gradients that meet, and leaves one', () => {
    const x = randn([5, 5]).requiresGrad_()
    const y = x.mul(x).add(x).add(x.exp()).add(x.t()).sum()
    expect(left(() => y.backward())[0]).toBe(1)
    const expected = x.detach().mul(2).add(2).add(x.detach().exp())
    expect(gradOf(x)!.sub(expected).abs().max().item()).toBeLessThan(1e-5)
  })

  test('gradients that nobody read go when they are zeroed, those that were read stay', () => {
    const { params, loss } = network()
    loss().backward()
    expect(left(() => params.forEach(dropGrad))[0]).toBe(-3)
    loss().backward()
    const held = params[0]!.grad!
    const numbers = elements(held)
    expect(left(() => params.forEach(dropGrad))[0]).toBe(-2)
    loss().backward()
    expect(elements(held)).toEqual(numbers)
    const other = params[1]!
    expect(
      left(() => {
        other.grad = null
      })[0],
    ).toBe(-1)
  })

  test('a gradient may be assigned again under another tensor', () => {
    const w = randn([6, 6]).requiresGrad_()
    w.mul(w).sum().backward()
    w.grad = gradOf(w)!.detach()
    randn([6, 6])
    expect(elements(w.grad)).toEqual(elements(w.detach().mul(2)))
  })

  test('gradients that a hook saw stay', () => {
    const x = randn([5, 5]).requiresGrad_()
    const h = x.mul(2)
    let seen: Tensor | null = null
    h.registerHook((g) => {
      seen = g
    })
    const y = h.pow(2).sum()
    expect(left(() => y.backward())[0]).toBe(2)
    const before = elements(seen)
    randn([5, 5]).pow(2).sum()
    expect(elements(seen)).toEqual(before)
  })

  test('grad() hands its results out and leaves nothing else', () => {
    const x = randn([5, 5]).requiresGrad_()
    const h = x.exp()
    const y = h.mul(3).sum()
    expect(left(() => autograd.grad(y, [h, x]))[0]).toBe(2)
  })

  test('an error in the middle leaves no gradient behind for the next pass', () => {
    const x = randn([5, 5]).requiresGrad_()
    const h = x.mul(2)
    const { remove } = h.registerHook(() => {
      throw new Error('no')
    })
    const y = h.pow(2).sum().add(x.sum())
    expect(() => y.backward(null, { retainGraph: true })).toThrow('no')
    remove()
    y.backward()
    expect(gradOf(x)!.sub(x.detach().mul(8).add(1)).abs().max().item()).toBeLessThan(1e-5)
  })
})

describe('by hand', () => {
  test('dispose gives memory back, and any use afterwards is an error that says so', () => {
    const x = randn([4, 5])
    const row = x.select(0, 0)
    expect(left(() => x.dispose())[0]).toBe(-1)
    for (const use of [() => x.add(1), () => x.tolist(), () => row.sum(), () => x.mm(randn([5, 2])), () => x.add_(1)])
      expect(use).toThrow('this tensor was disposed')
    expect(() => x.dispose()).not.toThrow()
  })

  test('dispose leaves memory that has another name', () => {
    const x = randn([4, 5])
    const { data } = x
    const before = elements(data)
    x.dispose()
    randn([4, 5])
    expect(elements(data)).toEqual(before)
  })

  test('disposing what a graph needs makes its backward pass an error, not a wrong number', () => {
    const x = randn([4, 5]).requiresGrad_()
    const h = x.exp()
    const y = h.sum()
    h.dispose()
    expect(() => y.backward()).toThrow('this tensor was disposed')
  })

  test('tidy leaves results, gradients, parameters and what is kept', () => {
    const x = randn([6, 6])
    const [blocks, result] = left(() =>
      tidy(() => {
        const w = randn([6, 6]).requiresGrad_()
        x.mm(w).pow(2).sum().backward()
        const list = [x.add(1), new Map([['a', { b: x.mul(2) }]])]
        keep(x.exp())
        x.sub(1).mul(3)
        return list
      }),
    )
    // the two results, the parameter, its gradient, and what was kept
    expect(blocks).toBe(5)
    expect(result).toHaveLength(2)
    expect(() => tidy(async () => x.add(1))).toThrow('promise')
    const [recorded] = left(() => tidy(() => randn([3, 3]).requiresGrad_().exp().mul(2)))
    // it can still be differentiated
    expect(recorded).toBe(3)
  })
})

describe.skipIf(collector() === null)('memory()', () => {
  function later(f: () => void): void {
    f()
  }

  for (const mode of ['napi', 'weakref'] as const) {
    test(`counts exactly what is alive, in the middle of a job: ${mode}`, () => {
      serveHeap(mode)
      const kept: Tensor[] = []
      later(() => {
        kept.push(randn([100, 100]))
        for (let i = 0; i < 20; i++) noGrad(() => kept[0]!.mul(2).add(1))
      })
      later(() => void kept[0]!.add(1))
      expect(memory().cpu).toMatchObject({ tensors: 1, bytes: 40960 })
      kept.length = 0
      later(() => void randn([1]).add(1))
      expect(memory().cpu!.tensors).toBe(0)
    })
  }
})
