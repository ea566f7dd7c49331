/** Colour scales: a value from 0 to 1 as a colour. */
import { plainNumber } from '../data/cells.js'
import { mix, parseColor, type Rgba } from './color.js'

/** A colour at a place from 0 to 1; in ascending order. */
type Stop = readonly [number, Rgba]

/** Colours at equal distances. */
const EVEN: Readonly<Record<string, string>> = {
  viridis: '440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725',
  cividis: '00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838',
  plasma: '0d0887 46039f 7201a8 9c179e bd3786 d8576b ed7953 fb9f3a fdca26 f0f921',
  inferno: '000004 1b0c41 4a0c6b 781c6d a52c60 cf4446 ed6925 fb9b06 f7d13d fcffa4',
  magma: '000004 180f3d 440f76 721f81 9e2f7f cd4071 f1605d fd9668 feca8d fcfdbf',
  turbo: '30123b 4662d7 36aaf9 1ae4b6 72fe5e c7ef34 faba39 f66b19 ca2a04 7a0403',
  greys: '000000 ffffff',
  gray: '000000 ffffff',
  reds: 'dcdcdc f5c39d f5a069 b20a1c',
  blues: '050aac 282896 465a9b 6a7fb8 90aad2 dcdcdc',
  ylgnbu: '081d58 253494 225ea8 1d91c0 41b6c4 7fcdbb c7e9b4 edf8d9 ffffd9',
  ylorrd: '800026 bd0026 e31a1c fc4e2a fd8d3c feb24c fed976 ffeda0 ffffcc',
  greens: '00441b 006d2c 238b45 41ab5d 74c476 a1d99b c7e9c0 e5f5e0 f7fcf5',
  rainbow: '96005a 0000c8 0019ff 0098ff 2cff96 97ff00 ffea00 ff6f00 ff0000',
  portland: '0c3383 0a88ba f2d338 f28f38 d91e1e',
  hsv: 'ff0000 ffff00 00ff00 00ffff 0000ff ff00ff ff0000',
}

/** Colours at places of their own. */
const UNEVEN: Readonly<Record<string, readonly (readonly [number, string])[]>> = {
  jet: [
    [0, '#000083'],
    [0.125, '#003caa'],
    [0.375, '#05ffff'],
    [0.625, '#ffff00'],
    [0.875, '#fa0000'],
    [1, '#800000'],
  ],
  hot: [
    [0, '#000000'],
    [0.3, '#e60000'],
    [0.6, '#ffd200'],
    [1, '#ffffff'],
  ],
  electric: [
    [0, '#000000'],
    [0.15, '#1e0064'],
    [0.4, '#780064'],
    [0.6, '#a05a00'],
    [0.8, '#e6c800'],
    [1, '#fffadc'],
  ],
  earth: [
    [0, '#000082'],
    [0.1, '#00b4b4'],
    [0.2, '#28d228'],
    [0.4, '#e6e632'],
    [0.6, '#784614'],
    [1, '#ffffff'],
  ],
  blackbody: [
    [0, '#000000'],
    [0.2, '#e60000'],
    [0.4, '#e6d200'],
    [0.7, '#ffffff'],
    [1, '#a0c8ff'],
  ],
  bluered: [
    [0, '#0000ff'],
    [1, '#ff0000'],
  ],
  rdbu: [
    [0, '#050aac'],
    [0.35, '#6a89f7'],
    [0.5, '#bebebe'],
    [0.6, '#dcaa84'],
    [0.7, '#e6915a'],
    [1, '#b20a1c'],
  ],
  picnic: [
    [0, '#0000ff'],
    [0.3, '#6699ff'],
    [0.5, '#ffffff'],
    [0.7, '#ff99ff'],
    [1, '#ff0000'],
  ],
}

const STEPS = 256

/** Colours for values from 0 to 1, in a table. */
export class ColorScale {
  /** red, green, blue, of 256 colours */
  readonly table: Uint8Array = new Uint8Array(STEPS * 3)

  constructor(stops: readonly Stop[]) {
    let s = 0
    for (let i = 0; i < STEPS; i++) {
      const t = i / (STEPS - 1)
      while (s + 2 < stops.length && t > stops[s + 1]![0]) s++
      const [from, to] = [stops[s]!, stops[Math.min(s + 1, stops.length - 1)]!]
      const width = to[0] - from[0]
      const color = mix(from[1], to[1], width > 0 ? Math.min(1, Math.max(0, (t - from[0]) / width)) : 1)
      for (let k = 0; k < 3; k++) this.table[i * 3 + k] = Math.round(color[k as 0 | 1 | 2])
    }
  }

  /** Place in the table of a value from 0 to 1; what lies outside has the colour of the end, NaN that of the low end. */
  index(t: number): number {
    return Math.min(STEPS - 1, Math.max(0, Math.round(t * (STEPS - 1)))) || 0
  }

  rgba(t: number): Rgba {
    const i = this.index(t) * 3
    return [this.table[i]!, this.table[i + 1]!, this.table[i + 2]!, 1]
  }

  css(t: number): string {
    const i = this.index(t) * 3
    return `rgb(${this.table[i]},${this.table[i + 1]},${this.table[i + 2]})`
  }
}

/** Where a value lies between two others, from 0 to 1; in the middle if these are one. */
export const shareOf = (value: number, low: number, high: number): number =>
  high > low ? (value - low) / (high - low) : 0.5

/** The colours of values, and where in them each lies: from `cmin` to `cmax` where these are given, else from the least to the greatest. */
export function placeColors(
  { colorscale, reversescale, cmin, cmax }: Readonly<Record<string, unknown>>,
  values: readonly number[],
): { readonly scale: ColorScale; place(value: number): number } {
  const finite = values.filter(Number.isFinite)
  const low = typeof cmin === 'number' ? cmin : finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const high = typeof cmax === 'number' ? cmax : finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return { scale: colorScale(colorscale, reversescale === true), place: (value) => shareOf(value, low, high) }
}

const made = new Map<string, ColorScale>()

/** A scale by Plotly's name, or its list of `[place, colour]`, or a list of colours; Viridis for what is neither. */
export function colorScale(given: unknown, reversed = false): ColorScale {
  const key = `${JSON.stringify(given ?? null)}${reversed}`
  let scale = made.get(key)
  if (scale === undefined) {
    const stops = stopsOf(given)
    scale = new ColorScale(reversed ? stops.map(([t, color]): Stop => [1 - t, color]).reverse() : stops)
    // lists may come with each update
    if (made.size > 200) made.clear()
    made.set(key, scale)
  }
  return scale
}

function stopsOf(given: unknown): readonly Stop[] {
  if (typeof given === 'string') return namedStops(given) ?? namedStops('viridis')!
  if (!Array.isArray(given) || given.length === 0) return namedStops('viridis')!
  const stops = given.map((entry: unknown, i): Stop | null => {
    const [place, color] = Array.isArray(entry) ? entry : [i / Math.max(1, given.length - 1), entry]
    const rgba = parseColor(color)
    return rgba === null || !Number.isFinite(plainNumber(place)) ? null : [plainNumber(place), rgba]
  })
  const good = stops.filter((stop) => stop !== null)
  return good.length > 0 ? good : namedStops('viridis')!
}

function namedStops(name: string): readonly Stop[] | undefined {
  const key = name.toLowerCase()
  const uneven = UNEVEN[key]
  if (uneven !== undefined) return uneven.map(([t, color]): Stop => [t, parseColor(color)!])
  if (key.endsWith('_r'))
    return namedStops(key.slice(0, -2))
      ?.map(([t, color]): Stop => [1 - t, color])
      .reverse()
  const colors = EVEN[key]?.split(' ')
  return colors?.map((color, i): Stop => [i / (colors.length - 1), parseColor(`#${color}`)!])
}
