import { RuntimeError } from '@tsorch/core'
import type { Image } from '../image.js'
import { grey } from '../pixels/colors.js'
import type { Codec } from './codec.js'
import { inMode } from './mode.js'

function contextOf(width: number, height: number): [OffscreenCanvas, OffscreenCanvasRenderingContext2D] {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new RuntimeError('this browser gives no 2d context of a canvas')
  return [canvas, context]
}

/** By the browser's own decoders, through a canvas. Colours under partial opacity are a canvas's: rounded. */
export const canvasCodec: Codec = {
  async decode(bytes, orient) {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]), {
      premultiplyAlpha: 'none',
      colorSpaceConversion: 'none',
      imageOrientation: orient ? 'from-image' : ('none' as 'from-image'),
    })
    const { width, height } = bitmap
    const [, context] = contextOf(width, height)
    context.drawImage(bitmap, 0, 0)
    bitmap.close()
    const rgba: Image = { width, height, channels: 4, data: context.getImageData(0, 0, width, height).data }
    return isGreyJpeg(bytes) ? grey(rgba) : isOpaque(rgba) ? inMode(rgba, 'RGB') : rgba
  },
  async encodeJpeg(image, quality) {
    const [canvas, context] = contextOf(image.width, image.height)
    const rgba = inMode(image, 'RGB_ALPHA')
    context.putImageData(new ImageData(new Uint8ClampedArray(rgba.data), image.width, image.height), 0, 0)
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: quality / 100 })
    return new Uint8Array(await blob.arrayBuffer())
  },
}

function isOpaque({ data }: Image): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false
  return true
}

/** Whether bytes are a JPEG file of one channel, as its frame header says. */
function isGreyJpeg(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return false
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1]!
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return bytes[at + 9] === 1
    at += 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!)
  }
  return false
}
