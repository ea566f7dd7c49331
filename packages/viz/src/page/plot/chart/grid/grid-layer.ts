/** What maps of colours have in common: a grid of values, where it stands, and its colours. */
import type { Trace } from '../../../../protocol/types.js'
import { type ColorScale, colorScale, shareOf } from '../../color/scales.js'
import type { Reader } from '../../data/cells.js'
import type { ColorBar, LegendItem } from '../layer.js'
import { type Grid, limitsOf, type Places, placesOf, readGrid } from './grid-data.js'

export abstract class GridLayer {
  readonly name: null = null
  readonly isTight: boolean = true
  readonly hidesGrid: boolean = true
  readonly isCounted: { readonly x: boolean; readonly y: boolean }
  readonly colorBar: ColorBar | null
  protected readonly trace: Trace
  protected readonly grid: Grid
  protected readonly x: Places
  protected readonly y: Places
  protected readonly scale: ColorScale
  /** values that have the first and the last colour */
  protected readonly low: number
  protected readonly high: number

  constructor(trace: Trace, readers: { readonly x: Reader; readonly y: Reader }) {
    this.trace = trace
    this.isCounted = { x: !Array.isArray(trace.x), y: !Array.isArray(trace.y) }
    this.grid = readGrid(trace)
    this.x = placesOf(trace.x, this.grid.width, readers.x)
    this.y = placesOf(trace.y, this.grid.height, readers.y)
    const [low, high] = limitsOf(trace, this.grid)
    this.low = low
    this.high = high
    this.scale = colorScale(trace.colorscale, trace.reversescale === true)
    this.colorBar = trace.showscale === false ? null : { scale: this.scale, low, high }
  }

  legend(): readonly LegendItem[] {
    return []
  }

  protected css(value: number): string {
    return this.scale.css(shareOf(value, this.low, this.high))
  }
}
