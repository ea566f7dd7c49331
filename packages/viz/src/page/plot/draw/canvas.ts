/** Drawing on a canvas. */

import type { Marker, Painter, Pixels, Points, Rect, Stroke, TextStyle } from './painter.js'
import { outlineOf } from './symbols.js'

export interface Fonts {
  readonly sans: string
  readonly mono: string
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

export class CanvasPainter implements Painter {
  readonly width: number
  readonly height: number
  readonly #context: Context
  readonly #fonts: Fonts
  readonly #images: WeakMap<Pixels, OffscreenCanvas>

  /**
   * @param width - in CSS pixels; the canvas may have more
   * @param images - what was painted before, by its pixels: kept from one drawing to the next
   */
  constructor(
    context: Context,
    width: number,
    height: number,
    scale: number,
    fonts: Fonts,
    images: WeakMap<Pixels, OffscreenCanvas> = new WeakMap(),
  ) {
    this.width = width
    this.height = height
    this.#context = context
    this.#fonts = fonts
    this.#images = images
    context.setTransform(scale, 0, 0, scale, 0, 0)
  }

  line(points: Points, stroke: Stroke, length: number = points.length): void {
    this.#trace(points, length, false)
    this.#stroke(stroke)
  }

  polygon(points: Points, fill: string | null, stroke?: Stroke): void {
    this.#trace(points, points.length, true)
    this.#fill(fill, 'evenodd')
    if (stroke !== undefined) this.#stroke(stroke)
  }

  rect({ x, y, width, height }: Rect, fill: string | null, stroke?: Stroke, radius = 0): void {
    const context = this.#context
    context.beginPath()
    if (radius > 0) context.roundRect(x, y, width, height, radius)
    else context.rect(x, y, width, height)
    this.#fill(fill, 'nonzero')
    if (stroke !== undefined) this.#stroke(stroke)
  }

  markers(points: Points, { symbol, size, fill, stroke }: Marker, length: number = points.length): void {
    const context = this.#context
    const radius = size / 2
    const outline = outlineOf(symbol)
    context.beginPath()
    for (let i = 0; i < length; i += 2) {
      const [x, y] = [points[i]!, points[i + 1]!]
      if (x !== x) continue
      if (outline === null) {
        context.moveTo(x + radius, y)
        context.arc(x, y, radius, 0, 2 * Math.PI)
        continue
      }
      context.moveTo(x + outline[0]! * radius, y + outline[1]! * radius)
      for (let k = 2; k < outline.length; k += 2) context.lineTo(x + outline[k]! * radius, y + outline[k + 1]! * radius)
      context.closePath()
    }
    this.#fill(fill ?? null, 'nonzero')
    if (stroke !== undefined) this.#stroke(stroke)
  }

  text(text: string, x: number, y: number, style: TextStyle): void {
    const context = this.#context
    const { color, align = 'left', baseline = 'middle', rotate = 0, halo } = style
    context.font = this.#font(style.size, style.bold, style.mono)
    context.textAlign = align
    context.textBaseline = baseline
    context.fillStyle = color
    const isMoved = rotate !== 0
    if (isMoved) {
      context.save()
      context.translate(x, y)
      context.rotate((rotate * Math.PI) / 180)
    }
    const [atX, atY] = isMoved ? [0, 0] : [x, y]
    if (halo !== undefined) {
      context.lineJoin = 'round'
      context.lineWidth = 3
      context.strokeStyle = halo
      context.setLineDash([])
      context.strokeText(text, atX, atY)
    }
    context.fillText(text, atX, atY)
    if (isMoved) context.restore()
  }

  measure(text: string, size: number, bold = false): number {
    this.#context.font = this.#font(size, bold)
    return this.#context.measureText(text).width
  }

  image(pixels: Pixels, { x, y, width, height }: Rect, smooth = false): void {
    let source = this.#images.get(pixels)
    if (source === undefined) {
      source = new OffscreenCanvas(pixels.width, pixels.height)
      source.getContext('2d')!.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0)
      this.#images.set(pixels, source)
    }
    this.#context.imageSmoothingEnabled = smooth
    this.#context.drawImage(source, x, y, width, height)
  }

  clip({ x, y, width, height }: Rect, draw: () => void): void {
    const context = this.#context
    context.save()
    context.beginPath()
    context.rect(x, y, width, height)
    context.clip()
    draw()
    context.restore()
  }

  /** Begins a path through points, in parts that may be closed. */
  #trace(points: Points, length: number, close: boolean): void {
    const context = this.#context
    context.beginPath()
    let isDown = false
    for (let i = 0; i < length; i += 2) {
      const [x, y] = [points[i]!, points[i + 1]!]
      if (x !== x) {
        if (isDown && close) context.closePath()
        isDown = false
      } else if (isDown) context.lineTo(x, y)
      else {
        context.moveTo(x, y)
        isDown = true
      }
    }
    if (isDown && close) context.closePath()
  }

  #font(size: number, bold = false, mono = false): string {
    return `${bold ? '600 ' : ''}${size}px ${mono ? this.#fonts.mono : this.#fonts.sans}`
  }

  #fill(fill: string | null, rule: CanvasFillRule): void {
    if (fill === null) return
    this.#context.fillStyle = fill
    this.#context.fill(rule)
  }

  #stroke({ color, width = 1, dash = [], cap = 'butt' }: Stroke): void {
    const context = this.#context
    context.strokeStyle = color
    context.lineWidth = width
    context.lineJoin = 'round'
    context.lineCap = cap
    context.setLineDash(dash as number[])
    context.stroke()
  }
}
