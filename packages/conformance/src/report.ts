import type { CaseResult } from './verdict.js'

/** Numbers of cases by outcome. */
export interface Tally {
  passed: number
  failed: number
  notCovered: number
  /** Recorded with an older PyTorch, and answered differently since. */
  superseded: number
}

/** Counts results by outcome. */
export function tally(results: readonly CaseResult[]): Tally {
  const count = (status: CaseResult['status']): number => results.filter((r) => r.status === status).length
  return {
    passed: count('passed'),
    failed: count('failed'),
    notCovered: count('not covered'),
    superseded: count('superseded'),
  }
}

/**
 * A report for people: a table with a row for each group, the failing cases with their reasons, what is missing, and a last
 * line that programs can read: `golden: 10 passed, 0 failed, 2 not covered`, and `, 3 superseded` after it where there are any.
 *
 * @param title - the first word of the last line
 */
export function formatReport(title: string, results: readonly CaseResult[]): string {
  const groups = [...new Set(results.map((r) => r.group))]
  const rows = groups.map((group) => {
    const { passed, failed, notCovered, superseded } = tally(results.filter((r) => r.group === group))
    return [group, String(passed), String(failed), String(notCovered), superseded === 0 ? '' : String(superseded)]
  })
  const { passed, failed, notCovered, superseded } = tally(results)
  const lines = [...table([['group', 'passed', 'failed', 'not covered', 'superseded'], ...rows])]
  const failures = results.filter((r) => r.status === 'failed')
  if (failures.length > 0)
    lines.push('', 'failed:', ...failures.map((r) => `  ${label(r)}: ${shorten(r.message ?? '')}`))
  lines.push(...reasons('not covered', results), ...reasons('superseded', results))
  const older = superseded === 0 ? '' : `, ${superseded} superseded`
  lines.push('', `${title}: ${passed} passed, ${failed} failed, ${notCovered} not covered${older}`)
  return lines.join('\n')
}

/** What is missing, or what PyTorch answers differently by now, most cases first. */
function reasons(status: CaseResult['status'], results: readonly CaseResult[]): string[] {
  const counts = new Map<string, number>()
  for (const { message = '' } of results.filter((r) => r.status === status))
    counts.set(message, (counts.get(message) ?? 0) + 1)
  const most = [...counts].sort((a, b) => b[1] - a[1])
  return most.length === 0
    ? []
    : ['', `${status} (cases):`, ...wrap(most.map(([what, n]) => `${shorten(what)} (${n})`))]
}

/** Items separated by commas, in lines of a readable length. */
function wrap(items: readonly string[]): string[] {
  const lines: string[] = []
  for (const [i, item] of items.entries()) {
    const text = i < items.length - 1 ? `${item},` : item
    const line = lines.at(-1)
    if (line !== undefined && line.length + text.length < 120) lines[lines.length - 1] = `${line} ${text}`
    else lines.push(`  ${text}`)
  }
  return lines
}

/** Ids are unique within a group only. */
function label(r: CaseResult): string {
  return `${r.group} ${r.id}`
}

function shorten(message: string): string {
  const line = message.replace(/\s+/g, ' ')
  return line.length > 200 ? `${line.slice(0, 197)}...` : line
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, k) => Math.max(...rows.map((row) => row[k]!.length)))
  return rows.map((row) =>
    row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!))).join('  '),
  )
}
