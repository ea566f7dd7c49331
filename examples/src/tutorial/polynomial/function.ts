/** PyTorch with examples, a custom Function: y = a + b P3(c + d x), where P3 is the third Legendre polynomial. */
import { autograd, full, noGrad, type Tensor } from 'tsorch'
import { printLosses, sine } from './data.js'
import type { Coefficients } from './tensor.js'

/** P3(x) = (5 x^3 - 3 x) / 2 */
export class LegendrePolynomial3 extends autograd.Function {
  static forward(ctx: autograd.FunctionContext, input: Tensor): Tensor {
    ctx.saveForBackward(input)
    return input.pow(3).mul(5).sub(input.mul(3)).mul(0.5)
  }

  static backward(ctx: autograd.FunctionContext, gradOutput: Tensor): Tensor {
    const [input] = ctx.savedTensors
    return gradOutput.mul(1.5).mul(input!.pow(2).mul(5).sub(1))
  }
}

/** Where the tutorial starts. */
export function firstCoefficients(): Coefficients {
  const number = (value: number): Tensor => full([], value, { dtype: 'float32', requiresGrad: true })
  return { a: number(0), b: number(-1), c: number(0), d: number(0.3) }
}

export function* train(coefficients: Coefficients, steps = 2000, learningRate = 5e-6): Generator<number> {
  const [x, y] = sine()
  const { a, b, c, d } = coefficients
  for (let t = 0; t < steps; t++) {
    const yPred = a.add(b.mul(LegendrePolynomial3.apply(c.add(d.mul(x)))))
    const loss = yPred.sub(y).pow(2).sum()
    yield loss.item()
    loss.backward()
    noGrad(() => {
      for (const p of [a, b, c, d]) {
        p.sub_(p.grad!.mul(learningRate))
        p.grad = null
      }
    })
  }
}

export function main(): void {
  const coefficients = firstCoefficients()
  printLosses(train(coefficients))
  const { a, b, c, d } = coefficients
  console.log(`Result: y = ${a.item()} + ${b.item()} * P3(${c.item()} + ${d.item()} x)`)
}
