/** Runs one case in a process of its own, and ends it when its time is up. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Case, Outcome } from './peer.js'
import { micros } from './workloads/micro.js'
import { trainings } from './workloads/training.js'

/** How cases are run. */
export interface RunOptions {
  readonly python: string
  readonly seconds: number
  readonly limit: number
}

export const pytorchScript: string = fileURLToPath(new URL('../src/pytorch/main.py', import.meta.url))
const childScript = fileURLToPath(new URL('./child.js', import.meta.url))

/** A program to start, with what it reads from stdin. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly input: string
  readonly env: Readonly<Record<string, string>>
}

function commandOf(one: Case, { python, seconds }: RunOptions): Command {
  if (one.peer === 'pytorch') {
    const training = trainings.find(({ id }) => id === one.workload)
    const spec = training ?? micros.find(({ id }) => id === one.workload)
    const kind = training === undefined ? 'micro' : 'training'
    const input = JSON.stringify({
      kind,
      spec,
      threads: one.threads,
      channelsLast: one.set === 'channels_last',
      seconds,
    })
    return { file: python, args: [pytorchScript], input, env: { PYTHONDONTWRITEBYTECODE: '1' } }
  }
  const args = [childScript, JSON.stringify({ ...one, seconds })]
  const env: Record<string, string> =
    one.peer === 'tsorch' ? { TSORCH_KERNELS: one.set, TSORCH_THREADS: String(one.threads) } : {}
  return { file: process.execPath, args, input: '', env }
}

/** What became of a process. */
export interface Ended {
  readonly stdout: string
  readonly stderr: string
  /** Why it has no result: its signal or exit code, or that it was too slow; null if it ended well. */
  readonly failure: string | null
  readonly isLate: boolean
}

/** Runs a program to its end, or kills it after `limit` seconds. */
export function runProcess({ file, args, input, env }: Command, limit: number): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { env: { ...process.env, ...env } })
    let stdout = ''
    let stderr = ''
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, limit * 1000)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const end = (failure: string | null) => {
      clearTimeout(timer)
      resolve({ stdout, stderr, failure, isLate })
    }
    child.on('error', (error) => end(error.message))
    child.on('close', (code, signal) => {
      if (isLate) end(`no result in ${limit} s`)
      else end(code === 0 ? null : `ended with ${signal ?? `exit code ${code}`}`)
    })
    // a process that ends before it reads is told by its exit code
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)!.slice(0, 160)
}

/** JSON has no NaN: a loss that is none comes as null. */
function outcomeOf(line: string): Outcome {
  const outcome = JSON.parse(line) as Omit<Outcome, 'losses'> & { losses: (number | null)[] }
  return { ...outcome, losses: outcome.losses.map((loss) => loss ?? Number.NaN) }
}

/** Measures a case; one that cannot be measured gives an outcome that says why. */
export async function runCase(one: Case, options: RunOptions): Promise<Outcome> {
  const { stdout, stderr, failure, isLate } = await runProcess(commandOf(one, options), options.limit)
  if (failure === null) {
    const line = stdout.split('\n').findLast((text) => text.startsWith('{'))
    if (line !== undefined) return outcomeOf(line)
  }
  const reason = failure ?? 'no result'
  // one that was killed said nothing about it
  const why = isLate || stderr.trim() === '' ? '' : `: ${lastLine(stderr)}`
  return { medianMs: null, losses: [], note: `failed: ${reason}${why}`, version: '' }
}
