/** The names of traces in rows above a plot; a press switches a trace off and on, two presses all others. */
import { fitText } from '../axis/frame.js'
import { withAlpha } from '../color/color.js'
import type { Painter } from '../draw/painter.js'
import type { Region, Style } from './chart.js'
import type { LegendItem } from './layer.js'

const ROW = 18
const SWATCH = 16

interface Placed {
  readonly item: LegendItem | null
  readonly text: string
  readonly x: number
  readonly y: number
  readonly width: number
}

export interface Legend {
  readonly height: number
  readonly placed: readonly Placed[]
}

/** How many rows of names a height has room for; at least one. */
export function legendRows(height: number): number {
  return Math.max(1, Math.floor(height / ROW))
}

/** Finds places for names, in as many rows as there is room for; what finds none is counted. */
export function layoutLegend(
  painter: Painter,
  style: Style,
  items: readonly LegendItem[],
  width: number,
  rows: number,
  more: (count: number) => string,
): Legend {
  const placed: Placed[] = []
  const { size } = style
  let [x, row] = [0, 0]
  for (const [i, item] of items.entries()) {
    const text = fitText(painter, item.name, size, Math.min(220, width - SWATCH - 12))
    const needed = SWATCH + 5 + painter.measure(text, size) + 14
    // the last row keeps room for the count of the others
    const end = row === rows - 1 && i < items.length - 1 ? width - 70 : width
    if (x > 0 && x + needed > end) {
      if (row === rows - 1) {
        placed.push({ item: null, text: more(items.length - i), x, y: row * ROW, width: 70 })
        break
      }
      row++
      x = 0
    }
    placed.push({ item, text, x, y: row * ROW, width: needed })
    x += needed
  }
  return { height: placed.length === 0 ? 0 : (row + 1) * ROW + 4, placed }
}

export interface Presses {
  toggle(name: string): void
  only(name: string): void
  more(): void
}

/** Draws names and gives the places that can be pressed. */
export function drawLegend(
  painter: Painter,
  style: Style,
  { placed }: Legend,
  left: number,
  top: number,
  isHidden: (name: string) => boolean,
  press: Presses,
): Region[] {
  return placed.map(({ item, text, x, y, width }) => {
    const [atX, middle] = [left + x, top + y + ROW / 2]
    const region = { x: atX - 4, y: top + y, width: width - 4, height: ROW }
    if (item === null) {
      painter.text(text, atX, middle, { color: style.muted, size: style.size })
      return { ...region, press: press.more }
    }
    const off = isHidden(item.name)
    const color = off ? withAlpha(item.color, 0.3) : item.color
    if (item.mark === 'line') painter.line([atX, middle, atX + SWATCH, middle], { color, width: 2.2, dash: item.dash })
    else if (item.mark === 'point')
      painter.markers([atX + SWATCH / 2, middle], { symbol: 'circle', size: 8, fill: color })
    else painter.rect({ x: atX + 3, y: middle - 5, width: 10, height: 10 }, color, undefined, 2)
    painter.text(text, atX + SWATCH + 5, middle, {
      color: off ? withAlpha(style.muted, 0.5) : style.text,
      size: style.size,
    })
    return { ...region, press: () => press.toggle(item.name), pressTwice: () => press.only(item.name), hint: item.name }
  })
}

/** Which traces are switched off, by name. */
export class Hidden {
  readonly #names: Set<string> = new Set()

  has(name: string): boolean {
    return this.#names.has(name)
  }

  hide(name: string): void {
    this.#names.add(name)
  }

  toggle(name: string): void {
    if (!this.#names.delete(name)) this.#names.add(name)
  }

  /** Hides all others; if they are hidden, shows all. */
  only(name: string, names: readonly string[]): void {
    const others = names.filter((other) => other !== name)
    const areHidden = others.every((other) => this.#names.has(other))
    this.#names.clear()
    if (!areHidden) for (const other of others) this.#names.add(other)
  }

  /** What presses on a legend do. */
  presses(names: readonly string[], redraw: () => void, more: () => void = redraw): Presses {
    return {
      toggle: (name) => {
        this.toggle(name)
        redraw()
      },
      only: (name) => {
        this.only(name, names)
        redraw()
      },
      more,
    }
  }
}
