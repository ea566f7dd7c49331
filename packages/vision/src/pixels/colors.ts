/** Grey and hue of 8-bit colours, in Pillow's arithmetic. */
import type { Image } from '../image.js'

/** The lightness of each pixel by ITU-R 601-2, an image of one channel. */
export function grey(image: Image): Image {
  const { width, height, channels, data } = image
  const out = new Uint8Array(width * height)
  if (channels < 3) for (let i = 0; i < out.length; i++) out[i] = data[i * channels]!
  else {
    for (let i = 0, p = 0; i < out.length; i++, p += channels)
      out[i] = (data[p]! * 19595 + data[p + 1]! * 38470 + data[p + 2]! * 7471 + 0x8000) >> 16
  }
  return { width, height, channels: 1, data: out }
}

/** An image of one channel with that channel as red, green and blue. */
export function asRgb({ width, height, data }: Image): Image {
  const out = new Uint8Array(data.length * 3)
  for (let i = 0, p = 0; i < data.length; i++) {
    out[p++] = data[i]!
    out[p++] = data[i]!
    out[p++] = data[i]!
  }
  return { width, height, channels: 3, data: out }
}

/** The colours turned on the wheel by `shift` of its 255 steps. */
export function hueShifted(image: Image, shift: number): Image {
  const { channels, data } = image
  const out = new Uint8Array(data)
  for (let p = 0; p < data.length; p += channels) {
    const r = data[p]!
    const g = data[p + 1]!
    const b = data[p + 2]!
    const max = Math.max(r, g, b)
    const range = max - Math.min(r, g, b)
    const saturation = range === 0 ? 0 : Math.trunc(Math.fround(range / max) * 255)
    if (saturation === 0) {
      out.fill(max, p, p + 3)
      continue
    }
    const hue = (hueOf(r, g, b, max, range) + shift) & 255
    writeRgb(out, p, hue, saturation, max)
  }
  return { ...image, data: out }
}

const f = Math.fround

/** Hue in 0 to 255. */
function hueOf(r: number, g: number, b: number, max: number, range: number): number {
  const dr = f((max - r) / range)
  const dg = f((max - g) / range)
  const db = f((max - b) / range)
  const sector = r === max ? db - dg : g === max ? 2 + dr - db : 4 + dg - dr
  const turn = f(sector) / 6 + 1
  return Math.min(Math.trunc(f(turn >= 1 ? turn - 1 : turn) * 255), 255)
}

function writeRgb(out: Uint8Array, p: number, hue: number, saturation: number, value: number): void {
  const place = f((hue * 6) / 255)
  const s = f(saturation / 255)
  const sector = Math.floor(place)
  const rest = f(place - sector)
  const low = Math.round(f(value * (1 - s)))
  const falling = Math.round(f(value * (1 - s * rest)))
  const rising = Math.round(f(value * (1 - s * (1 - rest))))
  // around the wheel, from red on: one channel is full, one is low, one moves
  const turn = sector % 6
  out[p] = turn === 0 || turn === 5 ? value : turn === 1 ? falling : turn === 4 ? rising : low
  out[p + 1] = turn === 1 || turn === 2 ? value : turn === 0 ? rising : turn === 3 ? falling : low
  out[p + 2] = turn === 3 || turn === 4 ? value : turn === 2 ? rising : turn === 5 ? falling : low
}
