/** The few things that plots are drawn with, on a canvas and as SVG alike. */

export interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Whether a point lies in a rectangle, its edges included. */
export const isIn = (rect: Rect, x: number, y: number): boolean =>
  x >= rect.x && x <= rect.x + rect.width && y >= rect.y && y <= rect.y + rect.height

export interface Stroke {
  readonly color: string
  /** in CSS pixels; default 1 */
  readonly width?: number
  readonly dash?: readonly number[]
  readonly cap?: 'butt' | 'round'
}

export interface TextStyle {
  readonly color: string
  /** in CSS pixels */
  readonly size: number
  /** default `'left'` */
  readonly align?: 'left' | 'center' | 'right'
  /** what `y` is: default `'middle'` */
  readonly baseline?: 'top' | 'middle' | 'bottom'
  readonly bold?: boolean
  readonly mono?: boolean
  /** in degrees, clockwise, around the point */
  readonly rotate?: number
  /** a line around the letters, to read them over a drawing */
  readonly halo?: string
}

/** Colours in rows, `width * height` times red, green, blue, opacity. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray<ArrayBuffer>
}

/**
 * Points are lists `x0, y0, x1, y1, ...` in CSS pixels; a pair of NaN begins a new line or polygon.
 */
export type Points = readonly number[] | Float64Array

export type SymbolName =
  | 'circle'
  | 'square'
  | 'diamond'
  | 'cross'
  | 'x'
  | 'triangle-up'
  | 'triangle-down'
  | 'star'
  | 'hexagon'

export interface Marker {
  readonly symbol: SymbolName
  /** from side to side */
  readonly size: number
  readonly fill?: string | undefined
  readonly stroke?: Stroke | undefined
}

export interface Painter {
  readonly width: number
  readonly height: number
  /** Lines from point to point. @param length - how many numbers of `points` count; default all */
  line(points: Points, stroke: Stroke, length?: number): void
  /** Polygons; where several overlap, the overlap is empty. */
  polygon(points: Points, fill: string | null, stroke?: Stroke): void
  rect(rect: Rect, fill: string | null, stroke?: Stroke, radius?: number): void
  /** The same marker at each point. */
  markers(points: Points, marker: Marker, length?: number): void
  text(text: string, x: number, y: number, style: TextStyle): void
  /** Width of a text in CSS pixels. */
  measure(text: string, size: number, bold?: boolean): number
  image(pixels: Pixels, place: Rect, smooth?: boolean): void
  /** What is drawn within `draw` shows only inside of `rect`. */
  clip(rect: Rect, draw: () => void): void
}
