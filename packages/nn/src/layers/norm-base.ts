/** What batch and instance normalisation have in common: a scale and a shift for each channel, and running statistics. */
import { bindOptions, noGrad, ones, type Tensor, tensor, ValueError, zeros } from '@tsorch/core'
import { ones_, zeros_ } from '../init/fill.js'
import { snakeCase } from '../module/keys.js'
import { type AnyModule, Layer } from '../module/module.js'
import type { StateDict } from '../module/state-dict.js'
import type { Parameter } from '../parameter.js'
import { emptyParameter, type FactoryOptions, factoryNames, factoryOf } from './factory.js'
import { bool, float } from './python-text.js'

/** Options of the batch and instance normalisation layers. */
export interface NormLayerOptions extends FactoryOptions {
  /** Added to the variance, 1e-5 if not given. */
  eps?: number
  /** Share of the new value in the updated running statistics, 0.1 if not given; null makes them plain averages of all batches. */
  momentum?: number | null
  /** Whether `weight` and `bias` are learned; true if not given, false for instance normalisation. */
  affine?: boolean
  /** Whether running statistics are kept for evaluation; true if not given, false for instance normalisation. */
  trackRunningStats?: boolean
  /** Whether an affine layer learns a bias too; true if not given. */
  bias?: boolean
}
/** Their names, in the order of positions. */
export const normNames: readonly (keyof NormLayerOptions)[] = [
  'eps',
  'momentum',
  'affine',
  'trackRunningStats',
  ...factoryNames,
  'bias',
]

/** An optional argument by position, or all that follow in one object. */
export type NormOr<T> = T | NormLayerOptions

/** Buffers, whose keys are not the names of their properties. */
const buffers: readonly string[] = ['runningMean', 'runningVar', 'numBatchesTracked']

/** A normalisation with running statistics. */
export abstract class NormBase extends Layer {
  numFeatures: number
  eps: number
  momentum: number | null
  affine: boolean
  trackRunningStats: boolean
  /** Factor of each channel, shape [numFeatures]; null without `affine`. */
  weight: Parameter | null
  /** Addend of each channel, shape [numFeatures]; null without `affine` or `bias`. */
  bias: Parameter | null
  /** Shape [numFeatures], key `running_mean`; null if not tracked. */
  runningMean!: Tensor | null
  /** Shape [numFeatures], key `running_var`; null if not tracked. */
  runningVar!: Tensor | null
  /** How many batches the running statistics have seen, an int64 scalar, key `num_batches_tracked`; null if not tracked. */
  numBatchesTracked!: Tensor | null

  constructor(
    layer: string,
    numFeatures: number,
    args: readonly unknown[],
    defaults: Pick<NormLayerOptions, 'affine' | 'trackRunningStats'>,
  ) {
    super()
    const o: NormLayerOptions = { ...defaults, ...bindOptions<NormLayerOptions>(layer, normNames, args) }
    this.numFeatures = numFeatures
    this.eps = o.eps ?? 1e-5
    this.momentum = o.momentum === undefined ? 0.1 : o.momentum
    this.affine = o.affine ?? true
    this.trackRunningStats = o.trackRunningStats ?? true
    this.weight = this.affine ? emptyParameter([numFeatures], o) : null
    this.bias = this.affine && (o.bias ?? true) ? emptyParameter([numFeatures], o) : null
    const tracked = this.trackRunningStats
    const place = o.device === undefined ? {} : { device: o.device }
    this.registerBuffer('runningMean', tracked ? zeros([numFeatures], factoryOf(o)) : null)
    this.registerBuffer('runningVar', tracked ? ones([numFeatures], factoryOf(o)) : null)
    this.registerBuffer('numBatchesTracked', tracked ? tensor(0, { ...place, dtype: 'int64' }) : null)
    this.resetParameters()
  }

  static override keyOf(property: string): string {
    return buffers.includes(property) ? snakeCase(property) : property
  }

  /** Checkpoints of PyTorch before 0.4.1 have no count of batches: the layer keeps its own. */
  static override completeState(module: AnyModule, state: StateDict, prefix: string): void {
    const { numBatchesTracked } = module as unknown as NormBase
    if (numBatchesTracked !== null) state[`${prefix}num_batches_tracked`] ??= numBatchesTracked
  }

  /** Forgets what the running statistics have seen: mean 0, variance 1. */
  resetRunningStats(): void {
    noGrad(() => {
      this.runningMean?.zero_()
      this.runningVar?.fill_(1)
      this.numBatchesTracked?.zero_()
    })
  }

  /** Sets `weight` to 1, `bias` to 0, and forgets the running statistics. */
  resetParameters(): void {
    this.resetRunningStats()
    if (this.weight !== null) ones_(this.weight)
    if (this.bias !== null) zeros_(this.bias)
  }

  override extraRepr(): string {
    const momentum = this.momentum === null ? 'None' : float(this.momentum)
    return `${this.numFeatures}, eps=${float(this.eps)}, momentum=${momentum}, affine=${bool(this.affine)}, bias=${bool(this.bias !== null)}, track_running_stats=${bool(this.trackRunningStats)}`
  }
}

/** @throws ValueError unless the input has one of these numbers of dimensions */
export function checkDims(input: Tensor, ...allowed: readonly number[]): void {
  if (allowed.includes(input.ndim)) return
  throw new ValueError(`expected ${allowed.map((n) => `${n}D`).join(' or ')} input (got ${input.ndim}D input)`)
}
