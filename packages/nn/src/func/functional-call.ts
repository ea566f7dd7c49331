import { bindOptions, RuntimeError, Tensor, ValueError } from '@tsorch/core'
import { type Entry, getMember, ownBuffers, ownParameters, setMember } from '../module/entries.js'
import { joinPath } from '../module/keys.js'
import type { AnyModule } from '../module/module.js'
import { className } from '../module/print.js'

/** Tensors by the names that parameters and buffers have in a model. */
export type NamedTensors = Record<string, Tensor>

/** Options of {@link functionalCall}. */
export interface FunctionalCallOptions {
  /** Whether what the model has under several names takes the value given under one of them; true if not given. */
  tieWeights?: boolean
  /** Whether every parameter and buffer must be given, and nothing else. */
  strict?: boolean
}

/** Where a tensor of a model is. */
interface Place extends Entry<Tensor> {
  readonly module: AnyModule
}

/** All places of parameters and buffers by path, those of tensors that have several names too. */
function placesOf(root: AnyModule): Map<string, Place> {
  const places = new Map<string, Place>()
  for (const [path, module] of root.namedModules({ removeDuplicate: false })) {
    for (const entry of [...ownParameters(module), ...ownBuffers(module)])
      places.set(joinPath(path, entry.key), { ...entry, module })
  }
  return places
}

function merged(dicts: NamedTensors | readonly NamedTensors[]): NamedTensors {
  if (typeof dicts !== 'object' || dicts === null)
    throw new ValueError(
      `Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got ${typeof dicts}`,
    )
  if (!Array.isArray(dicts)) return dicts as NamedTensors
  const all: NamedTensors = {}
  const repeated: string[] = []
  for (const dict of dicts as readonly NamedTensors[]) {
    for (const [key, value] of Object.entries(dict)) {
      if (Object.hasOwn(all, key)) repeated.push(`'${key}'`)
      all[key] = value
    }
  }
  if (repeated.length > 0)
    throw new ValueError(
      `[${repeated.join(', ')}] appeared in multiple dictionaries; behavior of functional call is ambiguous`,
    )
  return all
}

/** What is given, also under the other names of the same tensors. */
function tied(given: NamedTensors, places: ReadonlyMap<string, Place>): NamedTensors {
  const names = new Map<Tensor, string[]>()
  for (const [path, { value }] of places) names.set(value, [...(names.get(value) ?? []), path])
  const all = { ...given }
  for (const group of names.values()) {
    const said = group.filter((name) => Object.hasOwn(given, name))
    if (group.length === 1 || said.length === 0) continue
    if (new Set(said.map((name) => given[name])).size > 1) {
      const list = [...group].sort().map((name) => `'${name}'`)
      throw new ValueError(
        `functional_call got multiple values for keys [${list.join(', ')}], which are tied. Consider using tie_weights=False`,
      )
    }
    for (const name of group) all[name] = given[said[0]!]!
  }
  return all
}

function checkKeys(module: AnyModule, given: NamedTensors, places: ReadonlyMap<string, Place>): void {
  const quoted = (keys: readonly string[]): string => keys.map((key) => `'${key}'`).join(', ')
  const unexpected = Object.keys(given).filter((key) => !places.has(key))
  const missing = [...places.keys()].filter((key) => !Object.hasOwn(given, key))
  const problems: string[] = []
  if (unexpected.length > 0) problems.push(`Unexpected key(s): ${quoted(unexpected)}.`)
  if (missing.length > 0) problems.push(`Missing key(s): ${quoted(missing)}.`)
  if (problems.length > 0)
    throw new RuntimeError(`Error(s) in reparametrizing for ${className(module)}:\n\t${problems.join('\n\t')}`)
}

/**
 * Calls a module with other tensors in the place of its parameters and buffers, which are back when the call is over; gradients
 * go to the tensors given. What the module writes into its own buffers, it writes into those given.
 *
 * @param parametersAndBuffers - tensors by their names in {@link Module.stateDict}, or several such objects; what is not named
 * stays the module's own
 * @param args - the arguments of the call, or the only one
 * @returns what the module gives
 * @throws ValueError if a name is given twice, or one tensor gets two values
 * @throws RuntimeError if names are missing or unexpected, with `strict`
 * @example
 * ```ts
 * const weights = Object.fromEntries(model.namedParameters())
 * const loss = (w: NamedTensors) => crossEntropy(func.functionalCall(model, w, [x]), y)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.func.functional_call.html
 */
export function functionalCall<Args extends unknown[], Result>(
  module: ((...args: Args) => Result) & AnyModule,
  parametersAndBuffers: NamedTensors | readonly NamedTensors[],
  args?: Args | Args[0],
  options?: FunctionalCallOptions,
): Result {
  const o = bindOptions<FunctionalCallOptions>('functionalCall', ['tieWeights', 'strict'], [options])
  const given = merged(parametersAndBuffers)
  for (const [name, value] of Object.entries(given)) {
    if (!(value instanceof Tensor)) throw new TypeError(`${name} should be an instance of Tensor, got ${typeof value}`)
  }
  const places = placesOf(module)
  const values = (o.tieWeights ?? true) ? tied(given, places) : given
  if (o.strict === true) checkKeys(module, values, places)
  const used = Object.keys(values).flatMap((path) => places.get(path) ?? [])
  const call = (args === undefined ? [] : Array.isArray(args) ? args : [args]) as Args
  try {
    for (const [path, value] of Object.entries(values)) {
      const place = places.get(path)
      if (place !== undefined) setMember(place.module, place.property, value)
    }
    return module(...call)
  } finally {
    // a module may have put another tensor in the place of one of its own
    for (const path of Object.keys(given)) {
      const place = places.get(path)
      if (place !== undefined) given[path] = getMember(place.module, place.property) as Tensor
    }
    for (const { module: part, property, value } of used) setMember(part, property, value)
  }
}
