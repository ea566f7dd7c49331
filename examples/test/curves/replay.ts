/** Runs a training program step by step beside the recorded one. */
import { crc32 } from 'node:zlib'
import { currentKernelSet, manualSeed, rand, type Tensor, useKernelSet } from 'tsorch'
import { expect, test } from 'vitest'
import { type RecordedTensor, type Recording, readRecording } from './recording.js'

/** A loss, and where the recording has them, the text that the model produced. */
export type Step = number | readonly [loss: number, text: string]

/** A program that is about to train. */
export interface Run {
  /** Parameters by name, looked at before the first step and after the last. */
  readonly state?: Readonly<Record<string, Tensor>>
  readonly steps: Iterable<Step>
  /** What is measured when all steps are done. */
  readonly metrics?: () => Readonly<Record<string, number>>
}

export interface ReplayOptions {
  /** How many steps of a long run the fast suite takes; the full one takes all. */
  readonly prefix?: number
  /** How this program differs from the recorded script, although it does the same. */
  readonly as?: string
  /** Whether the parameters have other names than those recorded: they are told apart by their order then. */
  readonly renamed?: boolean
  /** The kernel set to run on; the best one if not given. */
  readonly kernels?: string
  /** False where rounding decides more than the last digits of the trained parameters: only losses and metrics are compared then. */
  readonly last?: boolean
}

const full = import.meta.env.TSORCH_TEST === 'full'

/** A test that holds a program to a recording: initial parameters, losses, texts, metrics, last parameters, random stream. */
export function replay(id: string, begin: (recording: Recording) => Run, options: ReplayOptions = {}): void {
  const recording = readRecording(id)
  // the end is known only of runs that 2.x does as 1.13 did
  const known = recording.losses_torch_2_13?.length ?? recording.n_steps
  const count = full ? known : Math.min(options.prefix ?? known, known)
  const name = options.as === undefined ? id : `${id} ${options.as}`
  const title = count < recording.n_steps ? `${name}, the first ${count} of ${recording.n_steps} steps` : name
  const kernels = currentKernelSet('cpu')
  test(title, () => {
    useKernelSet('cpu', options.kernels ?? kernels)
    try {
      manualSeed(recording.seed ?? 0)
      const run = begin(recording)
      if (run.state !== undefined) expectInitial(run.state, recording.init, options.renamed ?? false)
      expectSteps(run.steps, recording, count)
      if (count < recording.n_steps) return
      expectMetrics(run, recording)
      if (run.state !== undefined && options.last !== false) expectLast(run.state, recording)
      // measuring draws too: a loader does at each iteration
      expectClose(rand([2]).tolist() as number[], recording.rand_after, () => 1e-8, `${id}: the random stream`)
    } finally {
      useKernelSet('cpu', kernels)
    }
  }, 600_000)
}

function expectSteps(steps: Iterable<Step>, recording: Recording, count: number): void {
  const { id, tol } = recording
  const losses = recording.losses_torch_2_13 ?? recording.losses
  const recorded = recording.steps === 'all' ? losses.map((_, i) => i) : recording.steps.slice(0, losses.length)
  let t = 0
  let k = 0
  for (const step of steps) {
    const [loss, text] = typeof step === 'number' ? [step] : step
    if (recorded[k] === t) {
      const [want, allowed] = [losses[k]!, tol[k]!]
      const fits = Math.abs(loss - want) <= allowed
      if (!fits) expect.fail(`${id}: loss of step ${t} is ${loss} instead of ${want}, tolerance ${allowed}`)
      k++
    }
    if (recording.texts !== undefined) expect(text, `${id}: text of step ${t}`).toBe(recording.texts[t])
    // one that goes to its end finishes the last step, and says itself that it is done
    if (++t === count && count < recording.n_steps) break
  }
  expect(t, `${id}: steps`).toBe(count)
  expect(k, `${id}: recorded steps`).toBe(recorded.filter((step) => step < count).length)
  expect(k).toBeGreaterThan(0)
}

function expectMetrics(run: Run, { id, metrics = {}, metric_tol = {} }: Recording): void {
  const measured = run.metrics?.() ?? {}
  expect(Object.keys(measured).sort(), `${id}: what is measured`).toEqual(Object.keys(metrics).sort())
  for (const [name, want] of Object.entries(metrics))
    expectClose([measured[name]!], [want], () => metric_tol[name]!, `${id}: ${name}`)
}

/** The recorded parameters beside those of the program, by name or by position. */
function pair<R extends RecordedTensor>(
  state: Readonly<Record<string, Tensor>>,
  recorded: readonly R[],
  renamed: boolean,
): [R, Tensor][] {
  // counts of batches were not recorded
  const names = Object.keys(state).filter((name) => state[name]!.isFloatingPoint())
  if (!renamed) expect(names).toEqual(recorded.map((entry) => entry.name))
  expect(names.length).toBe(recorded.length)
  return recorded.map((entry, i) => [entry, state[names[i]!]!])
}

function expectInitial(
  state: Readonly<Record<string, Tensor>>,
  init: readonly RecordedTensor[],
  renamed: boolean,
): void {
  for (const [want, x] of pair(state, init, renamed)) {
    expect(x.shape, `initial ${want.name}: shape`).toEqual(want.shape)
    const values = x.detach().contiguous().toTypedArray() as Float32Array
    expect(Array.from(values.subarray(0, want.first.length)), `initial ${want.name}`).toEqual(
      want.first.map(Math.fround),
    )
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    const checksum = crc32(bytes).toString(16).padStart(8, '0')
    expect(checksum, `initial ${want.name}: checksum`).toBe(want.crc)
  }
}

function expectLast(state: Readonly<Record<string, Tensor>>, recording: Recording): void {
  if (recording.last === undefined) return
  for (const [want, x] of pair(state, recording.last, true)) {
    const what = `${recording.id}: ${want.name} after training`
    const values = Array.from(x.detach().contiguous().toTypedArray() as Float32Array)
    expectClose(values.slice(0, want.first.length), want.first, () => want.tol, what)
    const sum = values.reduce((a, b) => a + b, 0)
    expectClose([sum], [want.sum], () => want.sum_tol, `${what}, sum`)
    // a sum of squares moves by twice the values times what they moved, and by the square of that
    const squares = values.reduce((a, b) => a + b * b, 0)
    const magnitude = values.reduce((a, b) => a + Math.abs(b), 0)
    const allowed = 2 * want.tol * magnitude + values.length * want.tol ** 2 + 1e-9 * squares
    expectClose([squares], [want.sumsq], () => allowed, `${what}, sum of squares`)
  }
}

function expectClose(
  got: readonly number[],
  want: readonly number[],
  tolerance: (i: number) => number,
  what: string,
): void {
  expect(got.length, what).toBe(want.length)
  for (const [i, x] of got.entries()) {
    const [value, allowed] = [want[i]!, tolerance(i)]
    if (!(Math.abs(x - value) <= allowed)) expect.fail(`${what}: ${x} instead of ${value}, tolerance ${allowed}`)
  }
}
