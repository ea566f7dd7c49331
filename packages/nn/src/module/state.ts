import type { ModuleHooks } from './hooks.js'

/** What a module keeps besides its properties. It is reached by a symbol, so that every name is free for users. */
export interface ModuleState {
  /** Properties that are buffers, each with whether it is saved. */
  readonly buffers: Map<string, boolean>
  /** Members of containers whose keys are the user's, and could be the name of a method: kept apart from properties. */
  items: Map<string, unknown> | null
  /** Null while there are none, so that a call without hooks asks one question. */
  hooks: ModuleHooks | null
}

/** The property that holds a module's {@link ModuleState}. */
export const moduleState: unique symbol = Symbol('module')

/** The state of a module. */
export function stateOf(module: object): ModuleState {
  return (module as { [moduleState]: ModuleState })[moduleState]
}
