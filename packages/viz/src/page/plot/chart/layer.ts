/** What is drawn within one pair of axes: lines, bars, maps of colours. */
import type { Scale, Span } from '../axis/scale.js'
import type { ColorScale } from '../color/scales.js'
import type { Painter, Rect } from '../draw/painter.js'
import type { XAxisKind } from '../types.js'
import type { Hover, HoverRow, Style } from './chart.js'

/** How a plot is looked at. */
export interface View {
  readonly xAxis: XAxisKind
  readonly smoothing: number
  readonly logX: boolean
  readonly logY: boolean
  readonly isHidden: (name: string) => boolean
}

export interface Scales {
  readonly plot: Rect
  readonly x: Scale
  readonly y: Scale
}

export interface LegendItem {
  readonly name: string
  readonly color: string
  readonly mark: 'line' | 'box' | 'point'
  readonly dash: readonly number[]
}

/** What the colours of a layer mean. */
export interface ColorBar {
  readonly scale: ColorScale
  readonly low: number
  readonly high: number
}

/** What a layer has at the pointer. */
export interface Found {
  readonly x: number
  readonly y: number
  /** pixels to the pointer */
  readonly distance: number
  /** a value of x is written as the axis writes it */
  readonly title: string | number
  readonly rows: readonly HoverRow[]
  readonly color: string
  /** the nearest along x: shown together with those of the other lines */
  readonly isByX: boolean
  readonly outline?: Hover['outline']
}

export interface Layer {
  /** of the one trace that it draws; `null` where there are several */
  readonly name: string | null
  readonly colorBar?: ColorBar | null
  readonly isOnY2?: boolean
  /** Ends of the axes are ends of the layer: no room around. */
  readonly isTight?: boolean
  /** points at the ends need room to be seen whole */
  readonly hasMarkers?: boolean
  /** bars stand on zero */
  readonly hasZero?: boolean
  /** lines in a grid would be hidden or would disturb */
  readonly hidesGrid?: boolean
  readonly isLine?: boolean
  /** x, y are numbers of columns and rows */
  readonly isCounted?: { readonly x: boolean; readonly y: boolean }
  legend(style: Style): readonly LegendItem[]
  /** Ends of x and of y as values; of y, between two values of x. `null` if there is nothing. */
  spanX(view: View): Span | null
  spanY(view: View, low: number, high: number): Span | null
  draw(painter: Painter, style: Style, scales: Scales, view: View): void
  /** What is nearest to the pointer. */
  find(x: number, y: number, scales: Scales, view: View, style: Style): readonly Found[]
}
