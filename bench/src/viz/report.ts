/** What the cases of `--viz` measure, and their table. */

/**
 * `page`: a Logger brings each step's loss to a server in another process. `here`: to one in the same process. `dead`: to nobody. `slow`: to
 * a server that answers after two seconds. `tensorboard`: into an event file.
 */
export const VIZ_CASES = ['page', 'here', 'dead', 'slow', 'tensorboard'] as const
export type VizKind = (typeof VIZ_CASES)[number]

export interface VizTask {
  readonly kind: VizKind
  /** For what is written. */
  readonly folder: string
  /** Where the server is that the case needs; null if it needs none. */
  readonly server: string | null
  readonly pairs: number
}

export interface VizOutcome {
  /** Median milliseconds of a step of W5, without and with viz. */
  readonly withoutMs: number
  readonly withMs: number
  /** Median of the ratios of neighbouring blocks. */
  readonly ratio: number
  /** Microseconds that `log` itself takes. */
  readonly callMicros: number
}

export interface VizRow {
  readonly kind: VizKind
  readonly outcome: VizOutcome | null
  readonly reason: string
}

const titles: Readonly<Record<VizKind, string>> = {
  page: 'a server in another process',
  here: 'a server in the same process',
  dead: 'no server',
  slow: 'a server that answers after 2 s',
  tensorboard: 'an event file for TensorBoard',
}

export function vizTable(rows: readonly VizRow[]): string {
  const lines = [
    '| the loss of each step goes to | step without | step with | more | log() |',
    '| --- | --: | --: | --: | --: |',
  ]
  for (const { kind, outcome, reason } of rows) {
    if (outcome === null) {
      lines.push(`| ${titles[kind]} | x | x | ${reason} | |`)
      continue
    }
    const { withoutMs, withMs, ratio, callMicros } = outcome
    const more = `${(100 * (ratio - 1)).toFixed(1)} %`
    lines.push(
      `| ${titles[kind]} | ${withoutMs.toFixed(3)} ms | ${withMs.toFixed(3)} ms | ${more} | ${callMicros.toFixed(1)} us |`,
    )
  }
  return lines.join('\n')
}
