/** Loops without a single dispose: memory is the same after a tenth of the steps and at the end. */
import {
  conv2d,
  crossEntropy,
  dropGrad,
  gradOf,
  linear,
  logSoftmax,
  manualSeed,
  maxPool2d,
  memory,
  noGrad,
  randint,
  randn,
  relu,
  safePoint,
  softmax,
  type Tensor,
} from '@tsorch/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { HeapMemory } from '../src/heap/index.js'
import { elements, modes, serveHeap, serveOrdinary } from './memory-device.js'

afterEach(serveOrdinary)

const GROWTH = 1024 * 1024
// either way several times what the heap may take
const STEPS = import.meta.env.TSORCH_TEST === 'full' ? 2000 : 1000
// full collections take their time
vi.setConfig({ testTimeout: 60_000 })

/** A small convolutional network; gives its parameters and a step of training on a batch of `n`. */
function network(): { params: Tensor[]; step: (n: number) => Tensor } {
  manualSeed(5)
  const kernel = randn([4, 1, 3, 3]).mul(0.3).requiresGrad_()
  const w = randn([5, 36]).mul(0.2).requiresGrad_()
  const b = randn([5]).requiresGrad_()
  const params = [kernel, w, b]
  const images = randn([16, 1, 8, 8])
  const classes = randint(5, [16])
  const step = (n: number): Tensor => {
    for (const p of params) dropGrad(p)
    safePoint()
    const h = relu(maxPool2d(conv2d(images.narrow(0, 0, n), kernel), 2)).flatten(1)
    const loss = crossEntropy(linear(h, w, b), classes.narrow(0, 0, n))
    loss.backward()
    noGrad(() => {
      for (const p of params) p.sub_(gradOf(p)!.mul(0.02))
    })
    safePoint()
    return loss
  }
  return { params, step }
}

/** Runs a loop; what is in use after a tenth of it and at the end is the same, and the heap takes no more than `limit`. */
async function expectFlat(
  heap: HeapMemory,
  limit: number,
  step: (i: number) => void | Promise<void>,
  steps = STEPS,
): Promise<void> {
  const used: number[] = []
  for (let i = 1; i <= steps; i++) {
    const pending = step(i)
    if (pending instanceof Promise) await pending
    if (i === steps / 10 || i === steps) used.push(memory().cpu!.bytes)
  }
  expect(heap.heap.statistics().reserved).toBeLessThan(limit)
  // where the collector cannot be asked all of it counts as in use
  if (heap.mode !== 'copyout') expect(used[1]!).toBeLessThan(1.05 * used[0]! + 1)
}

describe.each(modes)('%s', (mode) => {
  test('training in one block, with a last batch of another size', async () => {
    const heap = serveHeap(mode, { growth: GROWTH, poison: false })
    const { params, step } = network()
    await expectFlat(heap, 4 * GROWTH, (i) => void step(i % 10 === 0 ? 11 : 16))
    expect(elements(...params).every(Number.isFinite)).toBe(true)
    if (mode !== 'copyout') expect(memory().cpu!.tensors).toBeLessThan(16)
  })

  // an op that is one kernel must not look for garbage while it runs: it does so when it has ended
  test('nothing but ops that are kernels of their own', async () => {
    const heap = serveHeap(mode, { growth: GROWTH, poison: false })
    const x = randn([64, 64])
    await expectFlat(heap, 4 * GROWTH, () => void noGrad(() => logSoftmax(softmax(x, 1), 1)))
  })

  test('raw tensors, no module anywhere', async () => {
    const heap = serveHeap(mode, { growth: GROWTH, poison: false })
    const x = randn([32, 20])
    const w1 = randn([20, 30]).requiresGrad_()
    const w2 = randn([30, 4]).requiresGrad_()
    const step = () => {
      x.mm(w1).clamp(0).mm(w2).pow(2).sum().backward()
      noGrad(() => {
        for (const w of [w1, w2]) {
          w.sub_(w.grad!.mul(1e-6))
          w.grad = null
        }
      })
    }
    await expectFlat(heap, 4 * GROWTH, step)
  })

  test('forward passes alone, recorded or not', async () => {
    const heap = serveHeap(mode, { growth: GROWTH, poison: false })
    const w = randn([30, 30]).requiresGrad_()
    const x = randn([20, 30])
    const forward = () => void relu(x.mm(w)).mm(w).sigmoid()
    await expectFlat(heap, 4 * GROWTH, (i) => (i % 2 === 0 ? forward() : noGrad(forward)))
  })

  test('an asynchronous loop', async () => {
    const heap = serveHeap(mode, { growth: GROWTH, poison: false })
    const { step } = network()
    const losses: number[] = []
    await expectFlat(heap, 4 * GROWTH, async (i) => {
      const loss = step(16)
      await null
      if (i % 100 === 0) losses.push(loss.item())
    })
    expect(losses.every(Number.isFinite)).toBe(true)
  })

  test('sequences of changing length', async () => {
    const heap = serveHeap(mode, { growth: GROWTH, poison: false })
    const w = randn([16, 16]).requiresGrad_()
    const step = (i: number) => {
      let h = randn([8, 16])
      for (let t = (i * 7) % 13; t >= 0; t--) h = h.mm(w).tanh()
      h.sum().backward()
      dropGrad(w)
      safePoint()
    }
    await expectFlat(heap, 4 * GROWTH, step)
  })
})
