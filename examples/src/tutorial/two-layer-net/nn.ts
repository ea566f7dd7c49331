/** PyTorch with examples, first edition, nn and optim: as a Sequential, moved by hand or by an optimizer. */
import { manualSeed, nn, noGrad, optim, type Tensor } from 'tsorch'
import { D_in, D_out, H, printLosses, randomData } from './data.js'

export function makeModel(): nn.Sequential {
  return new nn.Sequential(new nn.Linear(D_in, H), new nn.ReLU(), new nn.Linear(H, D_out))
}

/** @param optimizer - null moves the weights by hand, by 1e-4 times their gradients */
export function* train(
  x: Tensor,
  y: Tensor,
  model: nn.Layer,
  optimizer: optim.Optimizer | null,
  steps = 500,
): Generator<number> {
  const lossFn = new nn.MSELoss({ reduction: 'sum' })
  for (let t = 0; t < steps; t++) {
    const loss = lossFn(model(x), y)
    yield loss.item()
    model.zeroGrad()
    loss.backward()
    if (optimizer !== null) {
      optimizer.step()
      continue
    }
    noGrad(() => {
      for (const param of model.parameters()) param.sub_(param.grad!.mul(1e-4))
    })
  }
}

export function main({ steps = 500 } = {}): void {
  manualSeed(0)
  const [x, y] = randomData()
  const model = makeModel()
  printLosses(train(x, y, model, new optim.Adam(model.parameters(), { lr: 1e-4 }), steps))
}
