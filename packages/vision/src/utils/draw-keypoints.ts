import { bindOptions, type Tensor, ValueError } from '@tsorch/core'
import { drawLine, fillEllipse } from '../pixels/draw.js'
import { checkDrawable } from './checks.js'
import { type Color, rgbOf } from './colors.js'
import { backTo, canvasOf } from './draw-boxes.js'

/** Options of {@link drawKeypoints}. */
export interface KeypointOptions {
  /** Pairs of keypoints that are joined by white lines. */
  connectivity?: readonly (readonly [number, number])[] | null
  /** The colour of the points. Without one they are not drawn, as in torchvision. */
  colors?: Color | null
  /** Of the points in pixels, 2 if not given. */
  radius?: number
  /** Of the lines in pixels, 3 if not given. */
  width?: number
  /** Which of the points are seen, shape (N, K) or (N, K, 1); all if not given. */
  visibility?: Tensor | null
}
const names = ['connectivity', 'colors', 'radius', 'width', 'visibility'] as const

/**
 * An image with the keypoints of N things drawn into it.
 *
 * @param image shape (3, H, W), uint8, or floating point with values in [0, 1]
 * @param keypoints shape (N, K, 2): x and y in pixels
 * @returns of the shape and dtype of `image`
 * @throws TypeError, ValueError for arguments that are no such things
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.utils.draw_keypoints.html
 */
export function drawKeypoints(
  image: Tensor,
  keypoints: Tensor,
  connectivity?: readonly (readonly [number, number])[] | null | KeypointOptions,
): Tensor {
  const o = bindOptions<KeypointOptions>('drawKeypoints', names, [connectivity ?? undefined])
  checkDrawable(image, [3])
  if (keypoints.ndim !== 3 || keypoints.shape[2]! < 2)
    throw new ValueError('keypoints must be of shape (num_instances, K, 2)')
  const seen = visible(keypoints, o.visibility ?? null)
  const { radius = 2, width = 3 } = o
  const color = o.colors ? rgbOf(o.colors) : null
  const canvas = canvasOf(image)
  const things = (keypoints.numel() === 0 ? [] : keypoints.tolist()) as number[][][]
  for (const [i, thing] of things.entries()) {
    const points = thing.map(([x, y]) => [Math.trunc(Number(x)), Math.trunc(Number(y))] as const)
    for (const [k, [x, y]] of points.entries())
      if (color !== null && seen[i]![k]) fillEllipse(canvas, x - radius, y - radius, x + radius, y + radius, color)
    for (const [from, to] of o.connectivity ?? [])
      if (seen[i]![from] && seen[i]![to]) drawLine(canvas, ...points[from]!, ...points[to]!, [255, 255, 255], width)
  }
  return backTo(image, canvas)
}

function visible(keypoints: Tensor, visibility: Tensor | null): readonly (readonly boolean[])[] {
  const [n, k] = keypoints.shape as [number, number]
  if (visibility === null) return Array.from({ length: n }, () => new Array<boolean>(k).fill(true))
  const seen = visibility.ndim === 3 ? visibility.squeeze(-1) : visibility
  if (seen.ndim !== 2) throw new ValueError(`visibility must be of shape (num_instances, K). Got ndim=${seen.ndim}`)
  if (seen.shape[0] !== n || seen.shape[1] !== k) {
    throw new ValueError(
      `keypoints and visibility must have the same dimensionality for num_instances and K. Got visibility.shape=[${visibility.shape.join(', ')}] and keypoints.shape=[${keypoints.shape.join(', ')}]`,
    )
  }
  return seen.to('bool').tolist() as boolean[][]
}
