/** The default generator: its seed, its state, and a way to leave it as it was. */
import type { ModeGuard } from '../autograd/mode.js'
import { fromTypedArray } from '../create/from-data.js'
import { uint8 } from '../dtype.js'
import { TypeError_ } from '../options.js'
import { defaultGenerator, type Generator, toSeed } from '../random/generator.js'
import { Tensor } from '../tensor.js'
import { hostWords } from './access.js'

/**
 * Starts the default generator's stream of a seed: the numbers that PyTorch's CPU generator gives for it.
 *
 * @param seed - an integer in [-2^63, 2^64)
 * @example
 * ```ts
 * manualSeed(0)
 * rand([2]) // tensor([0.4963, 0.7682])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.manual_seed.html
 */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(toSeed(seed))
}

/** Seeds the default generator with a number that will not repeat, and returns it. @see https://pytorch.org/docs/stable/generated/torch.seed.html */
export function seed(): number {
  return defaultGenerator.seed()
}

/** The seed of the default generator; a bigint past 2^53. @see https://pytorch.org/docs/stable/generated/torch.initial_seed.html */
export function initialSeed(): number | bigint {
  return defaultGenerator.initialSeed()
}

/** The state of the default generator as a uint8 tensor, byte for byte PyTorch's. @see https://pytorch.org/docs/stable/generated/torch.get_rng_state.html */
export function getRngState(): Tensor {
  return fromTypedArray(defaultGenerator.getState())
}

/**
 * Puts the default generator into a state that {@link getRngState} or PyTorch saved.
 *
 * @throws TypeError if it is not a tensor of bytes, RuntimeError if it is not a generator's state
 * @see https://pytorch.org/docs/stable/generated/torch.set_rng_state.html
 */
export function setRngState(state: Tensor | Uint8Array): void {
  if (state instanceof Uint8Array) {
    defaultGenerator.setState(state)
    return
  }
  if (!(state instanceof Tensor)) throw TypeError_('expected a torch.ByteTensor, but got', state)
  if (state.dtype !== uint8) throw TypeError_('RNG state must be a torch.ByteTensor, but got dtype', state.dtype.name)
  defaultGenerator.setState(hostWords(state, 'setRngState') as Uint8Array)
}

/**
 * Runs `body` and then puts the default generator back into the state it had before; that of an asynchronous `body` when its
 * promise settles. Without `body` the state comes back when the guard is restored.
 *
 * @example
 * ```ts
 * const noise = forkRng(() => {
 *   manualSeed(1)
 *   return randn([3])
 * })
 * ```
 * @see https://pytorch.org/docs/stable/random.html#torch.random.fork_rng
 */
export function forkRng<T>(body: () => T): T
export function forkRng(): ModeGuard
export function forkRng<T>(body?: () => T): T | ModeGuard {
  const guard = guardState()
  if (body === undefined) return guard
  let pending = false
  try {
    const result = body()
    if (result instanceof Promise) {
      pending = true
      return result.finally(guard.restore) as T
    }
    return result
  } finally {
    if (!pending) guard.restore()
  }
}

function guardState(): ModeGuard {
  const state = defaultGenerator.getState()
  const restore = (): void => {
    defaultGenerator.setState(state)
  }
  const guard: { restore(): void; [key: symbol]: () => void } = { restore }
  // older runtimes have no Symbol.dispose; compiled `using` then brings its own
  const dispose = (Symbol as { dispose?: symbol }).dispose
  if (dispose !== undefined) guard[dispose] = restore
  return guard as unknown as ModeGuard
}
