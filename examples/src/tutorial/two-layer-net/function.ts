/** PyTorch with examples, first edition, autograd: with the ReLU of the library, and with one of our own. */
import { autograd, manualSeed, noGrad, type Tensor } from 'tsorch'
import { printLosses, randomData } from './data.js'
import { randomWeights, type Weights } from './tensor.js'

/** A rectified linear unit as a custom operation. */
export class MyReLU extends autograd.Function {
  static forward(ctx: autograd.FunctionContext, input: Tensor): Tensor {
    ctx.saveForBackward(input)
    return input.clamp({ min: 0 })
  }

  static backward(ctx: autograd.FunctionContext, gradOutput: Tensor): Tensor {
    const [input] = ctx.savedTensors
    const gradInput = gradOutput.clone()
    gradInput.set([input!.lt(0)], 0)
    return gradInput
  }
}

export function* train(
  x: Tensor,
  y: Tensor,
  { w1, w2 }: Weights,
  relu: (x: Tensor) => Tensor = (x) => MyReLU.apply(x),
  steps = 500,
  learningRate = 1e-6,
): Generator<number> {
  for (const w of [w1, w2]) w.requiresGrad_()
  for (let t = 0; t < steps; t++) {
    const loss = relu(x.mm(w1)).mm(w2).sub(y).pow(2).sum()
    yield loss.item()
    loss.backward()
    noGrad(() => {
      for (const w of [w1, w2]) {
        w.sub_(w.grad!.mul(learningRate))
        w.grad!.zero_()
      }
    })
  }
}

export function main({ steps = 500 } = {}): void {
  for (const [name, relu] of [
    ['clamp', (x: Tensor) => x.clamp({ min: 0 })],
    ['MyReLU', (x: Tensor) => MyReLU.apply(x)],
  ] as const) {
    console.log(name)
    manualSeed(1)
    const [x, y] = randomData()
    printLosses(train(x, y, randomWeights(), relu, steps))
  }
}
