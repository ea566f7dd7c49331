/** Long training loops without any dispose: `pnpm bench --memory`. Each runs in a process of its own. */
import { manualSeed, noGrad, randint, randn, type Tensor, tidy } from '@tsorch/core'
import { DataLoader, TensorDataset } from '@tsorch/data'
import { Conv2d, CrossEntropyLoss, Flatten, Linear, MaxPool2d, type Module, ReLU, Sequential } from '@tsorch/nn'
import { SGD } from '@tsorch/optim'
import type { LoopName } from '../arguments.js'
import { Cnn } from '../tsorch/networks.js'

/** Makes `steps` steps and calls `after` behind each of them. */
export type Loop = (steps: number, after: (step: number) => void) => void | Promise<void>

/** One training step of a classifier of images. */
function trainer(model: Module, momentum: number): (images: Tensor, labels: Tensor) => void {
  const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum })
  const criterion = new CrossEntropyLoss()
  return (images, labels) => {
    optimizer.zeroGrad()
    const loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
    loss.item()
  }
}

/** Batches of random images, shuffled anew each time; the last one is smaller where `count` is no multiple. */
function batches(count: number, batchSize: number): DataLoader<[Tensor, Tensor]> {
  const dataset = new TensorDataset(randn([count, 1, 28, 28]), randint(10, [count]))
  return new DataLoader(dataset, { batchSize, shuffle: true }) as DataLoader<[Tensor, Tensor]>
}

async function overLoader(
  loader: DataLoader<[Tensor, Tensor]>,
  train: (images: Tensor, labels: Tensor) => void,
  steps: number,
  after: (step: number) => void,
): Promise<void> {
  let step = 0
  while (step < steps) {
    for await (const [images, labels] of loader) {
      train(images, labels)
      after(++step)
      if (step === steps) break
    }
  }
}

/** W5 in an asynchronous loop over a loader. */
const loader: Loop = (steps, after) => overLoader(batches(64 * 20, 64), trainer(new Cnn(), 0.5), steps, after)

/** The same where every epoch ends with a batch of another size. */
const lastBatch: Loop = (steps, after) => overLoader(batches(64 * 9 + 37, 64), trainer(new Cnn(), 0.5), steps, after)

/** W5 in one synchronous block: the event loop never turns. */
const block: Loop = (steps, after) => inBlock(steps, after, (step) => step())

/** The same where each step gives its memory back itself: what finding out costs is the difference. */
const blockTidy: Loop = (steps, after) => inBlock(steps, after, tidy)

function inBlock(steps: number, after: (step: number) => void, around: (step: () => void) => void): void {
  const data = batches(64 * 20, 64)
  const train = trainer(new Cnn(), 0.5)
  let step = 0
  while (step < steps) {
    for (const [images, labels] of data) {
      around(() => train(images, labels))
      after(++step)
      if (step === steps) break
    }
  }
}

/** Two layers of bare tensors and an update by hand that leaves its own temporaries, in one synchronous block. */
const raw: Loop = (steps, after) => {
  const x = randn([64, 1000])
  const y = randn([64, 10])
  const w1 = randn([1000, 100]).mul(0.01).requiresGrad_()
  const w2 = randn([100, 10]).mul(0.01).requiresGrad_()
  for (let step = 1; step <= steps; step++) {
    const loss = x.mm(w1).clamp(0).mm(w2).sub(y).pow(2).sum()
    loss.backward()
    noGrad(() => {
      for (const w of [w1, w2]) {
        w.sub_(w.grad!.mul(1e-6))
        w.grad = null
      }
    })
    after(step)
  }
}

/** One small layer of bare tensors, in one synchronous block. */
const rawSum: Loop = (steps, after) => {
  const w = randn([64, 32], { requiresGrad: true })
  const x = randn([16, 64])
  for (let step = 1; step <= steps; step++) {
    x.mm(w).clamp(0).pow(2).sum().backward()
    noGrad(() => {
      w.sub_(w.grad!.mul(1e-6))
      w.grad = null
    })
    after(step)
  }
}

/** A network with one convolution, batches of 16, over a loader. */
const smallLoader: Loop = (steps, after) => {
  const model = new Sequential(new Conv2d(1, 10, 5), new MaxPool2d(2), new ReLU(), new Flatten(), new Linear(1440, 10))
  return overLoader(batches(16 * 100, 16), trainer(model, 0.9), steps, after)
}

const loops: Readonly<Record<LoopName, Loop>> = {
  loader,
  block,
  'block-tidy': blockTidy,
  'last-batch': lastBatch,
  raw,
  'raw-sum': rawSum,
  'small-loader': smallLoader,
}

export function loopOf(name: LoopName): Loop {
  manualSeed(0)
  return loops[name]
}
