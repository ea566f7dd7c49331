/** Tensors of a module by name, for what puts something else in their place. */
import type { Tensor } from '@tsorch/core'
import { type Entry, ownBuffers, ownParameters } from '../module/entries.js'
import type { AnyModule } from '../module/module.js'
import { stateOf } from '../module/state.js'
import { Parameter } from '../parameter.js'

/** A module as the bag of properties that it is. */
export function properties(module: AnyModule): Record<string, unknown> {
  return module as unknown as Record<string, unknown>
}

/** A module's own parameter, by the name of its property or by its key. */
export function parameterNamed(module: AnyModule, name: string): Entry<Parameter> | undefined {
  return ownParameters(module).find(({ property, key }) => property === name || key === name)
}

/** A module's own parameter or buffer, by the name of its property or by its key. */
export function memberNamed(module: AnyModule, name: string): Entry<Tensor> | undefined {
  return (
    parameterNamed(module, name) ?? ownBuffers(module).find(({ property, key }) => property === name || key === name)
  )
}

/** Takes a parameter or buffer away. */
export function deleteMember(module: AnyModule, property: string): void {
  delete properties(module)[property]
  stateOf(module).buffers.delete(property)
}

/** Adds a tensor: as a parameter if it is one, else as a buffer. */
export function addMember(module: AnyModule, property: string, value: Tensor): void {
  if (value instanceof Parameter) module.registerParameter(property, value)
  else module.registerBuffer(property, value)
}
