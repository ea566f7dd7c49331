/** What the loader's cases measure, and their table. */

/** `augment`: making the samples is what takes time. `train`: the training step is, and the loader should cost nothing. */
export const LOADER_CASES = ['augment', 'train'] as const
export type LoaderKind = (typeof LOADER_CASES)[number]

export interface LoaderTask {
  readonly kind: LoaderKind
  readonly workers: number
  readonly epochs: number
}

export interface LoaderOutcome {
  /** Of the best epoch. */
  readonly samplesPerSecond: number
  /** Share of the time in which the loop waited for batches; null where it is not known. */
  readonly waited: number | null
}

export interface LoaderRow {
  readonly kind: LoaderKind
  readonly peer: 'tsorch' | 'pytorch'
  readonly workers: number
  readonly outcome: LoaderOutcome | null
  readonly reason: string
}

/** Samples a second of each library without workers and with two, and what the workers gain. */
export function loaderTable(rows: readonly LoaderRow[]): string {
  const lines = [
    '| case | library | 0 workers | 2 workers | gain | waited for the loader |',
    '| --- | --- | --: | --: | --: | --: |',
  ]
  for (const kind of LOADER_CASES) {
    for (const peer of ['tsorch', 'pytorch'] as const) {
      const own = rows.filter((row) => row.kind === kind && row.peer === peer)
      if (own.length === 0) continue
      const rates = own.map(({ outcome }) => outcome?.samplesPerSecond ?? Number.NaN)
      const text = (rate: number | undefined): string =>
        rate === undefined || Number.isNaN(rate) ? 'x' : Math.round(rate).toLocaleString('en')
      const gain = rates.length === 2 ? (rates[1]! / rates[0]!).toFixed(2) : ''
      const waited = own
        .map(({ outcome }) => outcome?.waited)
        .map((share) => (share === null || share === undefined ? '' : `${(100 * share).toFixed(0)} %`))
        .join(', ')
      lines.push(`| ${kind} | ${peer} | ${text(rates[0])} | ${text(rates[1])} | ${gain} | ${waited} |`)
    }
  }
  return lines.join('\n')
}
