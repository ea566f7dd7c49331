/** Digits through a bottleneck of 8 numbers and back, with batch normalisation and dropout. */
import { data, manualSeed, nn, noGrad, optim, type Tensor } from 'tsorch'
import { readSmallDigits } from './digits.js'

export class AutoEncoder extends nn.Layer {
  enc: nn.Sequential
  dec: nn.Sequential

  constructor(pixels = 64, hidden = 32, code = 8, dropout = 0.2) {
    super()
    this.enc = new nn.Sequential(
      new nn.Linear(pixels, hidden),
      new nn.BatchNorm1d(hidden),
      new nn.ReLU(),
      new nn.Dropout(dropout),
      new nn.Linear(hidden, code),
      new nn.BatchNorm1d(code),
      new nn.Tanh(),
    )
    this.dec = new nn.Sequential(
      new nn.Linear(code, hidden),
      new nn.BatchNorm1d(hidden),
      new nn.LeakyReLU(0.1),
      new nn.Dropout(dropout),
      new nn.Linear(hidden, pixels),
      new nn.Sigmoid(),
    )
  }

  override forward(x: Tensor): Tensor {
    return this.dec(this.enc(x))
  }
}

/** The loss of each mini-batch. */
export function* train(model: AutoEncoder, epochs = 5): Generator<number> {
  const [pixels] = readSmallDigits()
  const optimizer = new optim.Adam(model.parameters(), { lr: 3e-3 })
  const criterion = new nn.MSELoss()
  model.train()
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [x] of new data.DataLoader<[Tensor]>(new data.TensorDataset(pixels), { batchSize: 64, shuffle: true })) {
      const loss = criterion(model(x), x)
      yield loss.item()
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
    }
  }
}

/** The mean squared error over all digits, with what was learned of their statistics and without dropout. */
export function reconstructionError(model: AutoEncoder): number {
  const [pixels] = readSmallDigits()
  model.eval()
  return noGrad(() => new nn.MSELoss()(model(pixels), pixels)).item()
}

export function main({ epochs = 5 } = {}): void {
  manualSeed(0)
  const model = new AutoEncoder()
  let step = 0
  for (const loss of train(model, epochs)) {
    if (++step % 29 === 0) console.log(`epoch ${step / 29}: loss = ${loss.toFixed(4)}`)
  }
  console.log(`error of all digits: ${reconstructionError(model).toFixed(4)}`)
}
