/** PyTorch with examples, nn: the polynomial as a linear layer over x, x^2 and x^3; the weights are moved by hand. */
import { manualSeed, nn, noGrad } from 'tsorch'
import { powers, printLosses, sine } from './data.js'

export function makeModel(): nn.Sequential {
  return new nn.Sequential(new nn.Linear(3, 1), new nn.Flatten(0, 1))
}

export function* train(model: nn.Sequential, steps = 2000, learningRate = 1e-6): Generator<number> {
  const [x, y] = sine()
  const xx = powers(x)
  const lossFn = new nn.MSELoss({ reduction: 'sum' })
  for (let t = 0; t < steps; t++) {
    const loss = lossFn(model(xx), y)
    yield loss.item()
    model.zeroGrad()
    loss.backward()
    noGrad(() => {
      for (const param of model.parameters()) param.sub_(param.grad!.mul(learningRate))
    })
  }
}

/** What the model learned, in words. */
export function describe(model: nn.Sequential): string {
  const { weight, bias } = model.at(0) as nn.Linear
  const [b, c, d] = weight.at(0).tolist() as number[]
  return `y = ${bias!.item()} + ${b} x + ${c} x^2 + ${d} x^3`
}

export function main(): void {
  manualSeed(0)
  const model = makeModel()
  printLosses(train(model))
  console.log('Result:', describe(model))
}
