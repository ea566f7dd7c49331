/** `pnpm bench --loader`: what workers bring, and what they cost where they are not needed. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Options } from '../arguments.js'
import { machineText } from '../machine.js'
import { type Command, runProcess } from '../process.js'
import {
  LOADER_CASES,
  type LoaderKind,
  type LoaderOutcome,
  type LoaderRow,
  type LoaderTask,
  loaderTable,
} from './report.js'

const LIMIT_SECONDS = 300
const childScript = fileURLToPath(new URL('./child.js', import.meta.url))
const pythonScript = fileURLToPath(new URL('../../src/pytorch/loader.py', import.meta.url))

function commandOf(task: LoaderTask, python: string | null): Command {
  const input = JSON.stringify(task)
  if (python === null) return { file: process.execPath, args: [childScript, input], input: '', env: {} }
  return { file: python, args: [pythonScript, input], input: '', env: { PYTHONDONTWRITEBYTECODE: '1' } }
}

async function runTask(task: LoaderTask, python: string | null, limit: number): Promise<LoaderRow> {
  const { stdout, stderr, failure } = await runProcess(commandOf(task, python), limit)
  const line = stdout.split('\n').findLast((text) => text.startsWith('{'))
  const outcome = failure === null && line !== undefined ? (JSON.parse(line) as LoaderOutcome) : null
  const reason = outcome === null ? `${failure ?? 'no result'} ${stderr.trim().split('\n').at(-1)}` : ''
  return { ...task, peer: python === null ? 'tsorch' : 'pytorch', outcome, reason }
}

/** Runs the cases, prints and writes the table; gives the exit code. */
export async function loaderCommand(options: Options): Promise<number> {
  const rows: LoaderRow[] = []
  const libraries = [null, ...(options.python === null ? [] : [options.python])]
  for (const kind of LOADER_CASES.filter((name) => options.only.includes(name)) as LoaderKind[]) {
    for (const python of libraries) {
      for (const workers of [0, 2]) {
        const row = await runTask({ kind, workers, epochs: 2 * options.rounds }, python, options.limit ?? LIMIT_SECONDS)
        console.error(`${kind} ${row.peer}, ${workers} workers: ${row.outcome === null ? row.reason : 'done'}`)
        rows.push(row)
      }
    }
  }
  const report = `${machineText([])}\n\nSamples a second, batches of 64.\n\n${loaderTable(rows)}\n`
  process.stdout.write(report)
  if (options.md !== null) writeFileSync(options.md, report)
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`)
  return rows.every(({ outcome }) => outcome !== null) ? 0 : 1
}
