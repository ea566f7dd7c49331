/** What a run was measured on and with. */
import { availableParallelism, cpus } from 'node:os'
import type { Result } from './rows.js'

const labels: Readonly<Record<string, string>> = { pytorch: 'PyTorch' }

/** One line: the processor, the runtime, and the versions of what was measured. */
export function machineText(results: readonly Result[]): string {
  const versions = new Map<string, string>()
  for (const { row, version } of results) {
    if (version === '') continue
    if (row.peer === 'tsorch') versions.set(`tsorch ${row.set}`, `kernels ${version}`)
    else versions.set(row.peer, `${labels[row.peer] ?? row.peer} ${version}`)
  }
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  return [`${model}, ${availableParallelism()} cores`, `Node.js ${process.version}`, ...versions.values()].join('; ')
}
