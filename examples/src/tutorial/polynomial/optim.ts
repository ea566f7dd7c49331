/** PyTorch with examples, optim: the same model, with its weights moved by an optimizer. */
import { manualSeed, nn, optim } from 'tsorch'
import { powers, printLosses, sine } from './data.js'
import { describe, makeModel } from './nn.js'

export function* train(model: nn.Sequential, optimizer: optim.Optimizer, steps = 2000): Generator<number> {
  const [x, y] = sine()
  const xx = powers(x)
  const lossFn = new nn.MSELoss({ reduction: 'sum' })
  for (let t = 0; t < steps; t++) {
    const loss = lossFn(model(xx), y)
    yield loss.item()
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
  }
}

export function main(): void {
  manualSeed(0)
  const model = makeModel()
  printLosses(train(model, new optim.Adam(model.parameters(), { lr: 1e-3 })))
  console.log('Result:', describe(model))
}
