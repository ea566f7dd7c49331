import { RuntimeError, ValueError } from '../errors.js'
import { Mt19937, STATE_WORDS } from './mt19937.js'

/** The seed of a Generator that nobody seeded. */
const DEFAULT_SEED = 67280421310721n

const MIN_SEED = -(2n ** 63n)
const MAX_SEED = 2n ** 64n - 1n

/** Bytes of a saved state, and where each field lies in it: the layout of `torch.get_rng_state()`. */
const STATE_BYTES = 5056
const AT_SEED = 0
const AT_LEFT = 8
const AT_SEEDED = 12
const AT_NEXT = 16
const AT_WORDS = 24
const AT_NORMAL = 5024
const AT_NORMAL_VALID = 5040

/**
 * What Python's `int()` makes of a seed: a fraction is cut off, digits in a string and booleans are read. `manualSeed` of the
 * library takes what `torch.manual_seed` takes.
 *
 * @throws ValueError if it has no integer value; TypeError for what is not a number at all
 */
export function toSeed(seed: unknown): bigint {
  switch (typeof seed) {
    case 'bigint':
      return seed
    case 'boolean':
      return seed ? 1n : 0n
    case 'number':
      if (!Number.isFinite(seed)) throw new ValueError(`cannot convert float ${seed} to integer`)
      return BigInt(Math.trunc(seed))
    case 'string':
      if (/^\s*[+-]?\d+\s*$/.test(seed)) return BigInt(seed.replace('+', ''))
      throw new ValueError(`invalid literal for int() with base 10: '${seed}'`)
    default:
      throw new TypeError(`manualSeed() expects a number or a bigint, but got ${seed === null ? 'null' : typeof seed}`)
  }
}

/** 53 random bits from the platform, as PyTorch takes for a seed that is not to repeat. */
function nonDeterministicSeed(): bigint {
  const words = new Uint32Array(2)
  if (globalThis.crypto === undefined) words.set([Math.random() * 2 ** 32, Math.random() * 2 ** 32])
  else globalThis.crypto.getRandomValues(words)
  return (BigInt(words[0]! & 0x1fffff) << 32n) | BigInt(words[1]!)
}

function numberIfSafe(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

/**
 * A stream of random numbers, equal to PyTorch's CPU generator for the same seed.
 *
 * Besides the engine it keeps the second normal number of the last scalar Box-Muller pair, which the next scalar normal
 * number uses, whatever its dtype.
 *
 * @example
 * ```ts
 * const generator = new Generator().manualSeed(42)
 * rand([2], { generator }) // tensor([0.8823, 0.9150])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.Generator.html
 */
export class Generator {
  readonly device: string
  /** The source of bits; for the functions of this folder. */
  readonly engine: Mt19937
  /** The spare normal number, if `hasSpareNormal`. */
  spareNormal: number
  hasSpareNormal: boolean
  #seed: bigint

  /** @param device only `'cpu'`: random numbers are drawn on the host, whatever device they are for */
  constructor(device = 'cpu') {
    if (device !== 'cpu') throw new RuntimeError(`Device type ${device} is not supported for torch.Generator() api.`)
    this.device = device
    this.engine = new Mt19937(Number(DEFAULT_SEED & 0xffffffffn))
    this.spareNormal = 0
    this.hasSpareNormal = false
    this.#seed = DEFAULT_SEED
  }

  /**
   * Starts the stream of `seed`. Only its low 32 bits reach the engine, as in PyTorch: 7 and 2^40 + 7 give the same stream.
   *
   * @param seed an integer in [-2^63, 2^64); a negative one stands for 2^64 + seed
   * @throws RuntimeError if it is not an integer, ValueError if it is out of range
   * @see https://pytorch.org/docs/stable/generated/torch.Generator.html#torch.Generator.manual_seed
   */
  manualSeed(seed: number | bigint): this {
    if (typeof seed !== 'bigint' && !Number.isInteger(seed)) {
      const given = typeof seed === 'number' ? `float ${seed}` : seed === null ? 'null' : typeof seed
      throw new RuntimeError(`manual_seed expected a long, but got ${given}`)
    }
    const value = BigInt(seed)
    if (value < MIN_SEED || value > MAX_SEED) {
      throw new ValueError(`Overflow when unpacking long long: a seed must lie in [-2^63, 2^64), but got ${value}`)
    }
    this.#seed = BigInt.asUintN(64, value)
    this.engine.reseed(Number(this.#seed & 0xffffffffn))
    this.hasSpareNormal = false
    return this
  }

  /** Seeds with a number that will not repeat, and returns it. */
  seed(): number {
    const seed = nonDeterministicSeed()
    this.manualSeed(seed)
    return Number(seed)
  }

  /** The seed of this stream; a bigint past 2^53. */
  initialSeed(): number | bigint {
    return numberIfSafe(this.#seed)
  }

  /** The whole state as 5056 bytes, those of PyTorch's `get_state()`. */
  getState(): Uint8Array<ArrayBuffer> {
    const { engine } = this
    const bytes = new Uint8Array(STATE_BYTES)
    const view = new DataView(bytes.buffer)
    view.setBigUint64(AT_SEED, this.#seed, true)
    view.setInt32(AT_LEFT, engine.left, true)
    view.setInt32(AT_SEEDED, 1, true)
    view.setUint32(AT_NEXT, engine.next, true)
    for (let i = 0; i < STATE_WORDS; i++) view.setUint32(AT_WORDS + 8 * i, engine.state[i]!, true)
    if (this.hasSpareNormal) {
      view.setFloat64(AT_NORMAL, this.spareNormal, true)
      view.setInt32(AT_NORMAL_VALID, 1, true)
    }
    return bytes
  }

  /**
   * Goes on from a state that `getState()` or PyTorch saved.
   *
   * @throws RuntimeError if it is not such a state; this generator is unchanged then
   */
  setState(state: Uint8Array): this {
    if (!(state instanceof Uint8Array)) throw new TypeError('expected a Uint8Array as the RNG state')
    if (state.length !== STATE_BYTES) {
      throw new RuntimeError(
        `Expected a CPUGeneratorImplState of size ${STATE_BYTES} but found the input RNG state size to be ${state.length}`,
      )
    }
    const view = new DataView(state.buffer, state.byteOffset, STATE_BYTES)
    const left = view.getInt32(AT_LEFT, true)
    const next = view.getUint32(AT_NEXT, true)
    const seeded = view.getInt32(AT_SEEDED, true) === 1 && view.getUint32(AT_NEXT + 4, true) === 0
    // one word more than is there would be read past the end of the state
    if (!seeded || left < 1 || left > STATE_WORDS || next > STATE_WORDS || next + left - 1 > STATE_WORDS) {
      throw new RuntimeError(`Invalid mt19937 state: ${left} words left and the next at ${next}, of ${STATE_WORDS}`)
    }
    const { engine } = this
    for (let i = 0; i < STATE_WORDS; i++) engine.state[i] = view.getUint32(AT_WORDS + 8 * i, true)
    engine.left = left
    engine.next = next
    this.#seed = view.getBigUint64(AT_SEED, true)
    this.hasSpareNormal = view.getInt32(AT_NORMAL_VALID, true) !== 0
    this.spareNormal = this.hasSpareNormal ? view.getFloat64(AT_NORMAL, true) : 0
    return this
  }

  /** Another generator in the same state. */
  clone(): Generator {
    return new Generator().setState(this.getState())
  }
}

/** The generator of every call that names none. Until it is seeded, no two programs get the same numbers. */
export const defaultGenerator: Generator = new Generator().manualSeed(nonDeterministicSeed())
