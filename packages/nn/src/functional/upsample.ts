/** The older names of interpolation. */
import {
  bindOptions,
  type InterpolateOptions,
  type InterpolationMode,
  interpolate,
  type Sizes,
  type Tensor,
} from '@tsorch/core'

/** Options of {@link upsample}. */
export type UpsampleOptions = Pick<InterpolateOptions, 'size' | 'scaleFactor' | 'mode' | 'alignCorners'>

/** What {@link upsampleNearest} and {@link upsampleBilinear} are told: the size or the factor. */
export type UpsampleSize = Pick<InterpolateOptions, 'size' | 'scaleFactor'>

/** The same as `interpolate`, which replaces it. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.upsample.html */
export function upsample(
  input: Tensor,
  size?: Sizes | null | UpsampleOptions,
  scaleFactor?: Sizes | null | UpsampleOptions,
  mode?: InterpolationMode | UpsampleOptions,
  alignCorners?: boolean | null | UpsampleOptions,
): Tensor {
  const names = ['size', 'scaleFactor', 'mode', 'alignCorners'] as const
  const given = [size, scaleFactor, mode, alignCorners]
  return interpolate(
    input,
    bindOptions<UpsampleOptions>(
      'upsample',
      names,
      given.map((value) => value ?? undefined),
    ),
  )
}

function sizeOptions(name: string, size: unknown, scaleFactor: unknown): UpsampleSize {
  return bindOptions<UpsampleSize>(name, ['size', 'scaleFactor'], [size ?? undefined, scaleFactor ?? undefined])
}

/** `interpolate` with the nearest elements. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.upsample_nearest.html */
export function upsampleNearest(
  input: Tensor,
  size?: Sizes | null | UpsampleSize,
  scaleFactor?: Sizes | null | UpsampleSize,
): Tensor {
  return interpolate(input, { ...sizeOptions('upsampleNearest', size, scaleFactor), mode: 'nearest' })
}

/** `interpolate` between four elements, with the corners aligned. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.upsample_bilinear.html */
export function upsampleBilinear(
  input: Tensor,
  size?: Sizes | null | UpsampleSize,
  scaleFactor?: Sizes | null | UpsampleSize,
): Tensor {
  const options = sizeOptions('upsampleBilinear', size, scaleFactor)
  return interpolate(input, { ...options, mode: 'bilinear', alignCorners: true })
}
