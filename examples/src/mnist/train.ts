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

/** One pass over the training set; the bar shows the loss. */
export async function trainEpoch(
  net: Net,
  bar: terminal.Progress<[images: Tensor, labels: Tensor]>,
  optimizer: SGD,
): Promise<void> {
  const criterion = new CrossEntropyLoss()
  net.train()
  for await (const [images, labels] of bar) {
    optimizer.zeroGrad()
    const loss = criterion(net(images), labels)
    loss.backward()
    optimizer.step()
    bar.set({ loss: loss.item() })
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
