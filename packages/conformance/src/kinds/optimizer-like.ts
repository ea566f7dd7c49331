import { type Bench, Decoder } from '../calls/decoder.js'
import { find } from '../calls/find.js'
import { camelCase } from '../calls/names.js'
import type { EncodedArgs } from '../cases/encoded.js'
import { attempt, type Callable, type TensorLike } from '../library.js'

/** Options of a parameter group, in camelCase. */
export type ParamGroup = Record<string, unknown>

/** The members of an optimizer that the runner relies on. */
export interface OptimizerLike {
  readonly paramGroups: ParamGroup[]
  step(closure?: () => unknown): unknown
  zeroGrad(): void
  stateDict(): { readonly state: unknown }
}

/** Options as the library takes them. */
export function optionsOf(decoder: Decoder, encoded: EncodedArgs): ParamGroup {
  return Object.fromEntries(Object.entries(encoded).map(([name, value]) => [camelCase(name), decoder.value(value)]))
}

/** `new Optimizer(params, options)`, with groups of parameters where there are several or they have options of their own. */
export function makeOptimizer(
  bench: Bench,
  path: string,
  groups: readonly { readonly params: readonly TensorLike[]; readonly options: EncodedArgs }[],
  defaults: EncodedArgs,
): OptimizerLike {
  const decoder = new Decoder(bench)
  const Optimizer = find(bench.library, path) as unknown as new (...args: unknown[]) => OptimizerLike
  const [only] = groups
  const plain = groups.length === 1 && Object.keys(only!.options).length === 0
  const params = plain
    ? only!.params
    : groups.map((group) => ({ params: group.params, ...optionsOf(decoder, group.options) }))
  const options = Object.keys(defaults).length === 0 ? [] : [optionsOf(decoder, defaults)]
  return attempt(path, () => new Optimizer(params, ...options))
}

/** The state of parameter i, by PyTorch's names, as `stateDict()` gives it. */
export function stateOfParameter(optimizer: OptimizerLike, i: number): Map<string, unknown> {
  const { state } = optimizer.stateDict()
  const entry = state instanceof Map ? (state.get(i) ?? state.get(String(i))) : (state as Record<number, unknown>)[i]
  if (entry === undefined) return new Map()
  return entry instanceof Map ? entry : new Map(Object.entries(entry as object))
}

/** `step()` of an optimizer or scheduler. */
export function step(what: string, target: { step: unknown }, ...args: unknown[]): unknown {
  return attempt(`${what}.step`, () => (target.step as Callable).apply(target, args))
}
