/** What the normalisations share: statistics over some dimensions, the normalised result, and the gradients. */
import { type Node, recordMany } from '../autograd/node.js'
import { type DType, float32 } from '../dtype.js'
import { NotImplementedError, RuntimeError } from '../errors.js'
import { type Shape, viewStrides } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { cast, contiguous } from './cast.js'
import { varMean } from './moments.js'
import { add, div, mul, rsqrt, sub } from './pointwise.js'
import { mean, sum } from './reduce.js'
import { foldedCount, wideType } from './reduction.js'
import { bareWindow } from './sliding.js'
import { expand, reshape } from './view.js'

/** Which gradients are wanted. */
export type NormNeeds = readonly [input: boolean, weight: boolean, bias: boolean]
/** Gradients of input, weight and bias; null where none is wanted. */
export type NormGrads = readonly [input: Tensor | null, weight: Tensor | null, bias: Tensor | null]
/** What a normalisation gives: the result, and the mean and the reciprocal standard deviation of each group of elements. */
export type NormResult = readonly [out: Tensor, mean: Tensor, invstd: Tensor]

/** `x * weight + bias`, without what is null. */
export function affine(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const scaled = weight === null ? x : mul(x, weight)
  return bias === null ? scaled : add(scaled, bias)
}

/** A parameter in a shape that broadcasts to the input. */
export function spreadAs(parameter: Tensor | null, shape: Shape): Tensor | null {
  return parameter === null ? null : reshape(parameter, shape)
}

/**
 * `x` with mean 0 and variance 1 over `dims`, then scaled and shifted by what broadcasts to it. The statistics keep `dims` at
 * size 1; the variance is the mean of the squared deviations.
 */
export function normalised(
  x: Tensor,
  dims: readonly number[],
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): { out: Tensor; center: Tensor; invstd: Tensor; variance: Tensor } {
  const [variance, center] = varMean(x, { dim: dims, correction: 0, keepdim: true })
  const invstd = rsqrt(add(variance, eps))
  return { out: affine(mul(sub(x, center), invstd), weight, bias), center, invstd, variance }
}

/**
 * Gradients of {@link normalised}, that of the input through the statistics included.
 *
 * @param shared - the dimensions along which weight and bias are repeated; they stay at size 1
 */
export function normalisedGrad(
  g: Tensor,
  x: Tensor,
  center: Tensor,
  invstd: Tensor,
  weight: Tensor | null,
  dims: readonly number[],
  shared: readonly number[],
  [input, scale, shift]: NormNeeds,
): NormGrads {
  const unit = mul(sub(x, center), invstd)
  const inner = weight === null ? g : mul(g, weight)
  const across = (t: Tensor): Tensor => mean(t, dims, true)
  return [
    input ? mul(sub(sub(inner, across(inner)), mul(unit, across(mul(inner, unit)))), invstd) : null,
    scale ? sum(mul(g, unit), shared, true) : null,
    shift ? sum(g, shared, true) : null,
  ]
}

/** What reaches the input through its statistics, which second derivatives depend on. */
function statisticsGrad(
  gCenter: Tensor | null,
  gInvstd: Tensor | null,
  x: Tensor,
  center: Tensor,
  invstd: Tensor,
  dims: readonly number[],
): Tensor | null {
  const n = foldedCount(x.shape, dims)
  const first = gCenter === null ? null : expand(div(gCenter, n), x.shape)
  if (gInvstd === null) return first
  const slope = mul(mul(gInvstd, -1 / n), mul(invstd, mul(invstd, invstd)))
  const second = mul(sub(x, center), slope)
  return first === null ? second : add(first, second)
}

/** How a kernel sees the input, and what its statistics are taken over. */
export interface NormView {
  /** Shape in which the kernel takes the input. */
  readonly shape: Shape
  /** The same with the groups of elements apart, if that is another one. */
  readonly groups: Shape
  /** The dimensions of `groups` over which statistics are taken. */
  readonly dims: readonly number[]
}

type GradientOf = (
  g: Tensor,
  x: Tensor,
  center: Tensor,
  invstd: Tensor,
  weight: Tensor | null,
  needs: NormNeeds,
) => NormGrads

/**
 * The result of a normalisation in the input's shape, recorded.
 *
 * The statistics are outputs of the same node, though nobody is handed them: so the gradient may read them as they are and
 * still have derivatives of its own.
 */
export function recordNorm(
  name: string,
  x: Tensor,
  [out, center, invstd]: NormResult,
  weight: Tensor | null,
  bias: Tensor | null,
  view: NormView,
  gradientOf: GradientOf,
): Tensor {
  const { shape } = x
  const weighted = weight !== null
  const y = withShape(out, shape)
  const gradient = (grads: readonly (Tensor | null)[], node: Node): NormGrads => {
    const [g, gCenter, gInvstd] = grads as readonly [Tensor | null, Tensor | null, Tensor | null]
    const needs: NormNeeds = [node.needs(0), node.needs(1), node.needs(2)]
    const input = node.saved(0)
    const [c, s] = [node.saved(2), node.saved(3)]
    const [gx, gw, gb] =
      g === null
        ? [null, null, null]
        : gradientOf(reshape(g, view.shape), reshape(input, view.shape), c, s, weighted ? node.saved(1) : null, needs)
    const back = gx === null ? null : reshape(gx, shape)
    if (!needs[0] || (gCenter === null && gInvstd === null)) return [back, gw, gb]
    const kept = view.groups.map((size, d) => (view.dims.includes(d) ? 1 : size))
    const more = statisticsGrad(
      spreadAs(gCenter, kept),
      spreadAs(gInvstd, kept),
      reshape(input, view.groups),
      reshape(c, kept),
      reshape(s, kept),
      view.dims,
    )!
    const through = reshape(more, shape)
    return [back === null ? through : add(back, through), gw, gb]
  }
  recordMany(name, [y, center, invstd], [x, weight, bias], [x, weight, center, invstd], gradient)
  return y
}

/** The same memory in another shape, without history: for what a kernel takes and gives. */
export function withShape(x: Tensor, shape: Shape): Tensor {
  return bareWindow(x, shape, viewStrides(x.shape, x.strides, shape)!, x.offset)
}

/** `x` itself if its strides allow it to be seen in that shape, else a copy in row-major order. */
export function viewable(x: Tensor, shape: Shape): Tensor {
  return viewStrides(x.shape, x.strides, shape) === null ? contiguous(x) : x
}

/**
 * The dtype to compute in: float32 for halves.
 *
 * @throws NotImplementedError for integers and bool
 * @throws RuntimeError for parameters of another dtype, unless they are float32 beside a half
 */
export function normType(kernel: string, x: Tensor, parameters: readonly (Tensor | null)[]): DType {
  const { dtype } = x
  if (!dtype.isFloatingPoint) throw new NotImplementedError(`"${kernel}" not implemented for '${dtype.label}'`)
  const given = parameters.filter((p) => p !== null)
  const wide = wideType(dtype)
  if (given.length === 0 || given[0]!.dtype === dtype) {
    const other = given.find((p) => p.dtype !== dtype)
    if (other !== undefined)
      throw new RuntimeError(`expected scalar type ${dtype.label} but found ${other.dtype.label}`)
    return wide
  }
  if (given.some((p) => p.dtype !== float32))
    throw new RuntimeError('mixed dtype (CPU): expect parameter to have scalar type of Float')
  if (wide === dtype) throw new RuntimeError('mixed dtype (CPU): all inputs must share same datatype.')
  return wide
}

/** A parameter as the kernels take it: one dimension, in the dtype that is computed in. */
export function flatParameter(parameter: Tensor | null, dtype: DType): Tensor | null {
  if (parameter === null) return null
  const wide = cast(parameter, dtype)
  return wide.ndim === 1 ? wide : reshape(wide, [wide.count])
}
