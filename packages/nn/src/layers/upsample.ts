/** Resizing layers. */
import {
  bindOptions,
  type InterpolateOptions,
  type InterpolationMode,
  interpolate,
  type Sizes,
  type Tensor,
} from '@tsorch/core'
import { Layer } from '../module/module.js'
import { float } from './python-text.js'

/** Options of {@link Upsample}. */
export type UpsampleLayerOptions = Omit<InterpolateOptions, 'antialias'>

type Or<T> = T | UpsampleLayerOptions

/**
 * Resizes the spatial dimensions of [N, C, L], [N, C, H, W] or [N, C, D, H, W].
 *
 * @param size - the new spatial size; or else `scaleFactor`
 * @param mode - see `interpolate`; `'nearest'` if not given
 * @example
 * ```ts
 * new Upsample({ scaleFactor: 2, mode: 'bilinear', alignCorners: true })(randn([1, 3, 4, 4])) // shape [1, 3, 8, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Upsample.html
 */
export class Upsample extends Layer {
  size: Sizes | null
  scaleFactor: Sizes | null
  mode: InterpolationMode
  alignCorners: boolean | null
  recomputeScaleFactor: boolean | null

  constructor(
    size?: Or<Sizes | null>,
    scaleFactor?: Or<Sizes | null>,
    mode?: Or<InterpolationMode>,
    alignCorners?: Or<boolean | null>,
    recomputeScaleFactor?: Or<boolean | null>,
  ) {
    super()
    const names = ['size', 'scaleFactor', 'mode', 'alignCorners', 'recomputeScaleFactor'] as const
    const given = [size, scaleFactor, mode, alignCorners, recomputeScaleFactor]
    const o = bindOptions<UpsampleLayerOptions>(
      this.constructor.name,
      names,
      given.map((value) => value ?? undefined),
    )
    this.size = o.size ?? null
    this.scaleFactor = o.scaleFactor ?? null
    this.mode = o.mode ?? 'nearest'
    this.alignCorners = o.alignCorners ?? null
    this.recomputeScaleFactor = o.recomputeScaleFactor ?? null
  }

  override forward(input: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this
    return interpolate(input, { size, scaleFactor, mode, alignCorners, recomputeScaleFactor })
  }

  override extraRepr(): string {
    const { size, scaleFactor } = this
    const target =
      scaleFactor === null
        ? `size=${size === null ? 'None' : list(size, String)}`
        : `scale_factor=${list(scaleFactor, float)}`
    return `${target}, mode='${this.mode}'`
  }
}

function list(values: Sizes, text: (x: number) => string): string {
  return typeof values === 'number' ? text(values) : `[${values.map(text).join(', ')}]`
}

/** What the layers of one mode are told. */
export type UpsamplingSize = Pick<InterpolateOptions, 'size' | 'scaleFactor'>

function sizeOptions(name: string, size: unknown, scaleFactor: unknown): UpsamplingSize {
  return bindOptions<UpsamplingSize>(name, ['size', 'scaleFactor'], [size ?? undefined, scaleFactor ?? undefined])
}

/** {@link Upsample} of [N, C, H, W] with the nearest elements. @see https://pytorch.org/docs/stable/generated/torch.nn.UpsamplingNearest2d.html */
export class UpsamplingNearest2d extends Upsample {
  constructor(size?: Sizes | null | UpsamplingSize, scaleFactor?: Sizes | null | UpsamplingSize) {
    super({ ...sizeOptions('UpsamplingNearest2d', size, scaleFactor), mode: 'nearest' })
  }
}

/** {@link Upsample} of [N, C, H, W] between four elements, with the corners aligned. @see https://pytorch.org/docs/stable/generated/torch.nn.UpsamplingBilinear2d.html */
export class UpsamplingBilinear2d extends Upsample {
  constructor(size?: Sizes | null | UpsamplingSize, scaleFactor?: Sizes | null | UpsamplingSize) {
    super({ ...sizeOptions('UpsamplingBilinear2d', size, scaleFactor), mode: 'bilinear', alignCorners: true })
  }
}
