/** Maps of tensor images: a grid of the places where the pixels come from, and what is read there. */
import {
  cat,
  type DType,
  fromTypedArray,
  gridSample,
  isGradEnabled,
  ones,
  type Tensor,
  tensor,
  ValueError,
  where,
} from '@tsorch/core'
import { type Elements, sampled } from '../../pixels/sample.js'
import { asFloatBatch, computeType } from './cast.js'
import { checkTensorMode, type Fill, getDimensions, type InterpolationMode } from './input.js'
import type { AffineMatrix } from './matrix.js'

/**
 * The places that maps send the centres of `height` x `width` pixels to, the first of which lies at (left, top): shape [1, H, W, 2].
 *
 * @param maps for x and for y the numbers a, b, c of a x + b y + c, already scaled to the grid, of which 2 is the width of the image
 * @param divisor of a perspective, g, h of g x + h y + 1
 */
function gridOf(
  [height, width]: Sizes,
  [left, top]: readonly [number, number],
  maps: readonly [Linear, Linear],
  divisor: readonly [number, number] | null,
  dtype: DType,
): Tensor {
  const round = dtype.itemsize === 8 ? (v: number): number => v : Math.fround
  const [toX, toY, by] = [...maps, [...(divisor ?? [0, 0]), 1]].map((map) => map.map(round) as unknown as Linear) as [
    Linear,
    Linear,
    Linear,
  ]
  // rounded where PyTorch's matrix product rounds: which of two pixels is nearest can depend on it
  const along = ([a, b, c]: Linear, x: number, y: number): number => round(round(round(a * x) + round(b * y)) + c)
  const values = dtype.itemsize === 8 ? new Float64Array(2 * height * width) : new Float32Array(2 * height * width)
  for (let row = 0, at = 0; row < height; row++) {
    const y = top + row
    for (let column = 0; column < width; column++) {
      const x = left + column
      const gridX = along(toX, x, y)
      const gridY = along(toY, x, y)
      if (divisor === null) {
        values[at++] = gridX
        values[at++] = gridY
      } else {
        const d = along(by, x, y)
        values[at++] = round(gridX / d) - 1
        values[at++] = round(gridY / d) - 1
      }
    }
  }
  return fromTypedArray(values, [1, height, width, 2]).to(dtype)
}

/** a, b, c of a x + b y + c. */
type Linear = readonly [a: number, b: number, c: number]

function scaled(map: readonly number[], size: number, dtype: DType): Linear {
  const round = dtype.itemsize === 8 ? (v: number): number => v : Math.fround
  return map.map((v) => round(round(v) / (0.5 * size))) as unknown as Linear
}

/** A grid for an affine map about the middle of the image, which may give a result of another size. */
function affineGridOf(matrix: AffineMatrix, [height, width]: Sizes, out: Sizes, dtype: DType): Tensor {
  const maps = [scaled(matrix.slice(0, 3), width, dtype), scaled(matrix.slice(3), height, dtype)] as const
  return gridOf(out, [-out[1] * 0.5 + 0.5, -out[0] * 0.5 + 0.5], maps, null, dtype)
}

function perspectiveGridOf(c: readonly number[], size: Sizes, dtype: DType): Tensor {
  const maps = [scaled(c.slice(0, 3), size[1], dtype), scaled(c.slice(3, 6), size[0], dtype)] as const
  return gridOf(size, [0.5, 0.5], maps, [c[6]!, c[7]!], dtype)
}

type Sizes = readonly [height: number, width: number]

/** How big a box the mapped image needs. */
export function mappedSize(matrix: AffineMatrix, height: number, width: number): Sizes {
  const f = Math.fround
  const [a, b, c, d, e, g] = matrix.map(f) as AffineMatrix
  const corners = [
    [-0.5 * width, -0.5 * height],
    [-0.5 * width, 0.5 * height],
    [0.5 * width, 0.5 * height],
    [0.5 * width, -0.5 * height],
  ] as [number, number][]
  const extent = (values: number[], size: number): number => {
    // in float32 and cut off at 1e-4: what rounding has added is no pixel
    const tolerance = f(1e-4)
    const rounded = (v: number): number => f(Math.trunc(f(f(v + size * 0.5) / tolerance)) * tolerance)
    return Math.ceil(rounded(Math.max(...values))) - Math.floor(rounded(Math.min(...values)))
  }
  const xs = corners.map(([x, y]) => f(f(f(a * x) + f(b * y)) + c))
  const ys = corners.map(([x, y]) => f(f(f(d * x) + f(e * y)) + g))
  return [extent(ys, height), extent(xs, width)]
}

/** @throws ValueError for a mode that is not for tensors, or a fill that does not fit the channels */
function checkGridArguments(x: Tensor, mode: InterpolationMode, fill: Fill | null): 'nearest' | 'bilinear' {
  const [channels] = getDimensions(x)
  if (fill !== null && typeof fill !== 'number' && fill.length > 1 && fill.length !== channels) {
    throw new ValueError(
      `The number of elements in 'fill' cannot broadcast to match the number of channels of the image (${fill.length} != ${channels})`,
    )
  }
  return checkTensorMode(mode, ['nearest', 'bilinear'])
}

/** Maps a tensor by the places that each of its pixels comes from. */
export function mapAffine(
  x: Tensor,
  matrix: AffineMatrix,
  mode: InterpolationMode,
  fill: Fill | null,
  out?: Sizes,
): Tensor {
  const how = checkGridArguments(x, mode, fill)
  const size = x.shape.slice(-2) as [number, number]
  return readGrid(x, affineGridOf(matrix, size, out ?? size, computeType(x)), how, fill)
}

/** Maps a tensor by eight perspective coefficients. */
export function mapPerspective(
  x: Tensor,
  coefficients: readonly number[],
  mode: InterpolationMode,
  fill: Fill | null,
): Tensor {
  const how = checkGridArguments(x, mode, fill)
  const size = x.shape.slice(-2) as [number, number]
  return readGrid(x, perspectiveGridOf(coefficients, size, computeType(x)), how, fill)
}

/** The values at the places of a grid [1, H, W, 2]; `fill`, if given, for those outside. */
export function readGrid(x: Tensor, grid: Tensor, mode: 'nearest' | 'bilinear' | 'bicubic', fill: Fill | null): Tensor {
  const colors = typeof fill === 'number' ? [fill] : fill
  return hasLoop(x, mode) ? readAtOnce(x, grid, mode, colors) : readByOps(x, grid, mode, colors)
}

/** Whether one loop over the elements will do: on the host, where nothing is recorded. */
function hasLoop(x: Tensor, mode: string): mode is 'nearest' | 'bilinear' {
  const records = x.requiresGrad && isGradEnabled()
  return mode !== 'bicubic' && x.device === 'cpu' && !records && ['uint8', 'float32', 'float64'].includes(x.dtype.name)
}

function readAtOnce(x: Tensor, grid: Tensor, mode: 'nearest' | 'bilinear', fill: readonly number[] | null): Tensor {
  const [height, width] = x.shape.slice(-2) as [number, number]
  const elements = x.detach().toTypedArray() as Elements
  const values = sampled({ elements, height, width }, grid.toTypedArray() as Float32Array, mode, fill)
  return fromTypedArray(values, [...x.shape.slice(0, -2), ...grid.shape.slice(1, 3)])
}

function readByOps(
  x: Tensor,
  grid: Tensor,
  mode: 'nearest' | 'bilinear' | 'bicubic',
  fill: readonly number[] | null,
): Tensor {
  const onBatch = (batch: Tensor): Tensor => {
    const n = batch.shape[0]!
    const here = grid.to(batch.device)
    const places = n > 1 ? here.expand(n, -1, -1, -1) : here
    const read = (values: Tensor): Tensor =>
      gridSample(values, places, { mode, paddingMode: 'zeros', alignCorners: false })
    if (fill === null) return read(batch)
    // a further channel of ones tells how much of each new value comes from inside
    const mask = ones([n, 1, ...batch.shape.slice(2)], { dtype: batch.dtype, device: batch.device })
    const channels = batch.shape[1]!
    const found = read(cat([batch, mask], 1))
    const inside = found.narrow(1, channels, 1)
    const values = found.narrow(1, 0, channels)
    const color = tensor([...fill], { dtype: batch.dtype, device: batch.device }).view(1, fill.length, 1, 1)
    if (mode === 'nearest') return where(inside.lt(0.5), color, values)
    return values.mul(inside).add(inside.neg().add(1).mul(color))
  }
  return asFloatBatch(x, onBatch, [grid.dtype])
}
