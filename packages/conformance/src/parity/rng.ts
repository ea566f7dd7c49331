import { expectSame } from '../compare/results.js'
import { compareValues, toNumbers } from '../compare/values.js'
import { attempt, isTensor, type Library, Mismatch, read, required, Superseded, type TensorLike } from '../library.js'
import { expectRecorded } from './recorded.js'
import { expectRandomError, expectSeedValue } from './rng-errors.js'
import { drawStep, type RandomOp, toleranceOf } from './rng-ops.js'

/** A program of random operations, or a fact about seeds or errors. */
export interface RandomCase {
  readonly id: string
  readonly ops?: readonly RandomOp[]
  readonly seeding?: Readonly<Record<string, unknown>>
  readonly error?: string
}

/** A generator of the library, or what stands for the default one. */
interface Stream {
  manualSeed(seed: number | bigint): unknown
  initialSeed(): number | bigint
  getState(): unknown
  setState(state: unknown): unknown
}

/** Runs one case of `rng.json`. */
export async function runRandom(library: Library, c: RandomCase): Promise<void> {
  if (c.error !== undefined) return expectRandomError(library, c.id.slice('error/'.length), c.error)
  if (c.seeding !== undefined)
    return c.seeding.argument === undefined ? expectSameStream(library, c.seeding) : expectSeedValue(library, c.seeding)
  const streams = new Map<string | undefined, Stream>([[undefined, defaultStream(library)]])
  const states = new Map<string, unknown>()
  // streams that 2.x has moved on by another number of draws than the recorded version
  const moved = new Set<string | undefined>()
  const differing = new Set<string>()
  for (const [i, o] of (c.ops ?? []).entries()) {
    const path = `ops[${i}] ${o.op}`
    const stream = streams.get(o.gen)
    if (o.op !== 'generator' && stream === undefined) throw new Error(`fixture: no generator ${o.gen}`)
    if (o.op === 'generator') {
      const made = makeGenerator(library)
      if (o.seed !== undefined) made.manualSeed(integer(o.seed))
      streams.set(o.name, made)
      expectSame(String(made.initialSeed()), o.out.initial_seed, path)
    } else if (o.op === 'manual_seed') {
      stream!.manualSeed(integer(o.seed!))
      moved.delete(o.gen)
    } else if (o.op === 'initial_seed') expectSame(String(stream!.initialSeed()), o.out.initial_seed, path)
    else if (o.op === 'get_state') states.set(o.name!, stream!.getState())
    else if (o.op === 'set_state') stream!.setState(states.get(o.name!))
    else if (o.op === 'state_info') await expectState(library, stream!.getState(), o.out, path)
    else {
      const result = drawStep(library, o, o.gen === undefined ? undefined : stream)
      if (drawsOtherwise(o)) moved.add(o.gen)
      if (moved.has(o.gen)) differing.add(o.op)
      else await expectRecorded(library, inDrawingOrder(o, result), recordedOrder(o), path, toleranceOf(o))
    }
  }
  if (differing.size > 0)
    throw new Superseded(`${[...differing].join(', ')}: PyTorch 2.x draws otherwise than the recorded version`)
}

/** Whether 2.x takes other words from the stream than the recorded 1.13. */
function drawsOtherwise(o: RandomOp): boolean {
  if (o.op === 'multinomial') return o.n === 1 && o.replacement === true
  if (o.op === 'randint') return isWide(BigInt(o.low!), BigInt(o.high!))
  if (o.op !== 'random_' || o.to === undefined) return false
  const bits = /^int(\d+)$/.exec(o.out.dtype)?.[1]
  if (o.to === null && bits === undefined) return false
  return isWide(BigInt(o.from ?? 0), o.to === null ? 2n ** BigInt(Number(bits) - 1) : BigInt(o.to))
}

/** Ranges that take one word in 1.13 and two in 2.x. */
function isWide(low: bigint, high: bigint): boolean {
  return high - low >= 2n ** 28n && high - low < 2n ** 32n
}

/** Dropout of a transposed input: 2.x draws in the order of memory, so the recorded sequence is found there. */
function inDrawingOrder(o: RandomOp, result: unknown): unknown {
  const x = result as TensorLike & { t(): unknown; permute(dims: readonly number[]): unknown }
  if (o.op === 'dropout_t') return x.t()
  if (o.op === 'dropout_permute') return x.permute(o.dims!.map((_, k) => o.dims!.indexOf(k)))
  return result
}

function recordedOrder(o: RandomOp): RandomOp['out'] {
  return o.op === 'dropout_t' || o.op === 'dropout_permute' ? { ...o.out, shape: o.size! } : o.out
}

function defaultStream(library: Library): Stream {
  const call = (name: string, ...args: unknown[]): unknown => required(library, name)(...args)
  return {
    manualSeed: (seed) => call('manualSeed', seed),
    initialSeed: () => call('initialSeed') as number | bigint,
    getState: () => call('getRngState'),
    setState: (state) => call('setRngState', state),
  }
}

function makeGenerator(library: Library): Stream {
  const Generator = required(library, 'Generator') as unknown as new () => Stream
  return attempt('Generator', () => new Generator())
}

function integer(text: string): number | bigint {
  const n = BigInt(text)
  return n >= -(2n ** 53n) && n <= 2n ** 53n ? Number(n) : n
}

/** Two seeds whose low 32 bits agree give one stream. */
async function expectSameStream(library: Library, seeding: Readonly<Record<string, unknown>>): Promise<void> {
  const draw = async (seed: unknown): Promise<Float64Array> => {
    required(library, 'manualSeed')(integer(seed as string))
    return toNumbers(await read(required(library, 'rand')([4]) as TensorLike))
  }
  for (const which of ['a', 'b'] as const) {
    const got = await draw(seeding[which])
    const difference = compareValues(got, Float64Array.from(seeding.rand4 as number[], Math.fround), {
      rtol: 0,
      atol: 0,
    })
    if (difference !== null) throw new Mismatch(`rand(4) after seed ${seeding[which]}: ${difference}`)
    expectSame(
      String(required(library, 'initialSeed')()),
      seeding[`initial_seed_${which}`],
      `initialSeed after seed ${seeding[which]}`,
    )
  }
}

/** Checks the 5056 bytes of a generator's state, field by field. */
async function expectState(
  library: Library,
  state: unknown,
  want: Readonly<Record<string, unknown>>,
  path: string,
): Promise<void> {
  const bytes = Uint8Array.from(isTensor(library, state) ? toNumbers(await read(state)) : (state as Uint8Array))
  expectSame(bytes.length, want.bytes, `${path}: bytes`)
  const view = new DataView(bytes.buffer)
  const word = (k: number): bigint => view.getBigUint64(24 + 8 * k, true)
  let sum = 0n
  for (let k = 0; k < 624; k++) sum += word(k)
  const valid = view.getInt32(5040, true)
  const got = {
    seed: String(view.getBigUint64(0, true)),
    left: view.getInt32(8, true),
    seeded: view.getInt32(12, true),
    next: Number(view.getBigUint64(16, true)),
    word0: Number(word(0)),
    word623: Number(word(623)),
    state_sum: String(sum),
    normal_is_valid: valid,
  }
  for (const [name, value] of Object.entries(got)) expectSame(value, want[name], `${path}: ${name}`)
  if (valid !== 0 && want.normal_y !== null) {
    const spare = view.getFloat64(5024, true)
    if (!(Math.abs(spare - (want.normal_y as number)) <= 1e-11))
      throw new Mismatch(`${path}: the spare normal is ${spare} instead of ${want.normal_y}`)
  }
}
