/** `pnpm bench`: our kernel sets, PyTorch and the JavaScript peers on the same workloads. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { kernelSets } from 'tsorch'
import { type Options, SETS, type SetChoice, UsageError } from './arguments.js'
import { columnsOf, nameOf } from './cases.js'
import { machineText } from './machine.js'
import { microTables } from './micro-table.js'
import { runCase } from './process.js'
import { measureRounds } from './rounds.js'
import { type Measured, type Result, resultsOf } from './rows.js'
import { timeTables } from './table.js'
import { firstLosses } from './workloads/losses.js'
import { micros } from './workloads/micro.js'
import { trainings } from './workloads/training.js'

/** Load above which nothing that is measured means much. */
const BUSY = 0.5
/** The slowest peers take most of a minute for a few steps. */
const LIMIT_SECONDS = 90
const titles = new Map([...trainings, ...micros].map(({ id, title }) => [id, title]))

/** Whether that Python has PyTorch. @throws UsageError if it has not, but was asked for */
function hasPytorch(python: string, isWanted: boolean): boolean {
  const { status, error, stderr } = spawnSync(python, ['-c', 'import torch'], { encoding: 'utf8' })
  if (status === 0) return true
  const reason = error?.message ?? stderr.trim().split('\n').at(-1)
  if (isWanted) throw new UsageError(`${python} has no PyTorch: ${reason}`)
  console.error(`without PyTorch: ${python} has none (--python PATH names another)`)
  return false
}

/** The kernel sets to measure. */
function setsOf(options: Options): readonly SetChoice[] {
  if (options.sets !== null) return options.sets
  const there = kernelSets('cpu')
  const sets = SETS.filter((set) => there.includes(set))
  const missing = SETS.filter((set) => !there.includes(set))
  if (missing.length > 0) console.error(`kernel sets here: ${sets.join(', ')}; not here: ${missing.join(', ')}`)
  return sets
}

/** PyTorch's first losses: of this run if it ran, else as they were recorded. */
function expectedLosses(measured: readonly Measured[]): (workload: string) => readonly number[] | null {
  return (workload) => {
    const live = measured.find(({ one }) => one.peer === 'pytorch' && one.workload === workload)
    const losses = live?.outcomes.find((outcome) => outcome.losses.length > 0)?.losses
    return losses ?? firstLosses[workload] ?? null
  }
}

function reportOf(ids: readonly string[], columns: ReturnType<typeof columnsOf>, results: readonly Result[]): string {
  const chosen = new Map(ids.map((id) => [id, titles.get(id)!]))
  const chosenMicros = micros.filter(({ id }) => chosen.has(id))
  const parts = [machineText(results), timeTables(chosen, columns, results)]
  if (chosenMicros.length > 0) parts.push(microTables(chosenMicros, columns, results))
  return `${parts.join('\n\n')}\n`
}

/** Others on the machine disturb every time; what is left are ratios within the run, and not all of these. */
function warnOfLoad(): void {
  const [load = 0] = loadavg()
  if (load > BUSY)
    console.error(
      `the machine is busy (load ${load.toFixed(1)}): times will be too long, most of all on several threads`,
    )
}

/** Measures, prints and writes the tables; gives the exit code. */
export async function timeCommand(options: Options): Promise<number> {
  const python = options.python ?? 'python3'
  const isWanted = options.python !== null || options.peersGiven
  let { peers } = options
  if (peers.includes('pytorch') && !hasPytorch(python, isWanted)) peers = peers.filter((peer) => peer !== 'pytorch')
  warnOfLoad()
  const columns = columnsOf({ peers, threads: options.threads }, setsOf(options))
  const settings = { python, seconds: options.seconds, limit: options.limit ?? LIMIT_SECONDS }
  const run = (one: Measured['one']) => runCase(one, settings)
  const measured = await measureRounds(options.only, columns, options.rounds, run, (text) => console.error(text))
  const results = resultsOf(measured, expectedLosses(measured))
  // some columns are for some workloads only
  const used = columns.filter((column) => measured.some(({ one }) => nameOf(one) === nameOf(column)))
  const report = reportOf(options.only, used, results)
  process.stdout.write(report)
  if (options.md !== null) writeFileSync(options.md, report)
  if (options.json !== null)
    writeFileSync(
      options.json,
      `${JSON.stringify(
        results.map(({ row }) => row),
        null,
        2,
      )}\n`,
    )
  return exitCodeOf(results)
}

/** 1 if a loss is not PyTorch's, or if we failed at something. */
function exitCodeOf(results: readonly Result[]): number {
  const bad = results.filter(({ row, isWrong, isFailed }) => isWrong || (isFailed && row.peer === 'tsorch'))
  for (const { row } of bad) console.error(`${row.workload} ${row.peer} ${row.set} ${row.threads}: ${row.note}`)
  return bad.length > 0 ? 1 : 0
}
