import type { Tensor } from '@tsorch/core'
import { ValueError } from '@tsorch/core'

/**
 * An image as the datasets hand it out before any transform: 8-bit pixels, rows from the top, channels interleaved. It plays
 * the part of PIL's image; one channel is its mode `L`, two are `LA`, three are `RGB`, four are `RGBA`.
 */
export interface Image {
  readonly width: number
  readonly height: number
  readonly channels: number
  /** `height * width * channels` values of 0 to 255; pixel (row, column) starts at `(row * width + column) * channels`. */
  readonly data: Uint8Array | Uint8ClampedArray
}

/** What most transforms take and give back in kind: an {@link Image}, or a tensor of shape (..., C, H, W). */
export type ImageOrTensor = Image | Tensor

/** Whether a value has the form of an {@link Image}; says nothing about its sizes. */
export function isImage(value: unknown): value is Image {
  if (typeof value !== 'object' || value === null) return false
  const { width, height, channels, data } = value as Partial<Image>
  return (
    typeof width === 'number' &&
    typeof height === 'number' &&
    typeof channels === 'number' &&
    (data instanceof Uint8Array || data instanceof Uint8ClampedArray)
  )
}

/**
 * Checks that a value is an image whose sizes fit its data; `name` is the argument's.
 *
 * @throws TypeError if it is no image, ValueError if its sizes do not fit its data
 */
export function checkImage(name: string, value: unknown): asserts value is Image {
  if (!isImage(value)) {
    throw new TypeError(
      `${name} should be an image { width, height, channels, data: Uint8Array }. Got ${typeName(value)}`,
    )
  }
  const { width, height, channels, data } = value
  if (![width, height, channels].every((size) => Number.isInteger(size) && size >= 0)) {
    throw new ValueError(
      `${name} should have integer sizes >= 0. Got ${height} x ${width} pixels, ${channels} channels`,
    )
  }
  const count = width * height * channels
  if (data.length !== count) {
    throw new ValueError(
      `${name} of ${height} x ${width} pixels and ${channels} channel(s) needs ${count} values, but its data has ${data.length}`,
    )
  }
}

/** The class of a value, for messages. */
export function typeName(value: unknown): string {
  return typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : String(value)
}
