/** Lecture 5: linear regression with a Module, a loss and an optimizer: the four steps that every lecture repeats. */
import type { Visdom } from '@tsorch/viz'
import { FloatTensor, manualSeed, nn, optim, type Tensor } from 'tsorch'
import { showCurves } from './curves.js'

export class LinearModel extends nn.Layer {
  linear = new nn.Linear(1, 1)

  override forward(x: Tensor): Tensor {
    return this.linear(x)
  }
}

/** The loss of each epoch, whatever the optimizer: exercise 5-1 compares several. */
export function* train(model: LinearModel, optimizer: optim.Optimizer, epochs = 1000): Generator<number> {
  const xData = FloatTensor([[1], [2], [3]])
  const yData = FloatTensor([[2], [4], [6]])
  const criterion = new nn.MSELoss({ reduction: 'sum' })
  for (let epoch = 0; epoch < epochs; epoch++) {
    const loss = criterion(model(xData), yData)
    yield loss.item()
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
  }
}

/**
 * The same for an optimizer that asks for the loss several times a step, as L-BFGS does: it is given a function that computes
 * loss and gradients.
 */
export function* trainWithClosure(model: LinearModel, optimizer: optim.Optimizer, epochs = 100): Generator<number> {
  const xData = FloatTensor([[1], [2], [3]])
  const yData = FloatTensor([[2], [4], [6]])
  const criterion = new nn.MSELoss({ reduction: 'sum' })
  for (let epoch = 0; epoch < epochs; epoch++) {
    // the loss of the first evaluation: that of the parameters before the step
    const before = optimizer.step(() => {
      optimizer.zeroGrad()
      const loss = criterion(model(xData), yData)
      loss.backward()
      return loss
    })
    yield before.item()
  }
}

/** What the model says of one number. */
export function predict(model: nn.Layer, x: number): number {
  return model(FloatTensor([[x]])).item()
}

/** The optimizers of exercise 5-1, each with a learning rate that suits it. */
const optimizers: Readonly<Record<string, (parameters: Iterable<nn.Parameter>) => optim.Optimizer>> = {
  SGD: (parameters) => new optim.SGD(parameters, { lr: 0.01 }),
  ASGD: (parameters) => new optim.ASGD(parameters, { lr: 0.01 }),
  Adagrad: (parameters) => new optim.Adagrad(parameters, { lr: 0.5 }),
  Adam: (parameters) => new optim.Adam(parameters, { lr: 0.1 }),
  Adamax: (parameters) => new optim.Adamax(parameters, { lr: 0.1 }),
  RMSprop: (parameters) => new optim.RMSprop(parameters, { lr: 0.05 }),
  Rprop: (parameters) => new optim.Rprop(parameters, { lr: 0.01 }),
  LBFGS: (parameters) => new optim.LBFGS(parameters, { lr: 0.1 }),
}

/** Exercise 5-1: the losses of each optimizer, all from the same start. */
export function compare(epochs = 100): Map<string, number[]> {
  const curves = new Map<string, number[]>()
  for (const [name, make] of Object.entries(optimizers)) {
    manualSeed(0)
    const model = new LinearModel()
    const optimizer = make(model.parameters())
    curves.set(name, [...(name === 'LBFGS' ? trainWithClosure : train)(model, optimizer, epochs)])
  }
  return curves
}

export function main({ viz = null }: { viz?: Visdom | null } = {}): void {
  showCurves(compare(), { title: 'loss by optimizer', xlabel: 'epoch', ylabel: 'loss', logY: true }, viz)
  manualSeed(0)
  const model = new LinearModel()
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 })
  let epoch = 0
  for (const loss of train(model, optimizer)) {
    if (epoch % 100 === 0) console.log(`epoch ${epoch}: loss = ${loss.toFixed(6)}`)
    epoch++
  }
  console.log('w =', model.linear.weight.item())
  console.log('b =', model.linear.bias!.item())
  console.log('prediction for 4:', predict(model, 4))
}
