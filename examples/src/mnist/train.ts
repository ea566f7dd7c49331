import { noGrad, type Tensor } from '@tsorch/core'
import { type DataLoader, TensorDataset } from '@tsorch/data'
import { CrossEntropyLoss } from '@tsorch/nn'
import type { SGD } from '@tsorch/optim'
import type { MNIST } from '@tsorch/vision'
import type { terminal } from '@tsorch/viz'
import type { Net } from './net.js'

export type Batches = DataLoader<[Tensor, Tensor]>

/** Images scaled to [0, 1] and normalised as the course does, with their labels. */
export function asTensors(dataset: MNIST): TensorDataset<[Tensor, Tensor]> {
  const images = dataset.data.float().div(255).sub(0.1307).div(0.3081).unsqueeze(1)
  return new TensorDataset(images, dataset.targets)
}

/** One pass over the training set; the bar shows the loss, and so does whoever asks for it. */
export async function trainEpoch(
  net: Net,
  bar: terminal.Progress<[images: Tensor, labels: Tensor]>,
  optimizer: SGD,
  seen?: (loss: number) => void,
): Promise<void> {
  const criterion = new CrossEntropyLoss()
  net.train()
  for await (const [images, labels] of bar) {
    optimizer.zeroGrad()
    const loss = criterion(net(images), labels)
    loss.backward()
    optimizer.step()
    const value = loss.item()
    bar.set({ loss: value })
    seen?.(value)
  }
}

/** An image that was taken for another digit. */
export interface Mistake {
  /** its place in the test set */
  readonly index: number
  readonly predicted: number
  readonly truth: number
}

/** How well a network does on images that it was not trained on. */
export interface Evaluation {
  /** share of images whose digit it gets right */
  readonly accuracy: number
  readonly mistakes: readonly Mistake[]
}

/** Asks the network for the digit of each image. */
export async function evaluate(net: Net, batches: Batches): Promise<Evaluation> {
  net.eval()
  const mistakes: Mistake[] = []
  let seen = 0
  for await (const [images, labels] of batches) {
    const predictions = noGrad(() => net(images).argmax(1).tolist()) as number[]
    const truths = labels.tolist() as number[]
    predictions.forEach((predicted, i) => {
      const truth = truths[i]!
      if (predicted !== truth) mistakes.push({ index: seen + i, predicted, truth })
    })
    seen += predictions.length
  }
  return { accuracy: 1 - mistakes.length / seen, mistakes }
}
