import { bindOptions, cat, noGrad, stack, Tensor, ValueError } from '@tsorch/core'
import { typeName } from '../image.js'
import { writeJpeg, writePng } from '../io/encode.js'

/** Options of {@link makeGrid}. */
export interface MakeGridOptions {
  /** How many images a row has, 8 if not given. */
  nrow?: number
  /** Pixels between the images, 2 if not given. */
  padding?: number
  /** Whether values are moved to [0, 1], from `valueRange` or from the smallest and the largest of them. Default false. */
  normalize?: boolean
  /** What becomes 0 and 1; values outside are cut off. */
  valueRange?: readonly [min: number, max: number] | null
  /** Whether each image is normalized by itself. Default false. */
  scaleEach?: boolean
  /** The value between the images, 0 if not given. */
  padValue?: number
}
const names = ['nrow', 'padding', 'normalize', 'valueRange', 'scaleEach', 'padValue'] as const

/**
 * Puts images beside and below each other.
 *
 * @param tensor shape (B, C, H, W), or a list of images of one size; grey ones get three channels
 * @returns shape (C, rows of the grid, columns of the grid); a single image comes back without a border
 * @throws TypeError for what is no tensor or list of tensors
 * @example
 * ```ts
 * import { rand } from '@tsorch/core'
 * import { utils } from '@tsorch/vision'
 *
 * const grid = utils.makeGrid(rand([16, 1, 28, 28])) // shape [3, 62, 242]
 * await utils.saveImage(grid, 'digits.png')
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.utils.make_grid.html
 */
export function makeGrid(
  tensor: Tensor | readonly Tensor[],
  nrow?: number | MakeGridOptions,
  padding?: number | MakeGridOptions,
): Tensor {
  const o = bindOptions<MakeGridOptions>('makeGrid', names, [nrow, padding])
  return noGrad(() => grid(batchOf(tensor), o))
}

function batchOf(images: Tensor | readonly Tensor[]): Tensor {
  if (!(images instanceof Tensor)) {
    const wrong = Array.isArray(images) ? images.find((x) => !(x instanceof Tensor)) : images
    if (!Array.isArray(images) || wrong !== undefined)
      throw new TypeError(
        `tensor or list of tensors expected, got ${Array.isArray(images) ? 'a list containing ' : ''}${typeName(wrong)}`,
      )
    return batchOf(stack([...images], 0))
  }
  if (images.ndim < 2 || images.ndim > 4)
    throw new ValueError(`images should be of shape (B, C, H, W), but got [${images.shape.join(', ')}]`)
  if (images.ndim === 2) return batchOf(images.unsqueeze(0))
  if (images.ndim === 3) return batchOf(images.unsqueeze(0))
  return images.shape[1] === 1 ? cat([images, images, images], 1) : images
}

function grid(given: Tensor, o: MakeGridOptions): Tensor {
  const { nrow = 8, padding = 2, padValue = 0 } = o
  const images = o.normalize ? normalized(given, o.valueRange ?? null, o.scaleEach ?? false) : given
  const [count, channels, h, w] = images.shape as [number, number, number, number]
  if (count === 1) return images.squeeze(0)
  const columns = Math.min(nrow, count)
  const rows = Math.ceil(count / columns)
  const [height, width] = [h + padding, w + padding]
  const out = images.newFull([channels, height * rows + padding, width * columns + padding], padValue)
  for (let k = 0; k < count; k++) {
    const top = Math.floor(k / columns) * height + padding
    const left = (k % columns) * width + padding
    out.narrow(1, top, h).narrow(2, left, w).copy_(images.select(0, k))
  }
  return out
}

function normalized(images: Tensor, range: readonly [number, number] | null, each: boolean): Tensor {
  const out = images.clone()
  const parts = each ? out.unbind(0) : [out]
  for (const part of parts) {
    const [low, high] = range ?? [Number(part.min().item()), Number(part.max().item())]
    part
      .clamp_(low, high)
      .sub_(low)
      .div_(Math.max(high - low, 1e-5))
  }
  return out
}

/** Options of {@link saveImage}. */
export interface SaveImageOptions extends MakeGridOptions {
  /** `'png'` or `'jpeg'`; by default what the ending of the name says. */
  format?: 'png' | 'jpeg' | 'jpg' | null
}

/**
 * Writes a tensor to an image file; of a batch its {@link makeGrid}.
 *
 * @param tensor floating point with values in [0, 1]
 * @param fp the name of the file, ending in `.png`, `.jpg` or `.jpeg`
 * @throws ValueError for another format, RuntimeError if the file cannot be written
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.utils.save_image.html
 */
export async function saveImage(
  tensor: Tensor | readonly Tensor[],
  fp: string,
  format?: 'png' | 'jpeg' | 'jpg' | null | SaveImageOptions,
): Promise<void> {
  const o = bindOptions<SaveImageOptions>('saveImage', ['format', ...names], [format ?? undefined])
  const { format: chosen, ...gridOptions } = o
  const kind = (chosen ?? /\.(\w+)$/.exec(fp)?.[1] ?? '').toLowerCase()
  if (kind !== 'png' && kind !== 'jpg' && kind !== 'jpeg')
    throw new ValueError(`unknown file extension: '${kind}', expected 'png', 'jpg' or 'jpeg'`)
  const image = noGrad(() => makeGrid(tensor, gridOptions).mul(255).add_(0.5).clamp_(0, 255).to('uint8'))
  await (kind === 'png' ? writePng(image, fp) : writeJpeg(image, fp))
}
