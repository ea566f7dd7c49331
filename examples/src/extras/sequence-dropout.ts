/** Two layers of an LSTM with dropout between them: was the sum of what went by positive? */
import { manualSeed, nn, noGrad, optim, randn, type Tensor } from 'tsorch'

export class SequenceClassifier extends nn.Layer {
  rnn = new nn.LSTM(3, 16, 2, { batchFirst: true, dropout: 0.3 })
  fc = new nn.Linear(16, 2)

  /** Sequences of shape [batch, time, 3]; scores of both answers, from the last step. */
  override forward(x: Tensor): Tensor {
    const [output] = this.rnn(x)
    return this.fc(output.at(':', -1))
  }
}

/** Random sequences of 12 steps, and whether the first of their three channels sums to more than 0. */
function drawSequences(count: number): [x: Tensor, y: Tensor] {
  const x = randn([count, 12, 3])
  return [x, x.at(':', ':', 0).sum(1).gt(0).long()]
}

/** The loss of each mini-batch of 16. */
export function* train(model: SequenceClassifier, steps = 120): Generator<number> {
  const criterion = new nn.CrossEntropyLoss()
  const optimizer = new optim.Adam(model.parameters(), { lr: 5e-3 })
  model.train()
  for (let step = 0; step < steps; step++) {
    const [x, y] = drawSequences(16)
    const loss = criterion(model(x), y)
    yield loss.item()
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
  }
}

/** How many of 256 new sequences the model gets right, with dropout off. */
export function countCorrect(model: SequenceClassifier): number {
  model.eval()
  const [x, y] = drawSequences(256)
  return noGrad(() => model(x).argmax(1).eq(y).sum().item())
}

export function main({ steps = 120 } = {}): void {
  manualSeed(0)
  const model = new SequenceClassifier()
  let step = 0
  for (const loss of train(model, steps)) {
    if (++step % 20 === 0) console.log(`step ${step}/${steps}: loss = ${loss.toFixed(4)}`)
  }
  console.log(`${countCorrect(model)} of 256 right`)
}
