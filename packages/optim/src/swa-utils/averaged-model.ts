import { bindOptions, type Copier, deepCopy, noGrad, RuntimeError, type Tensor, tensor } from '@tsorch/core'
import { type AvgFn, getSwaAvgFn, type MultiAvgFn } from './average.js'

/** What is asked of a model that is averaged: every `nn.Module` has it. */
export interface Model {
  (...args: never[]): unknown
  training: boolean
  parameters(): Iterable<Tensor>
  namedParameters(): Iterable<[string, Tensor]>
  buffers(): Iterable<Tensor>
  namedBuffers(): Iterable<[string, Tensor]>
  modules(): Iterable<object>
  train(mode?: boolean): unknown
  to(target: { device: string }): unknown
  stateDict(): Record<string, Tensor>
  loadStateDict(state: Readonly<Record<string, Tensor>>, options?: { strict?: boolean }): LoadReport
}

/** Keys that were missing, and those that were not expected. */
export interface LoadReport {
  readonly missingKeys: string[]
  readonly unexpectedKeys: string[]
}

/** Options of {@link AveragedModel}. */
export interface AveragedModelOptions {
  /** Where the averages are kept; where the model is, if not given. */
  device: string | null
  /** How a parameter is averaged; all models alike, if not given. */
  avgFn: AvgFn | null
  /** The same for lists of parameters, in place. */
  multiAvgFn: MultiAvgFn | null
  /** Whether buffers are averaged too; else they are those of the model. */
  useBuffers: boolean
}

const NAMES = ['device', 'avgFn', 'multiAvgFn', 'useBuffers'] as const

/** Called like the model that it averages. */
export interface AveragedModel<M extends Model> {
  (...args: Parameters<M>): ReturnType<M>
}

/**
 * A copy of a model whose parameters are averages over its training: stochastic weight averaging (Izmailov et al., 2018), or an
 * exponential moving average. It is called like the model; the copy itself is its `module`.
 *
 * The first update takes the parameters as they are. Statistics of batch normalisation are to be computed anew in the end, see
 * {@link updateBn}, or averaged with `useBuffers`.
 *
 * @example
 * ```ts
 * const averaged = new swaUtils.AveragedModel(model, { multiAvgFn: swaUtils.getEmaMultiAvgFn(0.99) })
 * for (const [input, target] of loader) {
 *   optimizer.zeroGrad()
 *   lossFn(model(input), target).backward()
 *   optimizer.step()
 *   averaged.updateParameters(model)
 * }
 * const prediction = averaged(input)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.swa_utils.AveragedModel.html
 */
export class AveragedModel<M extends Model> {
  /** The copy, with the averages for parameters. */
  declare readonly module: M
  /** How many models were averaged, an int64 scalar. */
  declare nAveraged: Tensor
  declare avgFn: AvgFn | null
  declare multiAvgFn: MultiAvgFn | null
  declare useBuffers: boolean

  /** @throws TypeError if two ways of averaging are given */
  constructor(model: M, device?: string | Partial<AveragedModelOptions>, options?: Partial<AveragedModelOptions>) {
    const args = options === undefined ? [device] : [device, options]
    const given = bindOptions<AveragedModelOptions>('AveragedModel', NAMES, args)
    const { device: place = null, avgFn = null, multiAvgFn = null, useBuffers = false } = given
    if (avgFn !== null && multiAvgFn !== null)
      throw new TypeError('Only one of avg_fn and multi_avg_fn should be provided')
    const module = deepCopy(model)
    if (place !== null) module.to({ device: place })
    const nAveraged = tensor(0, { dtype: 'int64', ...(place === null ? {} : { device: place }) })
    // biome-ignore lint/correctness/noConstructorReturn: the instance is a function, as modules are
    return callable(new.target.prototype as this, { module, nAveraged, avgFn, multiAvgFn, useBuffers })
  }

  /** What the averaged model gives. */
  forward(...args: Parameters<M>): ReturnType<M> {
    return this.module(...args) as ReturnType<M>
  }

  /** Takes the present parameters of the model into the averages. */
  updateParameters(model: M): void {
    noGrad(() => {
      const averages = this.values(this.module)
      const values = this.values(model).map((x, i) => x.to({ device: averages[i]!.device }))
      if (Number(this.nAveraged.item()) === 0) for (const [i, average] of averages.entries()) average.copy_(values[i]!)
      else this.average(averages, values)
      if (!this.useBuffers) copyBuffers(model, this.module)
      this.nAveraged.add_(1)
    })
  }

  /** Parameters, and buffers if they are averaged, without history. */
  private values(model: M): Tensor[] {
    const all = this.useBuffers ? [...model.parameters(), ...model.buffers()] : [...model.parameters()]
    return all.map((x) => x.detach())
  }

  private average(averages: readonly Tensor[], values: readonly Tensor[]): void {
    const { multiAvgFn, avgFn, nAveraged } = this
    if (multiAvgFn !== null) {
      for (const places of alike(averages))
        multiAvgFn(
          places.map((i) => averages[i]!),
          places.map((i) => values[i]!),
          nAveraged,
        )
      return
    }
    const next = avgFn ?? getSwaAvgFn()
    for (const [i, average] of averages.entries()) average.copy_(next(average, values[i]!, nAveraged))
  }

  /** Whether the averaged model is in training mode. */
  get training(): boolean {
    return this.module.training
  }

  /** Sets training mode, or evaluation mode with `false`. */
  train(mode = true): this {
    this.module.train(mode)
    return this
  }

  /** Sets evaluation mode. */
  eval(): this {
    return this.train(false)
  }

  /** Moves the averages to a device. */
  to(target: { device: string }): this {
    this.module.to(target)
    this.nAveraged = this.nAveraged.to(target)
    return this
  }

  /** The averages. */
  parameters(): Iterable<Tensor> {
    return this.module.parameters()
  }

  /** The averages with their paths: `module.` and that in the model. */
  *namedParameters(): IterableIterator<[string, Tensor]> {
    for (const [name, x] of this.module.namedParameters()) yield [PREFIX + name, x]
  }

  /** {@link nAveraged}, and the buffers of the averaged model. */
  *buffers(): IterableIterator<Tensor> {
    for (const [, x] of this.namedBuffers()) yield x
  }

  /** The buffers with their paths. */
  *namedBuffers(): IterableIterator<[string, Tensor]> {
    yield [COUNT, this.nAveraged]
    for (const [name, x] of this.module.namedBuffers()) yield [PREFIX + name, x]
  }

  /** The averaged model and what it consists of. */
  modules(): Iterable<object> {
    return this.module.modules()
  }

  /** `n_averaged`, and the state of the averaged model with `module.` before each name. */
  stateDict(): Record<string, Tensor> {
    const entries = Object.entries(this.module.stateDict()).map(([name, x]) => [PREFIX + name, x])
    return { [COUNT]: this.nAveraged.detach(), ...Object.fromEntries(entries) }
  }

  /**
   * Copies averages and their number from what {@link stateDict} gave, here or in PyTorch.
   *
   * @param options - `strict: false` lets keys be missing or unexpected
   * @throws RuntimeError if keys (unless `strict: false`) or shapes differ; nothing is copied then
   */
  loadStateDict(state: Readonly<Record<string, Tensor>>, options: { strict?: boolean } = {}): LoadReport {
    const { [COUNT]: count, ...others } = state
    const unexpectedKeys = Object.keys(others).filter((name) => !name.startsWith(PREFIX))
    const missingKeys = count === undefined ? [COUNT] : []
    if ((options.strict ?? true) && unexpectedKeys.length + missingKeys.length > 0)
      throw new RuntimeError(
        `Error(s) in loading state_dict for AveragedModel:${listed('Missing', missingKeys)}${listed('Unexpected', unexpectedKeys)}`,
      )
    const inner = Object.entries(others).filter(([name]) => name.startsWith(PREFIX))
    const found = this.module.loadStateDict(
      Object.fromEntries(inner.map(([name, x]) => [name.slice(PREFIX.length), x])),
      options,
    )
    if (count !== undefined) noGrad(() => this.nAveraged.copy_(count))
    return {
      missingKeys: [...missingKeys, ...found.missingKeys.map((name) => PREFIX + name)],
      unexpectedKeys: [...unexpectedKeys, ...found.unexpectedKeys.map((name) => PREFIX + name)],
    }
  }

  /** What `deepCopy` does with it: copies the averages; the functions are the same. */
  __deepcopy__(copier: Copier): this {
    const { module, nAveraged, avgFn, multiAvgFn, useBuffers } = this
    const fields = { module: copier.copy(module), nAveraged: copier.copy(nAveraged), avgFn, multiAvgFn, useBuffers }
    return callable(Object.getPrototypeOf(this) as this, fields)
  }

  toString(): string {
    const text = String(this.module).replaceAll('\n', '\n  ')
    return `AveragedModel(\n  (module): ${text}\n)`
  }
}

const COUNT = 'n_averaged'
const PREFIX = 'module.'

/** A function that calls `forward` of itself, with the given fields. */
function callable<A extends AveragedModel<Model>>(prototype: A, fields: object): A {
  const self = ((...args: never[]) => self.forward(...args)) as unknown as A
  return Object.assign(Object.setPrototypeOf(self, prototype) as A, fields)
}

/** The places of tensors that are alike in dtype and device. */
function alike(tensors: readonly Tensor[]): number[][] {
  const groups = new Map<string, number[]>()
  for (const [i, { dtype, device }] of tensors.entries()) {
    const key = `${dtype.name} ${device}`
    const places = groups.get(key) ?? []
    groups.set(key, places)
    places.push(i)
  }
  return [...groups.values()]
}

function copyBuffers(from: Model, to: Model): void {
  const values = [...from.buffers()]
  for (const [i, buffer] of [...to.buffers()].entries()) buffer.copy_(values[i]!.to({ device: buffer.device }))
}

function listed(kind: string, keys: readonly string[]): string {
  return keys.length === 0 ? '' : `\n\t${kind} key(s) in state_dict: ${keys.map((key) => `"${key}"`).join(', ')}. `
}
