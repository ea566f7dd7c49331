/** Lectures 9 to 11 give the losses that PyTorch gives. */
import type { nn } from 'tsorch'
import { FullyConnectedNet } from '../src/course/09-softmax-classifier.js'
import { ConvolutionalNet } from '../src/course/10-cnn.js'
import { InceptionNet, ResidualNet } from '../src/course/11-advanced-cnn.js'
import { train } from '../src/course/classify.js'
import { type Run, replay } from './curves/replay.js'

function classify(model: nn.Layer, epochs: number): Run {
  const correct: Record<string, number> = {}
  const steps = train(model, epochs, (epoch, count) => {
    correct[`test_correct_epoch${epoch}`] = count
  })
  return { state: model.stateDict(), steps, metrics: () => correct }
}

replay('L09_FC', () => classify(new FullyConnectedNet(), 5), { prefix: 4 })
// on the way units come so close to zero that rounding decides on which side they are: kernels that round less tell the parameters
const PLAIN = { prefix: 1, kernels: 'ts', as: 'in plain TypeScript' }
replay('L10_CNN', () => classify(new ConvolutionalNet(), 5), { prefix: 6, last: false })
replay('L10_CNN', () => classify(new ConvolutionalNet(), 5), PLAIN)
replay('L11_Inception', () => classify(new InceptionNet(), 2), { prefix: 1, last: false })
replay('L11_Inception', () => classify(new InceptionNet(), 2), PLAIN)
replay('L11_ResNet', () => classify(new ResidualNet(), 2), { prefix: 2, last: false })
replay('L11_ResNet', () => classify(new ResidualNet(), 2), PLAIN)
