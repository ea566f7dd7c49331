/** How lectures 9 to 11 train and test a classifier of digits. */
import type { Visdom } from '@tsorch/viz'
import { data, manualSeed, nn, noGrad, optim, type Tensor } from 'tsorch'
import { readDigits } from './data.js'

/** One pass over the training set: the loss of each mini-batch. */
export function* trainEpoch(
  model: nn.Layer,
  trainLoader: data.DataLoader<[Tensor, Tensor]>,
  optimizer: optim.Optimizer,
): Generator<number> {
  const criterion = new nn.CrossEntropyLoss()
  model.train()
  for (const [inputs, target] of trainLoader) {
    optimizer.zeroGrad()
    const loss = criterion(model(inputs), target)
    yield loss.item()
    loss.backward()
    optimizer.step()
  }
}

/** How many of the test set the model gets right. */
export function countCorrect(model: nn.Layer, testLoader: data.DataLoader<[Tensor, Tensor]>): number {
  model.eval()
  let correct = 0
  noGrad(() => {
    for (const [images, labels] of testLoader) {
      const [, predicted] = model(images).max(1)
      correct += predicted.eq(labels).sum().item()
    }
  })
  return correct
}

/**
 * Trains on 2,000 digits as the course does: SGD with momentum, mini-batches of 64.
 *
 * @param tested - hears after each epoch, counted from 1, how many of the 1,000 test digits are right
 * @returns the loss of each mini-batch
 */
export function* train(
  model: nn.Layer,
  epochs: number,
  tested: (epoch: number, correct: number) => void,
): Generator<number> {
  const trainLoader = new data.DataLoader(readDigits(true), { batchSize: 64, shuffle: true })
  const testLoader = new data.DataLoader(readDigits(false), { batchSize: 64 })
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.5 })
  for (let epoch = 1; epoch <= epochs; epoch++) {
    yield* trainEpoch(model, trainLoader, optimizer)
    tested(epoch, countCorrect(model, testLoader))
  }
}

/**
 * Trains a network that `make` makes, and prints how it goes.
 *
 * @param viz - a page that shows the losses as they come, and the accuracy of each epoch
 * @param name - of the network, where several are shown
 */
export function report(make: () => nn.Layer, epochs: number, viz: Visdom | null = null, name = 'net'): void {
  manualSeed(0)
  let sum = 0
  let steps = 0
  let all = 0
  const show = (title: string, x: number, y: number, xlabel: string): void => {
    viz?.line([y], { X: [x], win: title, name, update: 'append', opts: { title, xlabel, showlegend: true } })
  }
  const tested = (epoch: number, correct: number): void => {
    console.log(`epoch ${epoch}: mean loss ${(sum / steps).toFixed(4)}, test accuracy ${(correct / 10).toFixed(1)} %`)
    show('test accuracy in %', epoch, correct / 10, 'epoch')
    sum = 0
    steps = 0
  }
  for (const loss of train(make(), epochs, tested)) {
    sum += loss
    steps++
    show('loss', all++, loss, 'step')
  }
}
