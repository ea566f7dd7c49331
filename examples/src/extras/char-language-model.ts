/** A language model of characters: an LSTM that learns a text by heart, a chunk at a time. */
import { LongTensor, manualSeed, nn, noGrad, optim, type Tensor } from 'tsorch'

/** The hidden state and the cell state. */
type State = readonly [hidden: Tensor, cell: Tensor]

const text =
  "to be, or not to be, that is the question: whether 'tis nobler in the mind to suffer the slings and arrows of " +
  'outrageous fortune, or to take arms against a sea of troubles and by opposing end them. to die, to sleep, no more; ' +
  'and by a sleep to say we end the heart-ache and the thousand natural shocks that flesh is heir to: ' +
  "'tis a consummation devoutly to be wish'd. to die, to sleep; to sleep, perchance to dream. "

/** All characters of the text, each once. */
const vocabulary: readonly string[] = [...new Set(text)].sort()

const encode = (characters: string): number[] => [...characters].map((c) => vocabulary.indexOf(c))

export class CharacterModel extends nn.Module<[input: Tensor, state: State | null], [scores: Tensor, state: State]> {
  emb = new nn.Embedding(vocabulary.length, 16)
  rnn = new nn.LSTM(16, 32)
  fc = new nn.Linear(32, vocabulary.length)

  /** Characters of shape [time, batch]; scores of the character that follows each, [time, batch, characters]. */
  override forward(input: Tensor, state: State | null): [Tensor, State] {
    const [output, next] = this.rnn(this.emb(input), state)
    return [this.fc(output), next]
  }
}

/** The loss of each chunk: the text as four rows side by side, read in chunks of 20 characters. */
export function* train(model: CharacterModel, steps = 100): Generator<number> {
  const chunk = 20
  const length = Math.floor(text.length / 4)
  const rows = LongTensor(encode(text.slice(0, 4 * length))).view(4, length)
  const criterion = new nn.CrossEntropyLoss()
  const optimizer = new optim.Adam(model.parameters(), { lr: 5e-3 })
  let step = 0
  while (step < steps) {
    let state: State | null = null
    for (let start = 0; start + chunk + 1 < length && step < steps; start += chunk, step++) {
      const input = rows.at(':', `${start}:${start + chunk}`).t()
      const target = rows.at(':', `${start + 1}:${start + chunk + 1}`).t()
      const [scores, next] = model(input, state)
      const loss = criterion(scores.reshape(-1, vocabulary.length), target.reshape(-1))
      yield loss.item()
      optimizer.zeroGrad()
      loss.backward()
      nn.utils.clipGradNorm_(model.parameters(), 0.5)
      optimizer.step()
      // the next chunk goes on from here, but its gradients end here: truncated backpropagation through time
      state = [next[0].detach(), next[1].detach()]
    }
  }
}

/** Goes on from `start`, always with the most likely character. */
export function write(model: CharacterModel, start: string, length: number): string {
  return noGrad(() => {
    let [scores, state] = model(LongTensor(encode(start)).view(-1, 1), null)
    let written = start
    while (written.length < length) {
      const best = scores.at(-1, 0).argmax()
      written += vocabulary[best.item()]!
      ;[scores, state] = model(best.view(1, 1), state)
    }
    return written
  })
}

export function main({ steps = 1000 } = {}): void {
  manualSeed(1)
  const model = new CharacterModel()
  let step = 0
  for (const loss of train(model, steps)) {
    if (++step % 100 === 0) console.log(`step ${step}/${steps}: loss = ${loss.toFixed(4)}`)
  }
  console.log(write(model, 'to be', 80))
}
