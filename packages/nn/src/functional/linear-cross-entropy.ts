import {
  bindOptions,
  crossEntropy,
  linear,
  type Reduction,
  RuntimeError,
  reshape,
  type Shape,
  type Tensor,
} from '@tsorch/core'
import { sizes } from './loss-checks.js'

/** Options of {@link linearCrossEntropy}. */
export interface LinearCrossEntropyOptions {
  /** Shape [C], or [C, d1, ...]. */
  linearBias?: Tensor | null
  /** Factor of each class, shape [C]. */
  weight?: Tensor | null
  /** `'mean'` if not given. */
  reduction?: Reduction
  /** Targets that count for nothing, -100 if not given; only for class indices. */
  ignoreIndex?: number | null
  /** Share of the target spread evenly over all classes, in [0, 1]. */
  labelSmoothing?: number
}
const names = ['linearBias', 'weight', 'reduction', 'ignoreIndex', 'labelSmoothing'] as const

/**
 * {@link crossEntropy} of logits that a linear layer gives.
 *
 * @param input - shape [N, inFeatures] or [inFeatures]
 * @param linearWeight - shape [C, inFeatures], or [C, d1, ..., inFeatures] for several losses a sample
 * @param target - class indices, shape [N], [N, d1, ...] or [], or probabilities, of the shape of the logits
 * @returns a 0-d tensor, or one value a target with `reduction: 'none'`
 * @throws RuntimeError if the shapes do not fit, or for `ignoreIndex` with probabilities
 * @example
 * ```ts
 * linearCrossEntropy(randn([3, 8]), randn([5, 8]), tensor([1, 0, 4]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.linear_cross_entropy.html
 */
export function linearCrossEntropy(
  input: Tensor,
  linearWeight: Tensor,
  target: Tensor,
  options?: LinearCrossEntropyOptions,
): Tensor {
  const o = bindOptions<LinearCrossEntropyOptions>('linearCrossEntropy', names, [options])
  const bias = o.linearBias ?? null
  checkLinear(input, linearWeight, bias)
  const inFeatures = linearWeight.shape.at(-1)!
  const logitsShape = [...input.shape.slice(0, -1), ...linearWeight.shape.slice(0, -1)]
  const ignoreIndex = o.ignoreIndex ?? null
  if (ignoreIndex !== null && alike(target.shape, logitsShape))
    throw new RuntimeError('ignore_index cannot be specified when target contains probabilities')
  const flat = reshape(linearWeight, [-1, inFeatures])
  const logits = linear(input, flat, bias === null ? null : reshape(bias, [bias.count]))
  return crossEntropy(reshape(logits, logitsShape), target, {
    weight: o.weight ?? null,
    reduction: o.reduction ?? 'mean',
    ignoreIndex: ignoreIndex ?? -100,
    labelSmoothing: o.labelSmoothing ?? 0,
  })
}

function alike(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, d) => size === b[d])
}

function checkLinear(input: Tensor, weight: Tensor, bias: Tensor | null): void {
  if (input.ndim !== 1 && input.ndim !== 2)
    throw new RuntimeError(`expected input with dimensionality 1 or 2, got ${input.ndim}`)
  if (weight.ndim < 2)
    throw new RuntimeError(`expected linear_weight with dimensionality at least 2, got ${weight.ndim}`)
  if (input.shape.at(-1) !== weight.shape.at(-1)) {
    throw new RuntimeError(
      `expected equal input and linear_weight last dimensions (in_features), got ${input.shape.at(-1)} and ${weight.shape.at(-1)}, respectively`,
    )
  }
  if (bias !== null && !alike(bias.shape, weight.shape.slice(0, -1))) {
    throw new RuntimeError(`expected linear_bias shape [${weight.shape.slice(0, -1).join(', ')}], got ${sizes(bias)}`)
  }
  if (weight.ndim > 2 && input.ndim === 1) {
    throw new RuntimeError(
      `K-dimensional loss defined by linear_weight shape ${sizes(weight)} requires batched input, (N, ${weight.shape.at(-1)}), got unbatched input with shape ${sizes(input)}`,
    )
  }
}
