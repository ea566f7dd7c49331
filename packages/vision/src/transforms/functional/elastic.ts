import { bindOptions, float32, linspace, stack, Tensor, ValueError } from '@tsorch/core'
import { type ImageOrTensor, typeName } from '../../image.js'
import { pilToTensor, toPilImage } from './convert.js'
import { readGrid } from './grid.js'
import { checkInterpolation, checkTensorMode, type Fill, forKind, type InterpolationMode } from './input.js'

/** Options of {@link elasticTransform}. */
export interface ElasticOptions {
  /** `'bilinear'` if not given; `'nearest'` or `'bicubic'`. */
  interpolation?: InterpolationMode
  /** The colour of what comes from outside, 0 if not given. */
  fill?: Fill | null
}

/**
 * An image with each pixel taken from a place beside its own.
 *
 * @param img image, or tensor of shape (..., C, H, W) with at most one dimension more
 * @param displacement how far beside, shape [1, H, W, 2]: x and y in halves of the image
 * @throws TypeError if `displacement` is no tensor, ValueError if it has another shape
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.elastic_transform.html
 */
export function elasticTransform<T extends ImageOrTensor>(
  img: T,
  displacement: Tensor,
  interpolation?: InterpolationMode | ElasticOptions,
  fill?: Fill | null | ElasticOptions,
): T {
  const given = [interpolation, fill ?? undefined]
  const o = bindOptions<ElasticOptions>('elasticTransform', ['interpolation', 'fill'], given)
  const mode = checkTensorMode(checkInterpolation(o.interpolation ?? 'bilinear'), ['nearest', 'bilinear', 'bicubic'])
  if (!(displacement instanceof Tensor))
    throw new TypeError(`Argument displacement should be a Tensor. Got ${typeName(displacement)}`)
  const onTensor = (x: Tensor): Tensor => {
    const [height, width] = x.shape.slice(-2) as [number, number]
    const shape = [1, height, width, 2]
    if (displacement.shape.join() !== shape.join()) {
      throw new ValueError(
        `Argument displacement shape should be [${shape.join(', ')}], but given [${displacement.shape.join(', ')}]`,
      )
    }
    return readGrid(x, identityGrid(height, width).add(displacement.to('cpu')), mode, o.fill ?? null)
  }
  return forKind(img, (image) => toPilImage(onTensor(pilToTensor(image))), onTensor)
}

/** Where each pixel is, from -1 to 1 across the image: shape [1, H, W, 2]. */
function identityGrid(height: number, width: number): Tensor {
  const along = (size: number): Tensor => linspace((-size + 1) / size, (size - 1) / size, size, { dtype: float32 })
  const x = along(width).expand(height, width)
  const y = along(height).unsqueeze(-1).expand(height, width)
  return stack([x, y], -1).unsqueeze(0)
}
