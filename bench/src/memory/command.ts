/** `pnpm bench --memory`: memory over long loops, each in a fresh process. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LOOPS, type LoopName, type Options } from '../arguments.js'
import { machineText } from '../machine.js'
import { runProcess } from '../process.js'
import { isSound, type LoopOutcome, type LoopResult, memoryTable } from './report.js'

/** A loop of 5,000 steps by the plain TypeScript kernels takes many minutes. */
const LIMIT_SECONDS = 3600
const childScript = fileURLToPath(new URL('./child.js', import.meta.url))

async function runLoop(
  loop: LoopName,
  steps: number,
  set: string | null,
  path: string | null,
  limit: number,
): Promise<LoopResult> {
  const env: Record<string, string> = {}
  if (set !== null) env.TSORCH_KERNELS = set
  if (path !== null) env.TSORCH_MEMORY = path
  const args = [childScript, JSON.stringify({ loop, steps, set })]
  const { stdout, stderr, failure } = await runProcess({ file: process.execPath, args, input: '', env }, limit)
  const line = stdout.split('\n').findLast((text) => text.startsWith('{'))
  const outcome = failure === null && line !== undefined ? (JSON.parse(line) as LoopOutcome) : null
  const reason = [failure ?? 'no result', ...stderr.trim().split('\n').slice(-1)]
    .filter((text) => text !== '')
    .join(': ')
  return { loop, steps, set: set ?? 'best', path: path ?? 'own', outcome, reason: outcome === null ? reason : '' }
}

/** Runs the loops, prints and writes the table; gives the exit code. */
export async function memoryCommand(options: Options): Promise<number> {
  const results: LoopResult[] = []
  for (const loop of options.only as readonly LoopName[]) {
    for (const set of options.sets ?? [null]) {
      for (const path of options.paths ?? [null]) {
        const result = await runLoop(loop, options.steps ?? LOOPS[loop], set, path, options.limit ?? LIMIT_SECONDS)
        console.error(`${loop} ${result.set} ${result.path}: ${isSound(result) ? 'done' : 'not as it should be'}`)
        results.push(result)
      }
    }
  }
  const report = `${machineText([])}\n\n${memoryTable(results)}\n`
  process.stdout.write(report)
  if (options.md !== null) writeFileSync(options.md, report)
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`)
  return results.every(isSound) ? 0 : 1
}
