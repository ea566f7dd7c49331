import { type Encoded, number } from '../cases/encoded.js'
import { Mismatch } from '../library.js'

/** What must hold of drawn values: extremes, moments, or W W^T and its like. */
export type Facts = Readonly<Record<string, Encoded>>

export interface Statistics {
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly std: number
  readonly count: number
}

export function statistics(values: ArrayLike<number>): Statistics {
  const count = values.length
  let [min, max, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  for (let i = 0; i < count; i++) {
    min = Math.min(min, values[i]!)
    max = Math.max(max, values[i]!)
    sum += values[i]!
  }
  const mean = sum / count
  let squares = 0
  for (let i = 0; i < count; i++) squares += (values[i]! - mean) ** 2
  return { min, max, mean, std: Math.sqrt(squares / Math.max(1, count - 1)), count }
}

/** Checks a number up to a relative difference. */
export function expectClose(got: unknown, want: number, rtol: number, what: string): void {
  if (typeof got !== 'number' || !(Math.abs(got - want) <= rtol * Math.abs(want) + 1e-12))
    throw new Mismatch(`${what} is ${String(got)} instead of ${want}`)
}

/** Checks one draw of a matrix against the facts about its distribution. */
export function expectFacts(
  values: Float64Array,
  shape: readonly number[],
  facts: Facts,
  stdRtol: number,
  meanAtol: number,
): void {
  const s = statistics(values)
  const std = facts.std === undefined ? s.std : number(facts.std)
  if (facts.min !== undefined && s.min < number(facts.min) - 1e-6 * std)
    throw new Mismatch(`min is ${s.min}, below ${number(facts.min)}`)
  if (facts.max !== undefined && s.max > number(facts.max) + 1e-6 * std)
    throw new Mismatch(`max is ${s.max}, above ${number(facts.max)}`)
  if (facts.std !== undefined) expectClose(s.std, std, stdRtol, 'std')
  if (facts.mean !== undefined && Math.abs(s.mean - number(facts.mean)) > meanAtol * std)
    throw new Mismatch(`mean is ${s.mean} instead of ${number(facts.mean)}`)
  const rows = shape[0] ?? 1
  const columns = values.length / rows
  if (facts.row_gram !== undefined)
    expectGram(rows, columns, (i, k) => values[i * columns + k]!, number(facts.row_gram))
  if (facts.column_gram !== undefined)
    expectGram(columns, rows, (i, k) => values[k * columns + i]!, number(facts.column_gram))
  if (facts.zeros_per_column !== undefined) {
    for (let j = 0; j < columns; j++) {
      let zeros = 0
      for (let i = 0; i < rows; i++) if (values[i * columns + j] === 0) zeros++
      if (zeros !== number(facts.zeros_per_column))
        throw new Mismatch(`column ${j} has ${zeros} zeros instead of ${number(facts.zeros_per_column)}`)
    }
  }
}

/** Checks that n vectors are orthogonal and have squared length c. */
function expectGram(n: number, length: number, at: (i: number, k: number) => number, c: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let dot = 0
      for (let k = 0; k < length; k++) dot += at(i, k) * at(j, k)
      if (Math.abs(dot - (i === j ? c : 0)) > 1e-4 * Math.max(1, c))
        throw new Mismatch(`vectors ${i} and ${j} have the product ${dot}`)
    }
  }
}
