import type { View } from '../dispatch/backend.js'
import { float32, float64, type StorageArray } from '../dtype.js'
import { start } from './iterate.js'

/** Where the planes of a 4-d view [N, C, H, W] lie, in array elements. */
export interface Planes {
  readonly array: StorageArray
  readonly at: number
  readonly image: number
  readonly channel: number
  readonly row: number
  readonly column: number
}

export function planesOf(view: View): Planes {
  const { words } = view.dtype
  const [image, channel, row, column] = view.strides as [number, number, number, number]
  return {
    array: view.storage.array,
    at: start(view),
    image: image * words,
    channel: channel * words,
    row: row * words,
    column: column * words,
  }
}

/** Whether the fused kernels serve these views: all float32 or all float64. */
export function served(...views: (View | null)[]): boolean {
  return views.every((v) => v === null || v.dtype === float32) || views.every((v) => v === null || v.dtype === float64)
}
