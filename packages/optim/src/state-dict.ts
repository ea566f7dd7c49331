/** The state of an optimizer as PyTorch saves it, out of it and into it. */
import { deepCopy, RuntimeError, Tensor, ValueError } from '@tsorch/core'
import { camelCase, type Saved, snakeCase } from './names.js'
import type { ParamGroup } from './optimizer.js'

/** What an optimizer remembers of one parameter, by PyTorch's names (`exp_avg`, `momentum_buffer`). */
export type ParamState = Record<string, unknown>

/** A group as it is saved: options by PyTorch's names, parameters by their index over all groups. */
export type SavedGroup<O extends object> = Saved<O> & {
  params: number[]
  /** Their names, if the optimizer was given any. */
  param_names?: string[]
}

/** What `stateDict()` gives, to the letter what PyTorch's `state_dict()` does. */
export interface OptimizerState<O extends object> {
  /** By the index of the parameter over all groups. */
  state: Map<number, ParamState>
  param_groups: SavedGroup<O>[]
}

/** A dictionary, as it comes out of a file: a map, or an object whose keys are strings. */
export type Dictionary = ReadonlyMap<string | number, unknown> | Readonly<Record<string | number, unknown>>

/** What `loadStateDict()` takes: what `stateDict()` gave, or what was read from a file of PyTorch. */
export interface LoadableState {
  readonly state: Dictionary
  readonly param_groups: readonly object[]
}

/** What a loaded state becomes in memory. */
export interface RestoredState<O extends object> {
  readonly state: ReadonlyMap<Tensor, ParamState>
  readonly groups: readonly ParamGroup<O>[]
}

/** Options that came to PyTorch over time: a file that lacks one was written when it was off. */
const OFF: Readonly<Record<string, unknown>> = {
  momentum: 0,
  nesterov: false,
  centered: false,
  amsgrad: false,
  decoupledWeightDecay: false,
  maximize: false,
  foreach: null,
  fused: null,
  capturable: false,
  differentiable: false,
}

/** Numbers that each step reads: they stay on the CPU, and what they are: bfloat16 could not count past 256. */
const NUMBERS: ReadonlySet<string> = new Set(['step', 'mu_product', 'eta', 'mu'])

/** Entries with a number for each number of the parameter. */
const ELEMENTWISE: ReadonlySet<string> = new Set([
  ...['momentum_buffer', 'exp_avg', 'exp_avg_sq', 'max_exp_avg_sq', 'exp_inf', 'square_avg', 'grad_avg'],
  ...['sum', 'acc_delta', 'ax', 'prev', 'step_size', 'variance'],
])

function entriesOf(dictionary: Dictionary | object): [string | number, unknown][] {
  return dictionary instanceof Map ? [...dictionary.entries()] : Object.entries(dictionary)
}

/** Collects the state. Its tensors are those of the optimizer, not copies. */
export function packState<O extends object>(
  groups: readonly ParamGroup<O>[],
  memory: ReadonlyMap<Tensor, ParamState>,
): OptimizerState<O> {
  const indices = new Map<Tensor, number>()
  let start = 0
  const saved = groups.map(({ params, ...options }) => {
    for (const [i, p] of params.entries()) if (!indices.has(p)) indices.set(p, start + i)
    start += params.length
    const named = Object.entries(options).map(([name, value]) => [snakeCase(name), value])
    return { ...Object.fromEntries(named), params: params.map((p) => indices.get(p)!) } as SavedGroup<O>
  })
  const state = new Map<number, ParamState>()
  for (const [p, entry] of memory) {
    const index = indices.get(p)
    if (index !== undefined) state.set(index, entry)
  }
  return { state, param_groups: saved }
}

/**
 * A loaded state for the parameters of `groups`, all of it copied.
 *
 * @throws ValueError if something is missing, or the groups differ in number or size
 * @throws RuntimeError if the state of a parameter has another shape
 */
export function unpackState<O extends object>(
  { state, param_groups }: LoadableState,
  groups: readonly ParamGroup<O>[],
  defaults: Readonly<O>,
): RestoredState<O> {
  for (const [name, value] of Object.entries({ state, param_groups }))
    if (typeof value !== 'object' || value === null) throw new ValueError(`loaded state dict has no '${name}'`)
  if (param_groups.length !== groups.length)
    throw new ValueError(
      `loaded state dict has a different number of parameter groups: ${param_groups.length} instead of ${groups.length}`,
    )
  const byIndex = new Map<number, Tensor>()
  const loaded = param_groups.map((saved, i) => restoreGroup(saved, groups[i]!, defaults, byIndex))
  const memory = new Map<Tensor, ParamState>()
  for (const [index, entry] of entriesOf(state)) {
    const p = byIndex.get(Number(index))
    const restored = p === undefined ? {} : restoreEntry(entry as Dictionary, p, Number(index))
    // PyTorch saves empty ones of parameters that it has only looked at
    if (p !== undefined && Object.keys(restored).length > 0) memory.set(p, restored)
  }
  return { state: memory, groups: loaded }
}

function restoreGroup<O extends object>(
  saved: object,
  group: ParamGroup<O>,
  defaults: Readonly<O>,
  byIndex: Map<number, Tensor>,
): ParamGroup<O> {
  const options: Record<string, unknown> = {}
  let indices: readonly unknown[] = []
  for (const [key, value] of entriesOf(saved)) {
    const name = String(key)
    if (name === 'params') indices = value as readonly unknown[]
    // a user's own option may be spelled in any way
    else options[name in group ? name : camelCase(name)] = deepCopy(value)
  }
  const { params, paramNames } = group
  if (indices.length !== params.length)
    throw new ValueError(
      `loaded state dict contains a parameter group that doesn't match the size of optimizer's group: ${indices.length} parameters instead of ${params.length}`,
    )
  for (const [i, index] of indices.entries()) byIndex.set(Number(index), params[i]!)
  for (const [name, value] of Object.entries(defaults))
    if (!(name in options)) options[name] = name in OFF ? OFF[name] : value
  if (paramNames !== undefined) options.paramNames ??= paramNames
  return { ...options, params } as unknown as ParamGroup<O>
}

function restoreEntry(entry: Dictionary, p: Tensor, index: number): ParamState {
  return Object.fromEntries(
    entriesOf(entry).map(([key, value]) => {
      const name = String(key)
      if (value instanceof Tensor && ELEMENTWISE.has(name) && String(value.shape) !== String(p.shape))
        throw new RuntimeError(
          `loaded state dict has a ${name} of shape [${value.shape.join(', ')}] for parameter ${index}, whose shape is [${p.shape.join(', ')}]`,
        )
      return [name, restoreValue(value, p, name)]
    }),
  )
}

/** A copy, of the dtype and on the device of the parameter. */
function restoreValue(value: unknown, p: Tensor, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => restoreValue(item, p, name))
  if (!(value instanceof Tensor)) return deepCopy(value)
  if (NUMBERS.has(name)) return value.to({ device: 'cpu' }).detach().clone()
  const moved = p.dtype.isFloatingPoint
    ? value.to({ dtype: p.dtype, device: p.device })
    : value.to({ device: p.device })
  return moved.detach().clone()
}
