import { ValueError } from '@tsorch/core'
import type { Image } from '../image.js'
import { asRgb, grey } from '../pixels/colors.js'

/** Which channels a decoded image shall have; `'UNCHANGED'` for those of the file. */
export type ImageReadMode = 'UNCHANGED' | 'GRAY' | 'GRAY_ALPHA' | 'RGB' | 'RGB_ALPHA'

/** torchvision's names of the modes; the strings themselves do as well. */
export const ImageReadMode: { readonly [Mode in ImageReadMode]: Mode } = {
  UNCHANGED: 'UNCHANGED',
  GRAY: 'GRAY',
  GRAY_ALPHA: 'GRAY_ALPHA',
  RGB: 'RGB',
  RGB_ALPHA: 'RGB_ALPHA',
}

const channelsOf: Readonly<Record<ImageReadMode, number>> = {
  UNCHANGED: 0,
  GRAY: 1,
  GRAY_ALPHA: 2,
  RGB: 3,
  RGB_ALPHA: 4,
}

/** @throws ValueError for an unknown mode */
export function checkMode(mode: ImageReadMode): void {
  if (!Object.hasOwn(channelsOf, mode)) {
    throw new ValueError(`mode should be one of ${Object.keys(channelsOf).join(', ')}. Got ${String(mode)}`)
  }
}

/** An image with the channels of a mode. An opacity that is not asked for is left out, one that is missing is full. */
export function inMode(image: Image, mode: ImageReadMode): Image {
  const channels = channelsOf[mode]
  if (channels === 0 || channels === image.channels) return image
  const colors = channels < 3 ? grey(image) : image.channels < 3 ? asRgb(grey(image)) : image
  if (channels % 2 === 1) return colors.channels === channels ? colors : withoutAlpha(colors)
  return withAlpha(colors, channels, image)
}

function withoutAlpha({ width, height, channels, data }: Image): Image {
  const out = new Uint8Array(width * height * (channels - 1))
  for (let p = 0, at = 0; p < data.length; p += channels) {
    for (let c = 0; c < channels - 1; c++) out[at++] = data[p + c]!
  }
  return { width, height, channels: channels - 1, data: out }
}

function withAlpha(colors: Image, channels: number, { data, channels: given }: Image): Image {
  const { width, height } = colors
  const out = new Uint8Array(width * height * channels)
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < channels - 1; c++) out[i * channels + c] = colors.data[i * colors.channels + c]!
    out[(i + 1) * channels - 1] = given % 2 === 0 ? data[(i + 1) * given - 1]! : 255
  }
  return { width, height, channels, data: out }
}
