import { type Axis, axisOf } from './axis.js'
import { BrailleCanvas } from './braille.js'
import { type Color, pad, paint, truncate, visibleWidth } from './text.js'
import { checkSize, toNumbers, type Values } from './values.js'

/** A line of a plot. */
export interface Series {
  readonly y: Values
  /** 0, 1, 2, ... if not given. */
  readonly x?: Values
  /** For the legend. */
  readonly name?: string
}

/** Options of {@link linePlot}. */
export interface LinePlotOptions {
  /** Characters of a whole line. Default 72. */
  width?: number
  /** Rows of the plot between title and axis. Default 15. */
  height?: number
  title?: string
  xlabel?: string
  ylabel?: string
  /** A logarithmic y axis; values that are not above 0 are left out. Default false. */
  logY?: boolean
  /** A colour for each series, as well as its dashes. Default false. */
  color?: boolean
}

/** Series differ without colours too. */
const patterns = ['-', '------    ', '-   ', '------  -  '] as const
const palette = ['cyan', 'yellow', 'magenta', 'green', 'blue', 'red'] as const

interface Line {
  readonly x: number[]
  readonly y: number[]
  readonly name: string | undefined
  readonly pattern: string
  readonly color: Color | undefined
}

/**
 * Lines drawn in braille dots, with axes and, for several or named series, a legend. A value that is NaN or infinite makes a gap, and
 * the number of them is told below.
 *
 * @returns the lines of the plot, joined; each at most `width` wide
 * @throws TypeError for values that are not numbers, RangeError if x and y differ in length, or the plot would be too small
 *
 * @example
 * ```ts
 * import { terminal } from '@tsorch/viz'
 *
 * const loss = Array.from({ length: 100 }, (_, i) => Math.exp(-i / 20))
 * console.log(terminal.linePlot([{ y: loss, name: 'train' }], { title: 'loss', xlabel: 'step', logY: true }))
 * ```
 */
export function linePlot(series: readonly Series[], options: LinePlotOptions = {}): string {
  const { width = 72, height = 15, title, xlabel, ylabel, logY = false, color = false } = options
  checkSize('linePlot: width', width, 20)
  checkSize('linePlot: height', height, 2)
  const lines = series.map((one, i) => lineOf(one, i, color))

  const drawn = (x: number, y: number) => Number.isFinite(x) && Number.isFinite(y) && (!logY || y > 0)
  const points = lines.flatMap(({ x, y }) => x.map((value, i): [number, number] => [value, y[i]!]))
  const shown = points.filter(([x, y]) => drawn(x, y))
  const xAxis = axisOf(shown.map(([x]) => x))
  const yAxis = axisOf(
    shown.map(([, y]) => y),
    logY,
  )

  const labels = rowLabels(yAxis, height)
  const margin = Math.min(Math.max(0, ...labels.map((label) => label?.length ?? 0)), width - 12)
  const columns = width - margin - 2
  const canvas = new BrailleCanvas(columns, height)
  for (const line of lines) draw(canvas, line, xAxis, yAxis)

  const indent = ' '.repeat(margin + 2)
  const centred = (text: string) => (indent + pad(truncate(text, columns), columns, 'both')).trimEnd()
  const out: string[] = []
  if (title !== undefined) out.push(centred(title))
  if (ylabel !== undefined) out.push(truncate(ylabel, width))
  for (const [i, row] of canvas.rows().entries()) {
    const label = labels[i]
    out.push(`${(label ?? '').slice(0, margin).padStart(margin)} ${label === undefined ? '│' : '┤'}${row}`.trimEnd())
  }
  out.push(...bottom(xAxis, columns, margin))
  if (xlabel !== undefined) out.push(centred(xlabel))
  if (lines.length > 1 || lines.some(({ name }) => name !== undefined)) out.push(...legend(lines, indent, columns))
  const left = points.length - shown.length
  if (left > 0) {
    const what = `${left} of ${points.length} values left out: ${logY ? 'not finite or not above 0' : 'not finite'}`
    out.push(paint(truncate(what, width), color ? 'red' : undefined))
  }
  return out.join('\n')
}

function lineOf({ y, x, name }: Series, index: number, color: boolean): Line {
  const ys = toNumbers('linePlot: y', y)
  const xs = x === undefined ? ys.map((_, i) => i) : toNumbers('linePlot: x', x)
  if (xs.length !== ys.length) {
    throw new RangeError(`linePlot: x and y must have the same length, but have ${xs.length} and ${ys.length}`)
  }
  const pattern = patterns[index % patterns.length]!
  return { x: xs, y: ys, name, pattern, color: color ? palette[index % palette.length] : undefined }
}

function draw(canvas: BrailleCanvas, { x, y, pattern, color }: Line, xAxis: Axis, yAxis: Axis): void {
  let phase = 0
  let before: [number, number] | undefined
  for (const [i, value] of x.entries()) {
    const column = Math.round(xAxis.position(value) * (canvas.width - 1))
    const row = Math.round((1 - yAxis.position(y[i]!)) * (canvas.height - 1))
    if (Number.isNaN(column) || Number.isNaN(row)) {
      before = undefined
      continue
    }
    // a point between two gaps is seen in any pattern
    if (before === undefined) canvas.dot(column, row, color)
    else phase = canvas.line(...before, column, row, pattern, phase, color)
    before = [column, row]
  }
}

/** The label of each row, where a tick is in it. */
function rowLabels(axis: Axis, height: number): (string | undefined)[] {
  const labels = new Array<string | undefined>(height).fill(undefined)
  for (const { position, label } of axis.ticks(Math.max(2, Math.round(height / 2)))) {
    const row = Math.min(height - 1, Math.floor(((1 - position) * (height * 4 - 1)) / 4))
    labels[row] ??= label
  }
  return labels
}

/** The x axis and its labels, as many as stand apart. */
function bottom(axis: Axis, columns: number, margin: number): string[] {
  const marks = new Array<string>(columns).fill('─')
  // labels may begin left of the axis and end right of it only inside of the plot's width
  let text = ''
  for (const { position, label } of axis.ticks(Math.max(2, Math.floor(columns / 8)))) {
    const column = Math.min(columns - 1, Math.floor((position * (columns * 2 - 1)) / 2))
    const centre = margin + 2 + column
    const start = Math.max(0, Math.min(centre - Math.floor(label.length / 2), margin + 2 + columns - label.length))
    if (text !== '' && start <= text.length) continue
    marks[column] = '┬'
    text = text.padEnd(start) + label
  }
  return [`${' '.repeat(margin + 1)}└${marks.join('')}`, text]
}

/** Each name after a piece of its line, in as many rows as they need. */
function legend(lines: readonly Line[], indent: string, columns: number): string[] {
  const out: string[] = []
  let row = ''
  for (const [i, { name = `series ${i + 1}`, pattern, color }] of lines.entries()) {
    const sample = new BrailleCanvas(5, 1)
    sample.line(0, 1, sample.width - 1, 1, pattern, 0, color)
    const entry = `${pad(sample.rows()[0]!, 5)} ${truncate(name, Math.max(0, columns - 6))}`
    if (row !== '' && visibleWidth(row) + 3 + visibleWidth(entry) > columns) {
      out.push(indent + row)
      row = ''
    }
    row += (row === '' ? '' : '   ') + entry
  }
  out.push(indent + row)
  return out
}
