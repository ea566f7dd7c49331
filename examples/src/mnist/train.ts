import { noGrad, type Tensor } from '@tsorch/core'
import { type DataLoader, TensorDataset } from '@tsorch/data'
import { CrossEntropyLoss } from '@tsorch/nn'
import type { SGD } from '@tsorch/optim'
import type { MNIST } from '@tsorch/vision'
import type { Progress } from '../terminal/progress.js'
import type { Net } from './net.js'

export type Batches = DataLoader<[Tensor, Tensor]>

/** Images scaled to [0, 1] and normalised as the course does, with their labels. */
export function asTensors(dataset: MNIST): TensorDataset<[Tensor, Tensor]> {
  const images = dataset.data.float().div(255).sub(0.1307).div(0.3081).unsqueeze(1)
  return new TensorDataset(images, dataset.targets)
}

/** One pass over the training set. */
export async function trainEpoch(net: Net, batches: Batches, optimizer: SGD, progress: Progress): Promise<void> {
  const criterion = new CrossEntropyLoss()
  net.train()
  for await (const [images, labels] of batches) {
    optimizer.zeroGrad()
    const loss = criterion(net(images), labels)
    loss.backward()
    optimizer.step()
    progress.update({ images: images.length, loss: loss.item() })
  }
}

/** Share of images whose label the network gets right. */
export async function accuracy(net: Net, batches: Batches): Promise<number> {
  net.eval()
  let correct = 0
  let seen = 0
  for await (const [images, labels] of batches) {
    correct += noGrad(() => net(images).argmax(1).eq(labels).sum().item())
    seen += images.length
  }
  return correct / seen
}
