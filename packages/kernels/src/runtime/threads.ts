/** How many threads the kernels use. */
import { ValueError } from '@tsorch/core'
import { cores, isMainThread, setting } from './settings.js'

interface Runtime {
  /** As many as can be had here. */
  readonly maxThreads: number
  setThreads(count: number): void
}

const runtimes: Runtime[] = []
let count = initial()

function initial(): number {
  const given = setting('TSORCH_THREADS')
  if (given !== undefined) return checked(Number(given), `TSORCH_THREADS=${given}`)
  // workers run beside the main thread, which has the cores already
  return isMainThread() ? cores() : 1
}

function checked(threads: number, given: string): number {
  if (!Number.isInteger(threads) || threads < 1)
    throw new ValueError(`the number of threads must be a positive integer, but got ${given}`)
  return threads
}

/** Applies the number of threads to kernels, now and whenever it changes. */
export function followThreads(runtime: Runtime): void {
  runtimes.push(runtime)
  runtime.setThreads(count)
}

/**
 * Sets how many threads the CPU kernels use, the calling one included. Threads start with the first operation that is big
 * enough for them. In a browser page without cross-origin isolation there is always one.
 *
 * @param threads - 1 or more; at first the number of cores, or the environment variable `TSORCH_THREADS`
 * @throws ValueError if it is not a positive integer
 * @example
 * ```ts
 * setNumThreads(1)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.set_num_threads.html
 */
export function setNumThreads(threads: number): void {
  count = checked(threads, String(threads))
  for (const runtime of runtimes) runtime.setThreads(count)
}

/** How many threads the CPU kernels use. @see https://pytorch.org/docs/stable/generated/torch.get_num_threads.html */
export function getNumThreads(): number {
  return runtimes.reduce((n, runtime) => Math.min(n, runtime.maxThreads), count)
}
