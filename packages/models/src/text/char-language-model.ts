import {
  bindOptions,
  type Generator,
  multinomial,
  noGrad,
  softmax,
  type Tensor,
  tensor,
  ValueError,
} from '@tsorch/core'
import { Dropout, Embedding, type GRU, Linear, LSTM, Module, type RNN } from '@tsorch/nn'
import { type RecurrentName, type RecurrentState, recurrent } from '../layers/recurrent.js'
import { Vocabulary } from './vocabulary.js'

/** Options of {@link CharLanguageModel}. */
export interface CharLanguageModelOptions {
  /** Width of a character's vector, 16 if not given. */
  embeddingSize?: number
  /** 32 if not given. */
  hiddenSize?: number
  /** 1 if not given. */
  numLayers?: number
  /** `'LSTM'` if not given. */
  cell?: RecurrentName
  /** Probability after the embedding, between the layers and before the last one; 0 if not given. */
  dropout?: number
  /** Whether the last layer reads with the vectors of the embedding; false if not given. */
  tieWeights?: boolean
}
const names = ['embeddingSize', 'hiddenSize', 'numLayers', 'cell', 'dropout', 'tieWeights'] as const

/** Options of {@link CharLanguageModel.generate}. */
export interface GenerateOptions {
  /** Characters to write, 100 if not given. */
  length?: number
  /** Above 1 more daring, below 1 more careful, at 0 always the most likely character; 1 if not given. */
  temperature?: number
  /** Chooses among so many of the most likely characters only; all of them if not given. */
  topK?: number
  /** Where the random numbers come from; the default generator if not given. */
  generator?: Generator
}

/**
 * A language model of characters: embedding, recurrent layers, and a linear layer that says how likely each next character is.
 *
 * Input: indices [N, T] and, to go on where another call ended, its state. Gives the scores of the next characters
 * [N, T, characters], for cross entropy, and the state after the last one.
 *
 * @param vocabulary - the characters; a text stands for those that occur in it
 * @throws ValueError for tied weights if `embeddingSize` and `hiddenSize` differ
 * @example
 * ```ts
 * const model = new CharLanguageModel('hello world', { cell: 'GRU', hiddenSize: 64 })
 * const text = model.vocabulary.encode('hello world').unsqueeze(0)
 * const [scores, state] = model(text.narrow(1, 0, 10))
 * const loss = functional.crossEntropy(scores.flatten(0, 1), text.narrow(1, 1, 10).flatten())
 * model.generate('hell', { length: 20, temperature: 0.8 })
 * ```
 */
export class CharLanguageModel extends Module<
  [input: Tensor, state?: RecurrentState | null],
  [scores: Tensor, state: RecurrentState]
> {
  readonly vocabulary: Vocabulary
  emb: Embedding
  rnn: RNN | LSTM | GRU
  fc: Linear
  drop: Dropout

  constructor(vocabulary: Vocabulary | string, options: CharLanguageModelOptions = {}) {
    super()
    const o = bindOptions<CharLanguageModelOptions>('CharLanguageModel', names, [options])
    const { embeddingSize = 16, hiddenSize = 32, numLayers = 1, cell = 'LSTM', dropout = 0, tieWeights = false } = o
    if (tieWeights && embeddingSize !== hiddenSize)
      throw new ValueError(
        `tied weights need embeddingSize = hiddenSize, but got embeddingSize=${embeddingSize} and hiddenSize=${hiddenSize}`,
      )
    this.vocabulary = typeof vocabulary === 'string' ? Vocabulary.of(vocabulary) : vocabulary
    const { size } = this.vocabulary
    this.emb = new Embedding(size, embeddingSize)
    // a single layer has nothing between layers
    const between = numLayers > 1 ? dropout : 0
    this.rnn = recurrent(cell, embeddingSize, hiddenSize, { numLayers, dropout: between, batchFirst: true })
    this.fc = new Linear(hiddenSize, size)
    if (tieWeights) this.fc.weight = this.emb.weight
    this.drop = new Dropout(dropout)
  }

  override forward(input: Tensor, state: RecurrentState | null = null): [Tensor, RecurrentState] {
    const { rnn } = this
    const embedded = this.drop(this.emb(input))
    const [output, next] =
      rnn instanceof LSTM
        ? rnn(embedded, state as readonly [Tensor, Tensor] | null)
        : rnn(embedded, state as Tensor | null)
    return [this.fc(this.drop(output)), next]
  }

  /**
   * Goes on with a text, character by character.
   *
   * @param start - at least one character
   * @returns the new characters
   * @throws ValueError for an empty start, a character that the model does not know, or options out of range
   */
  generate(start: string, options: GenerateOptions = {}): string {
    const o = bindOptions<GenerateOptions>('generate', ['length', 'temperature', 'topK', 'generator'], [options])
    const { length = 100, temperature = 1 } = o
    if (start === '') throw new ValueError('generate() needs at least one character to start with')
    if (!(temperature >= 0)) throw new ValueError(`temperature must not be negative, but got ${temperature}`)
    if (o.topK !== undefined && !(o.topK >= 1)) throw new ValueError(`topK must be at least 1, but got ${o.topK}`)
    const { training } = this
    const written: number[] = []
    this.eval()
    try {
      noGrad(() => {
        let input = this.vocabulary.encode(start).unsqueeze(0)
        let state: RecurrentState | null = null
        while (written.length < length) {
          const [scores, next]: [Tensor, RecurrentState] = this(input.to(this.emb.weight.device), state)
          state = next
          const index = pick(scores.select(1, -1).squeeze(0), temperature, o)
          written.push(index)
          input = tensor([[index]], { dtype: 'int64' })
        }
      })
    } finally {
      this.train(training)
    }
    return this.vocabulary.decode(written)
  }
}

/** An index, drawn by its score. */
function pick(scores: Tensor, temperature: number, { topK, generator }: GenerateOptions): number {
  if (temperature === 0) return scores.argmax().item()
  let scaled = scores.div(temperature)
  if (topK !== undefined && topK < scores.numel()) {
    const [best] = scaled.topk(topK)
    scaled = scaled.maskedFill(scaled.lt(best.at(-1)), Number.NEGATIVE_INFINITY)
  }
  return multinomial(softmax(scaled, 0), 1, generator === undefined ? {} : { generator }).item()
}

/**
 * A state without its history: for training on a long text piece by piece, where gradients end at the borders.
 *
 * @example
 * ```ts
 * const [scores, next] = model(piece, state)
 * loss(scores).backward()
 * state = detachState(next)
 * ```
 */
export function detachState(state: RecurrentState): RecurrentState {
  return isPair(state) ? [state[0].detach(), state[1].detach()] : state.detach()
}

function isPair(state: RecurrentState): state is readonly [h: Tensor, c: Tensor] {
  return Array.isArray(state)
}
