/** Lectures 12 and 13 give the losses that PyTorch gives, and say what its models say. */
import { nn } from 'tsorch'
import {
  EmbeddingModel,
  RNNCellModel,
  RNNModel,
  trainCell,
  trainEmbeddingModel,
  trainSequenceModel,
} from '../src/course/12-basic-rnn.js'
import { type ClassifierOptions, countCorrect, RNNClassifier, train } from '../src/course/13-rnn-classifier.js'
import { type Run, replay } from './curves/replay.js'

replay('L12_RNNCell', () => {
  const model = new RNNCellModel(4, 4, 1)
  return { state: model.stateDict(), steps: trainCell(model) }
})

function sequence(rnn: nn.RNN | nn.LSTM, lr: number): Run {
  const model = new RNNModel(rnn)
  return { state: model.stateDict(), steps: trainSequenceModel(model, lr) }
}

replay('L12_RNN', () => sequence(new nn.RNN(4, 4), 0.05))
replay('L12_LSTM', () => sequence(new nn.LSTM(4, 4), 0.1))

function embedded(Cell: typeof nn.RNN | typeof nn.GRU): Run {
  const model = new EmbeddingModel(Cell)
  return { state: model.stateDict(), steps: trainEmbeddingModel(model) }
}

replay('L12_Embedding_RNN', () => embedded(nn.RNN))
replay('L12_Embedding_GRU', () => embedded(nn.GRU))

function names(
  Cell: typeof nn.GRU | typeof nn.LSTM,
  options: Omit<ClassifierOptions, 'outputSize'>,
  steps: number,
  batchSize: number,
): Run {
  const model = new RNNClassifier(Cell, { ...options, outputSize: 16 })
  const metrics = () => ({ test_correct_of_1024: countCorrect(model) })
  return { state: model.stateDict(), steps: train(model, steps, batchSize), metrics }
}

replay('L13_names_faker', () => names(nn.GRU, { hiddenSize: 100, numLayers: 2 }, 40, 256), { prefix: 1 })
// 122 steps are an epoch: the run crosses into the second one
replay('L13_names_faker_LSTM', () => names(nn.LSTM, { hiddenSize: 32, bidirectional: false }, 140, 64), { prefix: 8 })
