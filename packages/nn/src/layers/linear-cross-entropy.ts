import { bindOptions, RuntimeError, reshape, type Shape, type Tensor } from '@tsorch/core'
import { type LinearCrossEntropyOptions, linearCrossEntropy } from '../functional/linear-cross-entropy.js'
import { type FactoryOptions, factoryNames, factoryOf } from './factory.js'
import { Linear } from './linear.js'
import { WeightedLoss } from './loss.js'
import { bool, float, tuple } from './python-text.js'

/** Options of {@link LinearCrossEntropyLoss}. */
export interface LinearCrossEntropyLossOptions extends Omit<LinearCrossEntropyOptions, 'linearBias'>, FactoryOptions {
  /** Sizes of further dimensions of the logits, for several losses a sample; none if not given. */
  outFeatures?: Shape
  /** Whether the linear layer has a bias; false if not given. */
  bias?: boolean
}
const names = ['outFeatures', 'bias', ...factoryNames, 'reduction', 'weight', 'ignoreIndex', 'labelSmoothing'] as const

/**
 * A linear layer and the cross entropy of the logits that it gives.
 *
 * Input: shape [N, inFeatures] or [inFeatures]; target: class indices [N, ...outFeatures], or probabilities of the shape of the
 * logits, [N, numClasses, ...outFeatures].
 *
 * @throws RuntimeError for weights that are not one for each class, or a smoothing outside [0, 1]
 * @example
 * ```ts
 * new LinearCrossEntropyLoss(8, 5)(randn([3, 8]), tensor([1, 0, 4]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LinearCrossEntropyLoss.html
 */
export class LinearCrossEntropyLoss extends WeightedLoss {
  numClasses: number
  outFeatures: Shape
  ignoreIndex: number | null
  labelSmoothing: number
  /** Its weight has a row for each class and each of the further places. */
  linear: Linear

  constructor(inFeatures: number, numClasses: number, options?: LinearCrossEntropyLossOptions) {
    const o = bindOptions<LinearCrossEntropyLossOptions>('LinearCrossEntropyLoss', names, [options])
    const { weight = null, labelSmoothing = 0, outFeatures = [], bias = false } = o
    if (weight !== null && (weight.ndim !== 1 || weight.count !== numClasses))
      throw new RuntimeError(`expected weight shape to be [${numClasses}], got [${weight.shape.join(', ')}]`)
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
      throw new RuntimeError(`expected label_smoothing to be in range [0, 1], got ${labelSmoothing}`)
    super({ weight, reduction: o.reduction ?? 'mean' })
    this.numClasses = numClasses
    this.outFeatures = [...outFeatures]
    this.ignoreIndex = o.ignoreIndex ?? null
    this.labelSmoothing = labelSmoothing
    const rows = outFeatures.reduce((n, size) => n * size, numClasses)
    this.linear = new Linear(inFeatures, rows, { bias, ...factoryOf(o) })
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { linear, weight, reduction, ignoreIndex, labelSmoothing } = this
    const shape = [this.numClasses, ...this.outFeatures]
    const linearBias = linear.bias === null ? null : reshape(linear.bias, shape)
    const linearWeight = reshape(linear.weight, [...shape, linear.inFeatures])
    return linearCrossEntropy(input, linearWeight, target, {
      linearBias,
      weight,
      reduction,
      ignoreIndex,
      labelSmoothing,
    })
  }

  override extraRepr(): string {
    const { linear, outFeatures, ignoreIndex } = this
    const places = outFeatures.length === 0 ? '()' : tuple(outFeatures)
    return `in_features=${linear.inFeatures}, num_classes=${this.numClasses}, out_features=${places}, bias=${bool(linear.bias !== null)}, reduction=${this.reduction}, ignore_index=${ignoreIndex ?? 'None'}, label_smoothing=${float(this.labelSmoothing)}, options=None`
  }
}
