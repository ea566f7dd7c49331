/** Max poolings that always tell where they found what they give: `returnIndices` under names of its own. */
import {
  type AdaptiveSizes,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  bindOptions,
  type FractionalMaxPoolOptions,
  fractionalMaxPool2d,
  fractionalMaxPool3d,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type Pooled,
  type Sizes,
  type Tensor,
} from '@tsorch/core'

/** `[values, indices]` */
export type ValuesAndIndices = Pooled<true>

type Max<T> = T | Omit<MaxPoolOptions, 'returnIndices'>
type MaxArguments = [stride?: Max<Sizes>, padding?: Max<Sizes>, dilation?: Max<Sizes>, ceilMode?: Max<boolean>]

function indexed(name: string, args: readonly unknown[]): MaxPoolOptions<true> {
  const o = bindOptions<MaxPoolOptions>(name, ['stride', 'padding', 'dilation', 'ceilMode'], args)
  return { ...o, returnIndices: true }
}

/** `maxPool1d` with indices. @returns `[values, indices]`, see {@link maxPool2d} */
export function maxPool1dWithIndices(input: Tensor, kernelSize: Sizes, ...args: MaxArguments): ValuesAndIndices {
  return maxPool1d(input, kernelSize, indexed('maxPool1dWithIndices', args))
}

/** `maxPool2d` with indices. @returns `[values, indices]`, see {@link maxPool2d} */
export function maxPool2dWithIndices(input: Tensor, kernelSize: Sizes, ...args: MaxArguments): ValuesAndIndices {
  return maxPool2d(input, kernelSize, indexed('maxPool2dWithIndices', args))
}

/** `maxPool3d` with indices. @returns `[values, indices]`, see {@link maxPool2d} */
export function maxPool3dWithIndices(input: Tensor, kernelSize: Sizes, ...args: MaxArguments): ValuesAndIndices {
  return maxPool3d(input, kernelSize, indexed('maxPool3dWithIndices', args))
}

/** `adaptiveMaxPool1d` with indices. @returns `[values, indices]`, see {@link adaptiveMaxPool2d} */
export function adaptiveMaxPool1dWithIndices(input: Tensor, outputSize: AdaptiveSizes): ValuesAndIndices {
  return adaptiveMaxPool1d(input, outputSize, true)
}

/** `adaptiveMaxPool2d` with indices. @returns `[values, indices]`, see {@link adaptiveMaxPool2d} */
export function adaptiveMaxPool2dWithIndices(input: Tensor, outputSize: AdaptiveSizes): ValuesAndIndices {
  return adaptiveMaxPool2d(input, outputSize, true)
}

/** `adaptiveMaxPool3d` with indices. @returns `[values, indices]`, see {@link adaptiveMaxPool2d} */
export function adaptiveMaxPool3dWithIndices(input: Tensor, outputSize: AdaptiveSizes): ValuesAndIndices {
  return adaptiveMaxPool3d(input, outputSize, true)
}

type Fractional<T> = T | Omit<FractionalMaxPoolOptions, 'returnIndices'>
type FractionalArguments = [outputSize?: Fractional<Sizes | null>, outputRatio?: Fractional<Sizes | null>]

function fractional(name: string, args: FractionalArguments): FractionalMaxPoolOptions<true> {
  const given = args.map((value) => value ?? undefined)
  const o = bindOptions<FractionalMaxPoolOptions>(name, ['outputSize', 'outputRatio', '_randomSamples'], given)
  return { ...o, returnIndices: true }
}

/** `fractionalMaxPool2d` with indices. @returns `[values, indices]`, see {@link fractionalMaxPool2d} */
export function fractionalMaxPool2dWithIndices(
  input: Tensor,
  kernelSize: Sizes,
  ...args: FractionalArguments
): ValuesAndIndices {
  return fractionalMaxPool2d(input, kernelSize, fractional('fractionalMaxPool2dWithIndices', args))
}

/** `fractionalMaxPool3d` with indices. @returns `[values, indices]`, see {@link fractionalMaxPool2d} */
export function fractionalMaxPool3dWithIndices(
  input: Tensor,
  kernelSize: Sizes,
  ...args: FractionalArguments
): ValuesAndIndices {
  return fractionalMaxPool3d(input, kernelSize, fractional('fractionalMaxPool3dWithIndices', args))
}
