import { enableGrad, isTensor, noGrad, type Tensor, ValueError } from '@tsorch/core'

/** Parameters that share options. */
export type ParamGroup<O extends object> = { params: Tensor[] } & O

/** Parameters, or groups of them with options of their own. */
export type ParamsOrGroups<O extends object> =
  | Iterable<Tensor>
  | Iterable<{ params: Iterable<Tensor> | Tensor } & Partial<O>>

/** What an optimizer remembers of one parameter. */
export type ParamState = Record<string, Tensor | number | null>

/** The state of an optimizer with parameters numbered in order, as PyTorch's. */
export interface OptimizerState {
  readonly state: Readonly<Record<number, ParamState>>
  readonly paramGroups: readonly Readonly<Record<string, unknown>>[]
}

/**
 * What all optimizers share: groups of parameters, their options and their state.
 *
 * @see https://pytorch.org/docs/stable/optim.html#torch.optim.Optimizer
 */
export abstract class Optimizer<O extends object = object> {
  readonly paramGroups: ParamGroup<O>[]
  readonly state: Map<Tensor, ParamState>
  private readonly defaults: O

  constructor(params: ParamsOrGroups<O>, defaults: O) {
    this.paramGroups = []
    this.state = new Map()
    this.defaults = defaults
    if (isTensor(params))
      throw new TypeError(
        'params argument given to the optimizer should be an iterable of Tensors or groups, but got a Tensor',
      )
    const list = [...params] as (Tensor | ({ params: Iterable<Tensor> | Tensor } & Partial<O>))[]
    if (list.length === 0) throw new ValueError('optimizer got an empty parameter list')
    if (isTensor(list[0])) this.addParamGroup({ params: list as Tensor[] } as { params: Tensor[] } & Partial<O>)
    else for (const group of list) this.addParamGroup(group as { params: Tensor[] } & Partial<O>)
  }

  /**
   * Adds parameters; options that are not given are those of the optimizer.
   *
   * @throws TypeError for what is no tensor
   * @throws ValueError for tensors that are not leaves, or that are there already
   */
  addParamGroup(group: { params: Iterable<Tensor> | Tensor } & Partial<O>): void {
    const params = isTensor(group.params) ? [group.params] : [...group.params]
    const known = new Set(this.paramGroups.flatMap((g) => g.params))
    for (const p of params) {
      if (!isTensor(p)) throw new TypeError(`optimizer can only optimize Tensors, but one of the params is ${typeof p}`)
      if (!p.isLeaf) throw new ValueError("can't optimize a non-leaf Tensor")
      if (known.has(p)) throw new ValueError('some parameters appear in more than one parameter group')
      known.add(p)
    }
    this.paramGroups.push({ ...this.defaults, ...group, params })
  }

  /** Updates the parameters of one group that have gradients. Runs unrecorded. */
  protected abstract update(group: ParamGroup<O>): void

  /** Forgets all gradients, or fills them with zeros. */
  zeroGrad(options: { setToNone?: boolean } = {}): void {
    for (const { params } of this.paramGroups) {
      for (const p of params) {
        if (options.setToNone ?? true) p.grad = null
        else p.grad?.zero_()
      }
    }
  }

  /** The state of a parameter, made at its first step. */
  protected stateOf(p: Tensor): ParamState {
    let state = this.state.get(p)
    if (state === undefined) {
      state = {}
      this.state.set(p, state)
    }
    return state
  }

  /** State and options, with parameters by number. */
  stateDict(): OptimizerState {
    const numbers = new Map<Tensor, number>()
    const paramGroups = this.paramGroups.map((group) => ({
      ...group,
      params: group.params.map((p) => {
        numbers.set(p, numbers.size)
        return numbers.get(p)
      }),
    }))
    return {
      state: Object.fromEntries([...this.state].map(([p, state]) => [numbers.get(p), { ...state }])),
      paramGroups,
    }
  }

  /** Takes over state and options. @throws ValueError if groups or their sizes differ */
  loadStateDict(saved: OptimizerState): void {
    if (saved.paramGroups.length !== this.paramGroups.length)
      throw new ValueError('loaded state dict has a different number of parameter groups')
    const all: Tensor[] = []
    saved.paramGroups.forEach((group, i) => {
      const own = this.paramGroups[i]!
      if ((group.params as unknown[]).length !== own.params.length) {
        throw new ValueError(
          "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
        )
      }
      all.push(...own.params)
    })
    saved.paramGroups.forEach((group, i) => {
      const { params: _, ...options } = group
      Object.assign(this.paramGroups[i]!, options)
    })
    for (const [number, state] of Object.entries(saved.state)) {
      const copy: ParamState = {}
      for (const [name, value] of Object.entries(state)) copy[name] = isTensor(value) ? value.clone() : value
      this.state.set(all[Number(number)]!, copy)
    }
  }

  /** One update of all parameters. `closure` computes the loss first, with gradients. */
  step(closure?: () => Tensor): Tensor | null {
    const loss = closure === undefined ? null : enableGrad(closure)
    noGrad(() => {
      for (const group of this.paramGroups) this.update(group)
    })
    return loss
  }
}

/** @throws ValueError unless `value >= 0` */
export function checkNotNegative(what: string, value: number): void {
  if (!(value >= 0)) throw new ValueError(`Invalid ${what}: ${value}`)
}
