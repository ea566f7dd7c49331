/** Lecture 2: a linear model. The loss of y = w x for many weights, to see where it is least. */
import { terminal, type Visdom } from '@tsorch/viz'
import { showCurve } from './curves.js'

const xData = [1, 2, 3]
const yData = [2, 4, 6]

const forward = (x: number, w: number, b = 0): number => x * w + b

/** Mean squared error of the weight `w` and, in the exercise, the bias `b`. */
function meanSquaredError(w: number, b = 0): number {
  let sum = 0
  for (const [i, x] of xData.entries()) sum += (forward(x, w, b) - yData[i]!) ** 2
  return sum / xData.length
}

/** The weights 0.0, 0.1, ... 4.0 and their losses. */
export function* grid(): Generator<[w: number, loss: number]> {
  for (let k = 0; k <= 40; k++) {
    const w = k * 0.1
    yield [w, meanSquaredError(w)]
  }
}

/** The exercise: the loss for weights from 0 to 4 (columns) and biases from -2 to 2 (rows). */
export function surface(): { weights: number[]; biases: number[]; losses: number[][] } {
  const weights = Array.from({ length: 41 }, (_, k) => k / 10)
  const biases = Array.from({ length: 41 }, (_, k) => k / 10 - 2)
  return { weights, biases, losses: biases.map((b) => weights.map((w) => meanSquaredError(w, b))) }
}

/** The surface from above: the brighter, the smaller the loss. */
function surfaceFromAbove(losses: readonly (readonly number[])[]): string {
  const data = losses.flatMap((row) => row.map((loss) => -Math.log(loss + 0.1)))
  const image = { width: losses[0]!.length, height: losses.length, data }
  return terminal.picture(image, { style: 'ascii', range: [Math.min(...data), Math.max(...data)] })
}

export function main({ viz = null }: { viz?: Visdom | null } = {}): void {
  let best: [w: number, loss: number] = [Number.NaN, Number.POSITIVE_INFINITY]
  const weights: number[] = []
  const losses: number[] = []
  for (const [w, loss] of grid()) {
    weights.push(w)
    losses.push(loss)
    console.log(`w = ${w.toFixed(1)}  loss = ${loss.toFixed(4)}`)
    if (loss < best[1]) best = [w, loss]
  }
  showCurve(losses, { title: 'loss of y = w x', xlabel: 'w', ylabel: 'loss', x: weights }, viz)
  const { losses: rows, weights: columns, biases } = surface()
  console.log(
    `the loss over w (across, 0 to 4) and b (down, -2 to 2), bright where it is small:\n${surfaceFromAbove(rows)}`,
  )
  const places = [0, 10, 20, 30, 40]
  viz?.surf(rows, {
    win: 'surface',
    opts: {
      title: 'loss of y = w x + b',
      xlabel: 'w',
      ylabel: 'b',
      zlabel: 'loss',
      xtickvals: places,
      xticklabels: places.map((i) => String(columns[i])),
      ytickvals: places,
      yticklabels: places.map((i) => String(biases[i])),
    },
  })
  console.log(`the loss is least at w = ${best[0].toFixed(1)}`)
}
