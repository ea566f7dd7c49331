/** The state of a model by name: out of it and into it. */
import { noGrad, RuntimeError, Tensor } from '@tsorch/core'
import { Parameter } from '../parameter.js'
import { isLazy } from '../uninitialized.js'
import { type Entry, ownModules, ownParameters, savedBuffers, setMember } from './entries.js'
import type { AnyModule, Module } from './module.js'
import { className } from './print.js'
import { stateOf } from './state.js'

/** Tensors by their names in a model. */
export type StateDict = Record<string, Tensor>

/** Options of {@link Module.stateDict}. */
export interface StateDictOptions {
  /** Stands before every key. */
  prefix?: string
  /** Gives the parameters themselves instead of detached tensors. */
  keepVars?: boolean
}

/** Options of {@link Module.loadStateDict}. */
export interface LoadOptions {
  /** Whether every key must be there, and no other; true if not given. */
  strict?: boolean
  /** Puts the tensors themselves into the model, instead of copying their values. */
  assign?: boolean
}

/** What {@link Module.loadStateDict} found. */
export interface LoadReport {
  readonly missingKeys: string[]
  readonly unexpectedKeys: string[]
}

/** Own parameters and saved buffers, which is what keys of a state dict name. */
function ownState(module: AnyModule): Entry<Tensor>[] {
  return [...ownParameters(module), ...savedBuffers(module)]
}

/** The last part of the key under which a module's extra state stands. */
const EXTRA = '_extra_state'

/** Adds the state of a module and those below it to `state`. */
export function saveState(module: AnyModule, prefix: string, keepVars: boolean, state: StateDict): StateDict {
  const { hooks } = stateOf(module)
  if (hooks !== null) for (const hook of hooks.statePre) hook(module, prefix, keepVars)
  for (const { key, value } of ownState(module))
    state[prefix + key] = keepVars || isLazy(value) ? value : value.detach()
  const extra = module.getExtraState()
  if (extra !== undefined) state[prefix + EXTRA] = extra as Tensor
  for (const { key, value } of ownModules(module)) saveState(value, `${prefix}${key}.`, keepVars, state)
  if (hooks !== null) for (const hook of hooks.statePost) hook(module, state, prefix)
  return state
}

/** A value found for a member of a module. */
interface Match {
  readonly module: AnyModule
  readonly own: Entry<Tensor>
  readonly given: Tensor
}

function sizeText(x: Tensor): string {
  return `torch.Size([${x.shape.join(', ')}])`
}

/** All that is found before anything is written. */
class Loading {
  readonly missingKeys: string[] = []
  readonly unexpectedKeys: string[] = []
  readonly matches: Match[] = []
  readonly extras: { readonly module: AnyModule; readonly given: unknown }[] = []
  readonly problems: string[] = []
  readonly postHooks: (() => void)[] = []

  /** Goes through a module and those below it; `state` holds the keys that begin with `prefix`. */
  visit(module: AnyModule, state: StateDict, prefix: string): void {
    const type = module.constructor as unknown as Pick<typeof Module, 'completeState'>
    type.completeState(module, state, prefix)
    const hooks = stateOf(module).hooks
    if (hooks !== null) for (const hook of hooks.loadPre) hook(module, state, prefix)
    const names = new Set<string>()
    for (const own of ownState(module)) {
      names.add(own.key)
      const key = prefix + own.key
      if (Object.hasOwn(state, key)) this.match(module, own, key, state[key])
      else this.missingKeys.push(key)
    }
    if (module.getExtraState() !== undefined) {
      names.add(EXTRA)
      if (Object.hasOwn(state, prefix + EXTRA)) this.extras.push({ module, given: state[prefix + EXTRA] })
      else this.missingKeys.push(prefix + EXTRA)
    }
    const children = ownModules(module)
    const below = new Set(children.map(({ key }) => key))
    for (const key of Object.keys(state)) {
      const rest = key.slice(prefix.length)
      const dot = rest.indexOf('.')
      if (dot < 0 ? !names.has(rest) : !below.has(rest.slice(0, dot))) this.unexpectedKeys.push(key)
    }
    for (const { key, value } of children) {
      const path = `${prefix}${key}.`
      this.visit(value, Object.fromEntries(Object.entries(state).filter(([name]) => name.startsWith(path))), path)
    }
    if (hooks !== null) for (const hook of hooks.loadPost) this.postHooks.push(() => hook(module, this))
  }

  private match(module: AnyModule, own: Entry<Tensor>, key: string, value: unknown): void {
    if (!(value instanceof Tensor)) {
      this.problems.push(
        `While copying the parameter named "${key}", expected torch.Tensor or Tensor-like object from checkpoint but received ${typeof value}`,
      )
      return
    }
    if (isLazy(own.value)) {
      // what has no shape takes the one that is loaded
      if (!isLazy(value)) this.matches.push({ module, own, given: value })
      return
    }
    // checkpoints of PyTorch before 0.4 hold [1] where there is a 0-d tensor now
    const given = own.value.ndim === 0 && value.ndim === 1 && value.count === 1 ? value.select(0, 0) : value
    if (given.shape.join() === own.value.shape.join()) {
      this.matches.push({ module, own, given })
      return
    }
    this.problems.push(
      `size mismatch for ${key}: copying a param with shape ${sizeText(given)} from checkpoint, the shape in current model is ${sizeText(own.value)}.`,
    )
  }
}

function quoted(keys: readonly string[]): string {
  return keys.map((key) => `"${key}"`).join(', ')
}

/** Writes a state into a module and those below it, or throws. */
export function loadState(
  module: AnyModule,
  state: Readonly<StateDict> | ReadonlyMap<string, Tensor>,
  { strict = true, assign = false }: LoadOptions,
): LoadReport {
  if (typeof state !== 'object' || state === null)
    throw new TypeError(`Expected state_dict to be dict-like, got ${state === null ? 'null' : typeof state}.`)
  const loading = new Loading()
  // a copy, which hooks may change
  loading.visit(module, state instanceof Map ? Object.fromEntries(state) : { ...(state as Readonly<StateDict>) }, '')
  // hooks are shown what was loaded, and may excuse keys: with them, only sizes are judged before
  if (loading.problems.length > 0 || loading.postHooks.length === 0) judge(module, loading, strict)
  for (const match of loading.matches) write(match, assign)
  for (const extra of loading.extras) extra.module.setExtraState(extra.given)
  for (const hook of loading.postHooks) hook()
  if (loading.postHooks.length > 0) judge(module, loading, strict)
  const { missingKeys, unexpectedKeys } = loading
  return { missingKeys, unexpectedKeys }
}

/** @throws RuntimeError that says all that does not fit */
function judge(module: AnyModule, { missingKeys, unexpectedKeys, problems }: Loading, strict: boolean): void {
  const all = [...problems]
  if (strict) {
    if (unexpectedKeys.length > 0) all.unshift(`Unexpected key(s) in state_dict: ${quoted(unexpectedKeys)}. `)
    if (missingKeys.length > 0) all.unshift(`Missing key(s) in state_dict: ${quoted(missingKeys)}. `)
  }
  if (all.length > 0)
    throw new RuntimeError(`Error(s) in loading state_dict for ${className(module)}:\n\t${all.join('\n\t')}`)
}

function write({ module, own, given }: Match, assign: boolean): void {
  if (!assign) {
    if (isLazy(own.value)) own.value.materialize(given.shape)
    noGrad(() => own.value.copy_(given.device === own.value.device ? given : given.to(own.value.device)))
    return
  }
  const wanted = own.value.requiresGrad
  if (!(own.value instanceof Parameter)) setMember(module, own.property, given)
  else if (given instanceof Parameter) setMember(module, own.property, given.requiresGrad_(wanted))
  else setMember(module, own.property, new Parameter(given, wanted))
}
