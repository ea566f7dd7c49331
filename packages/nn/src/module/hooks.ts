/** Functions that users hang onto a module's calls, gradients and state. */
import type { Tensor } from '@tsorch/core'
import { BackwardTap } from './backward-hooks.js'
import type { AnyModule } from './module.js'
import type { StateDict } from './state-dict.js'

/** Takes a hook away again. */
export interface RemovableHandle {
  remove(): void
}

/** Options with which a hook is registered. */
export interface HookOptions {
  /** Calls it before those that are there already. */
  prepend?: boolean
}

/** Options of {@link Module.registerForwardHook}. */
export interface ForwardHookOptions extends HookOptions {
  /** Calls it even if the forward pass throws. */
  alwaysCall?: boolean
}

/** Gradients of a module's inputs or outputs; null for what has none. */
export type ModuleGrads = readonly (Tensor | null)[]

/** What a hook returns to leave everything as it is: nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: so that a hook need not return at all
export type Unchanged = undefined | null | void

/** Called before a module with its arguments. */
export type ForwardPreHook<M = AnyModule, Args = unknown[]> = (module: M, args: Args) => Args | Tensor | Unchanged
/** Called after a module with its arguments and what it gave. */
export type ForwardHook<M = AnyModule, Args = unknown[], Result = unknown> = (
  module: M,
  args: Args,
  output: Result,
) => Result | Unchanged
/** Called with the gradients of a module's outputs. */
export type BackwardPreHook<M = AnyModule> = (module: M, gradOutput: ModuleGrads) => ModuleGrads | Unchanged
/** Called with the gradients of a module's inputs and outputs. */
export type BackwardHook<M = AnyModule> = (
  module: M,
  gradInput: ModuleGrads,
  gradOutput: ModuleGrads,
) => ModuleGrads | Unchanged
export type StateDictPreHook = (module: AnyModule, prefix: string, keepVars: boolean) => void
export type StateDictPostHook = (module: AnyModule, state: StateDict, prefix: string) => void
export type LoadPreHook = (module: AnyModule, state: StateDict, prefix: string) => void
export type LoadPostHook = (module: AnyModule, report: { missingKeys: string[]; unexpectedKeys: string[] }) => void

/** Hooks in the order of their calls. */
export class HookList<H> {
  // replaced as a whole, so that a hook may add or remove hooks while they run
  private list: readonly { readonly hook: H; readonly always: boolean }[] = []

  add(hook: H, options: ForwardHookOptions = {}): RemovableHandle {
    const entry = { hook, always: options.alwaysCall ?? false }
    this.list = options.prepend === true ? [entry, ...this.list] : [...this.list, entry]
    return {
      remove: () => {
        this.list = this.list.filter((other) => other !== entry)
      },
    }
  }

  /** Takes a hook away. */
  remove(hook: H): void {
    this.list = this.list.filter((entry) => entry.hook !== hook)
  }

  /** A list of the same hooks, to which others may be added. */
  copy(): HookList<H> {
    const copy = new HookList<H>()
    copy.list = this.list
    return copy
  }

  *[Symbol.iterator](): IterableIterator<H> {
    for (const { hook } of this.list) yield hook
  }

  /** The hooks that an error does not stop. */
  always(): H[] {
    return this.list.filter((entry) => entry.always).map((entry) => entry.hook)
  }
}

/** All hooks of a module, by the occasion of their call. */
export class ModuleHooks {
  readonly forwardPre: HookList<ForwardPreHook> = new HookList()
  readonly forward: HookList<ForwardHook> = new HookList()
  readonly backwardPre: HookList<BackwardPreHook> = new HookList()
  readonly backward: HookList<BackwardHook> = new HookList()
  readonly statePre: HookList<StateDictPreHook> = new HookList()
  readonly statePost: HookList<StateDictPostHook> = new HookList()
  readonly loadPre: HookList<LoadPreHook> = new HookList()
  readonly loadPost: HookList<LoadPostHook> = new HookList()

  /** The same hooks for a copy of the module. */
  copy(): ModuleHooks {
    const copy = new ModuleHooks()
    for (const occasion of Object.keys(this) as (keyof ModuleHooks)[])
      Object.assign(copy, { [occasion]: (this[occasion] as HookList<unknown>).copy() })
    return copy
  }
}

/** Hooks of every module, and how many there are: a call asks for their number first. */
export const everyModule: { readonly hooks: ModuleHooks; count: number } = { hooks: new ModuleHooks(), count: 0 }

/** The hooks of an occasion: those of every module, then a module's own. */
function both<O extends keyof ModuleHooks>(own: ModuleHooks | null, occasion: O): HookOf<O>[] {
  const every = everyModule.hooks[occasion] as unknown as Iterable<HookOf<O>>
  return [...every, ...((own?.[occasion] ?? []) as Iterable<HookOf<O>>)]
}
type HookOf<O extends keyof ModuleHooks> = ModuleHooks[O] extends HookList<infer H> ? H : never

/** A call of a module that has hooks, or where every module has. */
export function callWithHooks(module: AnyModule, own: ModuleHooks | null, args: unknown[]): unknown {
  const called = new Set<ForwardHook>()
  let given = args
  let result: unknown
  try {
    for (const hook of both(own, 'forwardPre')) {
      const changed = hook(module, given)
      if (changed !== undefined && changed !== null) given = Array.isArray(changed) ? changed : [changed]
    }
    const [pre, full] = [both(own, 'backwardPre'), both(own, 'backward')]
    const tap = pre.length + full.length > 0 ? new BackwardTap(module, pre, full) : null
    if (tap !== null) given = tap.inputs(given)
    result = module.forward(...(given as never[]))
    for (const hook of both(own, 'forward')) {
      called.add(hook)
      const changed = hook(module, given, result)
      if (changed !== undefined && changed !== null) result = changed
    }
    return tap === null ? result : tap.outputs(result)
  } catch (error) {
    for (const hook of [...everyModule.hooks.forward.always(), ...(own?.forward.always() ?? [])]) {
      if (called.has(hook)) continue
      try {
        hook(module, given, result)
      } catch {
        // the error of the forward pass is the one to see
      }
    }
    throw error
  }
}
