import type { Image } from '../image.js'

/** Whether the last channel is opacity. */
export function hasAlpha({ channels }: Image): boolean {
  return channels === 2 || channels === 4
}

/** Runs `f`, which mixes pixels, on colours multiplied by their opacity: what is transparent must not colour its neighbours. */
export function premultiplied(image: Image, f: (image: Image) => Image): Image {
  return hasAlpha(image) ? divided(f(multiplied(image))) : f(image)
}

function multiplied(image: Image): Image {
  const { channels, data } = image
  const out = new Uint8Array(data)
  for (let i = channels - 1; i < out.length; i += channels) {
    const alpha = out[i]!
    for (let k = i - channels + 1; k < i; k++) {
      const product = out[k]! * alpha + 128
      out[k] = ((product >> 8) + product) >> 8
    }
  }
  return { ...image, data: out }
}

function divided(image: Image): Image {
  const { channels, data } = image
  for (let i = channels - 1; i < data.length; i += channels) {
    const alpha = data[i]!
    if (alpha === 0 || alpha === 255) continue
    for (let k = i - channels + 1; k < i; k++) data[k] = Math.min(Math.trunc((255 * data[k]!) / alpha), 255)
  }
  return image
}
