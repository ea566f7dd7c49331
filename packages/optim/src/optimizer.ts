import {
  dropGrad,
  enableGrad,
  gradOf,
  keepSince,
  memoryMark,
  noGrad,
  RuntimeError,
  safePoint,
  Tensor,
  ValueError,
} from '@tsorch/core'

/** Tensors that are stepped alike, with their options. Options may be changed between steps: `group.lr *= 0.1`. */
export type ParamGroup<O extends object> = O & { params: Tensor[] }

/** A group as it is given: the options that it leaves out are those of the optimizer. */
export type ParamGroupInit<O extends object> = Partial<O> & { params: Tensor | Iterable<Tensor> }

/** What an optimizer trains: tensors (`model.parameters()`), or groups of them. */
export type Params<O extends object> = Iterable<Tensor | ParamGroupInit<O>>

/** What an optimizer remembers of one parameter, by PyTorch's names (`exp_avg`, `momentum_buffer`). */
export type ParamState = Record<string, unknown>

/** The state of an optimizer, with parameters replaced by their index over all groups. */
export interface OptimizerState<O extends object> {
  state: Record<number, ParamState>
  paramGroups: (O & { params: number[] })[]
}

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
    else this.addParamGroup({ params: given as Tensor[] } as unknown as ParamGroupInit<O>)
  }

  /** Takes one step with `group.params`, those without a gradient left as they are. */
  protected abstract updateGroup(group: ParamGroup<O>): void

  /**
   * Moves all parameters along their gradients.
   *
   * @param closure evaluates the model again and returns the loss, which `step` then returns
   */
  step(): undefined
  step<T>(closure: () => T): T
  step<T>(closure?: () => T): T | undefined
  step<T>(closure?: () => T): T | undefined {
    const loss = noGrad(() => {
      const value = closure === undefined ? undefined : enableGrad(closure)
      const start = memoryMark()
      for (const group of this.paramGroups) this.updateGroup(group)
      // the state lives longer than a scope in which the step is taken
      keepSince(start)
      return value
    })
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
   * @throws ValueError if one is not a leaf or is in another group already
   */
  addParamGroup(group: ParamGroupInit<O>): void {
    if (!isGroup<O>(group)) throw new TypeError(`param_group must be an object, but got ${kindOf(group)}`)
    const params = group.params instanceof Tensor ? [group.params] : [...group.params]
    for (const p of params as unknown[]) {
      if (!(p instanceof Tensor))
        throw new TypeError(`optimizer can only optimize Tensors, but one of the params is ${kindOf(p)}`)
      if (!p.isLeaf && !p.retainsGrad) throw new ValueError("can't optimize a non-leaf Tensor")
    }
    const known = new Set(this.paramGroups.flatMap((other) => other.params))
    if (params.some((p) => known.has(p)))
      throw new ValueError('some parameters appear in more than one parameter group')
    this.paramGroups.push({ ...this.defaults, ...group, params })
  }

  /** The options and state, to be saved. Its tensors are those of the optimizer, not copies. */
  stateDict(): OptimizerState<O> {
    const indices = new Map<Tensor, number>()
    let start = 0
    const paramGroups = this.paramGroups.map((group) => {
      for (const [i, p] of group.params.entries()) if (!indices.has(p)) indices.set(p, start + i)
      start += group.params.length
      return { ...group, params: group.params.map((p) => indices.get(p)!) }
    })
    const state: Record<number, ParamState> = {}
    for (const [p, entry] of this.state) {
      const index = indices.get(p)
      if (index !== undefined) state[index] = entry
    }
    return { state, paramGroups }
  }

  /**
   * Takes options and state from `stateDict()` of an optimizer over the same parameters in the same order. Tensors are
   * copied, to the dtype and device of their parameter.
   *
   * @throws ValueError if the groups differ in number or size
   */
  loadStateDict(stateDict: OptimizerState<O>): void {
    const saved = stateDict.paramGroups
    if (saved.length !== this.paramGroups.length)
      throw new ValueError(
        `loaded state dict has a different number of parameter groups: ${saved.length} instead of ${this.paramGroups.length}`,
      )
    if (saved.some((group, i) => group.params.length !== this.paramGroups[i]!.params.length))
      throw new ValueError(
        "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
      )
    const byIndex = new Map<number, Tensor>()
    for (const [i, group] of saved.entries())
      for (const [j, index] of group.params.entries()) byIndex.set(index, this.paramGroups[i]!.params[j]!)

    const state = new Map<Tensor, ParamState>()
    for (const [index, entry] of Object.entries(stateDict.state)) {
      const p = byIndex.get(Number(index))
      if (p === undefined) throw new RuntimeError(`loaded state dict has state for parameter ${index}, of no group`)
      state.set(p, copyState(entry, p))
    }
    this.state.clear()
    for (const [p, entry] of state) this.state.set(p, entry)
    this.paramGroups = saved.map((group, i) => ({ ...this.defaults, ...group, params: this.paramGroups[i]!.params }))
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

function copyState(entry: ParamState, p: Tensor): ParamState {
  return Object.fromEntries(
    Object.entries(entry).map(([name, value]) => {
      if (!(value instanceof Tensor)) return [name, value]
      // The count of steps stays float32, whatever the parameter is: bfloat16 could not count past 256.
      const copy = name === 'step' ? value : value.to({ dtype: p.dtype, device: p.device })
      return [name, copy.detach().clone()]
    }),
  )
}

function isGroup<O extends object>(value: unknown): value is ParamGroupInit<O> {
  return typeof value === 'object' && value !== null && !(value instanceof Tensor) && 'params' in value
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value
}
