/** PyTorch with examples, tensors: y = a + b x + c x^2 + d x^3, with gradients worked out by hand. */
import { manualSeed, randn, type Tensor } from 'tsorch'
import { printLosses, sine } from './data.js'

export interface Coefficients {
  readonly a: Tensor
  readonly b: Tensor
  readonly c: Tensor
  readonly d: Tensor
}

export function randomCoefficients(): Coefficients {
  return { a: randn([]), b: randn([]), c: randn([]), d: randn([]) }
}

/** y = a + b x + c x^2 + d x^3 */
export function polynomial({ a, b, c, d }: Coefficients, x: Tensor): Tensor {
  return a
    .add(b.mul(x))
    .add(c.mul(x.pow(2)))
    .add(d.mul(x.pow(3)))
}

export function* train(coefficients: Coefficients, steps = 2000, learningRate = 1e-6): Generator<number> {
  const [x, y] = sine()
  const { a, b, c, d } = coefficients
  for (let t = 0; t < steps; t++) {
    const yPred = polynomial(coefficients, x)
    yield yPred.sub(y).pow(2).sum().item()
    const gradYPred = yPred.sub(y).mul(2)
    const gradA = gradYPred.sum()
    const gradB = gradYPred.mul(x).sum()
    const gradC = gradYPred.mul(x.pow(2)).sum()
    const gradD = gradYPred.mul(x.pow(3)).sum()
    a.sub_(gradA.mul(learningRate))
    b.sub_(gradB.mul(learningRate))
    c.sub_(gradC.mul(learningRate))
    d.sub_(gradD.mul(learningRate))
  }
}

/** The polynomial in words. */
export function describe({ a, b, c, d }: Coefficients): string {
  return `y = ${a.item()} + ${b.item()} x + ${c.item()} x^2 + ${d.item()} x^3`
}

export function main(): void {
  manualSeed(0)
  const coefficients = randomCoefficients()
  printLosses(train(coefficients))
  console.log('Result:', describe(coefficients))
}
