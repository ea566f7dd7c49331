// pnpm roundtrip --python PATH
// Proves with a real PyTorch that checkpoints travel both ways: values come back as they were, and a training goes on.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { manualSeed } from '@tsorch/core'
import { load, save } from '@tsorch/io'
import { runCommand, UsageError } from './arguments.js'
import { readJson } from './folder.js'
import { runs, TrainingRun } from './training-run.js'

const STEPS_BEFORE = 5
const STEPS_AFTER = 8
/** How far losses may be apart: float32 rounds in another order here and there. */
const TOLERANCE = 1e-4

const script = fileURLToPath(new URL('../pytorch-roundtrip.py', import.meta.url))

function python(command: string, step: string, folder: string): void {
  const { status, error } = spawnSync(command, [script, step, folder], { stdio: ['ignore', 'inherit', 'inherit'] })
  if (error !== undefined) throw new UsageError(`${command}: ${error.message}`)
  if (status !== 0) throw new UsageError(`${command} ${script} ${step} ended with ${status}`)
}

/** Files of values, in both formats. */
const values = ['tensors', 'views', 'objects', 'models', 'bare', 'list'].flatMap((name) => [name, `${name}-legacy`])

/** Prints one result, and counts failures. */
class Report {
  failed = 0

  add(name: string, problem: string | null): void {
    if (problem !== null) this.failed++
    console.log(`${problem === null ? 'ok    ' : 'FAILED'}  ${name}${problem === null ? '' : `: ${problem}`}`)
  }
}

/** Theirs, loaded and saved here, loaded there: the same values. */
async function checkValues(command: string, folder: string, report: Report): Promise<void> {
  python(command, 'write', folder)
  for (const name of values) await save(await load(join(folder, `${name}.theirs.pt`)), join(folder, `${name}.ours.pt`))
  python(command, 'compare', folder)
  const differences = readJson<Record<string, string | null>>(join(folder, 'values.json'))
  for (const name of values) report.add(`values ${name}`, differences[name] ?? null)
}

/** Trained on one side, saved, and gone on with on the other: the same losses. */
async function checkTrainings(command: string, folder: string, report: Report): Promise<void> {
  writeFileSync(join(folder, 'runs.json'), JSON.stringify(runs))
  python(command, 'train', folder)
  const ours = new Map<string, number[]>()
  for (const [name, description] of Object.entries(runs)) {
    manualSeed(4)
    const run = new TrainingRun(description)
    const [x, y] = TrainingRun.data()
    run.train(x, y, STEPS_BEFORE)
    await run.save(join(folder, `${name}.ours.pt`), x, y)
    ours.set(name, run.train(x, y, STEPS_AFTER))
  }
  python(command, 'continue', folder)
  for (const [name, description] of Object.entries(runs)) {
    const title = `${description.optimizer} with ${description.scheduler}`
    const theirs = readJson<number[]>(join(folder, `${name}.theirs.json`))
    const run = new TrainingRun(description)
    const [x, y] = await run.load(join(folder, `${name}.theirs.pt`))
    report.add(`begun in PyTorch, continued here: ${title}`, apart(run.train(x, y, STEPS_AFTER), theirs))
    const continued = readJson<number[]>(join(folder, `${name}.continued.json`))
    report.add(`begun here, continued in PyTorch: ${title}`, apart(continued, ours.get(name)!))
  }
}

/** Where losses differ, null if they do not. */
function apart(got: readonly number[], want: readonly number[]): string | null {
  const step = want.findIndex((loss, i) => !(Math.abs(got[i]! - loss) <= TOLERANCE * Math.abs(loss)))
  return step < 0 ? null : `loss ${step} is ${got[step]} instead of ${want[step]}`
}

function readPython(): string {
  try {
    const { values } = parseArgs({ options: { python: { type: 'string', default: 'python3' } } })
    return values.python
  } catch (error) {
    throw new UsageError(`${(error as Error).message} (usage: pnpm roundtrip [--python PATH])`)
  }
}

await runCommand(async () => {
  const command = readPython()
  const folder = mkdtempSync(join(tmpdir(), 'tsorch-roundtrip-'))
  const report = new Report()
  try {
    await checkValues(command, folder, report)
    await checkTrainings(command, folder, report)
  } finally {
    rmSync(folder, { recursive: true })
  }
  return report
})
