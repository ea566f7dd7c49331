/** Tensors of a module that a hook computes before each call: how the older reparametrizations and pruning work. */
import type { AnyModule } from '../module/module.js'
import { stateOf } from '../module/state.js'

/** What computes a tensor of a module anew. A copy of the module has the same one. */
export interface Recomputing {
  /** The property that is computed. */
  readonly tensorName: string
  /** Sets the property. */
  recompute(module: AnyModule): void
}

const known = new WeakMap<object, Recomputing>()

/** Lets `recomputing` act before each call of a module. */
export function recomputeBeforeCalls(module: AnyModule, recomputing: Recomputing): void {
  const hook = (called: AnyModule): void => recomputing.recompute(called)
  known.set(hook, recomputing)
  module.registerForwardPreHook(hook)
}

/** What acts before each call of a module. */
export function* recomputingsOf(module: AnyModule): IterableIterator<Recomputing> {
  for (const hook of stateOf(module).hooks?.forwardPre ?? []) {
    const recomputing = known.get(hook)
    if (recomputing !== undefined) yield recomputing
  }
}

/** What of a class acts on a tensor of a module, by the name of its property or by its key. */
export function recomputingOf<R extends Recomputing>(
  module: AnyModule,
  Class: abstract new (...args: never[]) => R,
  name: string,
): R | undefined {
  for (const recomputing of recomputingsOf(module)) {
    const { tensorName } = recomputing
    if (recomputing instanceof Class && (tensorName === name || baseKey(module, tensorName) === name))
      return recomputing
  }
  return undefined
}

/** Stops `recomputing` from acting on a module. */
export function stopRecomputing(module: AnyModule, recomputing: Recomputing): void {
  const hooks = stateOf(module).hooks?.forwardPre
  for (const hook of hooks ?? []) if (known.get(hook) === recomputing) hooks?.remove(hook)
}

/** What a property is called in the names of the tensors from which it is computed: its key, which is PyTorch's. */
export function baseKey(module: AnyModule, property: string): string {
  return (module.constructor as unknown as { keyOf(property: string): string }).keyOf(property)
}
