/** Normalisation of each sample by itself: over its last dimensions, or over groups of its channels. */
import { ownedByGraph, recordMany } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { type DType, finfo, promoteTypes } from '../dtype.js'
import { NotImplementedError, RuntimeError, ValueError } from '../errors.js'
import { bindOptions, TypeError_ } from '../options.js'
import { formatShape, numelOf, type Shape, sameShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { cast, clone, contiguous } from './cast.js'
import {
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
import { add, mul, rsqrt, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { mean, sum } from './reduce.js'
import { wideType } from './reduction.js'
import { reshape } from './view.js'

const inRow = (parameter: Tensor | null): Tensor | null =>
  spreadAs(parameter, [1, parameter === null ? 0 : parameter.count])

/**
 * Kernel key: layer normalisation of the rows of `x` [rows, features], row-major, float32 or float64; weight and bias [features].
 * Gives the result and [rows] mean and `1 / sqrt(variance + eps)`, each in memory of its own.
 */
export const layerNormOp: Op<[x: Tensor, weight: Tensor | null, bias: Tensor | null, eps: number], NormResult> =
  defineOp('layerNorm', (x: Tensor, weight: Tensor | null, bias: Tensor | null, eps: number): NormResult => {
    const { out, center, invstd } = normalised(x, [1], inRow(weight), inRow(bias), eps)
    const rows = [x.shape[0]!]
    return [out, reshape(center, rows), reshape(invstd, rows)]
  })

/**
 * Kernel key: gradients of layer normalisation for `g` and `x` [rows, features], `mean` and `invstd` [rows]: of `x`, of weight
 * and of bias [features].
 */
export const layerNormGradOp: Op<
  [g: Tensor, x: Tensor, mean: Tensor, invstd: Tensor, weight: Tensor | null, needs: NormNeeds],
  NormGrads
> = defineComposite(
  'layerNormGrad',
  (g: Tensor, x: Tensor, center: Tensor, invstd: Tensor, weight: Tensor | null, needs: NormNeeds): NormGrads => {
    const [rows, features] = x.shape as [number, number]
    const [m, s] = [reshape(center, [rows, 1]), reshape(invstd, [rows, 1])]
    const [gx, gw, gb] = normalisedGrad(g, x, m, s, inRow(weight), [1], [0], needs)
    return [gx, spreadAs(gw, [features]), spreadAs(gb, [features])]
  },
)

/** `[N, C, L]` with the channels of each group apart. */
const grouped = ({ shape: [n, c, l] }: Tensor, groups: number): Shape => [n!, groups, c! / groups, l!]

/**
 * Kernel key: group normalisation of `x` [N, C, L] in any layout, float32 or float64; weight and bias [C]. Gives the result, dense
 * in any layout, and [N, groups] mean and `1 / sqrt(variance + eps)`, each in memory of its own.
 */
export const groupNormOp: Op<
  [x: Tensor, groups: number, weight: Tensor | null, bias: Tensor | null, eps: number],
  NormResult
> = defineOp(
  'groupNorm',
  (x: Tensor, groups: number, weight: Tensor | null, bias: Tensor | null, eps: number): NormResult => {
    const shape = grouped(x, groups)
    const perChannel = [1, groups, shape[2]!, 1]
    const [w, b] = [spreadAs(weight, perChannel), spreadAs(bias, perChannel)]
    const { out, center, invstd } = normalised(reshape(x, shape), [2, 3], w, b, eps)
    const each = [shape[0]!, groups]
    return [reshape(out, x.shape), reshape(center, each), reshape(invstd, each)]
  },
)

/**
 * Kernel key: gradients of group normalisation for `g` and `x` [N, C, L], `mean` and `invstd` [N, groups]: of `x`, of weight and
 * of bias [C].
 */
export const groupNormGradOp: Op<
  [g: Tensor, x: Tensor, groups: number, mean: Tensor, invstd: Tensor, weight: Tensor | null, needs: NormNeeds],
  NormGrads
> = defineComposite(
  'groupNormGrad',
  (
    g: Tensor,
    x: Tensor,
    groups: number,
    center: Tensor,
    invstd: Tensor,
    weight: Tensor | null,
    needs: NormNeeds,
  ): NormGrads => {
    const shape = grouped(x, groups)
    const each = [shape[0]!, groups, 1, 1]
    const w = spreadAs(weight, [1, groups, shape[2]!, 1])
    const [m, s] = [reshape(center, each), reshape(invstd, each)]
    const [gx, gw, gb] = normalisedGrad(reshape(g, shape), reshape(x, shape), m, s, w, [2, 3], [0, 3], needs)
    const channels = [x.shape[1]!]
    return [spreadAs(gx, x.shape), spreadAs(gw, channels), spreadAs(gb, channels)]
  },
)

/** What {@link rmsNormOp} gives: the result, and the reciprocal root mean square of each row. */
export type RmsNormResult = readonly [out: Tensor, invrms: Tensor]
/** Gradients of input and weight; null where none is wanted. */
export type RmsNormGrads = readonly [input: Tensor | null, weight: Tensor | null]

/**
 * Kernel key: `x / sqrt(mean(x^2) + eps) * weight` along the rows of `x` [rows, features], row-major, float32 or float64. Gives
 * the result and [rows] `1 / sqrt(mean(x^2) + eps)`.
 */
export const rmsNormOp: Op<[x: Tensor, weight: Tensor | null, eps: number], RmsNormResult> = defineOp(
  'rmsNorm',
  (x: Tensor, weight: Tensor | null, eps: number): RmsNormResult => {
    const invrms = rsqrt(add(mean(mul(x, x), 1, true), eps))
    const unit = mul(x, invrms)
    return [weight === null ? unit : mul(unit, inRow(weight)!), reshape(invrms, [x.shape[0]!])]
  },
)

/** Kernel key: gradients of {@link rmsNormOp} for `g` and `x` [rows, features], `invrms` [rows]: of `x` and of weight [features]. */
export const rmsNormGradOp: Op<
  [g: Tensor, x: Tensor, invrms: Tensor, weight: Tensor | null, needs: readonly [input: boolean, weight: boolean]],
  RmsNormGrads
> = defineComposite(
  'rmsNormGrad',
  (
    g: Tensor,
    x: Tensor,
    invrms: Tensor,
    weight: Tensor | null,
    needs: readonly [input: boolean, weight: boolean],
  ): RmsNormGrads => {
    const [rows, features] = x.shape as [number, number]
    const r = reshape(invrms, [rows, 1])
    const unit = mul(x, r)
    const inner = weight === null ? g : mul(g, inRow(weight)!)
    return [
      needs[0] ? mul(sub(inner, mul(unit, mean(mul(inner, unit), 1, true))), r) : null,
      needs[1] ? reshape(sum(mul(g, unit), 0), [features]) : null,
    ]
  },
)

/** Options of {@link layerNorm}. */
export interface LayerNormOptions {
  /** Factor of each element, shape `normalizedShape`. */
  weight?: Tensor | null
  /** Addend of each element, shape `normalizedShape`. */
  bias?: Tensor | null
  /** Added to the variance, 1e-5 if not given. */
  eps?: number
}

/**
 * `[rows, features]` of an input whose last dimensions are normalised.
 *
 * @throws RuntimeError in PyTorch's words if shapes do not fit
 */
function rowsOf(
  name: string,
  input: Tensor,
  normalized: Shape,
  parameters: Readonly<Record<string, Tensor | null>>,
  star: string,
): [rows: number, features: number] {
  if (!Array.isArray(normalized))
    throw TypeError_(`${name}(): argument 'normalizedShape' must be a list of sizes, not`, normalized)
  if (normalized.length === 0)
    throw new RuntimeError(
      'Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []',
    )
  for (const [key, p] of Object.entries(parameters)) {
    if (p === null) continue
    checkTensor(name, key, p)
    if (!sameShape(p.shape, normalized))
      throw new RuntimeError(
        `Expected ${key} to be of same shape as normalized_shape, but got ${key} of shape ${formatShape(p.shape)} and normalized_shape = ${formatShape(normalized)}`,
      )
  }
  const lead = input.ndim - normalized.length
  if (lead < 0 || !sameShape(input.shape.slice(lead), normalized))
    throw new RuntimeError(
      `Given normalized_shape=${formatShape(normalized)}, expected input with shape [*${star}${normalized.join(', ')}], but got input of size${formatShape(input.shape)}`,
    )
  return [numelOf(input.shape.slice(0, lead)), numelOf(normalized)]
}

/**
 * Normalises the last dimensions of each sample to mean 0 and variance 1 (Ba et al., 2016). Halves are computed in float32.
 *
 * @param input - shape [..., ...normalizedShape]
 * @param normalizedShape - sizes of the last dimensions, which are normalised together
 * @returns a tensor of the shape of `input`
 * @throws RuntimeError if shapes or dtypes do not fit
 * @example
 * ```ts
 * layerNorm(tensor([[1.5, 2.5]]), [2]) // tensor([[-1.0000,  1.0000]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.layer_norm.html
 */
export function layerNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  weight?: Tensor | null | LayerNormOptions,
  bias?: Tensor | null | LayerNormOptions,
  eps?: number | LayerNormOptions,
): Tensor {
  checkTensor('layerNorm', 'input', input)
  const o = bindOptions<LayerNormOptions>('layerNorm', ['weight', 'bias', 'eps'], [weight, bias, eps])
  const result = layerNormOf('layerNorm', input, normalizedShape, o.weight ?? null, o.bias ?? null, o.eps ?? 1e-5)
  const [out, center, invstd] = result
  ownedByGraph(out, center)
  ownedByGraph(out, invstd)
  return out
}

/** The result of layer normalisation, recorded, and the statistics of each row. */
function layerNormOf(
  name: string,
  input: Tensor,
  normalizedShape: Shape,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): NormResult {
  const shape = rowsOf(name, input, normalizedShape, { weight, bias }, ', ')
  const dtype = normType('LayerNormKernelImpl', input, [weight, bias])
  const x = contiguous(cast(input, dtype))
  const [w, b] = [flatParameter(weight, dtype), flatParameter(bias, dtype)]
  const result = layerNormOp(withShape(x, shape), w, b, eps)
  const view = { shape, groups: shape, dims: [1] }
  const out = recordNorm('NativeLayerNormBackward0', x, result, w, b, view, layerNormGradOp)
  return [cast(out, input.dtype), result[1], result[2]]
}

/**
 * {@link layerNorm} with its statistics: also gives the mean and the reciprocal standard deviation, with the normalised
 * dimensions at size 1.
 */
export function nativeLayerNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): [out: Tensor, mean: Tensor, rstd: Tensor] {
  checkTensor('nativeLayerNorm', 'input', input)
  const [out, center, invstd] = layerNormOf('nativeLayerNorm', input, normalizedShape, weight, bias, eps)
  const kept = input.shape.map((size, d) => (d < input.ndim - normalizedShape.length ? size : 1))
  // copies: what the gradient reads is nobody else's
  return [out, reshape(clone(center), kept), reshape(clone(invstd), kept)]
}

/** Options of {@link groupNorm}. */
export interface GroupNormOptions {
  /** Factor of each channel, shape [C]. */
  weight?: Tensor | null
  /** Addend of each channel, shape [C]. */
  bias?: Tensor | null
  /** Added to the variance, 1e-5 if not given. */
  eps?: number
}

/**
 * Normalises groups of channels of each sample to mean 0 and variance 1 (Wu and He, 2018). Halves are computed in float32.
 *
 * @param input - shape [N, C, ...]
 * @param numGroups - a divisor of C
 * @returns a tensor of the shape of `input`
 * @throws ValueError for a single value a group
 * @throws RuntimeError if sizes or dtypes do not fit
 * @example
 * ```ts
 * groupNorm(randn([8, 6, 5, 5]), 3) // shape [8, 6, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.group_norm.html
 */
export function groupNorm(
  input: Tensor,
  numGroups: number,
  weight?: Tensor | null | GroupNormOptions,
  bias?: Tensor | null | GroupNormOptions,
  eps?: number | GroupNormOptions,
): Tensor {
  checkTensor('groupNorm', 'input', input)
  const o = bindOptions<GroupNormOptions>('groupNorm', ['weight', 'bias', 'eps'], [weight, bias, eps])
  const [w, b] = [o.weight ?? null, o.bias ?? null]
  checkGroups(input, numGroups)
  for (const [key, p] of Object.entries({ weight: w, bias: b })) {
    if (p === null) continue
    checkTensor('groupNorm', key, p)
    if (p.ndim !== 1 || p.count !== input.shape[1])
      throw new RuntimeError(
        `Expected ${key} to be a vector of size equal to the number of channels in input, but got ${key} of shape ${formatShape(p.shape)} and input of shape ${formatShape(input.shape)}`,
      )
  }
  const dtype = normType('GroupNormKernelImpl', input, [w, b])
  return groupNormOf('NativeGroupNormBackward0', input, numGroups, w, b, dtype, o.eps ?? 1e-5)
}

function checkGroups({ shape }: Tensor, groups: number): void {
  if (shape.length < 2)
    throw new RuntimeError(`Expected at least 2 dimensions for input tensor but received ${shape.length}`)
  if (!Number.isInteger(groups)) throw TypeError_("groupNorm(): argument 'numGroups' must be an integer, not", groups)
  if (groups <= 0) throw new RuntimeError(`Expected num groups to be greater than 0, got ${groups}`)
  const [samples, channels, ...rest] = shape as [number, number, ...number[]]
  const sizes = [Math.floor((samples * channels) / groups), groups, ...rest]
  if (sizes[0]! * numelOf(rest) === 1)
    throw new ValueError(`Expected more than 1 value per channel when training, got input size ${formatShape(sizes)}`)
  if (channels % groups !== 0)
    throw new RuntimeError(
      `Expected number of channels in input to be divisible by num_groups, but got input of shape ${formatShape(shape)} and num_groups=${groups}`,
    )
}

/** Group normalisation of checked arguments, computed in `dtype`. */
export function groupNormOf(
  name: string,
  input: Tensor,
  groups: number,
  weight: Tensor | null,
  bias: Tensor | null,
  dtype: DType,
  eps: number,
): Tensor {
  const shape = [input.shape[0]!, input.shape[1]!, numelOf(input.shape.slice(2))]
  const x = viewable(cast(input, dtype), shape)
  const [w, b] = [flatParameter(weight, dtype), flatParameter(bias, dtype)]
  const seen = withShape(x, shape)
  const result = groupNormOp(seen, groups, w, b, eps)
  const view = { shape, groups: grouped(seen, groups), dims: [2, 3] }
  const out = recordNorm(name, x, result, w, b, view, (g, y, m, s, scale, needs) =>
    groupNormGradOp(g, y, groups, m, s, scale, needs),
  )
  ownedByGraph(out, result[1])
  ownedByGraph(out, result[2])
  return cast(out, input.dtype)
}

/** Options of {@link rmsNorm}. */
export interface RmsNormOptions {
  /** Factor of each element, shape `normalizedShape`. */
  weight?: Tensor | null
  /** Added to the mean of the squares; the dtype's `finfo(...).eps` if not given. */
  eps?: number | null
}

/**
 * Divides the last dimensions of each sample by the root of their mean square (Zhang and Sennrich, 2019). Halves are computed in
 * float32.
 *
 * @param input - shape [..., ...normalizedShape]
 * @param normalizedShape - sizes of the last dimensions, which are normalised together
 * @returns a tensor of the shape of `input`
 * @throws RuntimeError if shapes do not fit
 * @example
 * ```ts
 * rmsNorm(tensor([[3.5, 3.5]]), [2]) // tensor([[1.0000, 1.0000]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.rms_norm.html
 */
export function rmsNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  weight?: Tensor | null | RmsNormOptions,
  eps?: number | null | RmsNormOptions,
): Tensor {
  checkTensor('rmsNorm', 'input', input)
  const o = bindOptions<RmsNormOptions>('rmsNorm', ['weight', 'eps'], [weight, eps])
  const scale = o.weight ?? null
  const shape = rowsOf('rmsNorm', input, normalizedShape, { weight: scale }, '')
  if (!input.dtype.isFloatingPoint)
    throw new NotImplementedError(`"rms_norm" not implemented for '${input.dtype.label}'`)
  // unlike the other normalisations this one promotes
  const dtype = wideType(scale === null ? input.dtype : promoteTypes(input.dtype, scale.dtype))
  const x = contiguous(cast(input, dtype))
  const w = flatParameter(scale, dtype)
  const [result, invrms] = rmsNormOp(withShape(x, shape), w, o.eps ?? finfo(wideType(input.dtype)).eps)
  return cast(recordRms(x, withShape(result, x.shape), invrms, w, shape), input.dtype)
}

/** Records the result together with its hidden root mean square, as `recordNorm` does. */
function recordRms(x: Tensor, out: Tensor, invrms: Tensor, weight: Tensor | null, shape: [number, number]): Tensor {
  const weighted = weight !== null
  const whole = x.shape
  recordMany('RmsNormBackward0', [out, invrms], [x, weight], [x, weight, invrms], ([g, gRms], node) => {
    const input = reshape(node.saved(0), shape)
    const r = node.saved(2)
    const needs = [node.needs(0), node.needs(1)] as const
    const w = weighted ? node.saved(1) : null
    const [gx, gw] = g == null ? [null, null] : rmsNormGradOp(reshape(g, shape), input, r, w, needs)
    const back = gx === null ? null : reshape(gx, whole)
    if (gRms == null || !needs[0]) return [back, gw]
    const slope = reshape(mul(mul(gRms, -1 / shape[1]), mul(r, mul(r, r))), [shape[0], 1])
    const through = reshape(mul(input, slope), whole)
    return [back === null ? through : add(back, through), gw]
  })
  ownedByGraph(out, invrms)
  return out
}
