/** Functions that users hang onto the steps of optimizers, and onto saving and loading. */
import type { Optimizer } from './optimizer.js'
import type { LoadableState } from './state-dict.js'

/** Takes a hook away again. */
export interface RemovableHandle {
  remove(): void
}

/** Options with which a hook is registered. */
export interface HookOptions {
  /** Calls it before those that are there already. */
  prepend?: boolean
}

/** What a hook returns to leave everything as it is: nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: so that a hook need not return at all
export type Unchanged = undefined | null | void

/** Arguments of `step`. */
export type StepArgs = readonly [closure?: (() => unknown) | undefined]

/** Called before a step; may return other arguments for it. */
export type StepPreHook<T = Optimizer> = (optimizer: T, args: StepArgs) => StepArgs | Unchanged
/** Called after a step. */
export type StepPostHook<T = Optimizer> = (optimizer: T, args: StepArgs) => void
/** Called before the state is collected. */
export type StateDictPreHook<T = Optimizer> = (optimizer: T) => void
/** Called with the collected state, which it may change, or return another. */
export type StateDictPostHook<T = Optimizer, S = unknown> = (optimizer: T, stateDict: S) => S | Unchanged
/** Called with what is about to be loaded, a shallow copy, which it may change, or return another. */
export type LoadStateDictPreHook<T = Optimizer> = (optimizer: T, stateDict: LoadableState) => LoadableState | Unchanged
/** Called when a state has been loaded. */
export type LoadStateDictPostHook<T = Optimizer> = (optimizer: T) => void

/** Hooks in the order of their calls. */
export class HookList<H> {
  // replaced as a whole, so that a hook may add or remove hooks while they run
  #list: readonly { readonly hook: H }[] = []

  add(hook: H, options: HookOptions = {}): RemovableHandle {
    const entry = { hook }
    this.#list = options.prepend === true ? [entry, ...this.#list] : [...this.#list, entry]
    return {
      remove: () => {
        this.#list = this.#list.filter((other) => other !== entry)
      },
    }
  }

  *[Symbol.iterator](): IterableIterator<H> {
    for (const { hook } of this.#list) yield hook
  }
}

/** All hooks of an optimizer, by the occasion of their call. */
export class OptimizerHooks {
  readonly stepPre: HookList<StepPreHook> = new HookList()
  readonly stepPost: HookList<StepPostHook> = new HookList()
  readonly statePre: HookList<StateDictPreHook> = new HookList()
  readonly statePost: HookList<StateDictPostHook> = new HookList()
  readonly loadPre: HookList<LoadStateDictPreHook> = new HookList()
  readonly loadPost: HookList<LoadStateDictPostHook> = new HookList()
}

const everyStepPre = new HookList<StepPreHook>()
const everyStepPost = new HookList<StepPostHook>()

/** Calls `hook` before each step of every optimizer; it may return other arguments for the step. */
export function registerOptimizerStepPreHook(hook: StepPreHook): RemovableHandle {
  return everyStepPre.add(hook)
}

/** Calls `hook` after each step of every optimizer. */
export function registerOptimizerStepPostHook(hook: StepPostHook): RemovableHandle {
  return everyStepPost.add(hook)
}

/** A step with the hooks around it. */
export function stepWithHooks<R>(
  optimizer: Optimizer,
  { stepPre, stepPost }: OptimizerHooks,
  given: StepArgs,
  take: (args: StepArgs) => R,
): R {
  let args = given
  for (const hooks of [everyStepPre, stepPre]) {
    for (const hook of hooks) {
      const changed = hook(optimizer, args)
      if (changed === undefined || changed === null) continue
      if (!Array.isArray(changed))
        throw new TypeError(`a step pre-hook must return nothing or an array of new arguments, but got ${changed}`)
      args = changed as unknown as StepArgs
    }
  }
  const result = take(args)
  for (const hooks of [stepPost, everyStepPost]) for (const hook of hooks) hook(optimizer, args)
  return result
}
