import {
  add,
  argmax,
  bindOptions,
  cat,
  gather,
  ge,
  indexAdd,
  indexCopy,
  indexSelect,
  logicalAnd,
  logicalOr,
  logSoftmax,
  lt,
  max,
  mean,
  min,
  type NamedTuple,
  namedTuple,
  narrow,
  neg,
  nonzero,
  RuntimeError,
  reshape,
  sub,
  type Tensor,
  unsqueeze,
  ValueError,
  where,
  zeros,
} from '@tsorch/core'
import { anyTrue, sizes } from '../functional/loss-checks.js'
import { Module } from '../module/module.js'
import { ModuleList, Sequential } from './containers.js'
import { type FactoryOptions, factoryNames, factoryOf } from './factory.js'
import { Linear } from './linear.js'

/** Options of {@link AdaptiveLogSoftmaxWithLoss}. */
export interface AdaptiveSoftmaxOptions extends FactoryOptions {
  /** By how much the features of each cluster are fewer than those of the one before it; 4 if not given. */
  divValue?: number
  /** Whether the head has a bias; false if not given. */
  headBias?: boolean
}

/** Log-probabilities of the targets, [N] or [], and the mean of their negatives. */
export type AdaptiveSoftmaxOutput = NamedTuple<readonly ['output', 'loss'], readonly [output: Tensor, loss: Tensor]>

/** The classes at which a new cluster begins, and their number. @throws ValueError if they are not in order */
function checkedCutoffs(cutoffs: readonly number[], classes: number): number[] {
  if (!Array.isArray(cutoffs))
    throw new TypeError(`AdaptiveLogSoftmaxWithLoss(): cutoffs must be a list of numbers, but got ${String(cutoffs)}`)
  if (cutoffs.length === 0) throw new ValueError('cutoffs should be a sequence of length larger than 0')
  const inOrder = cutoffs.every((c, i) => Number.isInteger(c) && c > (cutoffs[i - 1] ?? 0) && c < classes)
  if (!inOrder) {
    throw new ValueError(
      `cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and n_classes-1, but got [${cutoffs.join(', ')}] for ${classes} classes`,
    )
  }
  return [...cutoffs, classes]
}

/**
 * A softmax over very many classes that are sorted by how frequent they are (Grave et al., 2017): a head for the first ones and
 * the clusters of the others, and a small network for each cluster that is only evaluated where a target lies in it.
 *
 * Input: shape [N, inFeatures] or [inFeatures]; target: class indices (int64), shape [N] or [].
 *
 * @throws ValueError for cutoffs that are not in order
 * @example
 * ```ts
 * const softmax = new AdaptiveLogSoftmaxWithLoss(16, 1000, [20, 100])
 * const { output, loss } = softmax(randn([8, 16]), randint(0, 1000, [8]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveLogSoftmaxWithLoss.html
 */
export class AdaptiveLogSoftmaxWithLoss extends Module<[input: Tensor, target: Tensor], AdaptiveSoftmaxOutput> {
  inFeatures: number
  nClasses: number
  /** Where each cluster ends; the first is part of the head. */
  cutoffs: readonly number[]
  divValue: number
  headBias: boolean
  shortlistSize: number
  nClusters: number
  headSize: number
  head: Linear
  tail: ModuleList<Sequential>

  constructor(
    inFeatures: number,
    nClasses: number,
    cutoffs: readonly number[],
    divValue?: number | AdaptiveSoftmaxOptions,
    options?: AdaptiveSoftmaxOptions,
  ) {
    super()
    const names = ['divValue', 'headBias', ...factoryNames] as const
    const o = bindOptions<AdaptiveSoftmaxOptions>('AdaptiveLogSoftmaxWithLoss', names, [divValue, options])
    this.inFeatures = inFeatures
    this.nClasses = nClasses
    this.cutoffs = checkedCutoffs(cutoffs, nClasses)
    this.divValue = o.divValue ?? 4
    this.headBias = o.headBias ?? false
    this.shortlistSize = cutoffs[0]!
    this.nClusters = cutoffs.length
    this.headSize = this.shortlistSize + this.nClusters
    const factory = factoryOf(o)
    this.head = new Linear(inFeatures, this.headSize, { bias: this.headBias, ...factory })
    const clusters = cutoffs.map((start, i) => {
      const hidden = Math.floor(inFeatures / this.divValue ** (i + 1))
      return new Sequential(
        new Linear(inFeatures, hidden, { bias: false, ...factory }),
        new Linear(hidden, this.cutoffs[i + 1]! - start, { bias: false, ...factory }),
      )
    })
    this.tail = new ModuleList(clusters)
  }

  /** Draws all weights anew. */
  resetParameters(): void {
    this.head.resetParameters()
    for (const cluster of this.tail) for (const layer of cluster) (layer as Linear).resetParameters()
  }

  /** @throws RuntimeError if the shapes do not fit, or for a target outside [0, nClasses) */
  override forward(input: Tensor, target: Tensor): AdaptiveSoftmaxOutput {
    checkShapes(input, target)
    const batched = target.ndim > 0
    const x = batched ? input : unsqueeze(input, 0)
    const y = batched ? target : unsqueeze(target, 0)
    this.checkTargets(y)
    const samples = y.count
    let output = zeros([samples], { dtype: x.dtype, device: x.device })
    // what the head has to say: the class itself, or its cluster
    let place = y
    for (const [i, cluster] of [...this.tail].entries()) {
      const low = this.cutoffs[i]!
      const inside = logicalAnd(ge(y, low), lt(y, this.cutoffs[i + 1]!))
      const [rows] = nonzero(inside, { asTuple: true }) as [Tensor]
      if (rows.count === 0) continue
      place = where(inside, this.shortlistSize + i, place)
      const logs = logSoftmax(cluster(indexSelect(x, 0, rows)), 1)
      const within = unsqueeze(sub(indexSelect(y, 0, rows), low), 1)
      output = indexAdd(output, 0, rows, reshape(gather(logs, 1, within), [rows.count]))
    }
    const ofHead = gather(logSoftmax(this.head(x), 1), 1, unsqueeze(place, 1))
    const all = add(output, reshape(ofHead, [samples]))
    return namedTuple(['output', 'loss'], [batched ? all : reshape(all, []), mean(neg(all))] as const)
  }

  /**
   * Log-probabilities of all classes, shape [N, nClasses].
   *
   * @param input - shape [N, inFeatures]
   */
  logProb(input: Tensor): Tensor {
    return this.fullLogProb(input, this.head(input))
  }

  /**
   * The most probable class of each sample, shape [N]: what `logProb(input).argmax(1)` gives, with less work where it is one of
   * the first classes.
   *
   * @param input - shape [N, inFeatures]
   */
  predict(input: Tensor): Tensor {
    const ofHead = this.head(input)
    const best = argmax(ofHead, 1)
    const [rows] = nonzero(ge(best, this.shortlistSize), { asTuple: true }) as [Tensor]
    if (rows.count === 0) return best
    const logs = this.fullLogProb(indexSelect(input, 0, rows), indexSelect(ofHead, 0, rows))
    return indexCopy(best, 0, rows, argmax(logs, 1))
  }

  private fullLogProb(input: Tensor, ofHead: Tensor): Tensor {
    const logs = logSoftmax(ofHead, 1)
    const parts = [...this.tail].map((cluster, i) =>
      add(logSoftmax(cluster(input), 1), narrow(logs, 1, this.shortlistSize + i, 1)),
    )
    return cat([narrow(logs, 1, 0, this.shortlistSize), ...parts], 1)
  }

  private checkTargets(y: Tensor): void {
    if (!anyTrue(logicalOr(lt(y, 0), ge(y, this.nClasses)))) return
    throw new RuntimeError(
      `Target values should be in [0, ${this.nClasses - 1}], but values in range [${min(y).item()}, ${max(y).item()}] were found. `,
    )
  }
}

function checkShapes(input: Tensor, target: Tensor): void {
  const dims = target.ndim
  if (dims > 1) throw new RuntimeError('0D or 1D target tensor expected, multi-target not supported')
  if (dims === 1 && input.shape[0] !== target.shape[0])
    throw new RuntimeError('Input and target should have the same size in the batch dimension.')
  if (input.ndim !== dims + 1) {
    throw new RuntimeError(
      `${dims}D target tensor expects ${dims + 1}D input tensors, but found inputs with size ${sizes(input)}`,
    )
  }
}
