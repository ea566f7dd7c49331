/** A network of nodes and edges that say no more than their labels. */

import type { NetworkContent, NetworkNode } from '../../../../protocol/types.js'
import { shorten } from '../../axis/ticks.js'
import { paletteColor } from '../../color/palette.js'
import { textOf } from '../../data/cells.js'
import type { Painter } from '../../draw/painter.js'
import type { PlotOptions } from '../../types.js'
import type { Hover, Style } from '../chart.js'
import { forcePlaces, type Links, layeredPlaces, layersOf } from './layout.js'

/** Labels of more nodes would cover each other. */
const MOST_LABELS = 150

export class GraphView {
  readonly #nodes: readonly NetworkNode[]
  readonly #links: Links
  readonly #labels: readonly string[]
  /** number of each node's club, for its colour */
  readonly #clubs: readonly number[]
  readonly #places: Float64Array
  readonly #isDirected: boolean
  #pixels: Float64Array = new Float64Array(0)
  #radius = 6

  constructor({ nodes, edges }: NetworkContent, options: PlotOptions['network'] = {}) {
    this.#nodes = nodes
    const numbers = new Map(nodes.map(({ name }, i) => [textOf(name), i]))
    const known = edges.filter(({ source, target }) => numbers.has(textOf(source)) && numbers.has(textOf(target)))
    this.#links = {
      count: nodes.length,
      edges: known.map(({ source, target }) => [numbers.get(textOf(source))!, numbers.get(textOf(target))!]),
    }
    this.#labels = options.showEdgeLabels === true ? known.map(({ label }) => textOf(label ?? '')) : []
    const clubs = nodes.map(({ club }) => textOf(club ?? ''))
    const places = new Map([...new Set(clubs)].map((club, i) => [club, i]))
    this.#clubs = clubs.map((club) => places.get(club)!)
    this.#isDirected = options.directed === true
    const layers = this.#isDirected ? layersOf(this.#links) : null
    this.#places = layers === null ? forcePlaces(this.#links) : layeredPlaces(this.#links, layers)
  }

  draw(painter: Painter, style: Style, view: { x: number; y: number; zoom: number }, showLabels: boolean): void {
    this.#fit(painter, view)
    const count = this.#nodes.length
    this.#radius = Math.max(
      3,
      Math.min(11, (Math.sqrt((painter.width * painter.height) / Math.max(1, count)) / 7) * Math.sqrt(view.zoom)),
    )
    this.#drawEdges(painter, style)
    for (let i = 0; i < count; i++) {
      const color = paletteColor(this.#clubs[i]!, style.isDark)
      painter.markers([this.#pixels[i * 2]!, this.#pixels[i * 2 + 1]!], {
        symbol: 'circle',
        size: this.#radius * 2,
        fill: color,
        stroke: { color: style.ground, width: 1.5 },
      })
    }
    if (!showLabels || count > MOST_LABELS * view.zoom) return
    this.#nodes.forEach((node, i) => {
      const [x, y] = [this.#pixels[i * 2]!, this.#pixels[i * 2 + 1]!]
      painter.text(shorten(textOf(node.label ?? node.name), 30), x, y + this.#radius + style.size * 0.8, {
        color: style.text,
        size: style.size,
        align: 'center',
        halo: style.ground,
      })
    })
  }

  #drawEdges(painter: Painter, style: Style): void {
    const [lines, heads]: [number[], number[]] = [[], []]
    this.#links.edges.forEach(([from, to], k) => {
      const [x0, y0, x1, y1] = [
        this.#pixels[from * 2]!,
        this.#pixels[from * 2 + 1]!,
        this.#pixels[to * 2]!,
        this.#pixels[to * 2 + 1]!,
      ]
      lines.push(x0, y0, x1, y1, Number.NaN, Number.NaN)
      const length = Math.hypot(x1 - x0, y1 - y0)
      if (this.#isDirected && length > 0) {
        const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length]
        const [tx, ty] = [x1 - ux * (this.#radius + 1), y1 - uy * (this.#radius + 1)]
        heads.push(
          tx,
          ty,
          tx - ux * 8 - uy * 3.5,
          ty - uy * 8 + ux * 3.5,
          tx - ux * 8 + uy * 3.5,
          ty - uy * 8 - ux * 3.5,
          Number.NaN,
          Number.NaN,
        )
      }
      const label = this.#labels[k]
      if (label !== undefined && label !== '' && this.#links.edges.length <= MOST_LABELS)
        painter.text(shorten(label, 24), (x0 + x1) / 2, (y0 + y1) / 2, {
          color: style.muted,
          size: style.size - 1,
          align: 'center',
          halo: style.ground,
        })
    })
    painter.line(lines, { color: style.axis, width: 1.2 })
    if (heads.length > 0) painter.polygon(heads, style.muted)
  }

  /** Places on the screen, as large as fits. */
  #fit(painter: Painter, { x, y, zoom }: { x: number; y: number; zoom: number }): void {
    const count = this.#nodes.length
    const [low, high] = [
      [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
      [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ]
    for (let i = 0; i < count * 2; i++) {
      low[i % 2] = Math.min(low[i % 2]!, this.#places[i]!)
      high[i % 2] = Math.max(high[i % 2]!, this.#places[i]!)
    }
    const pad = 44
    const factors = [
      (painter.width - 2 * pad) / (high[0]! - low[0]! || 1),
      (painter.height - 2 * pad) / (high[1]! - low[1]! || 1),
    ]
    const factor = Math.min(90, factors[0]!) * zoom
    const factorY = Math.min(90, factors[1]!) * zoom
    this.#pixels = new Float64Array(count * 2)
    for (let i = 0; i < count; i++) {
      this.#pixels[i * 2] = painter.width / 2 + x + (this.#places[i * 2]! - (low[0]! + high[0]!) / 2) * factor
      this.#pixels[i * 2 + 1] = painter.height / 2 + y + (this.#places[i * 2 + 1]! - (low[1]! + high[1]!) / 2) * factorY
    }
  }

  hover(x: number, y: number): Hover | null {
    for (let i = 0; i < this.#nodes.length; i++) {
      const [px, py] = [this.#pixels[i * 2]!, this.#pixels[i * 2 + 1]!]
      if (Math.hypot(px - x, py - y) > this.#radius + 4) continue
      const { name, label, club } = this.#nodes[i]!
      const links = this.#links.edges.filter(([from, to]) => from === i || to === i).length
      return {
        title: textOf(label ?? name),
        rows: [{ name: '⇄', value: String(links), ...(club === undefined ? {} : { note: textOf(club) }) }],
        x: px,
        y: py,
        marks: [{ x: px, y: py, color: '#ff9f45' }],
      }
    }
    return null
  }
}
