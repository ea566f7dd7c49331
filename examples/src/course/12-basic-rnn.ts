/** Lecture 12: recurrent networks that learn to turn "hello" into "ohlol", in three versions. */
import { eye, LongTensor, manualSeed, nn, optim, type Tensor, zeros } from 'tsorch'
import type { ProgramOptions } from './programs.js'

const characters = ['e', 'h', 'l', 'o']
const hello = LongTensor([1, 0, 2, 2, 3])
const ohlol = LongTensor([3, 1, 2, 3, 2])

/** The loss of an epoch, and what the model says. */
export type Epoch = readonly [loss: number, text: string]

const decode = (indices: readonly number[]): string => indices.map((i) => characters[i]).join('')

/** The most likely character of each row. */
function spoken(output: Tensor): string {
  const [, indices] = output.max(1)
  return decode(indices.tolist() as number[])
}

/** One vector of zeros and a one for each character, of shape [5, 1, 4]: time, batch, input. */
function oneHot(): Tensor {
  return eye(4).at(hello).view(-1, 1, 4)
}

/** Version 1: a cell, and the loop over time written out. */
export class RNNCellModel extends nn.Module<[input: Tensor, hidden: Tensor], Tensor> {
  rnncell: nn.RNNCell
  private readonly hiddenSize: number
  private readonly batchSize: number

  constructor(inputSize: number, hiddenSize: number, batchSize: number) {
    super()
    this.hiddenSize = hiddenSize
    this.batchSize = batchSize
    this.rnncell = new nn.RNNCell(inputSize, hiddenSize)
  }

  override forward(input: Tensor, hidden: Tensor): Tensor {
    return this.rnncell(input, hidden)
  }

  initHidden(): Tensor {
    return zeros([this.batchSize, this.hiddenSize])
  }
}

export function* trainCell(model: RNNCellModel, epochs = 60): Generator<Epoch> {
  const inputs = oneHot()
  const labels = ohlol.view(-1, 1)
  const criterion = new nn.CrossEntropyLoss()
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 })
  for (let epoch = 0; epoch < epochs; epoch++) {
    optimizer.zeroGrad()
    let hidden = model.initHidden()
    const losses: Tensor[] = []
    const indices: number[] = []
    for (let t = 0; t < inputs.size(0); t++) {
      hidden = model(inputs.at(t), hidden)
      losses.push(criterion(hidden, labels.at(t)))
      indices.push(hidden.argmax(1).item())
    }
    const loss = losses.reduce((sum, one) => sum.add(one))
    yield [loss.item(), decode(indices)]
    loss.backward()
    optimizer.step()
  }
}

/** Version 2: a layer that goes through the whole sequence; or, as an exercise, an LSTM. */
export class RNNModel extends nn.Layer {
  rnn: nn.RNN | nn.LSTM

  constructor(rnn: nn.RNN | nn.LSTM) {
    super()
    this.rnn = rnn
  }

  override forward(input: Tensor): Tensor {
    const { numLayers, hiddenSize } = this.rnn
    const hidden = zeros([numLayers, input.size(1), hiddenSize])
    const [output] = this.rnn instanceof nn.LSTM ? this.rnn(input, [hidden, hidden.clone()]) : this.rnn(input, hidden)
    return output.view(-1, hiddenSize)
  }
}

/** Version 3: characters become vectors that are learned too, and a linear layer follows. */
export class EmbeddingModel extends nn.Layer {
  emb: nn.Embedding
  rnn: nn.RNN | nn.GRU
  fc: nn.Linear

  constructor(Cell: typeof nn.RNN | typeof nn.GRU, { embeddingSize = 10, hiddenSize = 8, numLayers = 2 } = {}) {
    super()
    this.emb = new nn.Embedding(characters.length, embeddingSize)
    this.rnn = new Cell(embeddingSize, hiddenSize, { numLayers, batchFirst: true })
    this.fc = new nn.Linear(hiddenSize, characters.length)
  }

  override forward(x: Tensor): Tensor {
    const { numLayers, hiddenSize } = this.rnn
    const hidden = zeros([numLayers, x.size(0), hiddenSize])
    const [output] = this.rnn(this.emb(x), hidden)
    return this.fc(output).view(-1, characters.length)
  }
}

function* trainSequence(model: nn.Layer, inputs: Tensor, epochs: number, lr: number): Generator<Epoch> {
  const criterion = new nn.CrossEntropyLoss()
  const optimizer = new optim.Adam(model.parameters(), { lr })
  for (let epoch = 0; epoch < epochs; epoch++) {
    optimizer.zeroGrad()
    const output = model(inputs)
    const loss = criterion(output, ohlol)
    yield [loss.item(), spoken(output)]
    loss.backward()
    optimizer.step()
  }
}

export function trainSequenceModel(model: RNNModel, lr: number, epochs = 60): Generator<Epoch> {
  return trainSequence(model, oneHot(), epochs, lr)
}

export function trainEmbeddingModel(model: EmbeddingModel, epochs = 40): Generator<Epoch> {
  return trainSequence(model, hello.view(1, -1), epochs, 0.05)
}

export function main({ viz = null }: ProgramOptions = {}): void {
  const versions: readonly [title: string, train: () => Generator<Epoch>][] = [
    ['RNNCell', () => trainCell(new RNNCellModel(4, 4, 1))],
    ['RNN', () => trainSequenceModel(new RNNModel(new nn.RNN(4, 4)), 0.05)],
    ['LSTM', () => trainSequenceModel(new RNNModel(new nn.LSTM(4, 4)), 0.1)],
    ['Embedding and RNN', () => trainEmbeddingModel(new EmbeddingModel(nn.RNN))],
    ['Embedding and GRU', () => trainEmbeddingModel(new EmbeddingModel(nn.GRU))],
  ]
  for (const [name, train] of versions) {
    console.log(name)
    manualSeed(0)
    let epoch = 0
    for (const [loss, text] of train()) {
      if (epoch % 10 === 9) console.log(`  epoch ${epoch + 1}: ${text}, loss = ${loss.toFixed(4)}`)
      const opts = { title: 'loss', xlabel: 'epoch', showlegend: true }
      viz?.line([loss], { X: [epoch], win: 'loss', name, update: 'append', opts })
      epoch++
    }
  }
}
