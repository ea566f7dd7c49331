/** Marks of axes: round values that are as close as their labels allow. */
import { durationText, tickText, valueText } from './numbers.js'
import type { Scale } from './scale.js'
import type { AxisSpec } from './spec.js'

export interface Tick {
  readonly value: number
  readonly label: string
}

/** Whether labels fit: pixels between neighbours that a list of ticks needs. */
type Fits = (ticks: readonly Tick[]) => boolean

/** The ticks that a layout wants, as far as they are on the axis; `null` if it leaves them to us. */
export function givenTicks({ tickvals, ticktext }: AxisSpec, { lowValue, highValue }: Scale): readonly Tick[] | null {
  if (tickvals === undefined) return null
  const [low, high] = [Math.min(lowValue, highValue), Math.max(lowValue, highValue)]
  return tickvals
    .map((value, i) => ({ value, label: ticktext?.[i] ?? valueText(value) }))
    .filter(({ value }) => value >= low && value <= high)
}

/**
 * Round values on an axis, as many as fit.
 *
 * @param least - smallest distance between two
 */
export function ticksOf(
  scale: Scale,
  categories: readonly string[],
  fits: Fits,
  utc = true,
  least = 0,
): readonly Tick[] {
  if (!Number.isFinite(scale.factor)) return []
  const ticks = ticksByKind(scale, categories, fits, utc, least)
  // at the end of all numbers, the next round one is infinite
  return ticks.every(({ value }) => Number.isFinite(scale.at(value))) ? ticks : []
}

function ticksByKind(
  scale: Scale,
  categories: readonly string[],
  fits: Fits,
  utc: boolean,
  least: number,
): readonly Tick[] {
  if (scale.kind === 'category') return categoryTicks(scale, categories, fits)
  if (scale.kind === 'log') return logTicks(scale, fits)
  if (scale.kind === 'date') return firstThatFits(DATE_STEPS, (step) => dateTicks(scale, step, utc), fits)
  if (scale.kind === 'duration' && scale.high - scale.low > 90)
    return firstThatFits(SECONDS, (step) => stepTicks(scale, step, (value) => durationText(value, step)), fits)
  if (scale.kind === 'duration') return linearTicks(scale, fits, durationText)
  return linearTicks(scale, fits, tickText, least)
}

function firstThatFits<T>(steps: readonly T[], make: (step: T) => readonly Tick[] | null, fits: Fits): readonly Tick[] {
  for (const step of steps) {
    const ticks = make(step)
    if (ticks !== null && fits(ticks)) return ticks
  }
  return []
}

/** Steps of 1, 2, 5 times a power of ten, from many marks to few. */
function linearTicks(
  scale: Scale,
  fits: Fits,
  text: (value: number, step: number) => string,
  least = 0,
): readonly Tick[] {
  const length = scale.high - scale.low
  const power = Math.floor(Math.log10(length)) - 2
  const steps = Array.from(
    { length: least > 0 ? 30 : 12 },
    (_, i) => [1, 2, 5][i % 3]! * 10 ** (power + Math.floor(i / 3)),
  )
  const usable = steps.filter((step) => step > 0 && step >= least && Number.isFinite(step) && length / step < 60)
  return firstThatFits(usable, (step) => stepTicks(scale, step, (value) => text(value, step)), fits)
}

/** Multiples of a step; `null` if they are too many. */
export function stepTicks(scale: Scale, step: number, text: (value: number) => string): readonly Tick[] | null {
  const [first, last] = [Math.ceil(scale.low / step - 1e-9), Math.floor(scale.high / step + 1e-9)]
  if (!(last - first < 200)) return null
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = roundTo((first + i) * step, step)
    return { value, label: text(value) }
  })
}

/** Without the last digits that multiplying brought: 0.30000000000000004 as 0.3. */
function roundTo(value: number, step: number): number {
  const decimals = Math.ceil(-Math.log10(step)) + 1
  return decimals > 0 && decimals < 100 ? Number(value.toFixed(Math.min(100, decimals))) : value
}

function logTicks(scale: Scale, fits: Fits): readonly Tick[] {
  const { low, high } = scale
  const [first, last] = [Math.ceil(low - 1e-9), Math.floor(high + 1e-9)]
  // no number has so many digits
  if (last - first > 1000) return []
  // less than a decade: round values between
  if (last - first < 1) {
    const [from, to] = [10 ** low, 10 ** high]
    const power = Math.floor(Math.log10(to - from)) - 1
    for (let i = 0; i < 9; i++) {
      const step = [1, 2, 5][i % 3]! * 10 ** (power + Math.floor(i / 3))
      const ticks: Tick[] = []
      for (let k = Math.ceil(from / step - 1e-9); k * step <= to * (1 + 1e-9) && ticks.length < 60; k++)
        if (k > 0) ticks.push({ value: roundTo(k * step, step), label: tickText(roundTo(k * step, step), step) })
      if (ticks.length > 0 && fits(ticks)) return ticks
    }
    return []
  }
  const decades = (every: number): Tick[] =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i)
      .filter((exponent) => exponent % every === 0)
      .map((exponent) => ({ value: 10 ** exponent, label: powerText(exponent) }))
  if (last - first <= 2) {
    for (const factors of [
      [1, 2, 5],
      [1, 3],
    ]) {
      const ticks: Tick[] = []
      for (let exponent = Math.floor(low); exponent <= last; exponent++)
        for (const factor of factors) {
          const value = Number(`${factor}e${exponent}`)
          if (Math.log10(value) >= low - 1e-9 && Math.log10(value) <= high + 1e-9)
            ticks.push({ value, label: factor === 1 ? powerText(exponent) : tickText(value, value) })
        }
      if (fits(ticks)) return ticks
    }
  }
  return firstThatFits([1, 2, 3, 5, 10, 20, 50, 100], decades, fits)
}

/** A power of ten: `0.001` to `10k` as such, further ones as `1e-5`. */
function powerText(exponent: number): string {
  if (exponent >= -3 && exponent <= 7) return tickText(10 ** exponent, 10 ** exponent)
  return `1e${exponent < 0 ? '−' : ''}${Math.abs(exponent)}`
}

function categoryTicks(scale: Scale, categories: readonly string[], fits: Fits): readonly Tick[] {
  const [first, last] = [Math.max(0, Math.ceil(scale.low)), Math.min(categories.length - 1, Math.floor(scale.high))]
  for (let every = 1; every <= Math.max(1, last - first); every *= 2) {
    const ticks: Tick[] = []
    for (let i = first; i <= last; i++)
      if (i % every === 0) ticks.push({ value: i, label: shorten(categories[i]!, 24) })
    if (fits(ticks)) return ticks
  }
  return first <= last ? [{ value: first, label: shorten(categories[first]!, 24) }] : []
}

/** A text with at most so many characters. */
export function shorten(text: string, length: number): string {
  const characters = [...text]
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`
}

const MINUTE = 60
const HOUR = 3600
const DAY = 86400

const SECONDS: readonly number[] = [
  1,
  2,
  5,
  10,
  15,
  30,
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((n) => n * DAY),
]

type DateStep = readonly ['ms' | 'month' | 'year', number]

const DATE_STEPS: readonly DateStep[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((n): DateStep => ['ms', n]),
  ...SECONDS.filter((s) => s <= 2 * DAY).map((s): DateStep => ['ms', s * 1000]),
  ['ms', 7 * DAY * 1000],
  ['month', 1],
  ['month', 3],
  ['month', 6],
  ...[1, 2, 5, 10, 20, 50, 100, 500, 1000].map((n): DateStep => ['year', n]),
]

function dateTicks(scale: Scale, [unit, n]: DateStep, utc: boolean): readonly Tick[] | null {
  const { low, high } = scale
  const length = unit === 'ms' ? n : n * (unit === 'month' ? 28 : 365) * DAY * 1000
  if ((high - low) / length > 60) return null
  const values: number[] = []
  if (unit === 'ms') {
    // days and hours begin where the clock on the wall says
    const offset = utc || n < 60_000 ? 0 : new Date(low).getTimezoneOffset() * 60_000
    for (let value = Math.ceil((low - offset) / n) * n + offset; value <= high; value += n) values.push(value)
  } else {
    const start = new Date(low)
    const year = (utc ? start.getUTCFullYear() : start.getFullYear()) - 1
    const first = unit === 'year' ? Math.floor(year / n) * n : year
    const stepMonths = unit === 'year' ? 12 * n : n
    for (let k = 0; k < 400; k++) {
      const value = utc ? Date.UTC(first, k * stepMonths, 1) : new Date(first, k * stepMonths, 1).getTime()
      if (value > high) break
      if (value >= low) values.push(value)
    }
  }
  return values.map((value, i) => ({
    value,
    label: dateText(value, values[i - 1], unit === 'ms' ? n : n * 28 * DAY * 1000, unit === 'year', utc),
  }))
}

/** A time with as much of it as `step` needs; the day where it is another than the one before. */
function dateText(value: number, before: number | undefined, step: number, isYear = false, utc = true): string {
  const [date, clock] = isoParts(value, utc)
  if (isYear) return date.slice(0, 4)
  if (step >= 28 * DAY * 1000) return date.slice(0, 7)
  const day = date.slice(5)
  if (step >= DAY * 1000)
    return before === undefined || isoParts(before, utc)[0].slice(0, 4) !== date.slice(0, 4) ? date : day
  const time = step >= 60_000 ? clock.slice(0, 5) : step >= 1000 ? clock.slice(0, 8) : clock
  return before !== undefined && isoParts(before, utc)[0] === date ? time : `${day} ${time}`
}

/** `['2024-02-29', '12:00:00.000']` */
export function isoParts(value: number, utc = true): readonly [string, string] {
  if (!(Math.abs(value) <= 8.64e15)) return ['', '']
  const shifted = utc ? value : value - new Date(value).getTimezoneOffset() * 60_000
  const [date, clock] = new Date(shifted).toISOString().split('T') as [string, string]
  return [date, clock.slice(0, -1)]
}
