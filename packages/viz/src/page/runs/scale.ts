/** Where values are on an axis: numbers by their size, texts one after the other. */
import { byName } from '../state/order.js'
import { formatNumber, numberOf, type Value } from './table.js'

export interface Scale {
  /** 0 to 1; `null` for what is missing. */
  place(value: Value): number | null
  readonly ticks: readonly { readonly at: number; readonly label: string }[]
}

/** A scale for values, by logarithms if they span at least this factor. */
const LOG_SPAN = 100

export function makeScale(values: readonly Value[]): Scale {
  const known = values.filter((value) => value !== null && value !== 'NaN')
  const numbers = known.map(numberOf)
  return known.length > 0 && numbers.every((number) => number !== null)
    ? numberScale(numbers as number[])
    : textScale(known.map(String))
}

function numberScale(numbers: readonly number[]): Scale {
  const min = numbers.reduce((a, b) => Math.min(a, b))
  const max = numbers.reduce((a, b) => Math.max(a, b))
  const isLog = min > 0 && max / min >= LOG_SPAN
  const to = isLog ? Math.log : (value: number) => value
  const from = isLog ? Math.exp : (value: number) => value
  const low = to(min)
  const span = to(max) - low
  const ticks = span === 0 ? [0.5] : [0, 0.25, 0.5, 0.75, 1]
  return {
    place(value) {
      const number = numberOf(value)
      if (number === null) return null
      return span === 0 ? 0.5 : (to(number) - low) / span
    },
    ticks: ticks.map((at) => ({ at, label: formatNumber(span === 0 ? min : from(low + at * span)) })),
  }
}

function textScale(texts: readonly string[]): Scale {
  const choices = [...new Set(texts)].sort(byName)
  const at = (index: number): number => (choices.length === 1 ? 0.5 : index / (choices.length - 1))
  return {
    place(value) {
      const index = value === null ? -1 : choices.indexOf(String(value))
      return index < 0 ? null : at(index)
    },
    ticks: choices.length > 12 ? [] : choices.map((label, index) => ({ at: at(index), label })),
  }
}

/** From blue over grey-green to orange: told apart with any colour vision. */
export function rampColor(at: number | null): string {
  if (at === null) return 'var(--faint)'
  const stops = [
    [68, 90, 200],
    [38, 155, 150],
    [235, 150, 40],
  ] as const
  const place = Math.min(Math.max(at, 0), 1) * (stops.length - 1)
  const index = Math.min(Math.floor(place), stops.length - 2)
  const from = stops[index]!
  const to = stops[index + 1]!
  return `rgb(${from.map((value, i) => Math.round(value + (to[i]! - value) * (place - index))).join(' ')})`
}
