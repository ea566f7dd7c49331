/**
 * A variational autoencoder of digits.
 *
 * @see https://arxiv.org/abs/1312.6114 Kingma and Welling, Auto-Encoding Variational Bayes
 */
import { data, manualSeed, nn, noGrad, optim, randn, type Tensor } from 'tsorch'
import { readSmallDigits } from './digits.js'

const { functional: F } = nn

const PIXELS = 64
const HIDDEN = 32
const LATENT = 4

/** What the decoder makes of the code, and the code's distribution. */
type Reconstruction = [reconstructed: Tensor, mean: Tensor, logVariance: Tensor]

export class VAE extends nn.Module<[x: Tensor], Reconstruction> {
  fc1 = new nn.Linear(PIXELS, HIDDEN)
  fc21 = new nn.Linear(HIDDEN, LATENT)
  fc22 = new nn.Linear(HIDDEN, LATENT)
  fc3 = new nn.Linear(LATENT, HIDDEN)
  fc4 = new nn.Linear(HIDDEN, PIXELS)

  override forward(x: Tensor): Reconstruction {
    const hidden = F.relu(this.fc1(x))
    const [mean, logVariance] = [this.fc21(hidden), this.fc22(hidden)]
    // the noise is drawn beside the net, so that gradients reach mean and variance
    const code = mean.add(randn(mean.shape).mul(logVariance.mul(0.5).exp()))
    return [this.decode(code), mean, logVariance]
  }

  decode(code: Tensor): Tensor {
    return F.sigmoid(this.fc4(F.relu(this.fc3(code))))
  }
}

/** What reconstruction costs, and how far the codes are from a standard normal distribution; of one digit. */
function lossOf([reconstructed, mean, logVariance]: Reconstruction, x: Tensor): Tensor {
  const reconstruction = F.binaryCrossEntropy(reconstructed, x, { reduction: 'sum' })
  const divergence = logVariance.add(1).sub(mean.pow(2)).sub(logVariance.exp()).sum().mul(-0.5)
  return reconstruction.add(divergence).div(x.size(0))
}

/** The loss of each mini-batch. */
export function* train(model: VAE, epochs = 4): Generator<number> {
  const [pixels] = readSmallDigits()
  const loader = new data.DataLoader<[Tensor]>(new data.TensorDataset(pixels), { batchSize: 50, shuffle: true })
  const optimizer = new optim.Adam(model.parameters(), { lr: 2e-3 })
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [x] of loader) {
      const loss = lossOf(model(x), x)
      yield loss.item()
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
    }
  }
}

/** A new digit, drawn in characters. */
function dream(model: VAE): string {
  const pixels = noGrad(() => model.decode(randn([1, LATENT])).view(8, 8)).tolist() as number[][]
  return pixels.map((row) => row.map((p) => ' .:-=+*#@'[Math.round(8 * p)]!.repeat(2)).join('')).join('\n')
}

export function main({ epochs = 40 } = {}): void {
  manualSeed(0)
  const model = new VAE()
  let step = 0
  for (const loss of train(model, epochs)) {
    if (++step % 180 === 0) console.log(`step ${step}: loss = ${loss.toFixed(3)}`)
  }
  for (let i = 0; i < 3; i++) console.log(`\n${dream(model)}`)
}
