/** Planes read at given places. */
import type { View } from '../dispatch/backend.js'
import type { GridSampleMode, GridSamplePadding } from '../ops/grid-sample.js'
import { start } from './iterate.js'
import { planesOf, served } from './planes.js'

/** Where a coordinate from -1 to 1 lies on an axis of `size` elements, before what is outside is dealt with. */
function unnormalised(x: number, size: number, alignCorners: boolean): number {
  return alignCorners ? ((x + 1) * (size - 1)) / 2 : ((x + 1) * size) / 2 - 0.5
}

/** A place mirrored at both ends until it lies inside. */
function reflected(x: number, size: number, alignCorners: boolean): number {
  const low = alignCorners ? 0 : -0.5
  const span = alignCorners ? size - 1 : size
  if (span === 0) return 0
  const distance = Math.abs(x - low)
  const extra = distance % span
  return (Math.floor(distance / span) % 2 === 0 ? extra : span - extra) + low
}

function padded(x: number, size: number, padding: GridSamplePadding, alignCorners: boolean): number {
  if (padding === 'zeros') return x
  const place = padding === 'reflection' ? reflected(x, size, alignCorners) : x
  return place > 0 ? Math.min(place, size - 1) : 0
}

/**
 * Reads every channel of the planes of `input` at the places of `grid`.
 *
 * @param input - [N, C, H, W]
 * @param grid - [N, H', W', 2]
 * @param out - [N, C, H', W'], written, contiguous
 * @returns whether it was done: only for float32 and float64, and not for `'bicubic'`
 */
export function gridSample2d(
  input: View,
  grid: View,
  out: View,
  mode: GridSampleMode,
  padding: GridSamplePadding,
  alignCorners: boolean,
): boolean {
  if (!served(input, grid, out) || mode === 'bicubic') return false
  const [batch, channels, height, width] = input.shape as [number, number, number, number]
  const [, rows, columns] = grid.shape as [number, number, number, number]
  const planes = planesOf(input)
  const [gN, gH, gW, gC] = grid.strides as [number, number, number, number]
  const places = grid.storage.array
  const { array } = planes
  const result = out.storage.array
  const positions = rows * columns
  for (let n = 0; n < batch; n++) {
    const image = planes.at + n * planes.image
    let to = start(out) + n * channels * positions
    for (let i = 0; i < rows; i++) {
      let at = start(grid) + n * gN + i * gH
      for (let j = 0; j < columns; j++, at += gW, to++) {
        const x = padded(unnormalised(places[at]!, width, alignCorners), width, padding, alignCorners)
        const y = padded(unnormalised(places[at + gC]!, height, alignCorners), height, padding, alignCorners)
        if (mode === 'nearest') {
          const column = nearest(x)
          const row = nearest(y)
          const inside = column >= 0 && column < width && row >= 0 && row < height
          const from = inside ? image + row * planes.row + column * planes.column : image
          for (let c = 0; c < channels; c++) result[to + c * positions] = inside ? array[from + c * planes.channel]! : 0
          continue
        }
        const left = Math.floor(x)
        const top = Math.floor(y)
        const right = x - left
        const down = y - top
        // what lies outside has no weight; the element that stands in for it may be any
        const wL = left >= 0 && left < width ? 1 - right : 0 * right
        const wR = left >= -1 && left < width - 1 ? right : 0 * right
        const wT = top >= 0 && top < height ? 1 - down : 0 * down
        const wB = top >= -1 && top < height - 1 ? down : 0 * down
        const column0 = (left >= 0 && left < width ? left : 0) * planes.column
        const column1 = (left >= -1 && left < width - 1 ? left + 1 : 0) * planes.column
        const row0 = image + (top >= 0 && top < height ? top : 0) * planes.row
        const row1 = image + (top >= -1 && top < height - 1 ? top + 1 : 0) * planes.row
        for (let c = 0, plane = 0; c < channels; c++, plane += planes.channel)
          result[to + c * positions] =
            array[row0 + column0 + plane]! * (wT * wL) +
            array[row0 + column1 + plane]! * (wT * wR) +
            array[row1 + column0 + plane]! * (wB * wL) +
            array[row1 + column1 + plane]! * (wB * wR)
      }
    }
  }
  return true
}

/** The nearest whole number, of two that are as near the even one. */
function nearest(x: number): number {
  const rounded = Math.round(x)
  return Math.abs(x - Math.trunc(x)) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}
