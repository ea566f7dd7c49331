import { bindOptions, type Tensor, uint8, ValueError, warnOnce } from '@tsorch/core'
import type { Image } from '../image.js'
import { drawLine, drawRectangle, fillPolygon, fillRectangle, type Ink } from '../pixels/draw.js'
import { drawText, textSize } from '../pixels/font.js'
import { convertImageDtype, pilToTensor, toPilImage } from '../transforms/functional/index.js'
import { checkDrawable } from './checks.js'
import { type Color, colorsOf, type Rgb } from './colors.js'

/** Options of {@link drawBoundingBoxes}. Colours are one for all, or a list of one for each box. */
export interface BoundingBoxOptions {
  /** A text for each box, null for none. */
  labels?: readonly (string | null)[] | null
  /** Colours that are easy to tell apart if not given. */
  colors?: Color | readonly Color[] | null
  /** Whether the boxes are filled, thinly. Default false. */
  fill?: boolean
  /** Of the lines in pixels, 1 if not given. */
  width?: number
  /** Of the texts; those of the boxes if not given, black on a filled ground. */
  labelColors?: Color | readonly Color[] | null
  /** Of the ground of the texts, with `fillLabels`; those of the boxes if not given. */
  labelBackgroundColors?: Color | readonly Color[] | null
  /** Whether texts have a ground. Default false. */
  fillLabels?: boolean
}
const names = ['labels', 'colors', 'fill', 'width', 'labelColors', 'labelBackgroundColors', 'fillLabels'] as const

/**
 * An image with boxes drawn into it. Texts are written in a small font of 5 x 7 pixels.
 *
 * @param image shape (1 or 3, H, W), uint8, or floating point with values in [0, 1]
 * @param boxes shape (N, 4): x and y of the upper left and of the lower right corner in pixels; or (N, 8): four corners
 * @returns shape (3, H, W), of the dtype of `image`
 * @throws TypeError, ValueError for arguments that are no such things
 * @example
 * ```ts
 * import { tensor, zeros } from '@tsorch/core'
 * import { utils } from '@tsorch/vision'
 *
 * const image = zeros([3, 40, 60], { dtype: 'uint8' })
 * const drawn = utils.drawBoundingBoxes(image, tensor([[5, 5, 30, 25]]), { labels: ['cat'], colors: 'red' })
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.utils.draw_bounding_boxes.html
 */
export function drawBoundingBoxes(
  image: Tensor,
  boxes: Tensor,
  labels?: readonly (string | null)[] | null | BoundingBoxOptions,
): Tensor {
  const o = bindOptions<BoundingBoxOptions>('drawBoundingBoxes', names, [labels ?? undefined])
  checkDrawable(image, [1, 3])
  const corners = boxesOf(boxes)
  if (corners.length === 0) {
    warnOnce("boxes doesn't contain any box. No box was drawn")
    return image
  }
  const count = corners.length
  const texts = o.labels ?? new Array<null>(count).fill(null)
  if (texts.length !== count) {
    throw new ValueError(
      `Number of boxes (${count}) and labels (${texts.length}) mismatch. Please specify labels for each box.`,
    )
  }
  const { fill = false, width = 1, fillLabels = false } = o
  const colors = colorsOf(o.colors ?? null, count)
  const textColors = o.labelColors || fillLabels ? colorsOf(o.labelColors ?? 'black', count) : colors
  const grounds = fillLabels && o.labelBackgroundColors ? colorsOf(o.labelBackgroundColors, count) : colors
  const canvas = canvasOf(image)
  for (const [i, box] of corners.entries()) {
    drawBox(canvas, box, colors[i]!, fill, width)
    const text = texts[i]
    if (text === null || text === undefined) continue
    const [x, y] = [box[0]! + width + 1, box[1]! + width + 1]
    const [w, h] = textSize(text)
    if (fillLabels) fillRectangle(canvas, x - 1, y - 1, x + w, y + h, grounds[i]!)
    drawText(canvas, x, y, text, textColors[i]!)
  }
  return backTo(image, canvas)
}

function boxesOf(boxes: Tensor): number[][] {
  const rows = (boxes.numel() === 0 ? [] : boxes.tolist()) as number[][]
  if (rows.length > 0 && (boxes.ndim !== 2 || (boxes.shape[1] !== 4 && boxes.shape[1] !== 8)))
    throw new ValueError(`boxes must be of shape (N, 4) or (N, 8), but got [${boxes.shape.join(', ')}]`)
  const list = rows.map((row) => row.map((v) => Math.trunc(Number(v))))
  if (rows.some((row) => row.length === 4 && (row[0]! > row[2]! || row[1]! > row[3]!)))
    throw new ValueError('Boxes need to be in (xmin, ymin, xmax, ymax) format.')
  return list
}

/** A tensor image as pixels to draw into, with three channels. */
export function canvasOf(image: Tensor): Image {
  const bytes = convertImageDtype(image.detach(), uint8)
  return toPilImage(bytes.shape[0] === 1 ? bytes.expand(3, -1, -1) : bytes)
}

/** What was drawn, as a tensor like `image`. */
export function backTo(image: Tensor, canvas: Image): Tensor {
  return convertImageDtype(pilToTensor(canvas), image.dtype).to(image.device)
}

function drawBox(canvas: Image, box: readonly number[], color: Rgb, fill: boolean, width: number): void {
  const thin: Ink = [...color, 100]
  if (box.length === 4) {
    const sides = box as [number, number, number, number]
    if (fill) fillRectangle(canvas, ...sides, thin)
    drawRectangle(canvas, ...sides, color, width)
    return
  }
  const corners = Array.from({ length: 4 }, (_, i) => [box[2 * i]!, box[2 * i + 1]!] as const)
  drawDashes(canvas, corners[0]!, corners[1]!, color, width)
  for (let i = 1; i < 4; i++) drawLine(canvas, ...corners[i]!, ...corners[(i + 1) % 4]!, color, width)
  if (fill) fillPolygon(canvas, corners, thin)
}

type Corner = readonly [x: number, y: number]

/** Dashes of five pixels, which tell the upper side of a box that may be turned. */
function drawDashes(canvas: Image, [x0, y0]: Corner, [x1, y1]: Corner, color: Rgb, width: number): void {
  let [x, y] = [x0, y0]
  let isDash = true
  for (let rest = Math.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2); rest > 0; rest -= 5) {
    const way = Math.min(rest, 5)
    const angle = Math.atan2(y1 - y, x1 - x)
    const [endX, endY] = [x + Math.cos(angle) * way, y + Math.sin(angle) * way]
    if (isDash) drawLine(canvas, Math.trunc(x), Math.trunc(y), Math.trunc(endX), Math.trunc(endY), color, width)
    isDash = !isDash
    ;[x, y] = [endX, endY]
  }
}
