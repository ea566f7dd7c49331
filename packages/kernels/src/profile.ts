/** Where the time of the kernels goes, for who asks with `TSORCH_PROFILE=1`. */
import type { Kernels } from './generated/kernels.js'
import { setting } from './runtime/settings.js'

/** The calls of one kernel with the same arguments, but for addresses. */
export interface KernelTime {
  readonly kernel: string
  /** Its numbers by name: `{ batch: 1, m: 64, n: 512, ... }`. */
  readonly args: Readonly<Record<string, number>>
  readonly calls: number
  readonly ms: number
}

interface Entry {
  readonly kernel: string
  readonly args: Record<string, number>
  calls: number
  ms: number
}

const entries = new Map<string, Entry>()

type Call = (...args: number[]) => number | undefined

/** The kernel, with its time added up by what it is called with. */
function timedKernel(kernel: string, call: Call, names: readonly string[]): Call {
  return (...args) => {
    const key = `${kernel} ${args.filter((_, i) => names[i] !== '').join(' ')}`
    let entry = entries.get(key)
    if (entry === undefined) {
      const named = names.flatMap((name, i) => (name === '' ? [] : [[name, args[i]!] as const]))
      entry = { kernel, args: Object.fromEntries(named), calls: 0, ms: 0 }
      entries.set(key, entry)
    }
    const start = performance.now()
    const result = call(...args)
    entry.ms += performance.now() - start
    entry.calls++
    return result
  }
}

/** What every set of kernels goes through at start: nothing, if no profile is asked for. */
export async function timedKernels(): Promise<(kernels: Kernels) => Kernels> {
  const asked = setting('TSORCH_PROFILE')
  if (asked === undefined || asked === '0') return (kernels) => kernels
  const { parameters } = await import('./generated/parameters.js')
  return (kernels) => {
    const calls = kernels as unknown as Record<string, Call>
    const timed = Object.entries(parameters).map(([kernel, names]) => [
      kernel,
      timedKernel(kernel, calls[kernel]!, names.split(' ')),
    ])
    return Object.fromEntries(timed) as Kernels
  }
}

/**
 * The time spent in each kernel since the last call of this function, the longest first. Nothing is measured unless the
 * environment (in browsers: the global variable) `TSORCH_PROFILE` is 1 when the package is loaded; measuring costs about a
 * microsecond a call.
 *
 * @example
 * ```ts
 * model(x).sum().backward()
 * for (const { kernel, calls, ms } of kernelTimes()) console.log(kernel, calls, ms)
 * ```
 */
export function kernelTimes(): KernelTime[] {
  const times = [...entries.values()].sort((a, b) => b.ms - a.ms)
  entries.clear()
  return times
}
