/** Plotly's traces of type `histogram`, which bring the values themselves, as bars. */
import type { Trace } from '../../../../protocol/types.js'
import { listOf, plainNumber } from '../../data/cells.js'

/** Counts values in bins of equal, round widths. */
export function histogramBars(trace: Trace): Trace {
  const values = (Array.isArray(trace.x) ? trace.x : listOf(trace.y)).map(plainNumber).filter(Number.isFinite)
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const wanted =
    typeof trace.nbinsx === 'number' && trace.nbinsx > 0
      ? Math.min(1000, trace.nbinsx)
      : Math.ceil(Math.min(60, Math.max(1, 2 * Math.cbrt(values.length))))
  const width = roundWidth((high - low) / wanted)
  if (!Number.isFinite(width)) return { ...trace, type: 'bar', x: [], y: [] }
  const first = Math.floor(low / width)
  const counts = values.length === 0 ? [] : new Array<number>(Math.floor(high / width) - first + 1).fill(0)
  for (const value of values) counts[Math.floor(value / width) - first]!++
  return {
    ...trace,
    type: 'bar',
    x: counts.map((_, i) => (first + i + 0.5) * width),
    y: counts,
    width: counts.map(() => width),
  }
}

/** The least of 1, 2, 5 times a power of ten that is not below `width`. */
function roundWidth(width: number): number {
  if (!(width > 0)) return 1
  if (!Number.isFinite(width)) return width
  const power = 10 ** Math.floor(Math.log10(width))
  // so small that nothing is left of it
  if (power < Number.MIN_VALUE * 1e20) return 1
  return power * ([1, 2, 5].find((factor) => factor * power >= width * (1 - 1e-9)) ?? 10)
}
