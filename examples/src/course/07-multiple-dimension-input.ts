/** Lecture 7: many features. A deep logistic regression on the diabetes data, the whole of it in each step. */
import type { Visdom } from '@tsorch/viz'
import { manualSeed, nn, noGrad, optim, relu, sigmoid, type Tensor, tanh } from 'tsorch'
import { showCurve } from './curves.js'
import { readDiabetes } from './diabetes.js'

const activations = { relu, sigmoid, tanh } as const

/** 8-6-4-1. */
export class DiabetesModel extends nn.Layer {
  linear1 = new nn.Linear(8, 6)
  linear2 = new nn.Linear(6, 4)
  linear3 = new nn.Linear(4, 1)
  private readonly activation: (x: Tensor) => Tensor

  /** Exercise 7-1 exchanges the activation of the hidden layers. */
  constructor(activation: keyof typeof activations = 'sigmoid') {
    super()
    this.activation = activations[activation]
  }

  override forward(x: Tensor): Tensor {
    let h = this.activation(this.linear1(x))
    h = this.activation(this.linear2(h))
    return sigmoid(this.linear3(h))
  }
}

/** The loss of each epoch. */
export function* train(
  model: DiabetesModel,
  x: Tensor,
  y: Tensor,
  optimizer: optim.Optimizer,
  epochs = 100,
): Generator<number> {
  const criterion = new nn.BCELoss({ reduction: 'mean' })
  for (let epoch = 0; epoch < epochs; epoch++) {
    const loss = criterion(model(x), y)
    yield loss.item()
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
  }
}

/** Share of patients that the model judges rightly. */
export function accuracy(model: DiabetesModel, x: Tensor, y: Tensor): number {
  return noGrad(() => model(x).ge(0.5).eq(y.gt(0.5)).double().mean().item())
}

export function main({ viz = null }: { viz?: Visdom | null } = {}): void {
  const [x, y] = readDiabetes()
  manualSeed(0)
  const model = new DiabetesModel('relu')
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 })
  const losses: number[] = []
  for (const loss of train(model, x, y, optimizer, 1000)) {
    const epoch = losses.push(loss) - 1
    if (epoch % 100 === 0) console.log(`epoch ${epoch}: loss = ${loss.toFixed(6)}`)
  }
  showCurve(losses, { title: 'loss', xlabel: 'epoch', ylabel: 'loss' }, viz)
  console.log(`accuracy ${(100 * accuracy(model, x, y)).toFixed(1)} %`)
}
