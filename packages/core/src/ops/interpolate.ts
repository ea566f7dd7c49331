/** Resizing of signals, planes and volumes. */
import { uint8 } from '../dtype.js'
import { NotImplementedError, RuntimeError, ValueError } from '../errors.js'
import { bindOptions, describe, TypeError_ } from '../options.js'
import { formatShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d } from './adaptive-pool.js'
import { cast } from './cast.js'
import { clamp } from './extremes.js'
import { selected } from './index-select.js'
import { longTensor } from './index-tensor.js'
import { fixedPointTaps, type Interpolation, interpolationTaps } from './interpolation-taps.js'
import { add } from './pointwise.js'
import { checkTensor } from './promote.js'
import { wideType } from './reduction.js'
import { isChoice, isIdentity, type ResampleStep, resample, resampleOp } from './resample.js'
import { floor } from './round.js'
import type { Sizes } from './sliding.js'

/**
 * How {@link interpolate} finds new elements. `'linear'` is for one dimension, `'bilinear'`, `'bicubic'` and `'lanczos'` for two,
 * `'trilinear'` for three; `'area'` takes means, the others the nearest element.
 */
export type InterpolationMode =
  | 'nearest'
  | 'nearest-exact'
  | 'linear'
  | 'bilinear'
  | 'bicubic'
  | 'trilinear'
  | 'area'
  | 'lanczos'

/** Options of {@link interpolate}. */
export interface InterpolateOptions {
  /** Spatial size of the result, one number for all dimensions or one each. */
  size?: Sizes | null
  /** The same as a multiple of the input's; fractions of an element are cut off. */
  scaleFactor?: Sizes | null
  /** `'nearest'` if not given. */
  mode?: InterpolationMode
  /** Whether the centres of the corner elements keep their places, rather than their outer edges; not for `'nearest'` and `'area'`. */
  alignCorners?: boolean | null
  /** Whether the scale is computed anew from the (whole) size that `scaleFactor` gives. */
  recomputeScaleFactor?: boolean | null
  /** Smooths where the result is smaller; for `'bilinear'`, `'bicubic'` and `'lanczos'`, which needs it. */
  antialias?: boolean
}
const names = ['size', 'scaleFactor', 'mode', 'alignCorners', 'recomputeScaleFactor', 'antialias'] as const

/** What a mode does along each dimension, for how many dimensions, and how PyTorch calls it. */
interface Mode {
  readonly kind: Interpolation
  /** Null where any number from 1 to 3 will do. */
  readonly spatial: number | null
  readonly node: string
}
const modes: Readonly<Record<Exclude<InterpolationMode, 'area'>, Mode>> = {
  nearest: { kind: 'nearest', spatial: null, node: 'UpsampleNearest' },
  'nearest-exact': { kind: 'nearest-exact', spatial: null, node: 'UpsampleNearestExact' },
  linear: { kind: 'linear', spatial: 1, node: 'UpsampleLinear' },
  bilinear: { kind: 'linear', spatial: 2, node: 'UpsampleBilinear' },
  bicubic: { kind: 'cubic', spatial: 2, node: 'UpsampleBicubic' },
  trilinear: { kind: 'linear', spatial: 3, node: 'UpsampleTrilinear' },
  lanczos: { kind: 'lanczos', spatial: 2, node: 'UpsampleLanczos' },
}

/** Size of the result, and the factors where they count beside it. */
interface Target {
  readonly sizes: readonly number[]
  readonly factors: readonly number[] | null
}

function perSpatial(x: Tensor, value: Sizes, what: 'size' | 'scale_factor'): readonly number[] {
  const n = x.ndim - 2
  const list = typeof value === 'number' ? new Array<number>(Math.max(n, 0)).fill(value) : value
  if (!Array.isArray(list) || list.some((v) => typeof v !== 'number'))
    throw TypeError_(`interpolate(): argument '${what}' must be a number or a list of numbers, not`, value)
  if (list.length !== n) {
    const [other, given] =
      what === 'size'
        ? ['output', `output size of ${formatShape(list)}`]
        : ['scale_factor', `scale_factor of shape ${formatShape(list)}`]
    throw new ValueError(
      `Input and ${other} must have the same number of spatial dimensions, but got input with spatial dimensions of ${formatShape(x.shape.slice(2))} and ${given}.`,
    )
  }
  return list
}

function targetOf(x: Tensor, o: Partial<InterpolateOptions>): Target {
  const spatial = x.shape.slice(2)
  if (o.size != null && o.scaleFactor != null)
    throw new ValueError('only one of size or scale_factor should be defined')
  if (o.size != null) {
    const sizes = perSpatial(x, o.size, 'size')
    if (!sizes.every(Number.isInteger))
      throw new TypeError(`interpolate(): expected size to be one or several integers, but got ${describe(o.size)}`)
    if (o.recomputeScaleFactor === true)
      throw new ValueError('recompute_scale_factor is not meaningful with an explicit size.')
    return { sizes, factors: null }
  }
  if (o.scaleFactor == null) throw new ValueError('either size or scale_factor should be defined')
  const factors = perSpatial(x, o.scaleFactor, 'scale_factor')
  const sizes = spatial.map((size, d) => Math.trunc(size * factors[d]!))
  return { sizes, factors: o.recomputeScaleFactor === true ? null : factors }
}

function checkMode(x: Tensor, mode: InterpolationMode, o: Partial<InterpolateOptions>): void {
  const n = x.ndim - 2
  const plain = mode === 'nearest' || mode === 'nearest-exact' || mode === 'area'
  if (plain && o.alignCorners != null) {
    throw new ValueError(
      'align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear',
    )
  }
  if (o.antialias === true && !((mode === 'bilinear' || mode === 'bicubic' || mode === 'lanczos') && n === 2)) {
    throw new ValueError(
      'Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input',
    )
  }
  const known = mode === 'area' || Object.hasOwn(modes, mode)
  const needs = known && mode !== 'area' ? modes[mode].spatial : null
  if (known && n >= 1 && n <= 3 && (needs === null || needs === n)) {
    if (mode !== 'lanczos') return
    if (o.alignCorners === true) throw new ValueError('Lanczos mode does not support align_corners=True')
    if (o.antialias !== true) throw new ValueError('Lanczos mode requires antialias=True')
    return
  }
  if (needs !== null && mode.endsWith('linear') && n >= 1 && n <= 3)
    throw new NotImplementedError(`Got ${x.ndim}D input, but ${mode} mode needs ${needs + 2}D input`)
  throw new NotImplementedError(
    `Input Error: Only 3D, 4D and 5D input Tensors supported (got ${x.ndim}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got ${String(mode)})`,
  )
}

function checkSizes(x: Tensor, sizes: readonly number[], kind: Interpolation, n: number): void {
  const spatial = x.shape.slice(2)
  const letters = ['D', 'H', 'W'].slice(3 - n)
  if (sizes.some((size) => size <= 0) || spatial.includes(0)) {
    const text = (list: readonly number[]) => list.map((size, d) => `${letters[d]}: ${size}`).join(', ')
    throw new RuntimeError(
      `Input and output sizes should be greater than 0, but got input (${text(spatial)}) output (${text(sizes)})`,
    )
  }
  if (x.shape[1] === 0)
    throw new RuntimeError(
      `Non-empty ${n + 2}D data tensor expected but got a tensor with sizes ${formatShape(x.shape)}`,
    )
  const bytes = x.dtype === uint8 && (kind.startsWith('nearest') || n === 2)
  if (!x.dtype.isFloatingPoint && !bytes)
    throw new NotImplementedError(`"upsample_${kind}${n}d" not implemented for '${x.dtype.label}'`)
}

/**
 * Resizes the spatial dimensions.
 *
 * @param input - shape [N, C, L], [N, C, H, W] or [N, C, D, H, W]; floating point, or uint8 for the nearest elements and for planes
 * @param size - the new spatial size; or else `scaleFactor`
 * @returns the same dtype; the input's gradient is that of the weighted sums
 * @throws ValueError for options that exclude each other, or as many numbers as there are not dimensions
 * @throws RuntimeError for empty inputs or results
 * @throws NotImplementedError for a mode that is not for so many dimensions, and for integers
 * @example
 * ```ts
 * const x = randn([1, 3, 8, 8])
 * interpolate(x, { scaleFactor: 2 }) // shape [1, 3, 16, 16]
 * interpolate(x, [5, 12], { mode: 'bilinear', alignCorners: false }) // shape [1, 3, 5, 12]
 * interpolate(x, 4, { mode: 'bicubic', antialias: true }) // shape [1, 3, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
 */
export function interpolate(
  input: Tensor,
  size?: Sizes | null | InterpolateOptions,
  scaleFactor?: Sizes | null | InterpolateOptions,
  mode?: InterpolationMode | InterpolateOptions,
  alignCorners?: boolean | null | InterpolateOptions,
  recomputeScaleFactor?: boolean | null | InterpolateOptions,
  antialias?: boolean | InterpolateOptions,
): Tensor {
  checkTensor('interpolate', 'input', input)
  const given = [size, scaleFactor, mode, alignCorners, recomputeScaleFactor, antialias]
  const o = bindOptions<InterpolateOptions>(
    'interpolate',
    names,
    given.map((value) => value ?? undefined),
  )
  const how = o.mode ?? 'nearest'
  checkMode(input, how, o)
  const target = targetOf(input, o)
  const n = input.ndim - 2
  if (how === 'area') {
    const pool = [adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d][n - 1]!
    return pool(input, target.sizes)
  }
  const { kind, node } = modes[how]
  checkSizes(input, target.sizes, kind, n)
  const antialiased = o.antialias ?? false
  const bytes = input.dtype === uint8
  const steps = target.sizes.map((outputs, d): ResampleStep => {
    const inputs = input.shape[2 + d]!
    const float32 = input.dtype.itemsize < 8 && !(bytes && n === 2)
    const resizing = {
      inputs,
      outputs,
      alignCorners: o.alignCorners ?? false,
      factor: target.factors?.[d] ?? null,
      sizesFirst: n === 2,
      float32,
    }
    return { dim: 2 + d, taps: interpolationTaps(kind, resizing, antialiased) }
  })
  // bytes keep a size that stays as it is, whatever the factor
  const stays = ({ taps }: ResampleStep) =>
    isIdentity(taps) || (bytes && taps.inputs === taps.outputs && !isChoice(taps))
  const needed = steps.filter((step) => !stays(step))
  if (bytes) return resizedBytes(input, needed)
  const wide = cast(input, wideType(input.dtype))
  const name = `${node}${n}D${antialiased ? 'Aa' : ''}Backward0`
  return cast(resample(name, wide, cheapestFirst(needed)), input.dtype)
}

/** What shrinks comes first and what grows most comes last; of equals the last dimension first, whose elements lie scattered. */
function cheapestFirst(steps: readonly ResampleStep[]): readonly ResampleStep[] {
  const growth = ({ taps }: ResampleStep) => taps.outputs / taps.inputs
  return [...steps].sort((a, b) => growth(a) - growth(b) || b.dim - a.dim)
}

/** Bytes: rounded after each dimension, the last one first. */
function resizedBytes(x: Tensor, steps: readonly ResampleStep[]): Tensor {
  let out = x
  for (const { dim, taps } of [...steps].reverse()) {
    if (isChoice(taps)) {
      out = selected(out, dim, longTensor(taps.indices, [taps.outputs], x.storage.device))
    } else {
      const sums = resampleOp(out.to('float32'), [{ dim, taps: fixedPointTaps(taps) }])
      out = clamp(floor(add(sums, 0.5)), 0, 255).to('uint8')
    }
  }
  return out === x ? x.clone() : out
}
