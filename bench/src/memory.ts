/** `pnpm bench --memory`: resident memory over long loops without any dispose. Prints MB at five points of each loop. */
import { manualSeed, noGrad, randint, randn } from '@tsorch/core'
import { DataLoader, TensorDataset } from '@tsorch/data'
import { Conv2d, CrossEntropyLoss, Flatten, Linear, MaxPool2d, ReLU, Sequential } from '@tsorch/nn'
import { SGD } from '@tsorch/optim'

/** One loop: how many steps, and what it measured after each fifth of them. */
export interface MemoryRow {
  readonly loop: string
  readonly steps: number
  readonly megabytes: readonly number[]
}

const POINTS = 5

function residentMegabytes(): number {
  return Math.round(process.memoryUsage().rss / 1e6)
}

/** One long synchronous block: the event loop never turns. */
export function synchronousLoop(steps: number): MemoryRow {
  manualSeed(0)
  const w = randn([64, 32], { requiresGrad: true })
  const x = randn([16, 64])
  const megabytes: number[] = []
  for (let i = 1; i <= steps; i++) {
    const loss = x.mm(w).clamp(0).pow(2).sum()
    loss.backward()
    noGrad(() => {
      w.sub_(w.grad!.mul(1e-6))
      w.grad = null
    })
    if (i % (steps / POINTS) === 0) megabytes.push(residentMegabytes())
  }
  return { loop: 'synchronous, raw tensors', steps, megabytes }
}

/** Training of a convolutional network over a loader, asynchronously. */
export async function asynchronousLoop(steps: number): Promise<MemoryRow> {
  manualSeed(0)
  const model = new Sequential(new Conv2d(1, 10, 5), new MaxPool2d(2), new ReLU(), new Flatten(), new Linear(1440, 10))
  const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 })
  const criterion = new CrossEntropyLoss()
  const batch = 16
  const dataset = new TensorDataset(randn([batch * 100, 1, 28, 28]), randint(10, [batch * 100]))
  const loader = new DataLoader(dataset, { batchSize: batch, shuffle: true })
  const megabytes: number[] = []
  let i = 0
  while (i < steps) {
    for await (const [images, labels] of loader) {
      optimizer.zeroGrad()
      criterion(model(images), labels).backward()
      optimizer.step()
      if (++i % (steps / POINTS) === 0) megabytes.push(residentMegabytes())
      if (i === steps) break
    }
  }
  return { loop: 'asynchronous, CNN over a DataLoader', steps, megabytes }
}
