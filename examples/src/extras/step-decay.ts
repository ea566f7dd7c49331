/** A classifier of small digits whose learning rate is halved every two epochs. */
import { data, manualSeed, nn, noGrad, optim, randperm, type Tensor } from 'tsorch'
import { readSmallDigits } from './digits.js'

export function makeModel(): nn.Sequential {
  // a dropout of nothing draws nothing: it stands here to be turned up
  return new nn.Sequential(new nn.Linear(64, 64), new nn.ReLU(), new nn.Dropout(0), new nn.Linear(64, 10))
}

export interface Split {
  readonly train: data.TensorDataset
  readonly test: data.TensorDataset
}

/** 1,437 digits to train on and 360 to test with, drawn at random. */
export function splitDigits(): Split {
  const [pixels, labels] = readSmallDigits()
  const order = randperm(pixels.size(0))
  const pick = (rows: Tensor): data.TensorDataset => new data.TensorDataset(pixels.at(rows), labels.at(rows))
  return { train: pick(order.at(':1437')), test: pick(order.at('1437:')) }
}

/**
 * The loss of each mini-batch.
 *
 * @param decayed - hears the learning rate that follows each epoch
 */
export function* train(
  model: nn.Layer,
  digits: data.TensorDataset,
  decayed: (lr: number) => void = () => {},
  epochs = 5,
): Generator<number> {
  const loader = new data.DataLoader<[Tensor, Tensor]>(digits, { batchSize: 32, shuffle: true, dropLast: true })
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
  const criterion = new nn.CrossEntropyLoss()
  for (let epoch = 1; epoch <= epochs; epoch++) {
    model.train()
    for (const [x, y] of loader) {
      const loss = criterion(model(x), y)
      yield loss.item()
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
    }
    for (const group of optimizer.paramGroups) {
      if (epoch % 2 === 0) group.lr *= 0.5
      decayed(group.lr)
    }
  }
}

/** How many digits of the set the model gets right. */
export function countCorrect(model: nn.Layer, { tensors: [pixels, labels] }: data.TensorDataset): number {
  model.eval()
  return noGrad(() => model(pixels!).argmax(1).eq(labels!).sum().item())
}

export function main(): void {
  manualSeed(0)
  const model = makeModel()
  const digits = splitDigits()
  let sum = 0
  let steps = 0
  const decayed = (lr: number): void => {
    console.log(`mean loss ${(sum / steps).toFixed(4)}, learning rate from now on ${lr}`)
    sum = 0
    steps = 0
  }
  for (const loss of train(model, digits.train, decayed)) {
    sum += loss
    steps++
  }
  console.log(`${countCorrect(model, digits.test)} of ${digits.test.length} test digits are right`)
}
