import { paint } from './text.js'
import { checkSize, finiteRange, toNumbers, type Values } from './values.js'

/** Options of {@link sparkline}. */
export interface SparklineOptions {
  /** At most so many characters: longer series are averaged in groups. */
  width?: number
  /** The value of the lowest block; the least value if not given. */
  min?: number
  /** The value of the highest block; the greatest value if not given. */
  max?: number
  /** Marks what is not a number in red. Default false. */
  color?: boolean
}

const blocks = '▁▂▃▄▅▆▇█'

/**
 * A series as one line of blocks, low to high. A value that is not a number is `×`, an infinite one the lowest or highest block.
 *
 * @returns as many characters as there are values, or `width`
 * @throws TypeError for values that are not numbers, RangeError for a width below 1
 *
 * @example
 * ```ts
 * import { terminal } from '@tsorch/viz'
 *
 * console.log(terminal.sparkline([2.3, 1.1, 0.7, 0.5, 0.4])) // █▃▂▁▁
 * ```
 */
export function sparkline(values: Values, options: SparklineOptions = {}): string {
  const numbers = toNumbers('sparkline', values)
  const { width = Math.max(1, numbers.length), color = false } = options
  checkSize('sparkline: width', width)
  const shown = shorten(numbers, width)
  const [low, high] = finiteRange(shown)
  const { min = low, max = high } = options
  return shown.map((value) => block(value, min, max, color)).join('')
}

function block(value: number, min: number, max: number, color: boolean): string {
  if (Number.isNaN(value)) return paint('×', color ? 'red' : undefined)
  // a flat series lies in the middle; the test also keeps Infinity - Infinity out
  const share = max > min ? (value - min) / (max - min) : value === max ? 0.5 : value > max ? 1 : 0
  return blocks[Math.min(7, Math.max(0, Math.floor(share * 8)))]!
}

/** Means of groups that are as equal as they can be; one NaN shows in its group. */
function shorten(values: readonly number[], width: number): readonly number[] {
  if (values.length <= width) return values
  return Array.from({ length: width }, (_, i) => {
    const from = Math.floor((i * values.length) / width)
    const to = Math.floor(((i + 1) * values.length) / width)
    let sum = 0
    for (let j = from; j < to; j++) sum += values[j]!
    return sum / (to - from)
  })
}
