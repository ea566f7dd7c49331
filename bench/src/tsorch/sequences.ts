/** The networks of W8, W9 and W12 with tsorch: recurrent layers and attention. */
import { cat, layerNorm, linear, ones, relu, scaledDotProductAttention, type Tensor, zeros } from '@tsorch/core'
import { Embedding, GRU, Linear, LSTM, Module, ModuleList, Parameter, snakeCase } from '@tsorch/nn'

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

class Norm extends Module {
  weight: Parameter
  bias: Parameter

  constructor(features: number) {
    super()
    this.weight = new Parameter(ones([features]))
    this.bias = new Parameter(zeros([features]))
  }

  override forward(x: Tensor): Tensor {
    return layerNorm(x, [this.weight.count], this.weight, this.bias)
  }
}

const HEADS = 4

class SelfAttention extends Module {
  static override keyOf: (property: string) => string = snakeCase
  inProjWeight: Parameter
  inProjBias: Parameter
  outProj: Linear

  constructor(width: number) {
    super()
    this.inProjWeight = new Parameter(zeros([3 * width, width]))
    this.inProjBias = new Parameter(zeros([3 * width]))
    this.outProj = new Linear(width, width)
  }

  override forward(x: Tensor): Tensor {
    const [batch, time, width] = x.shape as [number, number, number]
    const [q, k, v] = linear(x, this.inProjWeight, this.inProjBias)
      .chunk(3, -1)
      .map((part) => part.reshape([batch, time, HEADS, width / HEADS]).transpose(1, 2))
    const mixed = scaledDotProductAttention(q!, k!, v!)
    return this.outProj(mixed.transpose(1, 2).reshape([batch, time, width]))
  }
}

class EncoderLayer extends Module {
  static override keyOf: (property: string) => string = snakeCase
  selfAttn: SelfAttention
  linear1: Linear
  linear2: Linear
  norm1: Norm
  norm2: Norm

  constructor(width: number, inner: number) {
    super()
    this.selfAttn = new SelfAttention(width)
    this.linear1 = new Linear(width, inner)
    this.linear2 = new Linear(inner, width)
    this.norm1 = new Norm(width)
    this.norm2 = new Norm(width)
  }

  override forward(x: Tensor): Tensor {
    const attended = this.norm1(x.add(this.selfAttn(x)))
    const inner = relu(this.linear1(attended))
    return this.norm2(attended.add(this.linear2(inner)))
  }
}

/** The layers under the name that PyTorch's nn.TransformerEncoder gives them. */
class Layers extends Module {
  layers: ModuleList<EncoderLayer> = new ModuleList([new EncoderLayer(128, 512), new EncoderLayer(128, 512)])

  override forward(x: Tensor): Tensor {
    let h = x
    for (const layer of this.layers) h = layer(h)
    return h
  }
}

/** W12: [batch, steps, 128] to [batch, 10]. */
export class Encoder extends Module {
  encoder: Layers = new Layers()
  fc: Linear = new Linear(128, 10)

  override forward(x: Tensor): Tensor {
    return this.fc(this.encoder(x).mean(1))
  }
}
