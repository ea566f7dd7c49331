/** Colours of points and lines, from numbers of 0 to 255. */
import type { Values } from '../../tensorboard/values.js'
import { listLike, type Matrix, read, shapeText } from '../matrix.js'

function check(verb: string, what: string, { data }: Matrix): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    if (!(Number.isInteger(value) && value >= 0 && value <= 255))
      throw new RangeError(`${verb}: opts.${what} should be integers from 0 to 255, but has ${value}`)
  }
}

const hex = (value: number): string => value.toString(16).padStart(2, '0')

function rgb({ data, shape }: Matrix, row: number): string {
  const from = row * shape[1]!
  return `#${hex(data[from]!)}${hex(data[from + 1]!)}${hex(data[from + 2]!)}`
}

/** A number as Python writes it: `1.0`, not `1`. */
const floatText = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value))

/** The colours of the points of each label. */
export function markerColors(
  verb: string,
  values: Values,
  count: number,
  groups: readonly { readonly label: number; readonly rows: readonly number[] }[],
  largest: number,
): Map<number, string[]> {
  const colors = read(verb, values)
  const { shape } = colors
  const isVector = shape.length === 1
  const isRgb = shape.length === 2 && shape[1] === 3
  if (!((isVector || isRgb) && (shape[0] === largest || shape[0] === count)))
    throw new RangeError(
      `${verb}: opts.markercolor should have shape [${count}], [${count}, 3], [${largest}] or [${largest}, 3], but has ${shapeText(shape)}`,
    )
  check(verb, 'markercolor', colors)
  const one = (row: number): string =>
    isVector ? `rgba(0, 0, 255, ${floatText(colors.data[row]! / 255)})` : rgb(colors, row)
  const byLabel = shape[0] !== count
  return new Map(groups.map(({ label, rows }) => [label, rows.map((row) => one(byLabel ? label - 1 : row))]))
}

/** The colour of each line. */
export function lineColors(verb: string, values: Values, largest: number): string[] {
  const colors = read(verb, values)
  const { shape } = colors
  if (shape.length !== 2 || shape[0] !== largest || shape[1]! < 3)
    throw new RangeError(`${verb}: opts.linecolor should have shape [${largest}, 3], but has ${shapeText(shape)}`)
  check(verb, 'linecolor', colors)
  return Array.from({ length: largest }, (_, row) => rgb(colors, row))
}

/** How each line is dashed. */
export function dashes(verb: string, values: unknown, largest: number): string[] {
  const list = listLike(values)
  if (list === undefined || list.length !== largest || !list.every((dash) => typeof dash === 'string'))
    throw new TypeError(`${verb}: opts.dash should be an array of ${largest} strings such as 'dot'`)
  return list as string[]
}
