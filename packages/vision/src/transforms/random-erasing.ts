import { bindOptions, randn, type Tensor, tensor, ValueError } from '@tsorch/core'
import { portable } from '@tsorch/data'
import { chance, integer } from './draw.js'
import { erase } from './functional/index.js'
import { checkTensorImage, roundHalfEven } from './functional/input.js'
import { checkRanges, drawAreaAndRatio } from './random-crop.js'
import { flag, float, plain, tuple } from './text.js'
import { Transform } from './transform.js'

/** Options of {@link RandomErasing}. */
export interface RandomErasingOptions {
  /** How probable it is that something is erased, 0.5 if not given. */
  p?: number
  /** Smallest and largest part of the area, `[0.02, 0.33]` if not given. */
  scale?: readonly number[]
  /** Smallest and largest height per width, `[0.3, 3.3]` if not given. */
  ratio?: readonly number[]
  /** What is put there: a number, one for each channel, or `'random'` for normal noise. 0 if not given. */
  value?: number | readonly number[] | 'random'
  /** Write into the tensor that is given. Default false. */
  inplace?: boolean
}

/**
 * Erases a random rectangle of a tensor image.
 *
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.RandomErasing({ value: 'random' })])
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomErasing.html
 * @see https://arxiv.org/abs/1708.04896
 */
export class RandomErasing extends Transform<Tensor, Tensor> {
  readonly p: number
  readonly scale: readonly number[]
  readonly ratio: readonly number[]
  readonly value: number | readonly number[] | 'random'
  readonly inplace: boolean

  /** @throws TypeError, ValueError for arguments that are no such things */
  constructor(
    p?: number | RandomErasingOptions,
    scale?: readonly number[] | RandomErasingOptions,
    ratio?: readonly number[] | RandomErasingOptions,
    value?: number | readonly number[] | 'random' | RandomErasingOptions,
    inplace?: boolean | RandomErasingOptions,
  ) {
    super()
    const names = ['p', 'scale', 'ratio', 'value', 'inplace'] as const
    const o = bindOptions<RandomErasingOptions>('RandomErasing', names, [p, scale, ratio, value, inplace])
    this.p = o.p ?? 0.5
    this.scale = o.scale ?? [0.02, 0.33]
    this.ratio = o.ratio ?? [0.3, 3.3]
    this.value = o.value ?? 0
    this.inplace = o.inplace ?? false
    if (typeof this.value === 'string' && this.value !== 'random')
      throw new ValueError("If value is str, it should be 'random'")
    if (!['number', 'string'].includes(typeof this.value) && !Array.isArray(this.value))
      throw new TypeError('Argument value should be either a number or str or a sequence')
    checkRanges(this.scale, this.ratio)
    if (this.scale[0]! < 0 || this.scale[1]! > 1) throw new ValueError('Scale should be between 0 and 1')
    if (!(this.p >= 0 && this.p <= 1)) throw new ValueError('Random erasing probability should be between 0 and 1')
  }

  /**
   * Draws what to erase, and what comes there: ten attempts, then the image itself in its place.
   *
   * @param value a number for each channel or one for all, null for noise
   */
  static getParams(
    img: Tensor,
    scale: readonly number[],
    ratio: readonly number[],
    value: readonly number[] | null,
  ): [i: number, j: number, h: number, w: number, v: Tensor] {
    const [channels, height, width] = img.shape.slice(-3) as [number, number, number]
    for (let attempt = 0; attempt < 10; attempt++) {
      const [area, aspect] = drawAreaAndRatio(height * width, scale, ratio)
      const h = roundHalfEven(Math.sqrt(area * aspect))
      const w = roundHalfEven(Math.sqrt(area / aspect))
      if (h >= height || w >= width) continue
      const v =
        value === null
          ? randn([channels, h, w], { dtype: 'float32' })
          : tensor([...value], { dtype: 'float32' }).view(-1, 1, 1)
      return [integer(0, height - h + 1), integer(0, width - w + 1), h, w, v]
    }
    return [0, 0, height, width, img]
  }

  /** @throws TypeError if `img` is no tensor, ValueError if `value` does not fit its channels */
  forward(img: Tensor): Tensor {
    checkTensorImage(img)
    if (!chance(this.p)) return img
    const value = this.value === 'random' ? null : typeof this.value === 'number' ? [this.value] : this.value
    const channels = img.shape.at(-3)
    if (value !== null && value.length !== 1 && value.length !== channels) {
      throw new ValueError(
        `If value is a sequence, it should have either a single value or ${channels} (number of input channels)`,
      )
    }
    return erase(img, ...RandomErasing.getParams(img, this.scale, this.ratio, value), { inplace: this.inplace })
  }

  override toString(): string {
    const { p, scale, ratio, value, inplace } = this
    return `RandomErasing(p=${p}, scale=${tuple(scale, float)}, ratio=${tuple(ratio, float)}, value=${plain(value)}, inplace=${flag(inplace)})`
  }
}

portable(import.meta.url, { RandomErasing })
