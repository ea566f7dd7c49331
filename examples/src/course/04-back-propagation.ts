/** Lecture 4: back propagation. The gradient comes from `backward()`; the weight is still moved by hand. */
import type { Visdom } from '@tsorch/viz'
import { FloatTensor, type Tensor } from 'tsorch'
import { showCurve } from './curves.js'

const xData = [1, 2, 3]
const yData = [2, 4, 6]

/** The weight before training: 1, and it wants a gradient. */
export function initialWeight(): Tensor {
  return FloatTensor([1]).requiresGrad_()
}

export const forward = (x: number, w: Tensor): Tensor => w.mul(x)

/** The loss of each sample, epoch after epoch: stochastic gradient descent. */
export function* train(w: Tensor, epochs = 100, lr = 0.01): Generator<number> {
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [i, x] of xData.entries()) {
      const loss = forward(x, w).sub(yData[i]!).pow(2)
      loss.backward()
      yield loss.item()
      const grad = w.grad!
      // `data` is the same memory without history: moving the weight is no part of the graph
      w.data = w.data.sub(grad.data.mul(lr))
      grad.data.zero_()
    }
  }
}

export function main({ viz = null }: { viz?: Visdom | null } = {}): void {
  const w = initialWeight()
  console.log('prediction for 4 before training:', forward(4, w).item())
  const losses: number[] = []
  for (const loss of train(w)) {
    const sample = losses.push(loss) - 1
    if (sample % 30 === 0) console.log(`epoch ${sample / 3}: loss = ${loss.toFixed(6)}`)
  }
  showCurve(losses, { title: 'loss', xlabel: 'sample', ylabel: 'loss', logY: true }, viz)
  console.log('prediction for 4 after training:', forward(4, w).item())
}
