/** Drawing into 8-bit images, with the pixels that Pillow's ImageDraw sets. */
import type { Image } from '../image.js'
import { type Edge, roundDown, roundUp, spansOf } from './polygon.js'

/** Red, green, blue, 0 to 255, and how opaque it is, 255 if not given. */
export type Ink = readonly [r: number, g: number, b: number, alpha?: number]

/** Sets the pixels from `x0` to `x1`, both included, of row `y`, as far as they are inside. */
export function drawSpan(image: Image, x0: number, x1: number, y: number, ink: Ink): void {
  const { width, height, channels, data } = image
  if (y < 0 || y >= height) return
  const alpha = ink[3] ?? 255
  for (let x = Math.max(x0, 0); x <= Math.min(x1, width - 1); x++) {
    const at = (y * width + x) * channels
    for (let c = 0; c < channels; c++) {
      // divides by 255, rounded
      const sum = data[at + c]! * (255 - alpha) + (ink[c] as number) * alpha + 128
      data[at + c] = ((sum >> 8) + sum) >> 8
    }
  }
}

/** A filled rectangle, corners included. */
export function fillRectangle(image: Image, x0: number, y0: number, x1: number, y1: number, ink: Ink): void {
  for (let y = Math.max(y0, 0); y <= Math.min(y1, image.height - 1); y++) drawSpan(image, x0, x1, y, ink)
}

/** The outline of a rectangle, corners included, `width` pixels to the inside. */
export function drawRectangle(
  image: Image,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  ink: Ink,
  width: number,
): void {
  for (let i = 0; i < width; i++) {
    drawSpan(image, x0, x1, y0 + i, ink)
    drawSpan(image, x0, x1, y1 - i, ink)
    for (const x of [x1 - i, x0 + i]) drawThinLine(image, x, y0 + width, x, y1 - width + 1, ink)
  }
}

/** A line by Bresenham's algorithm, without its last pixel. */
function drawThinLine(image: Image, x0: number, y0: number, x1: number, y1: number, ink: Ink): void {
  const [dx, dy] = [Math.abs(x1 - x0), Math.abs(y1 - y0)]
  const [stepX, stepY] = [x1 < x0 ? -1 : 1, y1 < y0 ? -1 : 1]
  const isFlat = dx > dy
  const [long, short] = isFlat ? [dx, dy] : [dy, dx]
  let error = 2 * short - long
  for (let i = 0, x = x0, y = y0; i < long; i++) {
    drawSpan(image, x, x, y, ink)
    if (error >= 0 && short > 0) {
      if (isFlat) y += stepY
      else x += stepX
      error -= 2 * long
    }
    error += 2 * short
    if (isFlat) x += stepX
    else y += stepY
  }
}

/** A line with both ends, `width` pixels wide. */
export function drawLine(image: Image, x0: number, y0: number, x1: number, y1: number, ink: Ink, width: number): void {
  if (width === 0) return
  if (width === 1 || (x0 === x1 && y0 === y1)) {
    drawThinLine(image, x0, y0, x1, y1, ink)
    drawSpan(image, x1, x1, y1, ink)
    return
  }
  const [dx, dy] = [x1 - x0, y1 - y0]
  const length = Math.hypot(dx, dy)
  const half = (width - 1) / 2
  const far = roundUp(half) / length
  const near = roundDown(half) / length
  fillPolygon(
    image,
    [
      [x0 - roundDown(near * dy), y0 + roundDown(far * dx)],
      [x1 - roundDown(near * dy), y1 + roundDown(far * dx)],
      [x1 + roundDown(far * dy), y1 - roundDown(near * dx)],
      [x0 + roundDown(far * dy), y0 - roundDown(near * dx)],
    ],
    ink,
  )
}

/** A filled polygon. */
export function fillPolygon(image: Image, corners: readonly (readonly [number, number])[], ink: Ink): void {
  const edges = corners.map((corner, i): Edge => [...corner, ...corners[(i + 1) % corners.length]!])
  for (const [y, x0, x1] of spansOf(edges, image.height)) drawSpan(image, x0, x1, y, ink)
}

/** A filled ellipse within a rectangle, corners included. */
export function fillEllipse(image: Image, x0: number, y0: number, x1: number, y1: number, ink: Ink): void {
  const [a, b] = [x1 - x0, y1 - y0]
  // a single pixel has no extent, and is not drawn
  if (a < 0 || b < 0 || a + b === 0) return
  for (const [y, reach] of ellipseRows(a, b)) {
    const span = [x0 + (a - reach) / 2, x0 + (a + reach) / 2] as const
    drawSpan(image, ...span, y0 + (b - y) / 2, ink)
    if (y > 0) drawSpan(image, ...span, y0 + (b + y) / 2, ink)
  }
}

/**
 * How far an ellipse with the axes `a` and `b` reaches to the side, for each row from its middle on. All lengths are in half pixels:
 * places of pixels are two apart.
 */
function ellipseRows(a: number, b: number): [y: number, reach: number][] {
  const distance = (x: number, y: number): number => Math.abs(a * a * y * y + b * b * x * x - a * a * b * b)
  const rows: [number, number][] = []
  let [x, y] = [a, b % 2]
  for (;;) {
    if (rows.at(-1)?.[0] !== y) rows.push([y, x])
    if (x === a % 2 && y === b) return rows
    // the next pixel is that of three neighbours which is closest to the curve; at the axis there is only one
    let next: readonly [number, number] = [x, y + 2]
    if (x > 1) {
      for (const other of [[x - 2, y + 2] as const, [x - 2, y] as const])
        if (distance(...other) < distance(...next)) next = other
    }
    ;[x, y] = next
  }
}
