/** Normalisation of channels over a batch, or of each sample's own. */
import { withoutGrad } from '../autograd/mode.js'
import { ownedByGraph, record, recording } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import type { DType } from '../dtype.js'
import { RuntimeError, ValueError } from '../errors.js'
import { bindOptions, TypeError_ } from '../options.js'
import { formatShape, numelOf, type Shape, wrapDim } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { cast, clone, contiguous } from './cast.js'
import { castTo } from './elementwise.js'
import { groupNormOf } from './norm.js'
import {
  affine,
  flatParameter,
  type NormGrads,
  type NormNeeds,
  type NormResult,
  normalised,
  normalisedGrad,
  normType,
  recordNorm,
  spreadAs,
  viewable,
  withShape,
} from './normalise.js'
import { add, mul, neg, rsqrt, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { mean, sum } from './reduce.js'
import { repeat } from './repeat.js'
import { reshape } from './view.js'

/** Running statistics [C] that a training call moves towards those of the batch, in place. */
export interface RunningStatistics {
  readonly mean: Tensor
  readonly variance: Tensor
  /** Share of the new value. */
  readonly momentum: number
}

const onChannels = (parameter: Tensor | null): Tensor | null =>
  spreadAs(parameter, [1, parameter === null ? 0 : parameter.count, 1])

/** `old += momentum * (value - old)`, unrecorded and not counted as a write: PyTorch's buffers keep their version too. */
function moveTowards(old: Tensor, value: Tensor, momentum: number): void {
  const next = add(mul(old, 1 - momentum), mul(value, momentum))
  old.storage.device.primitives.copy(next, old)
}

/**
 * Kernel key: batch normalisation in training, `x` [N, C, L] in any layout, float32 or float64.
 *
 * Gives the result, dense in any layout, and [C] mean and `1 / sqrt(variance + eps)`, each in memory of its own, the variance
 * biased. The running variance follows the unbiased one; nothing moves for an empty batch.
 */
export const batchNormOp: Op<
  [x: Tensor, weight: Tensor | null, bias: Tensor | null, running: RunningStatistics | null, eps: number],
  NormResult
> = defineOp(
  'batchNorm',
  (
    x: Tensor,
    weight: Tensor | null,
    bias: Tensor | null,
    running: RunningStatistics | null,
    eps: number,
  ): NormResult => {
    const { out, center, invstd, variance } = normalised(x, [0, 2], onChannels(weight), onChannels(bias), eps)
    const channels = [x.shape[1]!]
    const batchMean = reshape(center, channels)
    const n = x.shape[0]! * x.shape[2]!
    if (running !== null && n > 0) {
      moveTowards(running.mean, batchMean, running.momentum)
      moveTowards(running.variance, mul(reshape(variance, channels), n / Math.max(n - 1, 1)), running.momentum)
    }
    return [out, batchMean, reshape(invstd, channels)]
  },
)

/** Kernel key: `(x - mean) / sqrt(variance + eps) * weight + bias` for `x` [N, C, L] in any layout; all others are [C]. */
export const batchNormInferenceOp: Op<
  [x: Tensor, mean: Tensor, variance: Tensor, weight: Tensor | null, bias: Tensor | null, eps: number],
  Tensor
> = defineOp(
  'batchNormInference',
  (x: Tensor, center: Tensor, variance: Tensor, weight: Tensor | null, bias: Tensor | null, eps: number): Tensor => {
    const invstd = rsqrt(add(variance, eps))
    const scale = weight === null ? invstd : mul(invstd, weight)
    const shift = neg(mul(center, scale))
    // the whole input is passed over twice
    return affine(x, onChannels(scale), onChannels(bias === null ? shift : add(shift, bias)))
  },
)

/**
 * Kernel key: gradients of batch normalisation for `g` and `x` [N, C, L], `mean` and `invstd` [C]: of `x`, of weight and of
 * bias [C]. In training `mean` and `invstd` are those of `x` itself, else constants.
 */
export const batchNormGradOp: Op<
  [g: Tensor, x: Tensor, mean: Tensor, invstd: Tensor, weight: Tensor | null, training: boolean, needs: NormNeeds],
  NormGrads
> = defineComposite(
  'batchNormGrad',
  (
    g: Tensor,
    x: Tensor,
    center: Tensor,
    invstd: Tensor,
    weight: Tensor | null,
    training: boolean,
    needs: NormNeeds,
  ): NormGrads => {
    const dims = [0, 2]
    const [m, s, w] = [onChannels(center)!, onChannels(invstd)!, onChannels(weight)]
    const [gx, gw, gb] = training
      ? normalisedGrad(g, x, m, s, w, dims, dims, needs)
      : [
          needs[0] ? mul(g, w === null ? s : mul(s, w)) : null,
          needs[1] ? sum(mul(g, mul(sub(x, m), s)), dims, true) : null,
          needs[2] ? sum(g, dims, true) : null,
        ]
    const channels = [x.shape[1]!]
    return [gx, spreadAs(gw, channels), spreadAs(gb, channels)]
  },
)

/** Options of {@link batchNorm}. */
export interface BatchNormOptions {
  /** Factor of each channel, shape [C]. */
  weight?: Tensor | null
  /** Addend of each channel, shape [C]. */
  bias?: Tensor | null
  /** Takes the statistics of the batch and updates the running ones; false if not given. */
  training?: boolean
  /** Share of the batch in the updated running statistics, 0.1 if not given. */
  momentum?: number
  /** Added to the variance, 1e-5 if not given. */
  eps?: number
}
const batchNormNames = ['weight', 'bias', 'training', 'momentum', 'eps'] as const

type Or<T> = T | BatchNormOptions

/**
 * Normalises each channel to mean 0 and variance 1 over the batch and all positions (Ioffe and Szegedy, 2015).
 *
 * In training the running statistics, if given, are updated in place, the variance with its unbiased estimate. Otherwise they
 * take the place of the batch's own. Halves are computed in float32.
 *
 * @param input - shape [N, C] or [N, C, d1, ...]
 * @param runningMean - shape [C]; null in training without running statistics
 * @param runningVar - shape [C]; null in training without running statistics
 * @returns a tensor of the shape of `input`
 * @throws ValueError in training for a single value a channel; for an `eps` below 0, in training also for 0
 * @throws RuntimeError if sizes or dtypes do not fit, or if running statistics lack when not training
 * @example
 * ```ts
 * const [mean, variance] = [zeros([3]), ones([3])]
 * batchNorm(randn([8, 3, 5, 5]), mean, variance, { training: true }) // shape [8, 3, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html
 */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  weight?: Or<Tensor | null>,
  bias?: Or<Tensor | null>,
  training?: Or<boolean>,
  momentum?: Or<number>,
  eps?: Or<number>,
): Tensor {
  checkTensor('batchNorm', 'input', input)
  const o = bindOptions<BatchNormOptions>('batchNorm', batchNormNames, [weight, bias, training, momentum, eps])
  const { training: trains = false, momentum: share = 0.1 } = o
  if (typeof share !== 'number') throw TypeError_(`batchNorm(): argument 'momentum' must be a number, not`, share)
  if (trains) checkBatch(input)
  const epsilon = o.eps ?? 1e-5
  if (trains && !(epsilon > 0))
    throw new ValueError(`batch_norm eps must be positive during training, but got ${epsilon}`)
  if (!(epsilon >= 0)) throw new ValueError(`batch_norm eps must be non-negative, but got ${epsilon}`)
  // PyTorch gives nothing for nothing, even without a dimension of channels
  if (input.ndim < 2 && input.count === 0) return clone(input)
  const running = bothOrNone(runningMean ?? null, runningVar ?? null, trains)
  return alone(batchNormOf('batchNorm', input, running, o.weight ?? null, o.bias ?? null, trains, share, epsilon))
}

/**
 * {@link batchNorm} with its statistics: in training also gives the mean and the reciprocal standard deviation of each channel,
 * else two empty tensors.
 */
export function nativeBatchNorm(
  input: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  training: boolean,
  momentum: number,
  eps: number,
): [out: Tensor, mean: Tensor, invstd: Tensor] {
  checkTensor('nativeBatchNorm', 'input', input)
  const running = bothOrNone(runningMean, runningVar, training)
  const result = batchNormOf('nativeBatchNorm', input, running, weight, bias, training, momentum, eps)
  const [out, ...statistics] = result
  // copies: what the gradient reads is nobody else's
  const [center, invstd] = statistics.map((s) => (s === null ? allocate(out.storage, out.dtype, [0]) : clone(s)))
  return [out, center!, invstd!]
}

/** @throws ValueError if there is one value a channel, whose variance means nothing */
function checkBatch({ shape }: Tensor): void {
  if (numelOf(shape) > 0) wrapDim(1, shape.length)
  if (shape[0]! * numelOf(shape.slice(2)) === 1)
    throw new ValueError(`Expected more than 1 value per channel when training, got input size ${formatShape(shape)}`)
}

type Statistics = readonly [mean: Tensor, variance: Tensor]

function bothOrNone(center: Tensor | null, variance: Tensor | null, trains: boolean): Statistics | null {
  if (trains && (center === null) !== (variance === null))
    throw new ValueError('running_mean and running_var must either both be None or neither be None')
  if (center !== null && variance !== null) return [center, variance]
  if (trains) return null
  throw new RuntimeError(`running_${center === null ? 'mean' : 'var'} must be defined in evaluation mode`)
}

function checkParameters(
  channels: number,
  running: Statistics | null,
  weight: Tensor | null,
  bias: Tensor | null,
  times = 1,
): void {
  const named = { running_mean: running?.[0], running_var: running?.[1], weight, bias }
  for (const [name, p] of Object.entries(named)) {
    if (p != null && p.count * times !== channels)
      throw new RuntimeError(`${name} should contain ${channels} elements not ${p.count * times}`)
    if (p?.requiresGrad === true && name.startsWith('running'))
      throw new RuntimeError(
        `The function 'native_batch_norm' is not differentiable with respect to argument '${name}'. This input cannot have requires_grad True.`,
      )
  }
}

/** Without statistics where they are the running ones. */
type PartialResult = readonly [out: Tensor, mean: Tensor | null, invstd: Tensor | null]

/** The result alone: its statistics are the graph's. */
function alone([out, center, invstd]: PartialResult): Tensor {
  if (center !== null) ownedByGraph(out, center)
  if (invstd !== null) ownedByGraph(out, invstd)
  return out
}

function batchNormOf(
  name: string,
  input: Tensor,
  running: Statistics | null,
  weight: Tensor | null,
  bias: Tensor | null,
  trains: boolean,
  momentum: number,
  eps: number,
): PartialResult {
  for (const [key, p] of Object.entries({ weight, bias })) if (p !== null) checkTensor(name, key, p)
  checkParameters(input.ndim < 2 ? 0 : input.shape[1]!, running, weight, bias)
  const dtype = normType('batch_norm', input, [weight, bias, ...(running ?? [])])
  const shape = [input.shape[0]!, input.shape[1]!, numelOf(input.shape.slice(2))]
  const x = viewable(cast(input, dtype), shape)
  const w = flatParameter(weight, dtype)
  const b = flatParameter(bias, dtype)
  if (!trains) return [cast(inferred(x, shape, running!, w, b, eps), input.dtype), null, null]
  const [out, center, invstd] = trained(x, shape, running, w, b, momentum, eps)
  return [cast(out, input.dtype), center, invstd]
}

/** A running statistic as kernels take it: itself if it fits. */
const flatStatistic = (x: Tensor, dtype: DType): Tensor => withoutGrad(flatParameter, [x, dtype])!

function trained(
  x: Tensor,
  shape: Shape,
  running: Statistics | null,
  weight: Tensor | null,
  bias: Tensor | null,
  momentum: number,
  eps: number,
): NormResult {
  let moving: RunningStatistics | null = null
  if (running !== null) {
    const [center, variance] = running.map((r) => flatStatistic(r, x.dtype)) as [Tensor, Tensor]
    moving = { mean: center, variance, momentum }
  }
  const result = batchNormOp(withShape(x, shape), weight, bias, moving, eps)
  if (running !== null && moving !== null) {
    writeBack(running[0], moving.mean)
    writeBack(running[1], moving.variance)
  }
  const view = { shape, groups: shape, dims: [0, 2] }
  const out = recordNorm('NativeBatchNormBackward0', x, result, weight, bias, view, (g, input, m, s, w, needs) =>
    batchNormGradOp(g, input, m, s, w, true, needs),
  )
  return [out, result[1], result[2]]
}

/** Updates a running statistic whose place another tensor took for the kernel. */
function writeBack(original: Tensor, updated: Tensor): void {
  if (!original.storage.shares(updated.storage))
    original.storage.device.primitives.copy(withShape(updated, original.shape), original)
}

function inferred(
  x: Tensor,
  shape: Shape,
  running: Statistics,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  const [center, variance] = running.map((r) => flatStatistic(r, x.dtype)) as [Tensor, Tensor]
  const y = withShape(batchNormInferenceOp(withShape(x, shape), center, variance, weight, bias, eps), x.shape)
  if (!recording(x, weight, bias)) return y
  // copies: the running statistics may move before the gradient reads them
  const kept = allocate(center.storage, center.dtype, center.shape)
  center.storage.device.primitives.copy(center, kept)
  const invstd = withoutGrad(() => rsqrt(add(variance, eps)), [])
  const whole = x.shape
  const weighted = weight !== null
  record('NativeBatchNormBackward0', y, [x, weight, bias], [x, weight, kept, invstd], (g, node) => {
    const w = weighted ? node.saved(1) : null
    const needs: NormNeeds = [node.needs(0), node.needs(1), node.needs(2)]
    const input = reshape(node.saved(0), shape)
    const [gx, gw, gb] = batchNormGradOp(reshape(g, shape), input, node.saved(2), node.saved(3), w, false, needs)
    return [gx === null ? null : reshape(gx, whole), gw, gb]
  })
  ownedByGraph(y, kept)
  ownedByGraph(y, invstd)
  return y
}

/** Options of {@link instanceNorm}. */
export interface InstanceNormOptions {
  /** Statistics over the batch, shape [C], updated in place with the mean of those of the samples. */
  runningMean?: Tensor | null
  runningVar?: Tensor | null
  /** Factor of each channel, shape [C]. */
  weight?: Tensor | null
  /** Addend of each channel, shape [C]. */
  bias?: Tensor | null
  /** Takes each sample's own statistics and not the running ones; true if not given. */
  useInputStats?: boolean
  /** Share of the new value in the updated running statistics, 0.1 if not given. */
  momentum?: number
  /** Added to the variance, 1e-5 if not given. */
  eps?: number
}
const instanceNormNames = ['runningMean', 'runningVar', 'weight', 'bias', 'useInputStats', 'momentum', 'eps'] as const

type InstanceOr<T> = T | InstanceNormOptions

/**
 * Normalises each channel of each sample to mean 0 and variance 1 over its positions (Ulyanov et al., 2016).
 *
 * @param input - shape [N, C, d1, ...]
 * @returns a tensor of the shape of `input`
 * @throws ValueError with the input's own statistics for a single position
 * @throws RuntimeError if sizes or dtypes do not fit
 * @example
 * ```ts
 * instanceNorm(randn([8, 3, 5, 5])) // shape [8, 3, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.instance_norm.html
 */
export function instanceNorm(
  input: Tensor,
  runningMean?: InstanceOr<Tensor | null>,
  runningVar?: InstanceOr<Tensor | null>,
  weight?: InstanceOr<Tensor | null>,
  bias?: InstanceOr<Tensor | null>,
  useInputStats?: InstanceOr<boolean>,
  momentum?: InstanceOr<number>,
  eps?: InstanceOr<number>,
): Tensor {
  checkTensor('instanceNorm', 'input', input)
  const args = [runningMean, runningVar, weight, bias, useInputStats, momentum, eps]
  const o = bindOptions<InstanceNormOptions>('instanceNorm', instanceNormNames, args)
  const { useInputStats: own = true, momentum: share = 0.1, eps: epsilon = 1e-5 } = o
  const [w, b] = [o.weight ?? null, o.bias ?? null]
  if (own && numelOf(input.shape.slice(2)) === 1)
    throw new ValueError(
      `Expected more than 1 spatial element when training, got input size ${formatShape(input.shape)}`,
    )
  const [center, variance] = [o.runningMean ?? null, o.runningVar ?? null]
  if (!own && (center === null || variance === null))
    throw new RuntimeError('Expected running_mean and running_var to be defined when use_input_stats is false')
  const running = bothOrNone(center, variance, own)
  if (input.ndim < 2) throw new RuntimeError(`instanceNorm(): input must have at least 2 dimensions, got ${input.ndim}`)
  const [samples, channels] = input.shape as [number, number]
  checkParameters(samples * channels, running, w, b, samples)
  if (!own) return alone(batchNormOf('instanceNorm', input, running, w, b, false, share, epsilon))
  if (running === null) {
    const dtype = normType('batch_norm', input, [w, b])
    return groupNormOf('InstanceNormBackward0', input, channels, w, b, dtype, epsilon)
  }
  return followedInstances(input, running, w, b, share, epsilon)
}

/** With running statistics: batch normalisation of one sample with all channels of all samples, as PyTorch does it. */
function followedInstances(
  input: Tensor,
  running: Statistics,
  weight: Tensor | null,
  bias: Tensor | null,
  momentum: number,
  eps: number,
): Tensor {
  const [samples, channels] = input.shape as [number, number]
  const each = (p: Tensor | null): Tensor | null => (p === null ? null : repeat(reshape(p, [channels]), [samples]))
  const joined = reshape(contiguous(input), [1, samples * channels, ...input.shape.slice(2)])
  const all = running.map((r) => withoutGrad(each, [r])) as [Tensor, Tensor]
  const out = alone(batchNormOf('instanceNorm', joined, all, each(weight), each(bias), true, momentum, eps))
  running.forEach((r, i) => {
    const average = withoutGrad(mean, [reshape(all[i]!, [samples, channels]), 0])
    r.storage.device.primitives.copy(withShape(castTo(average, r.dtype), r.shape), r)
  })
  return reshape(out, input.shape)
}
