/** A pane that shows whatever kind of plot its content is, and another if that changes. */

import type { NetworkContent, PatchOp, PlotContent, Trace } from '../../../protocol/types.js'
import { fieldsOf } from '../axis/spec.js'
import { CartesianChart } from '../chart/cartesian/cartesian.js'
import { familyOf } from '../chart/cartesian/layers.js'
import { type Chart, type ChartHost, NO_ABILITIES } from '../chart/chart.js'
import { HistogramsChart } from '../chart/histograms/histograms.js'
import { NetworkChart } from '../chart/network/network.js'
import { PieChart } from '../chart/pie.js'
import { SpaceChart } from '../chart/space/space.js'
import { SunburstChart } from '../chart/sunburst.js'
import { textOf } from '../data/cells.js'
import { withLists } from '../data/packed.js'
import { EVERYTHING, GROWING, type Touched, touchedBy } from '../data/touched.js'
import type { PlotAbilities, PlotHandle, PlotOptions } from '../types.js'
import { CanvasPane } from './canvas-pane.js'
import { PlotlyPane } from './plotly-pane.js'

type Kind = 'cartesian' | 'pie' | 'sunburst' | 'space' | 'histograms' | 'network' | 'plotly'

const CHARTS: Readonly<Record<Exclude<Kind, 'plotly'>, new (host: ChartHost) => Chart>> = {
  cartesian: CartesianChart,
  pie: PieChart,
  sunburst: SunburstChart,
  space: SpaceChart,
  histograms: HistogramsChart,
  network: NetworkChart,
}

/** Which kind a content is. What mixes kinds, or is none of ours, is Plotly's. */
export function kindOfContent(content: PlotContent | NetworkContent): Kind {
  if ('nodes' in content) return 'network'
  const { data } = content
  if (!Array.isArray(data) || data.length === 0) return 'cartesian'
  const all = (...types: readonly string[]): boolean =>
    data.every(({ type }) => type !== undefined && types.includes(type))
  if (data.some((trace) => isInSubplot(trace, content))) return 'plotly'
  if (data.every((trace) => familyOf(trace) !== null)) return 'cartesian'
  if (all('histograms')) return 'histograms'
  if (all('pie') && data.length === 1) return 'pie'
  if (all('sunburst') && data.length === 1) return 'sunburst'
  if (all('surface', 'scatter3d', 'mesh3d') && data.every(isOurs)) return 'space'
  return 'plotly'
}

/** Whether a trace stands between axes of its own, of which only Plotly draws several, or is summed with others. */
function isInSubplot({ xaxis, yaxis, stackgroup }: Trace, { layout }: PlotContent): boolean {
  const isOwn = (xaxis ?? 'x') !== 'x' || !['y', 'y2'].includes(textOf(yaxis ?? 'y'))
  const isBelow = yaxis === 'y2' && Array.isArray(fieldsOf(layout, 'yaxis2').domain)
  return isOwn || isBelow || (stackgroup !== undefined && stackgroup !== '')
}

/** A mesh without its triangles is one that Plotly finds by itself. */
const isOurs = ({ type, i }: Trace): boolean => type !== 'mesh3d' || Array.isArray(i)

interface Inner extends Omit<PlotHandle, 'update'> {
  update(content: PlotContent | NetworkContent, touched: Touched): void
}

export class PlotPane implements PlotHandle {
  readonly #host: HTMLElement
  #options: PlotOptions
  #inner: Inner | null = null
  #kind: Kind | null = null
  /** cells that each column of each trace had, before the next operations */
  #lengths: readonly ReadonlyMap<string, number>[] = []

  constructor(host: HTMLElement, options: PlotOptions) {
    this.#host = host
    this.#options = options
  }

  update(ops: readonly PatchOp[], given: PlotContent | NetworkContent): void {
    const content = 'nodes' in given ? given : withLists(given)
    const touched = touchedBy(ops, (trace, column) => this.#lengths[trace]?.get(column) ?? Number.POSITIVE_INFINITY)
    // only a trace that is read anew, or a new one, can change the kind
    const kind = this.#kind === null || touched.all || touched.changed.size > 0 ? kindOfContent(content) : this.#kind
    const isNew = kind !== this.#kind
    if (isNew) this.#show(kind)
    this.#inner!.update(content, isNew ? EVERYTHING : touched)
    this.#lengths = 'nodes' in content ? [] : lengthsOf(content, touched, this.#lengths)
  }

  #show(kind: Kind): void {
    this.#inner?.destroy()
    this.#options.onFlag(null)
    this.#kind = kind
    this.#inner =
      kind === 'plotly'
        ? new PlotlyPane(this.#host, this.#options)
        : new CanvasPane(this.#host, this.#options, (host) => new CHARTS[kind](host))
  }

  set(changes: Partial<PlotOptions>): void {
    this.#options = { ...this.#options, ...changes }
    this.#inner?.set(changes)
  }

  resize(): void {
    this.#inner?.resize()
  }

  resetZoom(): void {
    this.#inner?.resetZoom()
  }

  abilities(): PlotAbilities {
    return this.#inner?.abilities() ?? NO_ABILITIES
  }

  toSVG(): string {
    return this.#inner?.toSVG() ?? ''
  }

  toPNG(): Promise<Blob> {
    return this.#inner?.toPNG() ?? Promise.reject(new Error('toPNG: the plot is closed'))
  }

  toCSV(): string {
    return this.#inner?.toCSV() ?? ''
  }

  destroy(): void {
    this.#inner?.destroy()
    this.#inner = null
    this.#kind = null
  }
}

function lengthsOf(
  content: PlotContent,
  touched: Touched,
  before: readonly ReadonlyMap<string, number>[],
): readonly ReadonlyMap<string, number>[] {
  if (!Array.isArray(content.data)) return []
  return content.data.map((trace, i) => {
    const old = before[i]
    if (old !== undefined && !touched.all && !touched.grown.has(i) && !touched.changed.has(i)) return old
    const lengths = new Map<string, number>()
    for (const name of GROWING) {
      const column: unknown = trace[name]
      if (Array.isArray(column)) lengths.set(name, column.length)
    }
    const { color } = fieldsOf(trace, 'marker')
    if (Array.isArray(color)) lengths.set('marker/color', color.length)
    return lengths
  })
}
