/** A painter that keeps what is drawn, and what a chart is drawn with in tests. */
import type { ChartHost, Style } from '../src/page/plot/chart/chart.js'
import type { Marker, Painter, Pixels, Points, Rect, Stroke, TextStyle } from '../src/page/plot/draw/painter.js'
import { stringsOf } from '../src/page/plot/strings.js'
import type { PlotFlag, PlotOptions } from '../src/page/plot/types.js'

export class Recorder implements Painter {
  readonly width: number
  readonly height: number
  readonly lines: { points: number[]; stroke: Stroke }[] = []
  readonly polygons: { points: number[]; fill: string | null }[] = []
  readonly rects: { rect: Rect; fill: string | null }[] = []
  readonly marks: { points: number[]; marker: Marker }[] = []
  readonly texts: { text: string; x: number; y: number; style: TextStyle }[] = []
  readonly images: { pixels: Pixels; place: Rect }[] = []

  constructor(width = 600, height = 400) {
    this.width = width
    this.height = height
  }

  line(points: Points, stroke: Stroke, length: number = points.length): void {
    this.lines.push({ points: [...points].slice(0, length), stroke })
  }

  polygon(points: Points, fill: string | null): void {
    this.polygons.push({ points: [...points], fill })
  }

  rect(rect: Rect, fill: string | null): void {
    this.rects.push({ rect, fill })
  }

  markers(points: Points, marker: Marker, length: number = points.length): void {
    this.marks.push({ points: [...points].slice(0, length), marker })
  }

  text(text: string, x: number, y: number, style: TextStyle): void {
    this.texts.push({ text, x, y, style })
  }

  measure(text: string, size: number): number {
    return text.length * size * 0.55
  }

  image(pixels: Pixels, place: Rect): void {
    this.images.push({ pixels, place })
  }

  clip(_rect: Rect, draw: () => void): void {
    draw()
  }
}

export const light: Style = {
  isDark: false,
  text: '#101010',
  muted: '#606060',
  grid: '#eeeeee',
  axis: '#bbbbbb',
  ground: '#ffffff',
  accent: '#0000ff',
  alarm: '#ff0000',
  size: 11,
  fonts: { sans: 'sans-serif', mono: 'monospace' },
}

/** Options of a plot that puts its flags into a list. */
export function optionsOf(flags: (PlotFlag | null)[], changes: Partial<PlotOptions> = {}): PlotOptions {
  return {
    smoothing: 0,
    xAxis: 'step',
    follow: false,
    dark: false,
    locale: 'en',
    loadPlotly: () => Promise.reject(new Error('not installed')),
    onFlag: (flag) => void flags.push(flag),
    ...changes,
  }
}

/** Options of a pane, and what it told. */
export function hostOf(changes: Partial<PlotOptions> = {}): ChartHost & { flags: (PlotFlag | null)[]; drawn: number } {
  const flags: (PlotFlag | null)[] = []
  return {
    flags,
    drawn: 0,
    options: optionsOf(flags, changes),
    strings: stringsOf('en'),
    isTitleShown: () => false,
    redraw() {
      this.drawn++
    },
  }
}
