/** `pnpm bench --viz`: what a training step costs more when its loss is shown. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Options } from '../arguments.js'
import { machineText } from '../machine.js'
import { runProcess } from '../process.js'
import { VIZ_CASES, type VizKind, type VizOutcome, type VizRow, type VizTask, vizTable } from './report.js'

const LIMIT_SECONDS = 300
const childScript = fileURLToPath(new URL('./child.js', import.meta.url))
const serverScript = fileURLToPath(new URL('./server.js', import.meta.url))

/** Starts the server of a case and waits for its address. */
async function startServer(kind: VizKind, folder: string): Promise<{ process: ChildProcess; url: string } | null> {
  if (kind !== 'page' && kind !== 'slow') return null
  const child = spawn(process.execPath, [serverScript, kind === 'slow' ? 'slow' : 'live', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
  return { process: child, url: line.trim() }
}

async function runTask(kind: VizKind, options: Options): Promise<VizRow> {
  const folder = mkdtempSync(join(tmpdir(), 'tsorch-bench-viz-'))
  const server = await startServer(kind, folder)
  const task: VizTask = { kind, folder, server: server?.url ?? null, pairs: 10 * options.rounds }
  const command = { file: process.execPath, args: [childScript, JSON.stringify(task)], input: '', env: {} }
  const { stdout, stderr, failure } = await runProcess(command, options.limit ?? LIMIT_SECONDS)
  if (server !== null) {
    server.process.kill()
    await once(server.process, 'close')
  }
  rmSync(folder, { recursive: true, force: true })
  const line = stdout.split('\n').findLast((text) => text.startsWith('{'))
  const outcome = failure === null && line !== undefined ? (JSON.parse(line) as VizOutcome) : null
  return {
    kind,
    outcome,
    reason: outcome === null ? `${failure ?? 'no result'} ${stderr.trim().split('\n').at(-1)}` : '',
  }
}

/** Runs the cases, prints and writes the table; gives the exit code. */
export async function vizCommand(options: Options): Promise<number> {
  const rows: VizRow[] = []
  for (const kind of VIZ_CASES.filter((name) => options.only.includes(name))) {
    const row = await runTask(kind, options)
    console.error(`${kind}: ${row.outcome === null ? row.reason : 'done'}`)
    rows.push(row)
  }
  const report = `${machineText([])}\n\nA step of W5, batches of 64, in a loop over a DataLoader.\n\n${vizTable(rows)}\n`
  process.stdout.write(report)
  if (options.md !== null) writeFileSync(options.md, report)
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`)
  return rows.every(({ outcome }) => outcome !== null) ? 0 : 1
}
