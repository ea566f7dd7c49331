/** What the memory loops measured, as a table. */
import { digits, markdownTable, timeText } from '../table.js'

/** Bytes after so many steps. */
export interface Mark {
  readonly step: number
  /** Resident memory of the process. */
  readonly rss: number
  /** Held by tensors, for copy-out the most since the last mark; null where the library does not say. */
  readonly heap: number | null
}

/** What the process of a loop prints. */
export interface LoopOutcome {
  readonly msPerStep: number
  /** Highest resident memory. */
  readonly peak: number
  /** After each tenth of the steps. */
  readonly marks: readonly Mark[]
}

/** One run of a loop. */
export interface LoopResult {
  readonly loop: string
  readonly steps: number
  readonly set: string
  readonly path: string
  /** Null where it did not end well: the reason says why. */
  readonly outcome: LoopOutcome | null
  readonly reason: string
}

/** What is in use after a tenth and at the end may differ by so much. */
const GROWTH = 0.05
/** A difference below this is a tensor or two that happens to be alive. */
const SLACK_BYTES = 100e3
/** The process has to stay below. */
const PEAK_BYTES = 400e6

/** `flat`, or what is wrong. */
export function verdictOf({ outcome, reason }: LoopResult): string {
  if (outcome === null) return reason
  const faults: string[] = []
  const [first, last] = [outcome.marks[0]!, outcome.marks.at(-1)!]
  if (first.heap !== null && last.heap !== null) {
    const growth = (last.heap - first.heap) / first.heap
    if (Math.abs(growth) >= GROWTH && Math.abs(last.heap - first.heap) > SLACK_BYTES)
      faults.push(`heap in use ${growth > 0 ? '+' : ''}${(100 * growth).toFixed(0)} %`)
  }
  if (outcome.peak >= PEAK_BYTES) faults.push(`peak above ${PEAK_BYTES / 1e6} MB`)
  if (faults.length > 0) return faults.join(', ')
  return first.heap === null ? `below ${PEAK_BYTES / 1e6} MB` : 'flat'
}

export function isSound(result: LoopResult): boolean {
  const verdict = verdictOf(result)
  return verdict === 'flat' || verdict.startsWith('below')
}

const megabytes = (bytes: number | null): string => (bytes === null ? '?' : digits(bytes / 1e6))

export function memoryTable(results: readonly LoopResult[]): string {
  const header = ['loop', 'steps', 'kernels', 'path', 'ms a step', 'MB after each tenth', 'in use', 'peak', 'verdict']
  const rows = results.map((result) => {
    const { loop, steps, set, path, outcome } = result
    const own = [loop, String(steps), set, path]
    if (outcome === null) return [...own, '', '', '', '', result.reason]
    const rss = outcome.marks.map((mark) => megabytes(mark.rss)).join(' ')
    const heap = outcome.marks.every((mark) => mark.heap === null)
      ? ''
      : outcome.marks.map((mark) => megabytes(mark.heap)).join(' ')
    return [...own, timeText(outcome.msPerStep), rss, heap, megabytes(outcome.peak), verdictOf(result)]
  })
  return markdownTable(header, rows)
}
