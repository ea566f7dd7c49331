/** Timing of one workload, in the process that runs it alone. pytorch/measure.py does the same. */

/** Something to call again and again. A training step gives its loss, a forward pass the mean of its absolute outputs. */
export interface Prepared {
  readonly run: () => unknown
  /** How many operations one call makes, 1 if not given: the time is told for one. */
  readonly calls?: number
  /** Floating-point operations of one call, where the specification does not say. */
  readonly flops?: number
  /** What is different from what PyTorch does here. */
  readonly note?: string
  /** How many of the first losses have to be PyTorch's; all if not given. */
  readonly compared?: number
}

/** What was measured. */
export interface Measured {
  readonly medianMs: number
  /** Losses of the first steps; empty where there is no loss. */
  readonly losses: readonly number[]
  /** Whether only the very first call was timed, with all compilation in it. */
  readonly isCold: boolean
}

/** So many first losses are compared with PyTorch's. */
const FIRST_LOSSES = 5
/** Calls shorter than this are timed in groups: what comes now and then, such as collecting garbage, is in every sample. */
const SAMPLE_MS = 10
/** Where the first call is shorter than this there is a second one. */
const COLD_MS = 30_000

/** Somebody who might look at results, so that no compiler leaves out the work for them. */
const result: { last: unknown } = { last: null }

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}

/** Calls `run` for about `seconds` seconds, after warming up; where calls take longer than that, for a few times that at most. */
export async function measure(run: () => unknown, seconds: number): Promise<Measured> {
  const budget = seconds * 1000
  const losses: number[] = []
  const times: number[] = []
  let isAsync = false
  const started = performance.now()
  // the first call compiles: its time counts only where there is time for no other
  for (let i = 0; i < FIRST_LOSSES && performance.now() - started < (i === 1 ? COLD_MS : 4 * budget); i++) {
    const start = performance.now()
    let value = run()
    if (isPromise(value)) {
      isAsync = true
      value = await value
    }
    times.push(performance.now() - start)
    if (typeof value === 'number') losses.push(value)
  }
  if (times.length < FIRST_LOSSES) {
    return times.length > 1
      ? { medianMs: median(times.slice(1)), losses, isCold: false }
      : { medianMs: times[0]!, losses, isCold: true }
  }
  const call = async (n: number) => {
    if (isAsync) for (let i = 0; i < n; i++) result.last = await run()
    else for (let i = 0; i < n; i++) result.last = run()
  }
  const warm = performance.now()
  let last = times.at(-1)!
  for (let calls = 0; calls < 3 || performance.now() - warm < Math.min(500, budget / 3); calls++) {
    const start = performance.now()
    await call(1)
    last = performance.now() - start
  }
  const group = Math.max(1, Math.ceil(SAMPLE_MS / Math.max(last, 1e-5)))
  const samples: number[] = []
  const begin = performance.now()
  do {
    const start = performance.now()
    await call(group)
    samples.push((performance.now() - start) / group)
  } while (performance.now() - begin < budget || (samples.length < 3 && performance.now() - begin < 4 * budget))
  return { medianMs: median(samples), losses, isCold: false }
}
