/** From what each process told to the rows of the table. */
import type { Case, Outcome } from './peer.js'

/** One line of the JSON output. */
export interface Row {
  readonly workload: string
  readonly peer: string
  readonly set: string
  readonly threads: number
  /** Of the quietest round; null where it was not measured. */
  readonly medianMs: number | null
  readonly note: string
}

/** A case with what all rounds of it told. */
export interface Measured {
  readonly one: Case
  readonly outcomes: readonly Outcome[]
}

/** A row, with what the tables and the exit code need besides. */
export interface Result {
  readonly row: Row
  /** Losses that are not PyTorch's. */
  readonly isWrong: boolean
  /** Not measured, though the peer does not say that it cannot. */
  readonly isFailed: boolean
  readonly version: string
  readonly flops: number | null
}

/** The first loss may differ by so much of its value, or of {@link SMALL} where that is smaller; what each step rounds differently adds up, so the second by twice that, and so on. */
const TOLERANCE = 1e-3
const SMALL = 0.1
/** Rounds that differ by more than this factor are told. */
const UNSTEADY = 1.3

/** The round with the lowest median: what others on the machine disturbed least. */
export function quietest(outcomes: readonly Outcome[]): Outcome {
  const timed = outcomes.filter(({ medianMs }) => medianMs !== null)
  if (timed.length === 0) return outcomes[0]!
  return timed.reduce((best, next) => (next.medianMs! < best.medianMs! ? next : best))
}

/** Says where losses part from the expected ones; null if they agree. */
export function difference(losses: readonly number[], expected: readonly number[]): string | null {
  for (let i = 0; i < Math.min(losses.length, expected.length); i++) {
    const [got, want] = [losses[i]!, expected[i]!]
    // written so that NaN is a difference
    if (!(Math.abs(got - want) <= (i + 1) * TOLERANCE * Math.max(Math.abs(want), SMALL)))
      return `loss ${i + 1} is ${got.toPrecision(6)}, PyTorch's ${want.toPrecision(6)}`
  }
  return null
}

function unsteady(outcomes: readonly Outcome[]): string[] {
  const medians = outcomes.flatMap(({ medianMs }) => (medianMs === null ? [] : [medianMs]))
  const spread = Math.max(...medians) / Math.min(...medians)
  return spread > UNSTEADY ? [`rounds differ by a factor of ${spread.toFixed(1)}`] : []
}

/** One row a case. `expected` gives PyTorch's first losses of a workload, or null where there are none. */
export function resultsOf(
  measured: readonly Measured[],
  expected: (workload: string) => readonly number[] | null,
): Result[] {
  return measured.map(({ one, outcomes }) => {
    const best = quietest(outcomes)
    const reference = expected(one.workload)
    const notes = best.note === '' ? [] : [best.note]
    const wrong =
      reference === null ? null : outcomes.map((o) => difference(o.losses, reference)).find((d) => d !== null)
    if (wrong != null) notes.push(wrong)
    if (best.medianMs !== null) notes.push(...unsteady(outcomes))
    const { workload, peer, set, threads } = one
    return {
      row: { workload, peer, set, threads, medianMs: best.medianMs, note: notes.join('; ') },
      isWrong: wrong != null,
      isFailed: best.medianMs === null && best.note.startsWith('failed'),
      version: outcomes.find(({ version }) => version !== '')?.version ?? '',
      flops: best.flops ?? null,
    }
  })
}
