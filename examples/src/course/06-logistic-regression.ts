/** Lecture 6: logistic regression, from hours of study to the probability of passing. */
import { terminal, type Visdom } from '@tsorch/viz'
import { FloatTensor, linspace, manualSeed, nn, noGrad, optim, sigmoid, stack, type Tensor } from 'tsorch'
import { predict } from './05-linear-regression.js'

export class LogisticRegressionModel extends nn.Layer {
  linear = new nn.Linear(1, 1)

  override forward(x: Tensor): Tensor {
    return sigmoid(this.linear(x))
  }
}

/** The loss of each epoch. */
export function* train(model: LogisticRegressionModel, epochs = 1000): Generator<number> {
  const xData = FloatTensor([[1], [2], [3]])
  const yData = FloatTensor([[0], [0], [1]])
  const criterion = new nn.BCELoss({ reduction: 'sum' })
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 })
  for (let epoch = 0; epoch < epochs; epoch++) {
    const loss = criterion(model(xData), yData)
    yield loss.item()
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
  }
}

export function main({ viz = null }: { viz?: Visdom | null } = {}): void {
  manualSeed(0)
  const model = new LogisticRegressionModel()
  let epoch = 0
  for (const loss of train(model)) {
    if (epoch % 100 === 0) console.log(`epoch ${epoch}: loss = ${loss.toFixed(6)}`)
    epoch++
  }
  const hours = linspace(0, 10, 200)
  const probability = noGrad(() => model(hours.view(200, 1)).view(200))
  console.log(terminal.linePlot([{ x: hours, y: probability }], { xlabel: 'hours', ylabel: 'probability of passing' }))
  const half = probability.mul(0).add(0.5)
  viz?.line(stack([probability, half], 1), {
    X: hours,
    win: 'sigmoid',
    opts: { title: 'probability of passing', xlabel: 'hours', legend: ['model', 'one half'] },
  })
  for (const hours of [1, 2, 3, 4]) console.log(`${hours} hours: passes with p = ${predict(model, hours).toFixed(4)}`)
}
