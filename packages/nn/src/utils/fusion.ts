/** Batch normalisation folded into the layer before it, for evaluation. */
import {
  add,
  bindOptions,
  deepCopy,
  mul,
  onesLike,
  RuntimeError,
  reshape,
  rsqrt,
  sub,
  type Tensor,
  ValueError,
  zerosLike,
} from '@tsorch/core'
import type { ConvNd } from '../layers/conv.js'
import type { Linear } from '../layers/linear.js'
import type { AnyModule } from '../module/module.js'
import { Parameter } from '../parameter.js'

/** What is read of a batch normalisation layer. */
export type BatchNormLike = AnyModule & {
  readonly numFeatures: number
  readonly eps: number
  readonly weight: Tensor | null
  readonly bias: Tensor | null
  readonly runningMean: Tensor | null
  readonly runningVar: Tensor | null
}

/** The running statistics. @throws RuntimeError in training mode, or without them */
function statistics(layer: AnyModule, bn: BatchNormLike): [mean: Tensor, variance: Tensor] {
  if (layer.training || bn.training) throw new RuntimeError('Fusion only for eval!')
  if (bn.runningMean === null || bn.runningVar === null)
    throw new RuntimeError('bn.running_mean and bn.running_var must not be None')
  return [bn.runningMean, bn.runningVar]
}

/**
 * A convolution that does what `conv` and then `bn` do in evaluation mode: a copy, with other weights.
 *
 * @param transpose - whether it is a transposed convolution
 * @throws RuntimeError if one of the two is in training mode, or `bn` has no running statistics
 * @example
 * ```ts
 * const fused = fuseConvBnEval(block.conv.eval(), block.bn.eval())
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.fuse_conv_bn_eval.html
 */
export function fuseConvBnEval<C extends ConvNd>(
  conv: C,
  bn: BatchNormLike,
  transpose?: boolean | { transpose?: boolean },
): C {
  const o = bindOptions<{ transpose: boolean }>('fuseConvBnEval', ['transpose'], [transpose])
  const [mean, variance] = statistics(conv, bn)
  const fused = deepCopy(conv)
  const { weight, bias } = fused
  const across = o.transpose ?? false
  ;[fused.weight, fused.bias] = fuseConvBnWeights(weight, bias, mean, variance, bn.eps, bn.weight, bn.bias, across)
  return fused
}

/**
 * Weight and bias of {@link fuseConvBnEval}.
 *
 * @param convW - shape [out, in, ...], [in, out, ...] with `transpose`
 * @param convB - shape [out], or null, as are all that follow but `bnEps`
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.fuse_conv_bn_weights.html
 */
export function fuseConvBnWeights(
  convW: Tensor,
  convB: Tensor | null,
  bnRm: Tensor,
  bnRv: Tensor,
  bnEps: number,
  bnW: Tensor | null,
  bnB: Tensor | null,
  transpose = false,
): [weight: Parameter, bias: Parameter] {
  const bias = convB ?? zerosLike(bnRm)
  const scale = mul(bnW ?? onesLike(bnRm), rsqrt(add(bnRv, bnEps)))
  const rest = convW.shape.slice(2).map(() => 1)
  const fusedW = mul(convW, reshape(scale, [...(transpose ? [1, -1] : [-1, 1]), ...rest])).to(convW.dtype)
  const fusedB = add(mul(sub(bias, bnRm), scale), bnB ?? zerosLike(bnRm)).to(convB?.dtype ?? convW.dtype)
  return [new Parameter(fusedW, convW.requiresGrad), new Parameter(fusedB, bias.requiresGrad)]
}

/**
 * A linear layer that does what `linear` and then `bn` do in evaluation mode: a copy, with other weights.
 *
 * @throws RuntimeError if one of the two is in training mode, or `bn` has no running statistics
 * @throws ValueError if `bn` has other features than `linear` gives
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.fuse_linear_bn_eval.html
 */
export function fuseLinearBnEval<L extends Linear>(linear: L, bn: BatchNormLike): L {
  const [mean, variance] = statistics(linear, bn)
  if (linear.outFeatures !== bn.numFeatures && bn.numFeatures !== 1) {
    throw new ValueError(
      `To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got linear.out_features=${linear.outFeatures} and bn.num_features=${bn.numFeatures}`,
    )
  }
  const fused = deepCopy(linear)
  const scale = bn.weight ?? onesLike(mean)
  const shift = bn.bias ?? zerosLike(mean)
  ;[fused.weight, fused.bias] = fuseLinearBnWeights(fused.weight, fused.bias, mean, variance, bn.eps, scale, shift)
  return fused
}

/**
 * Weight and bias of {@link fuseLinearBnEval}.
 *
 * @param linearW - shape [out, in]
 * @param linearB - shape [out], or null
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.fuse_linear_bn_weights.html
 */
export function fuseLinearBnWeights(
  linearW: Tensor,
  linearB: Tensor | null,
  bnRm: Tensor,
  bnRv: Tensor,
  bnEps: number,
  bnW: Tensor,
  bnB: Tensor,
): [weight: Parameter, bias: Parameter] {
  const bias = linearB ?? zerosLike(bnRm)
  const scale = mul(bnW, rsqrt(add(bnRv, bnEps)))
  const fusedW = mul(linearW, reshape(scale, [-1, 1]).to(linearW.dtype))
  const fusedB = add(mul(sub(bias, bnRm), scale), bnB).to(linearB?.dtype ?? linearW.dtype)
  return [new Parameter(fusedW, linearW.requiresGrad), new Parameter(fusedB, bias.requiresGrad)]
}
