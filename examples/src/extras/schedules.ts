/** A classifier of small digits whose learning rate changes from epoch to epoch: in steps, or along a cosine. */
import { data, manualSeed, nn, noGrad, optim, randperm, type Tensor } from 'tsorch'
import { readSmallDigits } from './digits.js'

export function makeModel(dropout = 0): nn.Sequential {
  return new nn.Sequential(new nn.Linear(64, 64), new nn.ReLU(), new nn.Dropout(dropout), new nn.Linear(64, 10))
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

/** An optimizer, and what changes its learning rate after each epoch. */
export interface Schedule {
  readonly optimizer: optim.Optimizer
  readonly scheduler: { step(): void }
}

/** Half the learning rate every two epochs. */
export function inSteps(model: nn.Layer): Schedule {
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
  return { optimizer, scheduler: new optim.lrScheduler.StepLR(optimizer, 2, { gamma: 0.5 }) }
}

/** Down to nothing along a cosine. */
export function alongCosine(model: nn.Layer, epochs = 5): Schedule {
  const optimizer = new optim.AdamW(model.parameters(), { lr: 3e-3, weightDecay: 0.05 })
  return { optimizer, scheduler: new optim.lrScheduler.CosineAnnealingLR(optimizer, epochs) }
}

/**
 * The loss of each mini-batch.
 *
 * @param decayed - hears the learning rate that follows each epoch
 */
export function* train(
  model: nn.Layer,
  digits: data.TensorDataset,
  { optimizer, scheduler }: Schedule,
  decayed: (lr: number) => void = () => {},
  epochs = 5,
): Generator<number> {
  const loader = new data.DataLoader<[Tensor, Tensor]>(digits, { batchSize: 32, shuffle: true, dropLast: true })
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
    scheduler.step()
    decayed(optimizer.paramGroups[0]!.lr)
  }
}

/** How many digits of the set the model gets right. */
export function countCorrect(model: nn.Layer, { tensors: [pixels, labels] }: data.TensorDataset): number {
  model.eval()
  return noGrad(() => model(pixels!).argmax(1).eq(labels!).sum().item())
}

function run(name: string, model: nn.Sequential, makeSchedule: (model: nn.Sequential) => Schedule): void {
  console.log(name)
  const digits = splitDigits()
  let sum = 0
  let steps = 0
  const decayed = (lr: number): void => {
    console.log(`mean loss ${(sum / steps).toFixed(4)}, learning rate from now on ${lr}`)
    sum = 0
    steps = 0
  }
  for (const loss of train(model, digits.train, makeSchedule(model), decayed)) {
    sum += loss
    steps++
  }
  console.log(`${countCorrect(model, digits.test)} of ${digits.test.length} test digits are right`)
}

export function main(): void {
  manualSeed(0)
  run('AdamW with dropout, along a cosine', makeModel(0.5), alongCosine)
  manualSeed(0)
  run('SGD with momentum, in steps', makeModel(), inSteps)
}
