/** PyTorch with examples, autograd: the same polynomial, with gradients from `backward()`. */
import { manualSeed, noGrad } from 'tsorch'
import { printLosses, sine } from './data.js'
import { type Coefficients, describe, polynomial, randomCoefficients } from './tensor.js'

export function* train(coefficients: Coefficients, steps = 2000, learningRate = 1e-6): Generator<number> {
  const [x, y] = sine()
  const { a, b, c, d } = coefficients
  const parameters = [a, b, c, d]
  for (const p of parameters) p.requiresGrad_()
  for (let t = 0; t < steps; t++) {
    const loss = polynomial(coefficients, x).sub(y).pow(2).sum()
    yield loss.item()
    loss.backward()
    noGrad(() => {
      for (const p of parameters) {
        p.sub_(p.grad!.mul(learningRate))
        p.grad = null
      }
    })
  }
}

export function main(): void {
  manualSeed(0)
  const coefficients = randomCoefficients()
  printLosses(train(coefficients))
  console.log('Result:', describe(coefficients))
}
