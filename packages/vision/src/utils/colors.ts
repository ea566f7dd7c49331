import { ValueError } from '@tsorch/core'
import { typeName } from '../image.js'
import { colorNames } from './color-names.js'

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [r: number, g: number, b: number]

/** A colour: `'red'`, `'#f00'`, `'#ff0000'`, `'rgb(255, 0, 0)'`, or red, green and blue from 0 to 255. */
export type Color = string | readonly number[]

/** @throws ValueError for a text that is no colour */
function parsed(text: string): Rgb {
  const lower = text.toLowerCase()
  const digits = lower.startsWith('#') ? lower.slice(1) : colorNames.get(lower)
  if (digits !== undefined && /^([0-9a-f]{3}|[0-9a-f]{6})$/.test(digits)) {
    const pairs = digits.length === 3 ? [...digits].map((d) => d + d) : digits.match(/../g)!
    return pairs.map((pair) => Number.parseInt(pair, 16)) as unknown as Rgb
  }
  const [, r, g, b] = /^rgb\((\d+%?)[, ]\s*(\d+%?)[, ]\s*(\d+%?)\)$/.exec(lower) ?? []
  if (r === undefined) throw new ValueError(`unknown color specifier: '${text}'`)
  const value = (part: string): number =>
    part.endsWith('%') ? Math.trunc((Number.parseInt(part, 10) * 255) / 100 + 0.5) : Number.parseInt(part, 10)
  return [value(r), value(g!), value(b!)]
}

/** @throws ValueError for what is no colour */
export function rgbOf(color: Color): Rgb {
  if (typeof color === 'string') return parsed(color)
  if (!Array.isArray(color))
    throw new ValueError(`colors must be colors or a list of them, but got ${typeName(color)}.`)
  if (color.length !== 3)
    throw new ValueError(`If passed as tuple, colors should be an RGB triplet, but got [${color}].`)
  return color as unknown as Rgb
}

/** Whether a value is a list of colours rather than one. */
function isList(colors: Color | readonly Color[]): colors is readonly Color[] {
  return Array.isArray(colors) && (colors.length === 0 || typeof colors[0] !== 'number')
}

/**
 * A colour for each of `count` things: one for all, a list, or, for null, colours that are easy to tell apart.
 *
 * @throws ValueError if a list is too short, or for what is no colour
 */
export function colorsOf(colors: Color | readonly Color[] | null, count: number): Rgb[] {
  if (colors === null) {
    return Array.from(
      { length: count },
      (_, i) => [2 ** 25 - 1, 2 ** 15 - 1, 2 ** 21 - 1].map((v) => (i * v) % 255) as unknown as Rgb,
    )
  }
  if (!isList(colors)) return new Array<Rgb>(count).fill(rgbOf(colors))
  if (colors.length < count) {
    throw new ValueError(
      `Number of colors must be equal or larger than the number of objects, but got ${colors.length} < ${count}.`,
    )
  }
  return colors.slice(0, count).map(rgbOf)
}
