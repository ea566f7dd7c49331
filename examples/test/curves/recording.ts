/** Training runs recorded with PyTorch: see `test/fixtures/README.md`. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** A parameter or buffer: a checksum, its first values, and sums. */
export interface RecordedTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly crc: string
  readonly first: readonly number[]
  readonly sum: number
  readonly sumsq: number
}

export interface Recording {
  readonly id: string
  /** null where nothing is random. */
  readonly seed: number | null
  readonly init: readonly RecordedTensor[]
  readonly n_steps: number
  /** The steps whose losses are recorded. */
  readonly steps: 'all' | readonly number[]
  readonly losses: readonly number[]
  /** What 2.13 gives in the first steps, where that is not what 1.13 gives. */
  readonly losses_torch_2_13?: readonly number[]
  readonly tol: readonly number[]
  readonly texts?: readonly string[]
  readonly metrics?: Readonly<Record<string, number>>
  readonly metric_tol?: Readonly<Record<string, number>>
  readonly extras?: { readonly python_draws?: string; readonly lr_after_epoch?: readonly number[] }
  readonly last?: readonly (RecordedTensor & { readonly tol: number; readonly sum_tol: number })[]
  readonly rand_after: readonly number[]
}

export function readRecording(id: string): Recording {
  const file = new URL(`../fixtures/curves/${id}.json.gz`, import.meta.url)
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Recording
}
