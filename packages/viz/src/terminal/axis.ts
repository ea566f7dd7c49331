import { formatNumber } from './format.js'
import { finiteRange } from './values.js'

/** A mark on an axis. */
export interface Tick {
  /** Where it stands, from 0 (low end) to 1. */
  readonly position: number
  readonly label: string
}

/** How values become places on an axis. */
export interface Axis {
  /** From 0 to 1; NaN for what has no place on it. */
  position(value: number): number
  /** Round values, `count` or somewhat fewer. */
  ticks(count: number): Tick[]
}

/** An axis that holds all finite values; a logarithmic one holds those above 0. */
export function axisOf(values: readonly number[], log = false): Axis {
  const scaled = log ? values.map(log10) : values
  const [low, high] = widen(...finiteRange(scaled))
  // halves, so that the distance of two huge numbers stays finite
  const length = high / 2 - low / 2
  const place = (value: number): number => (Number.isFinite(value) ? (value / 2 - low / 2) / length : Number.NaN)
  if (!log) return { position: place, ticks: (count) => linearTicks(low, high, count, place) }
  return {
    position: (value) => place(log10(value)),
    ticks: (count) => decadeTicks(low, high, count, place),
  }
}

const log10 = (value: number): number => (value > 0 ? Math.log10(value) : Number.NaN)

/** A range of no length, or of one that is lost in rounding, gets some around it. */
function widen(low: number, high: number): [number, number] {
  const size = Math.max(Math.abs(low), Math.abs(high))
  if (high / 2 - low / 2 > size * 1e-12) return [low, high]
  const margin = size > 1e-300 ? size * 0.1 : 1
  // what would go past the largest number stays on it
  const clamp = (value: number) => Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value))
  return [clamp(low - margin), clamp(high + margin)]
}

/** The least of 1, 2, 5 times a power of ten that is not below `step`. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  const factor = [1, 2, 5, 10].find((f) => f * power >= step * (1 - 1e-9)) ?? 10
  return factor * power
}

function linearTicks(low: number, high: number, count: number, place: (value: number) => number): Tick[] {
  const step = niceStep(((high / 2 - low / 2) / Math.max(1, count - 1)) * 2)
  // steps so small that they round to nothing
  if (!(step > 0 && Number.isFinite(step)))
    return [low, high].map((v) => ({ position: place(v), label: formatNumber(v) }))
  const ticks: Tick[] = []
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) {
    const value = i * step
    ticks.push({ position: Math.min(1, Math.max(0, place(value))), label: tickLabel(value, step) })
  }
  return ticks
}

/** A value with the decimals that tell it from the one `step` further. */
export function tickLabel(value: number, step: number): string {
  const exponent = Math.floor(Math.log10(step) + 1e-9)
  const size = Math.abs(value)
  if (exponent < -5 || size >= 1e7) {
    if (value === 0) return '0'
    return formatNumber(value, Math.min(15, Math.max(1, Math.floor(Math.log10(size)) - exponent + 1)))
  }
  return value.toFixed(Math.max(0, -exponent)).replace(/^-(0(\.0*)?)$/, '$1')
}

/** Powers of ten; where fewer than two of them are in the range, round values between. */
function decadeTicks(low: number, high: number, count: number, place: (exponent: number) => number): Tick[] {
  const first = Math.ceil(low - 1e-9)
  const last = Math.floor(high + 1e-9)
  if (last - first < 1) {
    const linear = linearTicks(10 ** low, 10 ** high, count, (value) => place(Math.log10(value)))
    return linear.filter(({ position }) => Number.isFinite(position))
  }
  const step = Math.max(1, Math.ceil((last - first) / Math.max(1, count - 1)))
  const ticks: Tick[] = []
  for (let exponent = first; exponent <= last; exponent += step) {
    ticks.push({ position: Math.min(1, Math.max(0, place(exponent))), label: formatNumber(10 ** exponent, 1) })
  }
  return ticks
}
