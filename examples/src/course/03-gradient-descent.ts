/** Lecture 3: gradient descent, with a gradient worked out by hand. */
import type { Visdom } from '@tsorch/viz'
import { showCurve } from './curves.js'

const xData = [1, 2, 3]
const yData = [2, 4, 6]

/** y = w x */
export class Line {
  w = 1

  forward(x: number): number {
    return x * this.w
  }

  cost(): number {
    let sum = 0
    for (const [i, x] of xData.entries()) sum += (this.forward(x) - yData[i]!) ** 2
    return sum / xData.length
  }

  /** d cost / d w */
  gradient(): number {
    let sum = 0
    for (const [i, x] of xData.entries()) sum += 2 * x * (x * this.w - yData[i]!)
    return sum / xData.length
  }
}

/** The cost of each epoch. */
export function* train(line: Line, epochs = 100, lr = 0.01): Generator<number> {
  for (let epoch = 0; epoch < epochs; epoch++) {
    const cost = line.cost()
    line.w -= lr * line.gradient()
    yield cost
  }
}

export function main({ viz = null }: { viz?: Visdom | null } = {}): void {
  const line = new Line()
  console.log('prediction for 4 before training:', line.forward(4))
  const costs: number[] = []
  for (const cost of train(line)) {
    const epoch = costs.length
    if (epoch % 10 === 0) console.log(`epoch ${epoch}: w = ${line.w.toFixed(4)}, loss = ${cost.toFixed(6)}`)
    costs.push(cost)
  }
  showCurve(costs, { title: 'cost', xlabel: 'epoch', ylabel: 'cost', logY: true }, viz)
  console.log('prediction for 4 after training:', line.forward(4))
}
