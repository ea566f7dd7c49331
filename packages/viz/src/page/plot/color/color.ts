/** Colours as numbers: what CSS and Plotly write, mixed and made readable. */

/** Red, green, blue from 0 to 255, and how opaque it is, from 0 to 1. */
export type Rgba = readonly [number, number, number, number]

const NAMES: Readonly<Record<string, string>> = {
  black: '000000',
  white: 'ffffff',
  red: 'ff0000',
  green: '008000',
  blue: '0000ff',
  yellow: 'ffff00',
  orange: 'ffa500',
  purple: '800080',
  gray: '808080',
  grey: '808080',
  cyan: '00ffff',
  magenta: 'ff00ff',
  lime: '00ff00',
  navy: '000080',
  teal: '008080',
  maroon: '800000',
  olive: '808000',
  silver: 'c0c0c0',
  pink: 'ffc0cb',
  brown: 'a52a2a',
  gold: 'ffd700',
  darkred: '8b0000',
  darkgreen: '006400',
  darkblue: '00008b',
  lightblue: 'add8e6',
  lightgreen: '90ee90',
  steelblue: '4682b4',
  tomato: 'ff6347',
  crimson: 'dc143c',
  indigo: '4b0082',
  violet: 'ee82ee',
  salmon: 'fa8072',
  coral: 'ff7f50',
  turquoise: '40e0d0',
}

const HEX = /^#?([\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i
const CALL = /^(rgba?|hsla?)\(([^)]*)\)$/i

/** Reads `#fa0`, `#ffaa00`, `rgb(255, 170, 0)`, `rgba(...)`, `hsl(...)` and the usual names; `null` for anything else. */
export function parseColor(text: unknown): Rgba | null {
  if (typeof text !== 'string') return null
  const given = text.trim().toLowerCase()
  if (given === 'transparent') return [0, 0, 0, 0]
  const hex = HEX.exec(NAMES[given] ?? (given.startsWith('#') ? given : ''))
  if (hex !== null) return hexColor(hex[1]!)
  const call = CALL.exec(given)
  if (call === null) return null
  const parts = call[2]!.split(/[\s,/]+/).filter((part) => part !== '')
  const numbers = parts.map((part, i) =>
    part.endsWith('%')
      ? (Number(part.slice(0, -1)) / 100) * (call[1]!.startsWith('rgb') && i < 3 ? 255 : 1)
      : Number.parseFloat(part),
  )
  if (numbers.length < 3 || numbers.some(Number.isNaN)) return null
  const [a, b, c, alpha = 1] = numbers as [number, number, number, number?]
  if (call[1]!.startsWith('hsl')) return hslColor(a, b, c, alpha)
  return [clampByte(a), clampByte(b), clampByte(c), Math.min(1, Math.max(0, alpha))]
}

function hexColor(digits: string): Rgba {
  const long = digits.length <= 4 ? [...digits].map((d) => d + d).join('') : digits
  const byte = (i: number): number => Number.parseInt(long.slice(i, i + 2), 16)
  return [byte(0), byte(2), byte(4), long.length === 8 ? byte(6) / 255 : 1]
}

function hslColor(hue: number, saturation: number, lightness: number, alpha: number): Rgba {
  const a = saturation * Math.min(lightness, 1 - lightness)
  const part = (n: number): number => {
    const k = (n + hue / 30) % 12
    return clampByte(255 * (lightness - a * Math.max(-1, Math.min(k - 3, 9 - k, 1))))
  }
  return [part(0), part(8), part(4), Math.min(1, Math.max(0, alpha))]
}

const clampByte = (value: number): number => Math.min(255, Math.max(0, Math.round(value)))

/** A colour as CSS writes it. */
export function cssColor([r, g, b, a]: Rgba): string {
  if (a === 1) return `#${[r, g, b].map((part) => clampByte(part).toString(16).padStart(2, '0')).join('')}`
  return `rgba(${clampByte(r)},${clampByte(g)},${clampByte(b)},${Number(a.toFixed(3))})`
}

/** A colour with another opacity; text that is no colour is left as it is. */
export function withAlpha(color: string, alpha: number): string {
  const rgba = parseColor(color)
  return rgba === null ? color : cssColor([rgba[0], rgba[1], rgba[2], rgba[3] * alpha])
}

/** The colour that lies at `t` between two, from 0 to 1. */
export function mix(from: Rgba, to: Rgba, t: number): Rgba {
  const part = (i: 0 | 1 | 2 | 3): number => from[i] + (to[i] - from[i]) * t
  return [part(0), part(1), part(2), part(3)]
}

/** Black or white, whichever can be read on a colour. */
export function inkOn(color: Rgba): string {
  return luminance(color) > 0.35 ? '#14181c' : '#ffffff'
}

/** How light a colour is to the eye, from 0 to 1 (WCAG's relative luminance). */
export function luminance([r, g, b]: Rgba): number {
  const linear = (byte: number): number => {
    const part = byte / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}
