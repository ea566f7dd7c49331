/** How a trace of points looks, by what Plotly's fields say. */
import type { Trace } from '../../../../protocol/types.js'
import { fieldsOf } from '../../axis/spec.js'
import { parseColor, withAlpha } from '../../color/color.js'
import { dashOf, paletteColor } from '../../color/palette.js'
import { placeColors } from '../../color/scales.js'
import { plainNumber } from '../../data/cells.js'
import type { Stroke, SymbolName } from '../../draw/painter.js'
import { symbolOf } from '../../draw/symbols.js'
import type { Style } from '../chart.js'

export interface Look {
  readonly hasLines: boolean
  readonly hasMarkers: boolean
  readonly hasText: boolean
  readonly color: string
  readonly lineWidth: number
  readonly dash: readonly number[]
  /** stairs instead of slopes */
  readonly shape: 'linear' | 'hv' | 'vh'
  readonly symbol: SymbolName
  readonly isOpen: boolean
  readonly size: number
  /** for points with sizes of their own */
  readonly sizes: readonly number[] | null
  readonly markerColor: string
  /** for points with colours of their own */
  readonly colorOf: ((i: number) => string) | null
  readonly border: Stroke | undefined
  readonly opacity: number
  readonly fill: { readonly to: 'zero' | 'next' | 'self'; readonly color: string } | null
}

/** @param place - number of the trace, and of its dash, for what has no colour of its own */
export function lookOf(
  trace: Trace,
  points: number,
  place: { color: number; dash: number; forced: boolean; onMap?: boolean },
  style: Style,
): Look {
  const [line, marker] = [fieldsOf(trace, 'line'), fieldsOf(trace, 'marker')]
  const opacity = sizeOf(trace.opacity, 1, 1)
  const mode = typeof trace.mode === 'string' ? trace.mode : points <= 20 ? 'lines+markers' : 'lines'
  const legible = (color: string): string => (place.onMap === true ? color : readable(color, style))
  const own = [line.color, marker.color].find((color) => parseColor(color) !== null) as string | undefined
  const color = own !== undefined && !place.forced ? legible(own) : paletteColor(place.color, style.isDark)
  const { symbol, isOpen } = symbolOf(Array.isArray(marker.symbol) ? marker.symbol[0] : marker.symbol)
  const single = parseColor(marker.color) !== null && !place.forced ? legible(marker.color as string) : color
  return {
    hasLines: mode.includes('lines'),
    hasMarkers: mode.includes('markers'),
    hasText: mode.includes('text'),
    color,
    lineWidth: sizeOf(line.width, 1.6, 40),
    dash: place.forced ? dashByNumber(place.dash) : dashOf(line.dash),
    shape: line.shape === 'hv' || line.shape === 'vh' ? line.shape : 'linear',
    symbol,
    isOpen,
    size: sizeOf(marker.size, 6, LARGEST),
    sizes: Array.isArray(marker.size) ? marker.size.map((size) => sizeOf(size, 6, LARGEST)) : null,
    markerColor: single,
    colorOf: Array.isArray(marker.color) ? pointColors(marker.color, marker, color, style) : null,
    border: borderOf(fieldsOf(marker, 'line'), isOpen, style),
    opacity: opacity * sizeOf(marker.opacity, 1, 1),
    fill: fillOf(trace, color),
  }
}

/** In pixels: no marker is larger. */
const LARGEST = 300

/** A size within what can be drawn; another if there is none. */
function sizeOf(given: unknown, otherwise: number, largest: number): number {
  return typeof given === 'number' && given >= 0 ? Math.min(given, largest) : otherwise
}

const DASHES: readonly string[] = ['solid', 'dash', 'dot', 'dashdot', 'longdash']
const dashByNumber = (n: number): readonly number[] => dashOf(DASHES[n % DASHES.length])

/** The colour that somebody gave something, or if that is none the one of its number. */
export function ownColor(given: unknown, index: number, style: Style): string {
  return parseColor(given) === null ? paletteColor(index, style.isDark) : readable(given as string, style)
}

/** Black on black and white on white are drawn as text is. */
export function readable(color: string, style: Style): string {
  const rgba = parseColor(color)
  if (rgba === null) return color
  const [r, g, b] = rgba
  const isLost = style.isDark ? Math.max(r, g, b) < 40 : Math.min(r, g, b) > 235
  return isLost ? style.text : color
}

function pointColors(
  colors: readonly unknown[],
  marker: Readonly<Record<string, unknown>>,
  otherwise: string,
  style: Style,
): (i: number) => string {
  if (colors.some((color) => typeof color === 'string' && parseColor(color) !== null))
    return (i) => (parseColor(colors[i]) === null ? otherwise : readable(String(colors[i]), style))
  const values = colors.map((color) => plainNumber(color))
  const { scale, place } = placeColors(marker, values)
  return (i) => (Number.isFinite(values[i]) ? scale.css(place(values[i]!)) : otherwise)
}

/** visdom gives every marker a thin black border: here it has the colour of the ground, so that markers that touch stay apart. */
function borderOf(line: Readonly<Record<string, unknown>>, isOpen: boolean, style: Style): Stroke | undefined {
  if (isOpen) return undefined
  const width = sizeOf(line.width, 0, 40)
  if (width <= 0) return undefined
  const color = typeof line.color === 'string' && line.color !== '#000000' ? readable(line.color, style) : style.ground
  return { color, width: Math.max(width, 0.75) }
}

function fillOf(trace: Trace, color: string): Look['fill'] {
  const kinds = { tozeroy: 'zero', tonexty: 'next', toself: 'self', tozerox: 'self' } as const
  if (typeof trace.fill !== 'string' || !Object.hasOwn(kinds, trace.fill)) return null
  const own = parseColor(trace.fillcolor) === null ? withAlpha(color, 0.28) : String(trace.fillcolor)
  return { to: kinds[trace.fill as keyof typeof kinds], color: own }
}
