/** `pnpm bench --profile`: which kernels a step consists of, how long each takes, and how much of the peak it reaches. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { KernelTime } from '@tsorch/kernels'
import { kernelSets } from 'tsorch'
import { type Options, UsageError } from '../arguments.js'
import { runProcess } from '../process.js'
import { digits, markdownTable, timeText } from '../table.js'
import type { Profile, ProfileCase } from './child.js'
import { flopsOf } from './flops.js'

const childScript = fileURLToPath(new URL('./child.js', import.meta.url))
/** Kernels with a smaller share of the step are told together. */
const SHARE = 0.01

async function profileOf(task: ProfileCase, limit: number): Promise<Profile> {
  const env = { TSORCH_KERNELS: task.set, TSORCH_THREADS: String(task.threads), TSORCH_PROFILE: '1' }
  const command = { file: process.execPath, args: [childScript, JSON.stringify(task)], input: '', env }
  const { stdout, stderr, failure } = await runProcess(command, limit)
  if (failure !== null) throw new Error(`${task.workload} ${task.set} ${task.threads}: ${failure}\n${stderr}`)
  return JSON.parse(stdout) as Profile
}

/** Its arguments in a few words: `m=64 n=512 k=784`. Ones and zeros say little. */
function shapeOf({ args }: KernelTime): string {
  const told = Object.entries(args).filter(([, value]) => Number.isInteger(value) && value > 1)
  return told.map(([name, value]) => `${name}=${value}`).join(' ')
}

function tableOf({ kernels, steps, ms, peak }: Profile, threads: number): string {
  const rowOf = (name: string, shape: string, calls: number, total: number, flops: number | null) => {
    const rate = flops === null ? null : (flops * calls) / total / 1e6
    const share = rate === null || peak === null ? '' : `${Math.round((100 * rate) / peak / threads)} %`
    const percent = `${((100 * total) / ms).toFixed(1)} %`
    return [
      name,
      digits(calls / steps),
      timeText(total / steps),
      percent,
      rate === null ? '' : digits(rate),
      share,
      shape,
    ]
  }
  const large = kernels.filter((kernel) => kernel.ms / ms >= SHARE)
  const small = kernels.filter((kernel) => kernel.ms / ms < SHARE)
  const sum = (list: readonly KernelTime[], of: 'ms' | 'calls') => list.reduce((total, kernel) => total + kernel[of], 0)
  const rows = large.map((kernel) => rowOf(kernel.kernel, shapeOf(kernel), kernel.calls, kernel.ms, flopsOf(kernel)))
  if (small.length > 0) rows.push(rowOf('other kernels', '', sum(small, 'calls'), sum(small, 'ms'), null))
  rows.push(rowOf('outside of kernels', '', 0, ms - sum(kernels, 'ms'), null))
  return markdownTable(['kernel', 'calls', 'time', 'of the step', 'GFLOP/s', 'of the peak', 'with'], rows)
}

/** Profiles each workload on each set and number of threads; gives the exit code. */
export async function profileCommand(options: Options): Promise<number> {
  const there = kernelSets('cpu').filter((set) => set !== 'ts')
  const sets = options.sets ?? there
  if (sets.includes('ts')) throw new UsageError('--profile: the plain TypeScript set has no kernels to time')
  const parts: string[] = []
  for (const workload of options.only)
    for (const set of sets)
      for (const threads of options.threads) {
        const profile = await profileOf({ workload, set, threads, seconds: options.seconds }, options.limit ?? 90)
        const step = timeText(profile.ms / profile.steps)
        const most = profile.peak === null ? '' : `, peak ${digits(profile.peak)} GFLOP/s a thread`
        const unit = step.endsWith('us') ? step : `${step} ms`
        const head = `${workload}, ${profile.version}, ${threads} thread${threads > 1 ? 's' : ''}: ${unit} a step${most}`
        const part = `${head}\n\n${tableOf(profile, threads)}`
        console.log(`${part}\n`)
        parts.push(part)
      }
  if (options.md !== null) writeFileSync(options.md, `${parts.join('\n\n')}\n`)
  return 0
}
