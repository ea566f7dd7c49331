import type { TensorLike } from '../library.js'

/** The members of a module that the runner relies on. A module is callable. */
export interface ModuleLike {
  (...args: unknown[]): unknown
  namedParameters(): Iterable<readonly [string, TensorLike]>
  namedBuffers(): Iterable<readonly [string, TensorLike]>
  parameters(): Iterable<TensorLike>
  stateDict(): unknown
  loadStateDict(state: unknown): unknown
  train(mode?: boolean): unknown
  eval(): unknown
  to(device: string): unknown
  zeroGrad(): void
  toString(): string
}

/** The entries of a state dict in their order, whether it is a Map or a plain object. */
export function stateEntries(module: Pick<ModuleLike, 'stateDict'>): Map<string, TensorLike> {
  const state = module.stateDict()
  return state instanceof Map ? new Map(state) : new Map(Object.entries(state as Record<string, TensorLike>))
}

/** A state dict to load, in the form that the module itself gives: a Map or a plain object. */
export function stateOf(
  module: Pick<ModuleLike, 'stateDict'>,
  entries: Iterable<readonly [string, TensorLike]>,
): unknown {
  return module.stateDict() instanceof Map ? new Map(entries) : Object.fromEntries(entries)
}
