/** What every kind of plot has in common: it draws itself, answers the pointer, and gives its numbers. */
import type { NetworkContent, PlotContent } from '../../../protocol/types.js'
import type { Touched } from '../data/touched.js'
import type { Fonts } from '../draw/canvas.js'
import type { Painter, Points, Rect } from '../draw/painter.js'
import type { Strings } from '../strings.js'
import type { PlotAbilities, PlotOptions } from '../types.js'

/** Colours and letters of a pane. */
export interface Style {
  readonly isDark: boolean
  readonly text: string
  readonly muted: string
  readonly grid: string
  readonly axis: string
  /** what the pane is painted with */
  readonly ground: string
  /** marks of selections */
  readonly accent: string
  /** trouble */
  readonly alarm: string
  /** size of labels in CSS pixels */
  readonly size: number
  readonly fonts: Fonts
}

/** What a chart asks of the pane it is in. */
export interface ChartHost {
  readonly options: PlotOptions
  readonly strings: Strings
  /** Whether the pane's bar says this already. */
  isTitleShown(title: string): boolean
  redraw(): void
}

/** What is at the pointer. */
export interface Hover {
  readonly title: string
  readonly rows: readonly HoverRow[]
  /** rows that found no place */
  readonly more?: number
  /** where it belongs to */
  readonly x: number
  readonly y: number
  /** points that are marked, x and y, with a colour each */
  readonly marks?: readonly { readonly x: number; readonly y: number; readonly color: string }[]
  /** an upright line within a rectangle */
  readonly ruler?: { readonly x: number; readonly within: Rect }
  /** an outline, such as a cell's */
  readonly outline?: Points
}

export interface HoverRow {
  readonly color?: string | undefined
  readonly name: string
  readonly value: string
  /** said of the value in muted letters */
  readonly note?: string
}

/** A place that can be pressed. */
export interface Region extends Rect {
  readonly press: () => void
  readonly pressTwice?: () => void
  readonly hint?: string
}

/** What a pressed pointer does until it is let go. */
export interface Drag {
  readonly cursor: string
  /** @returns a rectangle that is shown as selected */
  move(x: number, y: number): Rect | null
  end(x: number, y: number): void
}

export interface DragKeys {
  readonly shift: boolean
  readonly button: number
}

export interface Chart {
  update(content: PlotContent | NetworkContent, touched: Touched): void
  /** Options have changed. */
  changed(): void
  draw(painter: Painter, style: Style): void
  /** For an export, where all of it takes more room than the pane has. */
  sizeOfAll?(size: { readonly width: number; readonly height: number }): { width: number; height: number }
  /** Places that can be pressed, as of the last drawing. */
  readonly regions: readonly Region[]
  hover?(x: number, y: number): Hover | null
  drag?(x: number, y: number, keys: DragKeys): Drag | null
  /** @param amount - above 0 to see more */
  zoom?(x: number, y: number, amount: number): void
  resetZoom(): void
  readonly isZoomed: boolean
  abilities(): PlotAbilities
  csv(): string
}

export const NO_ABILITIES: PlotAbilities = {
  smoothing: false,
  xAxes: [],
  log: false,
  zoom: false,
  histograms: false,
  svg: true,
}
