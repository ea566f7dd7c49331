/** What a layout says about an axis. */

import { isObject } from '../../../protocol/json.js'
import { parseColor } from '../color/color.js'
import { dateOf, numberOf, textOf } from '../data/cells.js'

export interface AxisSpec {
  readonly title: string
  readonly type: 'linear' | 'log' | 'date' | 'category' | undefined
  /** as given; logarithms of ten where the axis is logarithmic */
  readonly range: readonly [number, number] | undefined
  readonly tickvals: readonly number[] | undefined
  readonly ticktext: readonly string[] | undefined
  readonly dtick: number | undefined
  readonly hasLabels: boolean
  readonly isReversed: boolean
  readonly titleColor: string | undefined
  readonly tickColor: string | undefined
  readonly side: string | undefined
}

type Fields = Readonly<Record<string, unknown>>

/** A field of an object, if it is one itself; otherwise one without fields. */
export function fieldsOf(value: unknown, key?: string): Fields {
  const found = key === undefined ? value : isObject(value) ? value[key] : undefined
  return isObject(found) ? found : {}
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' }

/** A title, which may be `{ text }` and may have a few tags of HTML in it, as plain text. */
export function plainText(title: unknown): string {
  const text = isObject(title) ? title.text : title
  if (typeof text !== 'string' && typeof text !== 'number') return ''
  return String(text)
    .replace(/<br\s*\/?>/gi, ' ')
    .replace(/<\/?(?:b|i|sub|sup|em|strong|span|a)(?:\s[^<>]*)?>/gi, '')
    .replace(/&(amp|lt|gt|quot|nbsp);/g, (_, name: string) => ENTITIES[name]!)
    .trim()
}

/** Reads an axis of a layout, such as `layout.xaxis`; what makes no sense counts as not given. */
export function readAxis(given: unknown): AxisSpec {
  const axis = fieldsOf(given)
  const types = ['linear', 'log', 'date', 'category'] as const
  const color = (value: unknown): string | undefined =>
    typeof value === 'string' && parseColor(value) !== null && !isPlainBlack(value) ? value : undefined
  return {
    title: plainText(axis.title),
    type: types.find((type) => type === axis.type),
    range: readRange(axis.range),
    tickvals: Array.isArray(axis.tickvals)
      ? axis.tickvals.map((value) => numberOf(value) ?? dateOf(textOf(value)))
      : undefined,
    ticktext: Array.isArray(axis.ticktext) ? axis.ticktext.map(plainText) : undefined,
    dtick: typeof axis.dtick === 'number' && axis.dtick > 0 ? axis.dtick : undefined,
    hasLabels: axis.showticklabels !== false && axis.visible !== false,
    isReversed: axis.autorange === 'reversed',
    titleColor: color(fieldsOf(axis, 'titlefont').color ?? fieldsOf(fieldsOf(axis, 'title'), 'font').color),
    tickColor: color(fieldsOf(axis, 'tickfont').color),
    side: typeof axis.side === 'string' ? axis.side : undefined,
  }
}

/** Black is what layouts say where nobody chose a colour; it would be lost on a dark ground. */
const isPlainBlack = (color: string): boolean => ['black', '#000', '#000000'].includes(color.trim().toLowerCase())

function readRange(range: unknown): readonly [number, number] | undefined {
  if (!Array.isArray(range) || range.length < 2) return undefined
  const [low, high] = range.map((end) =>
    typeof end === 'string' && numberOf(end) === undefined ? dateOf(end) : numberOf(end),
  )
  return typeof low === 'number' &&
    typeof high === 'number' &&
    Number.isFinite(low) &&
    Number.isFinite(high) &&
    low !== high
    ? [low, high]
    : undefined
}
