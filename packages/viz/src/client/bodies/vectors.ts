/** Stems and arrows: scatter plots of lines, with gaps between them. */
import type { Values } from '../../tensorboard/values.js'
import type { Call, Target } from '../call.js'
import { checkOpts, copyOpts, optionOr, truthy } from '../check-opts.js'
import {
  asColumns,
  checkDims,
  checkOneOrTwo,
  checkSameShape,
  type Matrix,
  read,
  readSqueezed,
  rounding,
  shapeText,
} from '../matrix.js'
import type { QuiverOpts, StemOpts } from '../opts.js'
import { groupsByLabel, oneGroup, pairs, traces } from './scatter.js'

/** `viz.stem(X, { Y })`: a stem for each value of each column of `X`, at the places `Y`. */
export function stemCall(target: Target, X: Values, Y: Values | null, given: StemOpts | null | undefined): Call {
  const heights = readSqueezed('stem', X)
  checkOneOrTwo('stem', 'X', heights)
  const { data, shape } = asColumns(heights)
  const [rows, columns] = shape as [number, number]
  const places = Y === null ? null : read('stem', Y)
  if (places !== null) checkOneOrTwo('stem', 'Y', places)
  const at = places === null ? null : asColumns(places)
  if (at !== null && (at.shape[0] !== rows || (at.shape[1] !== 1 && at.shape[1] !== columns)))
    throw new RangeError(
      `stem: Y should have the rows of X, and one column or as many as X, but got ${shapeText(at.shape)} and ${shapeText(shape)}`,
    )
  const wide = at !== null && at.shape[1] === columns
  const place = (i: number, k: number): number => (at === null ? i + 1 : at.data[wide ? i * columns + k : i]!)

  const [xs, ys, labels]: number[][] = [[], [], []]
  for (let i = 0; i < rows; i++) {
    for (const end of ['foot', 'head', 'gap'] as const) {
      for (let k = 0; k < columns; k++) {
        xs!.push(end === 'gap' ? Number.NaN : place(i, k))
        ys!.push(end === 'gap' ? Number.NaN : end === 'foot' ? 0 : data[i * columns + k]!)
        labels!.push(k + 1)
      }
    }
  }
  const opts = copyOpts('stem', given)
  opts.mode = 'lines'
  checkOpts('stem', opts)
  return traces('stem', target, groupsByLabel('stem', pairs(xs!, ys!), labels!), opts, given ?? {})
}

export interface QuiverGrid {
  readonly gridX?: Values | null | undefined
  readonly gridY?: Values | null | undefined
}

/** `viz.quiver(X, Y, { gridX, gridY })`: an arrow for each element. */
export function quiverCall(
  target: Target,
  X: Values,
  Y: Values,
  { gridX, gridY }: QuiverGrid,
  given: QuiverOpts | null | undefined,
): Call {
  let [x, y] = [read('quiver', X), read('quiver', Y)]
  checkDims('quiver', 'X', x, 2)
  checkDims('quiver', 'Y', y, 2)
  checkSameShape('quiver', 'X', 'Y', x, y)
  const columns = x.shape[1]!
  const fromX = gridX == null ? grid(x, (i) => Math.floor(i / columns)) : read('quiver', gridX)
  const fromY = gridY == null ? grid(y, (i) => i % columns) : read('quiver', gridY)
  checkSameShape('quiver', 'X', 'gridX', x, fromX)
  checkSameShape('quiver', 'Y', 'gridY', y, fromY)

  const opts = copyOpts('quiver', given)
  opts.mode = 'lines'
  opts.arrowheads = optionOr(opts, 'arrowheads', true)
  checkOpts('quiver', opts)
  if (truthy(opts.normalize)) {
    const longest = opts.normalize
    if (typeof longest !== 'number' || !(longest > 0))
      throw new RangeError(`quiver: opts.normalize should be a positive number, but got ${longest}`)
    ;[x, y] = normalized(x, y, longest)
  }
  const { tipX, tipY } = { tipX: sum(fromX, x), tipY: sum(fromY, y) }
  const [xs, ys]: number[][] = [[], []]
  for (let i = 0; i < x.data.length; i++) {
    xs!.push(fromX.data[i]!, tipX[i]!, Number.NaN)
    ys!.push(fromY.data[i]!, tipY[i]!, Number.NaN)
  }
  if (truthy(opts.arrowheads)) addHeads(x, y, fromX, fromY, tipX, tipY, xs!, ys!)
  return traces('quiver', target, oneGroup(pairs(xs!, ys!)), opts, given ?? {})
}

function grid(like: Matrix, at: (index: number) => number): Matrix {
  return { data: Array.from({ length: like.data.length }, (_, i) => at(i)), shape: like.shape, dtype: 'int64' }
}

function sum(a: Matrix, b: Matrix): number[] {
  const round = rounding(a, b)
  return Array.from(a.data, (value, i) => round(value + b.data[i]!))
}

/** Scales all arrows so that the longest has this length. */
function normalized(x: Matrix, y: Matrix, length: number): [Matrix, Matrix] {
  const [square, roundX, roundY] = [rounding(x, y), rounding(x), rounding(y)]
  let longest = 0
  for (let i = 0; i < x.data.length; i++) {
    const [a, b] = [x.data[i]!, y.data[i]!]
    longest = Math.max(longest, square(Math.sqrt(square(roundX(a * a) + roundY(b * b)))))
  }
  const scale = longest / length
  const scaled = (matrix: Matrix, round: (value: number) => number): Matrix => {
    const by = round(scale)
    return { data: Array.from(matrix.data, (value) => round(value / by)), shape: matrix.shape, dtype: floating(matrix) }
  }
  return [scaled(x, roundX), scaled(y, roundY)]
}

const floating = ({ dtype }: Matrix): string => (dtype === 'float32' ? dtype : 'float64')

/** Heads a third as long as their arrows, and two thirds as wide. */
function addHeads(
  x: Matrix,
  y: Matrix,
  fromX: Matrix,
  fromY: Matrix,
  tipX: readonly number[],
  tipY: readonly number[],
  xs: number[],
  ys: number[],
): void {
  const [length, width] = [0.33, 0.33]
  const [rX, rY, rBoth] = [rounding(x), rounding(y), rounding(x, y)]
  const [rTipX, rTipY] = [rounding(x, y, fromX), rounding(x, y, fromY)]
  // constants have the type of the elements that they meet
  const [smallX, smallY] = [rX(1e-5), rY(1e-5)]
  const [widthX, widthY, back] = [rX(width), rY(width), rBoth(-length)]
  for (let i = 0; i < x.data.length; i++) {
    const [dx, dy, tx, ty] = [x.data[i]!, y.data[i]!, tipX[i]!, tipY[i]!]
    const acrossX = rX(rX(dx + smallX) * widthX)
    const acrossY = rY(rY(dy + smallY) * widthY)
    xs.push(
      rTipX(rBoth(back * rBoth(dx + acrossY)) + tx),
      tx,
      rTipX(rBoth(back * rBoth(dx - acrossY)) + tx),
      Number.NaN,
    )
    ys.push(
      rTipY(rBoth(back * rBoth(dy - acrossX)) + ty),
      ty,
      rTipY(rBoth(back * rBoth(dy + acrossX)) + ty),
      Number.NaN,
    )
  }
}
