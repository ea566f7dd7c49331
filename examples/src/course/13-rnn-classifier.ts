/** Lecture 13: which language is a surname from? Sequences of different lengths, packed for a recurrent network. */
import { terminal } from '@tsorch/viz'
import { cat, data, LongTensor, manualSeed, nn, noGrad, optim, type Tensor, zeros } from 'tsorch'
import { NameDataset } from './data.js'
import type { ProgramOptions } from './programs.js'

const { packPaddedSequence } = nn.utils.rnn

/** Names are ASCII: their character codes are the indices of the embedding. */
const CHARACTERS = 128

export interface ClassifierOptions {
  readonly hiddenSize: number
  readonly outputSize: number
  readonly numLayers?: number
  readonly bidirectional?: boolean
}

/** Embedding, recurrent layers (the course's GRU, or an LSTM), and a linear layer on their last hidden states. */
export class RNNClassifier extends nn.Module<[input: Tensor, lengths: Tensor], Tensor> {
  embedding: nn.Embedding
  gru: nn.GRU | nn.LSTM
  fc: nn.Linear

  constructor(Cell: typeof nn.GRU | typeof nn.LSTM, options: ClassifierOptions) {
    super()
    const { hiddenSize, outputSize, numLayers = 1, bidirectional = true } = options
    this.embedding = new nn.Embedding(CHARACTERS, hiddenSize)
    this.gru = new Cell(hiddenSize, hiddenSize, { numLayers, bidirectional })
    this.fc = new nn.Linear(hiddenSize * (bidirectional ? 2 : 1), outputSize)
  }

  /** Input of shape [batch, time], longest name first. */
  override forward(input: Tensor, lengths: Tensor): Tensor {
    const packed = packPaddedSequence(this.embedding(input.t()), lengths)
    const hidden = this.lastHidden(packed, input.size(0))
    // the last layer: forwards, and where there is one, backwards
    return this.fc(this.gru.bidirectional ? cat([hidden.at(-1), hidden.at(-2)], 1) : hidden.at(-1))
  }

  private lastHidden(packed: nn.utils.rnn.PackedSequence, batchSize: number): Tensor {
    const { numLayers, bidirectional, hiddenSize } = this.gru
    const start = zeros([numLayers * (bidirectional ? 2 : 1), batchSize, hiddenSize])
    if (this.gru instanceof nn.LSTM) {
      const [, [hidden]] = this.gru(packed, [start, start.clone()])
      return hidden
    }
    const [, hidden] = this.gru(packed, start)
    return hidden
  }
}

/** Names as rows of character codes, padded with zeros and sorted longest first, with their lengths and languages. */
export function makeTensors(
  names: readonly string[],
  languages: Tensor,
): [input: Tensor, lengths: Tensor, languages: Tensor] {
  const lengths = LongTensor(names.map((name) => name.length))
  const input = zeros([names.length, lengths.max().item()]).long()
  for (const [i, name] of names.entries()) {
    input.set([i, `:${name.length}`], LongTensor([...name].map((c) => c.charCodeAt(0))))
  }
  const [sorted, order] = lengths.sort(0, true)
  return [input.at(order), sorted, languages.at(order)]
}

/** The loss of each mini-batch, epoch after epoch until there were `steps` of them. */
export function* train(model: RNNClassifier, steps: number, batchSize = 256): Generator<number> {
  const trainLoader = new data.DataLoader(new NameDataset(true), { batchSize, shuffle: true })
  const criterion = new nn.CrossEntropyLoss()
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.001 })
  let step = 0
  while (step < steps) {
    for (const [names, languages] of trainLoader) {
      const [input, lengths, target] = makeTensors(names, languages)
      const loss = criterion(model(input, lengths), target)
      yield loss.item()
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
      if (++step === steps) break
    }
  }
}

/** How many of 1,024 names that it was not trained on the model assigns rightly. */
export function countCorrect(model: RNNClassifier): number {
  const testLoader = new data.DataLoader(new NameDataset(false, { every: 3, most: 1024 }), { batchSize: 256 })
  let correct = 0
  noGrad(() => {
    for (const [names, languages] of testLoader) {
      const [input, lengths, target] = makeTensors(names, languages)
      const [, predicted] = model(input, lengths).max(1)
      correct += predicted.eq(target).sum().item()
    }
  })
  return correct
}

/** Which language the model takes a name for. */
function guess(model: RNNClassifier, name: string): number {
  const [input, lengths] = makeTensors([name], LongTensor([0]))
  return noGrad(() => model(input, lengths).argmax(1).item())
}

/** Trains for some epochs, or for so many mini-batches, and tests at the end of each epoch. */
export function main({ epochs = 5, steps, viz = null }: ProgramOptions = {}): void {
  manualSeed(0)
  const { languages, length } = new NameDataset(true)
  const stepsPerEpoch = Math.ceil(length / 256)
  const total = steps ?? epochs * stepsPerEpoch
  const options = { hiddenSize: 100, outputSize: languages.length, numLayers: 2, bidirectional: true }
  const model = new RNNClassifier(nn.GRU, options)
  const accuracies: number[] = []
  const reached: number[] = []
  const test = (done: number): void => {
    const accuracy = (100 * countCorrect(model)) / 1024
    accuracies.push(accuracy)
    reached.push(done / stepsPerEpoch)
    console.log(`epoch ${(done / stepsPerEpoch).toFixed(1)}: test accuracy ${accuracy.toFixed(1)} %`)
    viz?.line([accuracy], {
      X: [done / stepsPerEpoch],
      win: 'accuracy',
      update: 'append',
      opts: { title: 'test accuracy', xlabel: 'epoch', ylabel: '%', markers: true },
    })
  }
  let step = 0
  for (const loss of train(model, total)) {
    // the steps so far are done, and this one is not
    if (step % stepsPerEpoch === 0) test(step)
    step++
    if (step % 10 === 0) console.log(`step ${step}/${total}: loss = ${loss.toFixed(4)}`)
    viz?.line([loss], { X: [step], win: 'loss', update: 'append', opts: { title: 'loss', xlabel: 'step' } })
  }
  test(total)
  console.log(terminal.linePlot([{ x: reached, y: accuracies }], { xlabel: 'epoch', ylabel: 'test accuracy in %' }))
  for (const name of ['Kowalski', 'Yilmaz', 'Rossi']) console.log(`${name}: ${languages[guess(model, name)]}`)
}
