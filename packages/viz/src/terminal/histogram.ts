import { tickLabel } from './axis.js'
import { renderBar } from './progress-line.js'
import { pad, paint } from './text.js'
import { checkSize, finiteRange, toNumbers, type Values } from './values.js'

/** Options of {@link histogram}. */
export interface HistogramOptions {
  /** Number of bins. Default 10. */
  bins?: number
  /** Lower end of the first bin; the least value if not given. Values below are counted apart. */
  min?: number
  /** Upper end of the last bin, which belongs to it; the greatest value if not given. */
  max?: number
  /** Characters of a whole line. Default 60. */
  width?: number
  title?: string
  /** Default false. */
  color?: boolean
}

/**
 * How values are distributed: a line for each bin, with a bar and the count, as `torch.histc` counts. What is not finite, or
 * outside of `min` and `max`, is told below.
 *
 * @throws TypeError for values that are not numbers, RangeError for a number of bins or a range that is none
 *
 * @example
 * ```ts
 * import { terminal } from '@tsorch/viz'
 *
 * console.log(terminal.histogram([1, 2, 2, 3, 3, 3], { bins: 3, width: 40 }))
 * ```
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.histc.html
 */
export function histogram(values: Values, options: HistogramOptions = {}): string {
  const numbers = toNumbers('histogram', values)
  const { bins = 10, width = 60, title, color = false } = options
  checkSize('histogram: bins', bins)
  checkSize('histogram: width', width)
  const [low, high] = edges(numbers, options)
  const counts = new Array<number>(bins).fill(0)
  let outside = 0
  let nan = 0
  let infinite = 0
  for (const value of numbers) {
    if (Number.isNaN(value)) nan++
    else if (!Number.isFinite(value)) infinite++
    else if (value < low || value > high) outside++
    else counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))]!++
  }

  const edge = edgeLabels(low, high, bins)
  const wide = Math.max(...edge.map((text) => text.length))
  const most = Math.max(...counts)
  const room = Math.max(1, width - (2 * wide + 5) - String(most).length - 1)
  const lines = counts.map((count, i) => {
    const interval = `[${edge[i]!.padStart(wide)}, ${edge[i + 1]!.padStart(wide)}${i === bins - 1 ? ']' : ')'}`
    const bar = renderBar(most === 0 ? 0 : count / most, room, ' ').trimEnd()
    return `${interval} ${paint(bar, color ? 'cyan' : undefined)}${bar === '' ? '' : ' '}${count}`
  })
  const apart = [
    [nan, 'NaN'],
    [infinite, 'infinite'],
    [outside, 'outside'],
  ] as const
  const told = apart.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  if (told.length > 0) lines.push(paint(told.join(', '), color && nan + infinite > 0 ? 'red' : undefined))
  if (title !== undefined) lines.unshift(pad(title, width, 'both').trimEnd())
  return lines.join('\n')
}

function edges(numbers: readonly number[], options: HistogramOptions): [low: number, high: number] {
  const [least, greatest] = finiteRange(numbers)
  const { min = least, max = greatest } = options
  if (!Number.isFinite(min) || !Number.isFinite(max) || min > max) {
    throw new RangeError(`histogram: max must be larger than min, and both finite, but got min ${min}, max ${max}`)
  }
  // as torch.histc: a single value gets bins around it
  return min < max ? [min, max] : [min - 1, max + 1]
}

/** The ends of the bins, to a hundredth of a bin, without the zeros that all of them end with. */
function edgeLabels(low: number, high: number, bins: number): string[] {
  const step = (high - low) / bins
  let labels = Array.from({ length: bins + 1 }, (_, i) => tickLabel(i === bins ? high : low + step * i, step / 100))
  while (labels.every((label) => /\.\d*$/.test(label) && label.endsWith('0')))
    labels = labels.map((l) => l.slice(0, -1))
  return labels.every((label) => label.endsWith('.')) ? labels.map((l) => l.slice(0, -1)) : labels
}
