/** Drawing as a document of SVG. */
import type { Fonts } from './canvas.js'
import type { Marker, Painter, Pixels, Points, Rect, Stroke, TextStyle } from './painter.js'
import { outlineOf } from './symbols.js'

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text for SVG; characters that XML does not allow are left out. */
const escapeXml = (text: string): string =>
  text.replace(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, '').replace(/[&<>"]/g, (c) => ESCAPES[c]!)

/** Further away than any drawing. */
const FAR = 1e7

/** Hundredths of a pixel are enough. */
const short = (value: number): string => String(Math.round(Math.min(FAR, Math.max(-FAR, value)) * 100) / 100)

export class SvgPainter implements Painter {
  readonly width: number
  readonly height: number
  readonly #fonts: Fonts
  readonly #measure: (text: string, size: number, bold: boolean) => number
  readonly #urlOf: (pixels: Pixels) => string
  readonly #parts: string[] = []
  #clips = 0

  /**
   * @param urlOf - makes a data URL of an image
   * @param measure - width of a text in pixels; by default a guess from its length
   */
  constructor(
    width: number,
    height: number,
    urlOf: (pixels: Pixels) => string,
    fonts: Fonts = { sans: 'system-ui, sans-serif', mono: 'monospace' },
    measure: (text: string, size: number, bold: boolean) => number = (text, size) => text.length * size * 0.55,
  ) {
    this.width = width
    this.height = height
    this.#urlOf = urlOf
    this.#fonts = fonts
    this.#measure = measure
  }

  /** The whole document. */
  toString(): string {
    const { width, height } = this
    const font = escapeXml(this.#fonts.sans)
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${font}">\n${this.#parts.join('\n')}\n</svg>\n`
  }

  line(points: Points, stroke: Stroke, length: number = points.length): void {
    const path = pathOf(points, length, false)
    if (path !== '') this.#parts.push(`<path d="${path}" fill="none"${strokeOf(stroke)}/>`)
  }

  polygon(points: Points, fill: string | null, stroke?: Stroke): void {
    const path = pathOf(points, points.length, true)
    if (path !== '') this.#parts.push(`<path d="${path}" fill-rule="evenodd"${fillOf(fill)}${strokeOf(stroke)}/>`)
  }

  rect({ x, y, width, height }: Rect, fill: string | null, stroke?: Stroke, radius = 0): void {
    if (!isPlace(x, y) || !isPlace(width, height)) return
    const place = `x="${short(x)}" y="${short(y)}" width="${short(Math.max(0, width))}" height="${short(Math.max(0, height))}"`
    this.#parts.push(`<rect ${place}${radius > 0 ? ` rx="${short(radius)}"` : ''}${fillOf(fill)}${strokeOf(stroke)}/>`)
  }

  markers(points: Points, { symbol, size, fill, stroke }: Marker, length: number = points.length): void {
    const radius = size / 2
    const outline = outlineOf(symbol)
    const paths: string[] = []
    const r = short(radius)
    for (let i = 0; i < length; i += 2) {
      const [x, y] = [points[i]!, points[i + 1]!]
      if (!isPlace(x, y)) continue
      if (outline === null)
        paths.push(
          `M${short(x - radius)} ${short(y)}a${r} ${r} 0 1 0 ${short(size)} 0a${r} ${r} 0 1 0 ${short(-size)} 0z`,
        )
      else
        paths.push(
          pathOf(
            outline.map((value, k) => value * radius + (k % 2 === 0 ? x : y)),
            outline.length,
            true,
          ),
        )
    }
    if (paths.length > 0) this.#parts.push(`<path d="${paths.join('')}"${fillOf(fill ?? null)}${strokeOf(stroke)}/>`)
  }

  text(text: string, x: number, y: number, style: TextStyle): void {
    const { color, size, align = 'left', baseline = 'middle', bold = false, mono = false, rotate = 0, halo } = style
    if (!isPlace(x, y)) return
    const anchor = { left: '', center: ' text-anchor="middle"', right: ' text-anchor="end"' }[align]
    const down = { top: 0.78, middle: 0.34, bottom: -0.2 }[baseline] * size
    const turn = rotate === 0 ? '' : ` transform="rotate(${short(rotate)} ${short(x)} ${short(y)})"`
    const weight = bold ? ' font-weight="600"' : ''
    const family = mono ? ` font-family="${escapeXml(this.#fonts.mono)}"` : ''
    const around =
      halo === undefined
        ? ''
        : ` stroke="${escapeXml(halo)}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`
    this.#parts.push(
      `<text x="${short(x)}" y="${short(y + down)}" font-size="${short(size)}"${weight}${family}${anchor}${turn}${fillOf(color)}${around}>${escapeXml(text)}</text>`,
    )
  }

  measure(text: string, size: number, bold = false): number {
    return this.#measure(text, size, bold)
  }

  image(pixels: Pixels, { x, y, width, height }: Rect, smooth = false): void {
    if (!isPlace(x, y) || !isPlace(width, height)) return
    const place = `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`
    const style = smooth ? '' : ' style="image-rendering:pixelated"'
    this.#parts.push(`<image ${place} preserveAspectRatio="none"${style} href="${escapeXml(this.#urlOf(pixels))}"/>`)
  }

  clip({ x, y, width, height }: Rect, draw: () => void): void {
    const id = `clip${this.#clips++}`
    this.#parts.push(
      `<clipPath id="${id}"><rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"/></clipPath><g clip-path="url(#${id})">`,
    )
    draw()
    this.#parts.push('</g>')
  }
}

/** Canvases leave out what has no place; so does SVG. */
const isPlace = (x: number, y: number): boolean => x - x === 0 && y - y === 0

function pathOf(points: Points, length: number, close: boolean): string {
  const parts: string[] = []
  let isDown = false
  for (let i = 0; i < length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!]
    if (!isPlace(x, y)) {
      if (isDown && close) parts.push('z')
      isDown = false
      continue
    }
    parts.push(`${isDown ? 'L' : 'M'}${short(x)} ${short(y)}`)
    isDown = true
  }
  if (isDown && close) parts.push('z')
  return parts.join('')
}

function fillOf(fill: string | null): string {
  return ` fill="${fill === null ? 'none' : escapeXml(fill)}"`
}

function strokeOf(stroke: Stroke | undefined): string {
  if (stroke === undefined) return ''
  const { color, width = 1, dash = [], cap = 'butt' } = stroke
  const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : ''
  return ` stroke="${escapeXml(color)}" stroke-width="${short(width)}" stroke-linejoin="round"${cap === 'round' ? ' stroke-linecap="round"' : ''}${dashes}`
}
