/** Bars of a histogram. */
const BINS = 64

/** Counts the finite values in bins of one width; there are no bins if no value is finite. */
export function histogramOf(values: ArrayLike<number>): { edges: number[]; counts: number[] } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  if (low > high) return { edges: [], counts: [] }
  // a single value gets bins around it
  const [first, last] =
    low === high ? [low - 0.5 * (Math.abs(low) || 1), high + 0.5 * (Math.abs(low) || 1)] : [low, high]
  // halves, since the whole range of doubles is none
  const width = (last / 2 - first / 2) / (BINS / 2)
  const edges = Array.from({ length: BINS + 1 }, (_, i) => (i === BINS ? last : first + i * width))
  const counts = new Array<number>(BINS).fill(0)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (Number.isFinite(value)) counts[Math.min(BINS - 1, Math.max(0, Math.floor((value - first) / width)))]!++
  }
  return { edges, counts }
}
