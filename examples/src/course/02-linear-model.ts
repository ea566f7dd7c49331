/** Lecture 2: a linear model. The loss of y = w x for many weights, to see where it is least. */
import { terminal } from '@tsorch/viz'

const xData = [1, 2, 3]
const yData = [2, 4, 6]

const forward = (x: number, w: number): number => x * w

/** Mean squared error of the weight `w`. */
function meanSquaredError(w: number): number {
  let sum = 0
  for (const [i, x] of xData.entries()) sum += (forward(x, w) - yData[i]!) ** 2
  return sum / xData.length
}

/** The weights 0.0, 0.1, ... 4.0 and their losses. */
export function* grid(): Generator<[w: number, loss: number]> {
  for (let k = 0; k <= 40; k++) {
    const w = k * 0.1
    yield [w, meanSquaredError(w)]
  }
}

export function main(): void {
  let best: [w: number, loss: number] = [Number.NaN, Number.POSITIVE_INFINITY]
  const weights: number[] = []
  const losses: number[] = []
  for (const [w, loss] of grid()) {
    weights.push(w)
    losses.push(loss)
    console.log(`w = ${w.toFixed(1)}  loss = ${loss.toFixed(4)}`)
    if (loss < best[1]) best = [w, loss]
  }
  console.log(terminal.linePlot([{ x: weights, y: losses }], { xlabel: 'w', ylabel: 'loss' }))
  console.log(`the loss is least at w = ${best[0].toFixed(1)}`)
}
