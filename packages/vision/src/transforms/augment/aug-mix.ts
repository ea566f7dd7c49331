import { bindOptions, float32, type Tensor, tensor, ValueError } from '@tsorch/core'
import { portable } from '@tsorch/data'
import type { ImageOrTensor } from '../../image.js'
import { integer } from '../draw.js'
import { type Fill, getDimensions, type InterpolationMode, pilToTensor, toPilImage } from '../functional/index.js'
import { checkInterpolation, forKind } from '../functional/input.js'
import { fillFor } from '../random-geometry.js'
import { flag, float, plain } from '../text.js'
import { ImageTransform } from '../transform.js'
import { dirichlet } from './dirichlet.js'
import { applyDrawn, bits, fixed, type Look, range, type Space } from './operations.js'
import { upper } from './rand-augment.js'

/** Options of {@link AugMix}. */
export interface AugMixOptions {
  /** How strong the operations are at most, 1 to 10; 3 if not given. */
  severity?: number
  /** How many chains of operations are mixed, 3 if not given. */
  mixtureWidth?: number
  /** How many operations a chain has; if not given or negative, 1 to 3 at random. */
  chainDepth?: number
  /** The parameter of the distributions of the weights, 1 if not given. */
  alpha?: number
  /** Whether brightness, contrast, colour and sharpness are changed too. Default true. */
  allOps?: boolean
  /** `'bilinear'` if not given. */
  interpolation?: InterpolationMode
  /** The colour of what comes from outside; 0 if not given. */
  fill?: Fill | null
}
const names = ['severity', 'mixtureWidth', 'chainDepth', 'alpha', 'allOps', 'interpolation', 'fill'] as const
const steps = 10

/**
 * Mixes an image with some that chains of operations make of it: 8-bit images, or uint8 tensors of shape (..., 1 or 3, H, W).
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.AugMix.html
 * @see https://arxiv.org/abs/1912.02781
 */
export class AugMix extends ImageTransform {
  readonly severity: number
  readonly mixtureWidth: number
  readonly chainDepth: number
  readonly alpha: number
  readonly allOps: boolean
  readonly interpolation: InterpolationMode
  readonly fill: Fill | null

  /** @throws ValueError for a severity that is not one of 1 to 10 */
  constructor(
    severity?: number | AugMixOptions,
    mixtureWidth?: number | AugMixOptions,
    chainDepth?: number | AugMixOptions,
    alpha?: number | AugMixOptions,
  ) {
    super()
    const o = bindOptions<AugMixOptions>('AugMix', names, [severity, mixtureWidth, chainDepth, alpha])
    this.severity = o.severity ?? 3
    if (!(this.severity >= 1 && this.severity <= steps))
      throw new ValueError(`The severity must be between [1, ${steps}]. Got ${this.severity} instead.`)
    this.mixtureWidth = o.mixtureWidth ?? 3
    this.chainDepth = o.chainDepth ?? -1
    this.alpha = o.alpha ?? 1
    this.allOps = o.allOps ?? true
    this.interpolation = checkInterpolation(o.interpolation ?? 'bilinear')
    this.fill = o.fill ?? null
  }

  forward<T extends ImageOrTensor>(img: T): T {
    const look = { interpolation: this.interpolation, fill: fillFor(img, this.fill) }
    return forKind(
      img,
      (image) => toPilImage(this.mix(pilToTensor(image), look)),
      (x) => this.mix(x, look),
    )
  }

  private mix(x: Tensor, look: Look): Tensor {
    const [, height, width] = getDimensions(x)
    const space = mixSpace(this.allOps, height, width)
    const batch = x.ndim < 4 ? x.reshape(...new Array<number>(4 - x.ndim).fill(1), ...x.shape) : x
    const count = batch.shape[0]!
    // a weight for each image of the batch: of the image itself, and of each chain
    const shares = Array.from({ length: count }, () => dirichlet(this.alpha, 2))
    const weights = shares.map(([, rest]) => [rest!, dirichlet(this.alpha, this.mixtureWidth)] as const)
    const perImage = (values: number[]): Tensor =>
      tensor(values, { dtype: float32, device: x.device }).view(count, ...new Array<number>(batch.ndim - 1).fill(1))
    const mixture = batch.to(float32).mul(perImage(shares.map(([own]) => own!)))
    for (let i = 0; i < this.mixtureWidth; i++) {
      let chain = batch
      const depth = this.chainDepth > 0 ? this.chainDepth : integer(1, 4)
      for (let k = 0; k < depth; k++) chain = applyDrawn(chain, space, () => integer(0, this.severity), look)
      mixture.add_(chain.to(float32).mul(perImage(weights.map(([rest, parts]) => Math.fround(rest * parts[i]!)))))
    }
    return mixture.view(x.shape).to(x.dtype)
  }

  override toString(): string {
    const { severity, mixtureWidth, chainDepth, alpha, allOps, interpolation, fill } = this
    return `AugMix(severity=${severity}, mixture_width=${mixtureWidth}, chain_depth=${chainDepth}, alpha=${float(alpha)}, all_ops=${flag(allOps)}, interpolation=InterpolationMode.${upper(interpolation)}, fill=${plain(fill)})`
  }
}

function mixSpace(allOps: boolean, height: number, width: number): Space {
  const always: Space = [
    ['ShearX', range(0, 0.3, steps, true)],
    ['ShearY', range(0, 0.3, steps, true)],
    ['TranslateX', range(0, width / 3, steps, true)],
    ['TranslateY', range(0, height / 3, steps, true)],
    ['Rotate', range(0, 30, steps, true)],
    ['Posterize', bits(4, 4, steps)],
    ['Solarize', range(255, 0, steps, false)],
    ['AutoContrast', fixed],
    ['Equalize', fixed],
  ]
  if (!allOps) return always
  return [
    ...always,
    ['Brightness', range(0, 0.9, steps, true)],
    ['Color', range(0, 0.9, steps, true)],
    ['Contrast', range(0, 0.9, steps, true)],
    ['Sharpness', range(0, 0.9, steps, true)],
  ]
}

portable(import.meta.url, { AugMix })
