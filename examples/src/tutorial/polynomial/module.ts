/** PyTorch with examples, a custom Module: the polynomial with its coefficients as parameters. */
import { manualSeed, nn, optim, randn, type Tensor } from 'tsorch'
import { printLosses, sine } from './data.js'
import { describe, polynomial } from './tensor.js'

export class Polynomial3 extends nn.Layer {
  a = new nn.Parameter(randn([]))
  b = new nn.Parameter(randn([]))
  c = new nn.Parameter(randn([]))
  d = new nn.Parameter(randn([]))

  override forward(x: Tensor): Tensor {
    return polynomial(this, x)
  }

  string(): string {
    return describe(this)
  }
}

export function* train(model: nn.Layer, optimizer: optim.Optimizer, steps = 2000): Generator<number> {
  const [x, y] = sine()
  const criterion = new nn.MSELoss({ reduction: 'sum' })
  for (let t = 0; t < steps; t++) {
    const loss = criterion(model(x), y)
    yield loss.item()
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
  }
}

export function main(): void {
  manualSeed(1)
  const model = new Polynomial3()
  printLosses(train(model, new optim.SGD(model.parameters(), { lr: 1e-6 })))
  console.log('Result:', model.string())
}
