/** What a module consists of, found where it was assigned. */
import { Tensor } from '@tsorch/core'
import { Parameter } from '../parameter.js'
import type { AnyModule } from './module.js'
import { moduleState, stateOf } from './state.js'

/** Whether a value is a module. */
export function isModule(value: unknown): value is AnyModule {
  return typeof value === 'function' && moduleState in value
}

/** A parameter, buffer or submodule of a module. */
export interface Entry<T> {
  /** Its name in paths and state dicts. */
  readonly key: string
  /** Its name as a property, or in {@link ModuleState.items}. */
  readonly property: string
  readonly value: T
}

/** Adds what `is` accepts of a module's properties, in their order, and of the items of containers. */
function collect<T>(module: AnyModule, is: (value: unknown, property: string) => boolean): Entry<T>[] {
  const found: Entry<T>[] = []
  const type = module.constructor as unknown as { keyOf(property: string): string }
  const properties = module as unknown as Record<string, T>
  for (const property of Object.keys(module)) {
    const value = properties[property]!
    if (is(value, property)) found.push({ key: type.keyOf(property), property, value })
  }
  const { items } = stateOf(module)
  if (items !== null) {
    for (const [key, value] of items) if (is(value, key)) found.push({ key, property: key, value: value as T })
  }
  return found
}

/** The module's own parameters. */
export function ownParameters(module: AnyModule): Entry<Parameter>[] {
  const { buffers } = stateOf(module)
  return collect(module, (value, property) => value instanceof Parameter && !buffers.has(property))
}

/** The module's own buffers. */
export function ownBuffers(module: AnyModule): Entry<Tensor>[] {
  const { buffers } = stateOf(module)
  return buffers.size === 0
    ? []
    : collect(module, (value, property) => value instanceof Tensor && buffers.has(property))
}

/** The module's own buffers that are saved. */
export function savedBuffers(module: AnyModule): Entry<Tensor>[] {
  const { buffers } = stateOf(module)
  return ownBuffers(module).filter(({ property }) => buffers.get(property) === true)
}

/** The module's direct submodules; one that has two names comes twice. */
export function ownModules(module: AnyModule): Entry<AnyModule>[] {
  return collect(module, isModule)
}

/** The value of a member that an {@link Entry} names. */
export function getMember(module: AnyModule, property: string): unknown {
  const { items } = stateOf(module)
  return items?.has(property) ? items.get(property) : (module as unknown as Record<string, unknown>)[property]
}

/** Puts a value where an {@link Entry} names it. */
export function setMember(module: AnyModule, property: string, value: unknown): void {
  const { items } = stateOf(module)
  if (items?.has(property)) items.set(property, value)
  else (module as unknown as Record<string, unknown>)[property] = value
}
