import { Generator, manualSeed, rand, type Tensor, tensor } from '@tsorch/core'
import { functional as F } from '@tsorch/nn'
import { describe, expect, test } from 'vitest'
import { CharLanguageModel, detachState, type RecurrentState, Vocabulary } from '../src/index.js'

describe('Vocabulary', () => {
  const vocabulary = Vocabulary.of('hello world')

  test('sorts the characters of a text', () => {
    expect(vocabulary.characters).toEqual([' ', 'd', 'e', 'h', 'l', 'o', 'r', 'w'])
    expect(Vocabulary.of('z😀aﬀ').characters).toEqual(['a', 'z', 'ﬀ', '😀'])
  })

  test('there and back', () => {
    const indices = vocabulary.encode('old world')
    expect(indices.dtype.name).toBe('int64')
    expect(vocabulary.decode(indices.tolist() as number[])).toBe('old world')
    expect(vocabulary.encode('').shape).toEqual([0])
  })

  test('what it does not know is refused', () => {
    expect(() => vocabulary.encode('hex')).toThrow('the vocabulary of 8 characters does not have "x"')
    expect(() => vocabulary.decode([8])).toThrow('index 8 is out of range')
    expect(() => new Vocabulary('aba')).toThrow('must be different')
    expect(() => new Vocabulary([])).toThrow('at least one character')
  })
})

const text = 'the quick brown fox jumps over the lazy dog. '

/** One step of gradient descent on all of the text. */
function trainStep(model: CharLanguageModel, lr: number): number {
  const indices = model.vocabulary.encode(text).unsqueeze(0)
  const length = indices.size(1) - 1
  const [scores] = model(indices.narrow(1, 0, length))
  const loss = F.crossEntropy(scores.flatten(0, 1), indices.narrow(1, 1, length).flatten())
  model.zeroGrad()
  loss.backward()
  for (const parameter of model.parameters()) parameter.detach().sub_(parameter.grad!.mul(lr))
  return loss.item()
}

test.each(['RNN', 'LSTM', 'GRU'] as const)('%s: shapes, and a state to go on with', (cell) => {
  const model = new CharLanguageModel(text, { cell, numLayers: 2, hiddenSize: 12, embeddingSize: 6 })
  const indices = model.vocabulary.encode('the quick brown').unsqueeze(0)
  const [scores, state] = model(indices)
  expect(scores.shape).toEqual([1, 15, model.vocabulary.size])
  const [first, middle] = model(indices.narrow(1, 0, 6))
  const [rest] = model(indices.narrow(1, 6, 9), middle)
  expect(first.allclose(scores.narrow(1, 0, 6), { atol: 1e-6 })).toBe(true)
  expect(rest.allclose(scores.narrow(1, 6, 9), { atol: 1e-6 })).toBe(true)
  const parts = (s: RecurrentState): Tensor[] => (cell === 'LSTM' ? [...(s as [Tensor, Tensor])] : [s as Tensor])
  for (const part of parts(state)) expect(part.requiresGrad).toBe(true)
  for (const part of parts(detachState(state))) {
    expect(part.requiresGrad).toBe(false)
    expect(part.shape).toEqual([2, 1, 12])
  }
})

test('the names and the weights of PyTorch', () => {
  manualSeed(1)
  const model = new CharLanguageModel(text, { embeddingSize: 16, hiddenSize: 32 })
  expect(Object.keys(model.stateDict())).toEqual([
    'emb.weight',
    'rnn.weight_ih_l0',
    'rnn.weight_hh_l0',
    'rnn.bias_ih_l0',
    'rnn.bias_hh_l0',
    'fc.weight',
    'fc.bias',
  ])
  const { emb, rnn, fc } = model
  expect(emb.weight.at(0, 0).item()).toBeCloseTo(-1.5255959033966064, 6)
  expect(rnn.weightIhL0!.at(0, 1).item()).toBe(-0.1562522053718567)
  expect(fc.bias!.at(-1).item()).toBe(-0.044067878276109695)
  expect(rand([1]).item()).toBe(0.8037715554237366)
})

test('tied weights are one parameter', () => {
  const model = new CharLanguageModel(text, { tieWeights: true, embeddingSize: 8, hiddenSize: 8 })
  expect(model.fc.weight).toBe(model.emb.weight)
  expect([...model.parameters()].length).toBe(1 + 4 + 1)
  trainStep(model, 0.1)
  expect(model.fc.weight.equal(model.emb.weight)).toBe(true)
  expect(() => new CharLanguageModel(text, { tieWeights: true })).toThrow(
    'tied weights need embeddingSize = hiddenSize, but got embeddingSize=16 and hiddenSize=32',
  )
})

test('it learns a text by heart, and writes it', () => {
  manualSeed(3)
  const model = new CharLanguageModel(text, { cell: 'GRU', hiddenSize: 48, embeddingSize: 24 })
  let loss = Number.POSITIVE_INFINITY
  for (let step = 0; step < 400 && loss > 0.02; step++) loss = trainStep(model, 1)
  expect(loss).toBeLessThan(0.1)
  expect(model.generate('the quick ', { length: 20, temperature: 0 })).toBe('brown fox jumps over')
  expect(model.training).toBe(true)
})

describe('generate', () => {
  manualSeed(5)
  const model = new CharLanguageModel(text, { dropout: 0.5, numLayers: 2 })

  test('a generator makes it repeatable', () => {
    const write = (seed: number): string =>
      model.generate('the ', { length: 30, generator: new Generator().manualSeed(seed) })
    expect(write(1)).toBe(write(1))
    expect(write(1)).not.toBe(write(2))
    expect(write(1)).toHaveLength(30)
  })

  test('few choices: the most likely character alone', () => {
    expect(model.generate('a', { length: 10, topK: 1 })).toBe(model.generate('a', { length: 10, temperature: 0 }))
  })

  test('records no history, and leaves the mode alone', () => {
    model.eval()
    expect(model.generate('a', { length: 0 })).toBe('')
    expect(model.training).toBe(false)
    model.train()
    expect(() => model.generate('A')).toThrow('does not have "A"')
    expect(model.training).toBe(true)
  })

  test('options out of range', () => {
    expect(() => model.generate('')).toThrow('at least one character to start with')
    expect(() => model.generate('a', { temperature: -1 })).toThrow('temperature must not be negative')
    expect(() => model.generate('a', { topK: 0 })).toThrow('topK must be at least 1')
  })

  test('dtype of the scores does not matter', () => {
    const half = new CharLanguageModel('ab').double()
    expect(half.generate('a', { length: 5 })).toHaveLength(5)
    expect(half(tensor([[0, 1]]))[0].dtype.name).toBe('float64')
  })
})
