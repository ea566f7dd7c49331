import { expect, test } from 'vitest'
import type { Tensor } from '../src/index.js'

/**
 * Training as users write it, with one way to get memory back. A test file is a module graph of its own: each way has its own
 * file. What is released is filled with NaN, so that any use of it shows.
 */
export async function memorySuite(mode: 'napi' | 'weakref' | 'copyout'): Promise<void> {
  const settings = globalThis as Record<string, unknown>
  settings.TSORCH_MEMORY = mode
  settings.TSORCH_MEMORY_POISON = '1'
  const tsorch = await import('../src/index.js')
  const { data, manualSeed, memory, nn, noGrad, optim, randint, randn, tidy } = tsorch
  let missing: string | null = null
  try {
    memory()
  } catch (error) {
    missing = (error as Error).message
    if (!missing.startsWith(`memory mode ${mode}`)) throw error
  }
  if (missing !== null) {
    test.skip(`${mode}: ${missing}`, () => {})
    return
  }

  class Net extends nn.Module {
    conv1 = new nn.Conv2d(1, 6, 5)
    conv2 = new nn.Conv2d(6, 8, 3)
    fc = new nn.Linear(8 * 5 * 5, 10)
    pool = new nn.MaxPool2d(2)
    mask: Tensor | null = null
    onHidden: (h: Tensor) => void = () => undefined

    forward(x: Tensor): Tensor {
      let h = this.pool(this.conv1(x)).relu()
      this.mask ??= randn(h.shape.slice(1)).gt(-1).float()
      h = h.mul(this.mask)
      this.onHidden(h)
      return this.fc(this.pool(this.conv2(h)).relu().flatten(1))
    }
  }

  /** Values that may be read at any time. */
  const copyOf = (x: Tensor): number[] => Array.from(x.toTypedArray() as Float32Array)

  function trainer(): { model: Net; step: (x: Tensor, y: Tensor) => Tensor } {
    const model = new Net()
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.5 })
    const criterion = new nn.CrossEntropyLoss()
    return {
      model,
      step: (x, y) => {
        optimizer.zeroGrad()
        const loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        return loss
      },
    }
  }

  test('a loop in one block gives the same losses over fresh memory and over used', () => {
    const run = (): number[] => {
      manualSeed(7)
      const { step } = trainer()
      const x = randn([64, 1, 28, 28])
      const y = randint(10, [64])
      return Array.from({ length: 60 }, () => step(x, y).item())
    }
    const fresh = run()
    expect(fresh.every(Number.isFinite)).toBe(true)
    expect(fresh.at(-1)!).toBeLessThan(fresh[0]!)
    expect(run()).toEqual(fresh)
  }, 60_000)

  test('a loop over a loader with a smaller last batch takes no more memory after a tenth than at the end', async () => {
    manualSeed(8)
    const { model, step } = trainer()
    const dataset = new data.TensorDataset(randn([150, 1, 28, 28]), randint(10, [150]))
    const loader = new data.DataLoader(dataset, { batchSize: 64, shuffle: true })
    const taken: number[] = []
    const used: number[] = []
    for (let epoch = 1; epoch <= 20; epoch++) {
      for await (const [x, y] of loader) step(x, y)
      noGrad(() => model(randn([8, 1, 28, 28])))
      if (epoch !== 2 && epoch !== 20) continue
      used.push(memory().cpu!.bytes)
      taken.push(memory().cpu!.reserved)
    }
    if (mode !== 'copyout') expect(used[1]!).toBeLessThan(1.05 * used[0]! + 1)
    expect(Math.max(...taken)).toBeLessThan(400e6)
  }, 60_000)

  test('what users keep stays right: closures, hooks, retained gradients, errors, caches', () => {
    manualSeed(9)
    const { model, step } = trainer()
    const x = randn([32, 1, 28, 28])
    const y = randint(10, [32])
    const kept: { tensor: Tensor; values: number[] }[] = []
    const keep = (tensor: Tensor): void => {
      kept.push({ tensor, values: copyOf(tensor) })
    }
    let retained: Tensor | null = null
    for (let i = 0; i < 40; i++) {
      model.onHidden = (h) => {
        if (i % 10 === 0) {
          keep(h)
          keep(h.detach())
          h.registerHook((g) => keep(g))
        }
        if (i % 10 === 5) {
          h.retainGrad()
          retained = h
        }
        if (i % 10 === 7) throw Object.assign(new Error('stop'), { h })
      }
      try {
        step(x, y)
      } catch (error) {
        keep((error as { h: Tensor }).h)
        continue
      }
      if (i % 10 === 5) keep(retained!.grad!)
      if (i % 10 === 9) keep(model.conv1.weight.grad!)
    }
    keep(model.mask!)
    model.onHidden = () => undefined
    for (let i = 0; i < 40; i++) step(x, y)
    expect(kept).toHaveLength(25)
    for (const { tensor, values } of kept) {
      expect(values.every(Number.isFinite)).toBe(true)
      expect(copyOf(tensor)).toEqual(values)
    }
  }, 60_000)

  test('a step in tidy() keeps parameters, gradients, state and buffers', () => {
    manualSeed(10)
    const model = new Net()
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 })
    const criterion = new nn.CrossEntropyLoss()
    const x = randn([16, 1, 28, 28])
    const y = randint(10, [16])
    noGrad(() => model(x))
    const losses = Array.from({ length: 5 }, () =>
      tidy(() => {
        optimizer.zeroGrad()
        const loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()
      }),
    )
    expect(losses.every(Number.isFinite)).toBe(true)
    expect(losses.at(-1)!).toBeLessThan(losses[0]!)
  })
}
