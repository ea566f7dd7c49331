/** A window of type `network`: a model as boxes in boxes, anything else as nodes and edges. */
import type { NetworkContent, PlotContent } from '../../../../protocol/types.js'
import { csvTable } from '../../data/csv.js'
import type { Painter } from '../../draw/painter.js'
import type { PlotAbilities } from '../../types.js'
import { type Chart, type ChartHost, type Drag, type Hover, NO_ABILITIES, type Region, type Style } from '../chart.js'
import { drawEmpty } from '../words.js'
import { GraphView } from './graph-view.js'
import { ModelView, shapesText } from './model-view.js'
import { closedAtStart, isModel, type TreeNode, treesOf } from './tree.js'

const START = { x: 0, y: 0, zoom: 1 }
const TOP = 12
/** Rows of a model that are open at first, at most. */
const ROWS = 40

export class NetworkChart implements Chart {
  regions: readonly Region[] = []
  readonly #host: ChartHost
  readonly #model: ModelView = new ModelView()
  #content: NetworkContent = { nodes: [], edges: [] }
  #trees: readonly TreeNode[] = []
  #closed: Set<string> = new Set()
  #graph: GraphView | null = null
  #view: { x: number; y: number; zoom: number } = START
  #size = { width: 0, height: 0 }

  constructor(host: ChartHost) {
    this.#host = host
  }

  update(content: PlotContent | NetworkContent): void {
    const before = this.#content.nodes.map(({ path }) => path).join('\n')
    const { nodes, edges } = content as NetworkContent
    this.#content = { nodes: nodes ?? [], edges: edges ?? [] }
    if (!isModel(this.#content)) {
      this.#graph = new GraphView(this.#content, this.#host.options.network)
      return
    }
    this.#graph = null
    this.#trees = treesOf(this.#content)
    // what was opened stays open when only shapes or numbers are new
    if (before !== this.#content.nodes.map(({ path }) => path).join('\n'))
      this.#closed = closedAtStart(this.#trees, ROWS)
  }

  changed(): void {}

  draw(painter: Painter, style: Style): void {
    this.#size = { width: painter.width, height: painter.height }
    this.regions = []
    if (this.#content.nodes.length === 0) {
      drawEmpty(painter, style, this.#host, painter.width / 2, painter.height / 2)
      return
    }
    if (this.#graph !== null) {
      this.#graph.draw(painter, style, this.#view, this.#host.options.network?.showVertexLabels !== false)
      return
    }
    const total = this.#trees.reduce((most, { node }) => Math.max(most, Number(node.parameters) || 0), 0)
    const { x, y, zoom } = this.#view
    this.regions = this.#model.draw(
      painter,
      style,
      this.#trees,
      this.#closed,
      { x, y: y + TOP, zoom },
      total,
      (key) => {
        if (!this.#closed.delete(key)) this.#closed.add(key)
        this.#host.redraw()
      },
    )
  }

  sizeOfAll({ width, height }: { readonly width: number; readonly height: number }): { width: number; height: number } {
    const { zoom, y } = this.#view
    // from the top, if nothing was moved
    const isWhole = this.#graph === null && zoom === 1 && y === 0
    return { width, height: isWhole ? Math.max(height, Math.ceil(this.#model.size.height) + 2 * TOP) : height }
  }

  hover(x: number, y: number): Hover | null {
    return this.#graph === null ? this.#model.hover(x, y, this.#host.strings) : this.#graph.hover(x, y)
  }

  drag(x0: number, y0: number): Drag {
    const from = this.#view
    const move = (x: number, y: number): null => {
      if (x !== x0 || y !== y0) this.#setView({ ...from, x: from.x + x - x0, y: from.y + y - y0 })
      return null
    }
    return { cursor: 'grabbing', move, end: (x, y) => void move(x, y) }
  }

  zoom(x: number, y: number, amount: number): void {
    const { zoom, x: left, y: top } = this.#view
    const next = Math.max(0.15, Math.min(6, zoom * 2 ** -amount))
    const factor = next / zoom
    const { width, height } = this.#size
    // what is under the pointer stays there
    const [cx, cy] = this.#graph === null ? [x - width / 2, y - TOP] : [x - width / 2, y - height / 2]
    this.#setView({ zoom: next, x: cx - (cx - left) * factor, y: cy - (cy - top) * factor })
  }

  #setView(view: { x: number; y: number; zoom: number }): void {
    // a model can't be pushed out of sight
    const { width, height } = this.#size
    const limit =
      this.#graph === null
        ? {
            x: (this.#model.size.width * view.zoom) / 2 + width / 2 - 80,
            low: 60 - TOP - this.#model.size.height * view.zoom,
            high: height - 60,
          }
        : null
    this.#view =
      limit === null
        ? view
        : {
            ...view,
            x: Math.max(-limit.x, Math.min(limit.x, view.x)),
            y: Math.max(limit.low, Math.min(limit.high, view.y)),
          }
    this.#host.redraw()
  }

  resetZoom(): void {
    this.#view = START
    this.#host.redraw()
  }

  get isZoomed(): boolean {
    return this.#view !== START
  }

  abilities(): PlotAbilities {
    return { ...NO_ABILITIES, zoom: true }
  }

  csv(): string {
    const { nodes, edges } = this.#content
    if (this.#graph !== null)
      return csvTable(
        ['source', 'target', 'label'],
        edges.map(({ source, target, label }) => [source, target, label]),
      )
    const rows = nodes.map(({ path, kind, config, inputShapes, outputShapes, parameters, trainable }) => [
      path,
      kind,
      config,
      shapesText(inputShapes),
      shapesText(outputShapes),
      parameters,
      trainable,
    ])
    return csvTable(['path', 'kind', 'config', 'input', 'output', 'parameters', 'trainable'], rows)
  }
}
