/** Reading planes and volumes at given places. */
import { isGradEnabled } from '../autograd/mode.js'
import { record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { int64 } from '../dtype.js'
import { NotImplementedError, RuntimeError, ValueError } from '../errors.js'
import { bindOptions } from '../options.js'
import { contiguousStrides, formatShape, numelOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { eq, ge, gt, isnan, le, logicalAnd, lt } from './compare.js'
import { clamp } from './extremes.js'
import { selected } from './index-select.js'
import { longTensor } from './index-tensor.js'
import { abs, add, div, mul, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { wideType } from './reduction.js'
import { floor, fmod, round } from './round.js'
import { select } from './slicing.js'
import { checkSameDevice } from './update.js'
import { permute, reshape } from './view.js'
import { where } from './where.js'

/** How {@link gridSample} reads between elements: between the four (in volumes eight) around, the nearest, or sixteen around. */
export type GridSampleMode = 'bilinear' | 'nearest' | 'bicubic'

/** What {@link gridSample} reads outside: zeros, the outermost elements, or the input mirrored. */
export type GridSamplePadding = 'zeros' | 'border' | 'reflection'

/** Options of {@link gridSample}. */
export interface GridSampleOptions {
  /** `'bilinear'` if not given. */
  mode?: GridSampleMode
  /** `'zeros'` if not given. */
  paddingMode?: GridSamplePadding
  /** Whether -1 and 1 are the centres of the corner elements rather than their outer edges; false if not given. */
  alignCorners?: boolean | null
}

/** One dimension of the input, and how it is read. */
interface Axis {
  readonly size: number
  readonly padding: GridSamplePadding
  readonly alignCorners: boolean
}

/** Elements that are read along one dimension, one for each place, and what each counts; null for once. */
interface Tap {
  readonly index: Tensor
  readonly weight: Tensor | null
}

/** `value` in place of `x`, with a gradient of `slope`. */
function withSlope(x: Tensor, value: Tensor, slope: Tensor): Tensor {
  return record('GridPaddingBackward0', value, [x], [slope], (g, node) => mul(g, node.saved(0)))
}

/** Places in [0, size - 1], NaN among them; those at the ends do not follow their gradient, as PyTorch's do not. */
function clipped(x: Tensor, { size }: Axis): Tensor {
  const place = where(isnan(x.detach()), 0, x.detach())
  return withSlope(x, clamp(place, 0, size - 1), cast(logicalAnd(gt(place, 0), lt(place, size - 1)), x.dtype))
}

/** Places mirrored at both ends until they lie inside. */
function reflected(x: Tensor, { size, alignCorners }: Axis): Tensor {
  const low = alignCorners ? 0 : -0.5
  const span = alignCorners ? size - 1 : size
  const place = x.detach()
  if (span === 0) return withSlope(x, mul(place, 0), mul(place, 0))
  const distance = abs(sub(place, low))
  const extra = fmod(distance, span)
  const even = eq(fmod(floor(div(distance, span)), 2), 0)
  const value = add(where(even, extra, sub(span, extra)), low)
  const slope = mul(where(even, 1, -1), where(lt(place, low), -1, 1))
  return withSlope(x, value, cast(slope, x.dtype))
}

function padded(x: Tensor, axis: Axis): Tensor {
  if (axis.padding === 'zeros') return x
  return clipped(axis.padding === 'reflection' ? reflected(x, axis) : x, axis)
}

/** The elements at whole places, with a weight of zero (times `weight`) where there is none. */
function tapAt(place: Tensor, weight: Tensor | null, { size, padding }: Axis): Tap {
  const inside = logicalAnd(ge(place, 0), le(place, size - 1))
  const index = cast(where(inside, place, 0), int64)
  // the element after the last one is only read with no weight
  if (padding !== 'zeros' && weight === null) return { index, weight }
  const mask = cast(inside, place.dtype)
  return { index, weight: weight === null ? mask : mul(weight, mask) }
}

function linearTaps(x: Tensor, axis: Axis): Tap[] {
  const place = padded(x, axis)
  const first = floor(place.detach())
  const fraction = sub(place, first)
  return [tapAt(first, sub(1, fraction), axis), tapAt(add(first, 1), fraction, axis)]
}

function nearestTaps(x: Tensor, axis: Axis): Tap[] {
  return [tapAt(round(padded(x, axis).detach()), null, axis)]
}

/** Weights of Keys' cubic convolution with a = -0.75, at distances within 1 and between 1 and 2. */
function nearWeight(d: Tensor): Tensor {
  return add(mul(mul(sub(mul(d, 1.25), 2.25), d), d), 1)
}
function farWeight(d: Tensor): Tensor {
  return add(mul(sub(mul(add(mul(d, -0.75), 3.75), d), 6), d), 3)
}

function cubicTaps(x: Tensor, axis: Axis): Tap[] {
  const first = floor(x.detach())
  const fraction = sub(x, first)
  const rest = sub(1, fraction)
  const weights = [farWeight(add(fraction, 1)), nearWeight(fraction), nearWeight(rest), farWeight(add(rest, 1))]
  return weights.map((weight, k) => tapAt(padded(add(first, k - 1), axis), weight, axis))
}

const tapsOf = { bilinear: linearTaps, nearest: nearestTaps, bicubic: cubicTaps } as const

/** All combinations of one tap from each dimension: flat indices, and the products of weights. */
function combined(taps: readonly (readonly Tap[])[], strides: readonly number[]): Tap[] {
  return taps.reduce<Tap[]>((all, own, d) => {
    const scaled = own.map(({ index, weight }) => ({ index: mul(index, strides[d]!), weight }))
    if (d === 0) return scaled
    return all.flatMap((a) =>
      scaled.map((b) => ({
        index: add(a.index, b.index),
        weight: a.weight === null ? b.weight : b.weight === null ? a.weight : mul(a.weight, b.weight),
      })),
    )
  }, [])
}

function checkGrid(input: Tensor, grid: Tensor, mode: GridSampleMode): void {
  checkSameDevice(input, grid)
  const sizes = `but got input with sizes ${formatShape(input.shape)} and grid with sizes ${formatShape(grid.shape)}`
  if (input.shape[0] !== grid.shape[0])
    throw new RuntimeError(`grid_sampler(): expected grid and input to have same batch size, ${sizes}`)
  const n = input.ndim - 2
  if ((n !== 2 && n !== 3) || grid.ndim !== input.ndim)
    throw new RuntimeError(`grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, ${sizes}`)
  if (grid.shape.at(-1) !== n) {
    throw new RuntimeError(
      `grid_sampler(): expected grid to have size ${n} in last dimension, but got grid with sizes ${formatShape(grid.shape)}`,
    )
  }
  const empty = input.shape.findIndex((size, d) => d >= 2 && size === 0)
  if (empty >= 0) {
    throw new RuntimeError(
      `grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes ${formatShape(input.shape)} with dimension ${empty} being empty`,
    )
  }
  if (mode === 'bicubic' && n !== 2)
    throw new RuntimeError('grid_sampler(): bicubic interpolation only supports 4D input')
  if (!input.dtype.isFloatingPoint)
    throw new NotImplementedError(`"grid_sampler_${n}d" not implemented for '${input.dtype.label}'`)
  if (input.dtype !== grid.dtype)
    throw new RuntimeError(`expected scalar type ${input.dtype.label} but found ${grid.dtype.label}`)
}

/**
 * Reads the input at the places that `grid` names, for each position of the result one.
 *
 * @param input - shape [N, C, H, W] or [N, C, D, H, W], floating point
 * @param grid - shape [N, H', W', 2] or [N, D', H', W', 3], of the same dtype: x, y (and z) of each place, from -1 to 1 across the
 * input
 * @returns shape [N, C, H', W'] or [N, C, D', H', W']; differentiable in both arguments
 * @throws ValueError for an unknown mode
 * @throws RuntimeError if the shapes or dtypes do not fit
 * @example
 * ```ts
 * const grid = affineGrid(tensor([[[1, 0, 0], [0, 1, 0]]], { dtype: 'float32' }), [1, 1, 4, 4])
 * gridSample(randn([1, 1, 4, 4]), grid) // the input again
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.grid_sample.html
 * @see https://arxiv.org/abs/1506.02025
 */
export function gridSample(
  input: Tensor,
  grid: Tensor,
  mode?: GridSampleMode | GridSampleOptions,
  paddingMode?: GridSamplePadding | GridSampleOptions,
  alignCorners?: boolean | null | GridSampleOptions,
): Tensor {
  checkTensor('gridSample', 'input', input)
  checkTensor('gridSample', 'grid', grid)
  const names = ['mode', 'paddingMode', 'alignCorners'] as const
  const o = bindOptions<GridSampleOptions>('gridSample', names, [mode, paddingMode, alignCorners ?? undefined])
  const { mode: how = 'bilinear', paddingMode: padding = 'zeros' } = o
  if (!Object.hasOwn(tapsOf, how)) {
    throw new ValueError(
      `nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '${String(how)}'`,
    )
  }
  if (padding !== 'zeros' && padding !== 'border' && padding !== 'reflection') {
    throw new ValueError(
      `nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: '${String(padding)}'`,
    )
  }
  checkGrid(input, grid, how)
  const wide = wideType(input.dtype)
  const read = isGradEnabled() && (input.requiresGrad || grid.requiresGrad) ? sample : gridSampleOp
  const sampled = read(cast(input, wide), cast(grid, wide), how, padding, o.alignCorners ?? false)
  return cast(sampled, input.dtype)
}

function sample(
  input: Tensor,
  grid: Tensor,
  mode: GridSampleMode,
  padding: GridSamplePadding,
  alignCorners: boolean,
): Tensor {
  const [batch, channels, ...spatial] = input.shape as [number, number, ...number[]]
  const outputs = grid.shape.slice(1, -1)
  const positions = numelOf(outputs)
  const taps = spatial.map((size, d) => {
    // the grid names the last dimension first
    const place = reshape(select(grid, -1, spatial.length - 1 - d), [batch, positions])
    const onAxis = alignCorners ? mul(add(place, 1), (size - 1) / 2) : sub(mul(add(place, 1), size / 2), 0.5)
    return tapsOf[mode](onAxis, { size, padding, alignCorners })
  })
  // all channels of an element in a row: rows are read as a whole
  const size = numelOf(spatial)
  const rows = reshape(permute(reshape(input, [batch, channels, size]), [0, 2, 1]), [batch * size, channels])
  const starts = longTensor(
    Array.from({ length: batch }, (_, i) => i * size),
    [batch, 1],
    input.storage.device,
  )
  const terms = combined(taps, contiguousStrides(spatial)).map(({ index, weight }) => {
    const value = selected(rows, 0, reshape(add(index, starts), [-1]))
    return weight === null ? value : mul(value, reshape(weight, [-1, 1]))
  })
  const sampled = terms.reduce((sum, term) => add(sum, term))
  return reshape(permute(reshape(sampled, [batch, positions, channels]), [0, 2, 1]), [batch, channels, ...outputs])
}

/** Kernel key: {@link gridSample} where nothing is recorded. */
export const gridSampleOp: Op<
  [input: Tensor, grid: Tensor, mode: GridSampleMode, padding: GridSamplePadding, alignCorners: boolean],
  Tensor
> = defineOp('gridSample', sample)
