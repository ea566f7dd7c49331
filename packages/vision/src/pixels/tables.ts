/** Changes that send each 8-bit value to another one, the same way all over the image. */
import type { Image } from '../image.js'
import { hasAlpha } from './alpha.js'

/** What each of the 256 values becomes. */
export type Table = Uint8Array

/** A table of `value(v)`, cut off to whole numbers of 0 to 255. */
export function tableOf(value: (v: number) => number): Table {
  return Uint8Array.from({ length: 256 }, (_, v) => Math.min(Math.max(Math.trunc(value(v)), 0), 255))
}

const same: Table = tableOf((v) => v)

/** One table for all channels, or one for each. An opacity stays as it is. */
export function mapped(image: Image, tables: Table | readonly Table[]): Image {
  const { channels, data } = image
  const out = new Uint8Array(data.length)
  if (tables instanceof Uint8Array && !hasAlpha(image)) {
    for (let i = 0; i < out.length; i++) out[i] = tables[data[i]!]!
    return { ...image, data: out }
  }
  const colors = hasAlpha(image) ? channels - 1 : channels
  for (let c = 0; c < channels; c++) {
    const table = c >= colors ? same : tables instanceof Uint8Array ? tables : tables[c]!
    for (let i = c; i < out.length; i += channels) out[i] = table[data[i]!]!
  }
  return { ...image, data: out }
}

/** How often each value occurs in each channel. */
export function histograms({ channels, data }: Image): Int32Array[] {
  return Array.from({ length: channels }, (_, c) => {
    const counts = new Int32Array(256)
    for (let i = c; i < data.length; i += channels) counts[data[i]!]!++
    return counts
  })
}

/** The table that spreads the values of a histogram over 0 to 255. */
export function stretching(counts: Int32Array): Table {
  const low = counts.findIndex((n) => n > 0)
  const high = counts.findLastIndex((n) => n > 0)
  if (high <= low) return same
  const scale = 255 / (high - low)
  return tableOf((v) => v * scale - low * scale)
}

/** The table that makes all values of a histogram about equally frequent. */
export function equalizing(counts: Int32Array): Table {
  const last = counts.findLastIndex((n) => n > 0)
  const total = counts.reduce((sum, n) => sum + n, 0)
  const step = last < 0 ? 0 : Math.floor((total - counts[last]!) / 255)
  if (step === 0) return same
  let n = Math.floor(step / 2)
  return tableOf((v) => {
    const value = Math.floor(n / step)
    n += counts[v]!
    return value
  })
}
