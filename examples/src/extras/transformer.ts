/** A small transformer that learns to turn sequences round: the last token first. */
import { manualSeed, nn, noGrad, optim, randint, randn, type Tensor } from 'tsorch'

const TOKENS = 12
const LENGTH = 10
const WIDTH = 16

export class TinyTransformer extends nn.Layer {
  emb = new nn.Embedding(TOKENS, WIDTH)
  /** What tells the places apart: attention alone does not see them. */
  pos = new nn.Parameter(randn([LENGTH, WIDTH]).mul(0.02))
  enc: nn.TransformerEncoder
  fc: nn.Linear

  constructor(dropout = 0.1) {
    super()
    const layer = new nn.TransformerEncoderLayer(WIDTH, 4, { dimFeedforward: 32, dropout, batchFirst: true })
    this.enc = new nn.TransformerEncoder(layer, 2)
    this.fc = new nn.Linear(WIDTH, TOKENS)
  }

  /** Tokens of shape [batch, 10]; scores of shape [batch, 10, 12]. */
  override forward(tokens: Tensor): Tensor {
    return this.fc(this.enc(this.emb(tokens).add(this.pos)))
  }
}

/** The loss of each step, every one on 32 new sequences. */
export function* train(model: TinyTransformer, steps = 150): Generator<number> {
  const optimizer = new optim.Adam(model.parameters(), { lr: 3e-3 })
  const criterion = new nn.CrossEntropyLoss()
  model.train()
  for (let step = 0; step < steps; step++) {
    const x = randint(0, TOKENS, [32, LENGTH])
    const y = x.flip(1)
    const loss = criterion(model(x).reshape(-1, TOKENS), y.reshape(-1))
    yield loss.item()
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
  }
}

/** Share of the tokens of 64 new sequences that the model gets right. */
export function tokenAccuracy(model: TinyTransformer): number {
  model.eval()
  return noGrad(() => {
    const x = randint(0, TOKENS, [64, LENGTH])
    return model(x).argmax(-1).eq(x.flip(1)).double().mean().item()
  })
}

export function main({ steps = 1000 } = {}): void {
  manualSeed(0)
  const model = new TinyTransformer()
  let step = 0
  for (const loss of train(model, steps)) {
    if (++step % 100 === 0) console.log(`step ${step}/${steps}: loss = ${loss.toFixed(4)}`)
  }
  console.log(`${(100 * tokenAccuracy(model)).toFixed(1)} % of the tokens are right`)
}
