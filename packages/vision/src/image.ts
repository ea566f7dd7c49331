/**
 * An image as the datasets hand it out before any transform: 8-bit pixels, rows from the top, channels interleaved. It plays
 * the part of PIL's image; one channel is its mode `L`, three are `RGB`.
 */
export interface Image {
  readonly width: number
  readonly height: number
  readonly channels: number
  /** `height * width * channels` values of 0 to 255; pixel (row, column) starts at `(row * width + column) * channels`. */
  readonly data: Uint8Array | Uint8ClampedArray
}

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
