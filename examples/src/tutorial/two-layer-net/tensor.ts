/** PyTorch with examples, first edition, tensors: one hidden layer with a ReLU, with gradients worked out by hand. */
import { manualSeed, randn, type Tensor } from 'tsorch'
import { D_in, D_out, H, printLosses, randomData } from './data.js'

export interface Weights {
  readonly w1: Tensor
  readonly w2: Tensor
}

export function randomWeights(): Weights {
  return { w1: randn([D_in, H]), w2: randn([H, D_out]) }
}

export function* train(x: Tensor, y: Tensor, { w1, w2 }: Weights, steps = 500, learningRate = 1e-6): Generator<number> {
  for (let t = 0; t < steps; t++) {
    const h = x.mm(w1)
    const hRelu = h.clamp({ min: 0 })
    const yPred = hRelu.mm(w2)
    yield yPred.sub(y).pow(2).sum().item()
    const gradYPred = yPred.sub(y).mul(2)
    const gradW2 = hRelu.t().mm(gradYPred)
    const gradH = gradYPred.mm(w2.t())
    gradH.set([h.lt(0)], 0)
    const gradW1 = x.t().mm(gradH)
    w1.sub_(gradW1.mul(learningRate))
    w2.sub_(gradW2.mul(learningRate))
  }
}

export function main({ steps = 500 } = {}): void {
  manualSeed(0)
  const [x, y] = randomData()
  printLosses(train(x, y, randomWeights(), steps))
}
