import {
  dropGrad,
  enableGrad,
  gradOf,
  keepSince,
  memoryMark,
  NotImplementedError,
  noGrad,
  safePoint,
  Tensor,
  ValueError,
  warnOnce,
} from '@tsorch/core'
import {
  type HookOptions,
  type LoadStateDictPostHook,
  type LoadStateDictPreHook,
  OptimizerHooks,
  type RemovableHandle,
  type StateDictPostHook,
  type StateDictPreHook,
  type StepPostHook,
  type StepPreHook,
  stepWithHooks,
} from './hooks.js'
import {
  type LoadableState,
  type OptimizerState,
  type ParamState,
  packState,
  type RestoredState,
  unpackState,
} from './state-dict.js'

/** Tensors that are stepped alike, with their options. Options may be changed between steps: `group.lr *= 0.1`. */
export type ParamGroup<O extends object> = O & {
  params: Tensor[]
  /** Their names, if they were given with names. */
  paramNames?: string[]
  /** The rate that a scheduler began with. */
  initialLr?: number
}

/** A parameter with its name, as `model.namedParameters()` gives them. */
export type NamedTensor = readonly [name: string, parameter: Tensor]

/** A group as it is given: the options that it leaves out are those of the optimizer. */
export type ParamGroupInit<O extends object> = Partial<O> & { params: Tensor | Iterable<Tensor | NamedTensor> }

/** What an optimizer trains: tensors (`model.parameters()`), with names or without, or groups of them. */
export type Params<O extends object> = Iterable<Tensor | NamedTensor | ParamGroupInit<O>>

/**
 * Base of all optimizers: the groups of parameters, and the state of each parameter.
 *
 * A new optimizer extends it with `updateGroup`, which is called without gradients for each group of a step. It reads
 * gradients with `gradOf(p)`, so that their memory comes back as soon as they are zeroed.
 *
 * @see https://pytorch.org/docs/stable/optim.html#torch.optim.Optimizer
 */
export abstract class Optimizer<O extends object = { lr: number }> {
  readonly defaults: Readonly<O>
  readonly state: Map<Tensor, ParamState> = new Map()
  paramGroups: ParamGroup<O>[] = []
  readonly #hooks: OptimizerHooks = new OptimizerHooks()

  /**
   * @throws TypeError unless `params` is an iterable of tensors or of groups
   * @throws ValueError if there are none, if one is not a leaf, or is in two groups
   */
  constructor(params: Params<O>, defaults: O) {
    // A tensor is iterable too, over its rows: they are never meant.
    if (params instanceof Tensor || typeof (params as Partial<Params<O>> | null)?.[Symbol.iterator] !== 'function')
      throw new TypeError(
        `params argument given to the optimizer should be an iterable of Tensors or objects, but got ${kindOf(params)}`,
      )
    this.defaults = defaults
    const given = [...params]
    if (given.length === 0) throw new ValueError('optimizer got an empty parameter list')
    if (isGroup<O>(given[0])) for (const group of given) this.addParamGroup(group as ParamGroupInit<O>)
    else this.addParamGroup({ params: given } as unknown as ParamGroupInit<O>)
  }

  /** Takes one step with `group.params`, those without a gradient left as they are. */
  protected updateGroup(_group: ParamGroup<O>): void {
    throw new NotImplementedError(`${this.constructor.name} is missing the required "updateGroup" method`)
  }

  /** A step as such, between its hooks: the closure once, then each group. Who needs the closure more often overrides it. */
  protected takeStep<T>(closure?: () => T): T | undefined {
    return noGrad(() => {
      const value = closure === undefined ? undefined : enableGrad(closure)
      const start = memoryMark()
      for (const group of this.paramGroups) this.updateGroup(group)
      // the state lives longer than a scope in which the step is taken
      keepSince(start)
      return value
    })
  }

  /**
   * Moves all parameters along their gradients.
   *
   * @param closure evaluates the model again and returns the loss, which `step` then returns
   */
  step(): undefined
  step<T>(closure: () => T): T
  step<T>(closure?: () => T): T | undefined
  step<T>(closure?: () => T): T | undefined {
    const loss = stepWithHooks(this as never, this.#hooks, [closure], ([given]) => this.takeStep(given as () => T))
    safePoint()
    return loss
  }

  /** Drops the gradients of all parameters, or fills them with zeros with `{ setToNone: false }`. */
  zeroGrad(options: boolean | { setToNone?: boolean } = {}): void {
    const setToNone = typeof options === 'boolean' ? options : (options.setToNone ?? true)
    for (const { params } of this.paramGroups) {
      for (const p of params) {
        const grad = gradOf(p)
        if (grad === null) continue
        if (setToNone) dropGrad(p)
        else {
          // Zeroed outside of any graph that made the gradient (`createGraph`).
          if (grad.requiresGrad) p.grad = grad.detach()
          gradOf(p)!.fill_(0)
        }
      }
    }
    safePoint()
  }

  /**
   * Adds a group, such as layers that were frozen until now.
   *
   * @throws TypeError if one of its `params` is not a tensor
   * @throws ValueError if one is not a leaf or is in another group already, or if only some have names
   */
  addParamGroup(group: ParamGroupInit<O>): void {
    if (!isGroup<O>(group)) throw new TypeError(`param_group must be an object, but got ${kindOf(group)}`)
    const given = group.params instanceof Tensor ? [group.params] : [...group.params]
    const names = given.filter(isNamed).map(([name]) => name)
    const params = given.map((p) => (isNamed(p) ? p[1] : p))
    if (names.length > 0 && names.length < params.length)
      throw new ValueError('all optimizer params should be with/without names. Some param names are missing')
    for (const p of params) {
      if (!(p instanceof Tensor))
        throw new TypeError(`optimizer can only optimize Tensors, but one of the params is ${kindOf(p)}`)
      if (!p.isLeaf && !p.retainsGrad) throw new ValueError("can't optimize a non-leaf Tensor")
    }
    this.#checkOthers(params, names.length > 0)
    const options: Record<string, unknown> = { ...group, params }
    if (names.length > 0) options.paramNames = names
    for (const [name, value] of Object.entries(this.defaults)) if (options[name] === undefined) options[name] = value
    this.paramGroups.push(options as ParamGroup<O>)
  }

  #checkOthers(params: readonly Tensor[], hasNames: boolean): void {
    if (new Set(params).size < params.length)
      warnOnce(
        'optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; see github.com/pytorch/pytorch/issues/40967 for more information',
      )
    if (this.paramGroups.some(({ paramNames }) => (paramNames !== undefined) !== hasNames))
      throw new ValueError(
        `all optimizer param groups should be with/without names. cannot add param group ${hasNames ? 'with' : 'without'} names to the optimizer`,
      )
    const known = new Set(this.paramGroups.flatMap((other) => other.params))
    if (params.some((p) => known.has(p)))
      throw new ValueError('some parameters appear in more than one parameter group')
  }

  /**
   * The options and state, to be saved: `state` by the index of the parameter over all groups, and `param_groups`, both with
   * PyTorch's names, so that files travel both ways. Its tensors are those of the optimizer, not copies.
   */
  stateDict(): OptimizerState<O> {
    for (const hook of this.#hooks.statePre) hook(this as never)
    let packed = packState(this.paramGroups, this.state)
    for (const hook of this.#hooks.statePost)
      packed = (hook(this as never, packed) as OptimizerState<O> | undefined | null) ?? packed
    return packed
  }

  /**
   * Takes options and state from `stateDict()` of an optimizer over the same parameters in the same order, or from what PyTorch
   * saved of one. Tensors are copied, to the dtype and device of their parameter; options that older versions of PyTorch did
   * not have are off.
   *
   * Schedulers set rates when they are made: make them first, then load.
   *
   * @throws ValueError if something is missing, or the groups differ in number or size
   * @throws RuntimeError if the state of a parameter has another shape
   */
  loadStateDict(stateDict: OptimizerState<O> | LoadableState | ReadonlyMap<string, unknown>): void {
    let given = (stateDict instanceof Map ? Object.fromEntries(stateDict) : { ...stateDict }) as LoadableState
    for (const hook of this.#hooks.loadPre) given = hook(this as never, given) ?? given
    this.restore(unpackState(given, this.paramGroups, this.defaults))
    for (const hook of this.#hooks.loadPost) hook(this as never)
  }

  /** Puts a loaded state in the place of the present one. */
  protected restore({ state, groups }: RestoredState<O>): void {
    this.state.clear()
    for (const [p, entry] of state) this.state.set(p, entry)
    this.paramGroups = [...groups]
  }

  /** Calls `hook` before each step; it may return other arguments for the step. */
  registerStepPreHook(hook: StepPreHook<this>): RemovableHandle {
    return this.#hooks.stepPre.add(hook as never)
  }

  /** Calls `hook` after each step. */
  registerStepPostHook(hook: StepPostHook<this>): RemovableHandle {
    return this.#hooks.stepPost.add(hook as never)
  }

  /** Calls `hook` before the state is collected by {@link stateDict}. */
  registerStateDictPreHook(hook: StateDictPreHook<this>, options?: HookOptions): RemovableHandle {
    return this.#hooks.statePre.add(hook as never, options)
  }

  /** Calls `hook` with what {@link stateDict} is about to give; it may change it, or return another. */
  registerStateDictPostHook(hook: StateDictPostHook<this, OptimizerState<O>>, options?: HookOptions): RemovableHandle {
    return this.#hooks.statePost.add(hook as never, options)
  }

  /** Calls `hook` with what {@link loadStateDict} was given, a shallow copy; it may change it, or return another. */
  registerLoadStateDictPreHook(hook: LoadStateDictPreHook<this>, options?: HookOptions): RemovableHandle {
    return this.#hooks.loadPre.add(hook as never, options)
  }

  /** Calls `hook` when {@link loadStateDict} is done. */
  registerLoadStateDictPostHook(hook: LoadStateDictPostHook<this>, options?: HookOptions): RemovableHandle {
    return this.#hooks.loadPost.add(hook as never, options)
  }

  /** The options of each group, as `print(optimizer)` shows them. */
  toString(): string {
    const lines = this.paramGroups.map((group, i) => {
      const names = Object.keys(group).filter((name) => name !== 'params')
      const options = names.sort().map((name) => `    ${name}: ${String(group[name as keyof typeof group])}\n`)
      return `Parameter Group ${i}\n${options.join('')}`
    })
    return `${this.constructor.name} (\n${lines.join('\n')})`
  }
}

function isGroup<O extends object>(value: unknown): value is ParamGroupInit<O> {
  return typeof value === 'object' && value !== null && !(value instanceof Tensor) && 'params' in value
}

function isNamed(value: unknown): value is NamedTensor {
  return Array.isArray(value)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value
}
