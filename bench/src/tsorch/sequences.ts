/** The networks of W8, W9 and W12 with tsorch: recurrent layers and a transformer. */
import { cat, type Tensor } from '@tsorch/core'
import { Embedding, GRU, Linear, LSTM, Module, TransformerEncoder, TransformerEncoderLayer } from '@tsorch/nn'

/** W8: letters to one of 18 languages, [steps, batch] to [batch, 18]. */
export class Names extends Module {
  embedding: Embedding = new Embedding(128, 100)
  gru: GRU = new GRU(100, 100, 2, { bidirectional: true })
  fc: Linear = new Linear(200, 18)

  override forward(letters: Tensor): Tensor {
    const [, last] = this.gru(this.embedding(letters))
    return this.fc(cat([last.select(0, -1), last.select(0, -2)], 1))
  }
}

/** W9: the next character at each step, [steps, batch, 128] to [steps * batch, 128]. */
export class Characters extends Module {
  lstm: LSTM = new LSTM(128, 256)
  fc: Linear = new Linear(256, 128)

  override forward(x: Tensor): Tensor {
    const [out] = this.lstm(x)
    return this.fc(out).flatten(0, 1)
  }
}

/** W12: [batch, steps, 128] to [batch, 10]. */
export class Encoder extends Module {
  encoder: TransformerEncoder = new TransformerEncoder(
    new TransformerEncoderLayer(128, 4, { dimFeedforward: 512, dropout: 0, batchFirst: true }),
    2,
  )
  fc: Linear = new Linear(128, 10)

  override forward(x: Tensor): Tensor {
    return this.fc(this.encoder(x).mean(1))
  }
}
