/** A sunburst: parts of parts, as rings around a middle. A press shows one part alone, a press on the middle what it is in. */
import type { NetworkContent, PlotContent, Trace } from '../../../protocol/types.js'
import { fitText } from '../axis/frame.js'
import { valueText } from '../axis/numbers.js'
import { cssColor, inkOn, mix, parseColor, type Rgba } from '../color/color.js'
import { paletteColor } from '../color/palette.js'
import { plainNumber, textOf } from '../data/cells.js'
import type { Painter } from '../draw/painter.js'
import type { PlotAbilities } from '../types.js'
import { tableOf } from './cartesian/table.js'
import { type Chart, type ChartHost, type Drag, type Hover, NO_ABILITIES, type Region, type Style } from './chart.js'
import { angleAt, ringOutline } from './rings.js'
import { drawEmpty, drawTitle } from './words.js'

export interface Part {
  readonly key: string
  readonly label: string
  readonly value: number
  readonly children: readonly Part[]
}

interface Arc {
  readonly part: Part
  readonly parent: Part | null
  readonly depth: number
  readonly from: number
  readonly to: number
  readonly color: Rgba
}

export class SunburstChart implements Chart {
  regions: readonly Region[] = []
  readonly #host: ChartHost
  #content: PlotContent = { data: [], layout: {} }
  #root: Part = { key: '', label: '', value: 0, children: [] }
  /** keys from the root to the part that is shown alone */
  #path: readonly Part[] = []
  #arcs: readonly Arc[] = []
  #place: { x: number; y: number; ring: number } = { x: 0, y: 0, ring: 1 }

  constructor(host: ChartHost) {
    this.#host = host
  }

  update(content: PlotContent | NetworkContent): void {
    this.#content = content as PlotContent
    this.#root = partsOf(this.#content.data[0] ?? {})
    this.#path = []
  }

  changed(): void {}

  draw(painter: Painter, style: Style): void {
    const top = drawTitle(painter, style, this.#host, this.#content.layout.title) ? 24 : 0
    const shown = this.#path[this.#path.length - 1] ?? this.#root
    const radius = Math.max(10, Math.min(painter.width, painter.height - top) / 2 - 10)
    // the root of several has no ring of its own
    const hasMiddle = shown.label !== ''
    const depth = depthOf(shown)
    this.#place = {
      x: painter.width / 2,
      y: top + (painter.height - top) / 2,
      ring: radius / Math.max(1, hasMiddle ? depth : depth - 0.5),
    }
    this.#arcs = arcsOf(shown, this.#path[this.#path.length - 2] ?? null, style, hasMiddle ? 0 : -0.5)
    for (const arc of this.#arcs) this.#drawArc(painter, style, arc)
    if (this.#arcs.length <= 1 && shown.children.length === 0 && !hasMiddle)
      drawEmpty(painter, style, this.#host, this.#place.x, this.#place.y)
  }

  #drawArc(painter: Painter, style: Style, arc: Arc): void {
    if (arc.depth < 0) return
    const { x, y, ring } = this.#place
    painter.polygon(this.#outline(arc), cssColor(arc.color), { color: style.ground, width: 1.2 })
    const [middle, radius] = [(arc.from + arc.to) / 2, (arc.depth + 0.5) * ring]
    const isMiddle = arc.depth === 0
    const along = isMiddle ? ring * 1.6 : radius * (arc.to - arc.from)
    const ink = inkOn(arc.color)
    const at: readonly [number, number] = isMiddle
      ? [x, y]
      : [x + Math.sin(middle) * radius, y - Math.cos(middle) * radius]
    // along the radius where the part is narrow, else upright
    const width = painter.measure(arc.part.label, style.size)
    if (width + 8 < Math.min(along, ring * 1.7))
      painter.text(arc.part.label, ...at, { color: ink, size: style.size, align: 'center' })
    else if (along > style.size + 4) {
      const turn = (middle * 180) / Math.PI - 90
      const text = fitText(painter, arc.part.label, style.size, ring - 8)
      painter.text(text, ...at, {
        color: ink,
        size: style.size,
        align: 'center',
        rotate: middle > Math.PI ? turn + 180 : turn,
      })
    }
  }

  #outline({ from, to, depth }: Arc): number[] {
    const { x, y, ring } = this.#place
    return ringOutline(x, y, depth * ring, (depth + 1) * ring, from, to)
  }

  #arcAt(px: number, py: number): Arc | undefined {
    const { x, y, ring } = this.#place
    const radius = Math.hypot(px - x, py - y)
    const angle = angleAt(px - x, py - y)
    return this.#arcs.find(
      ({ depth, from, to }) =>
        depth >= 0 && radius >= depth * ring && radius < (depth + 1) * ring && angle >= from && angle < to,
    )
  }

  hover(x: number, y: number): Hover | null {
    const arc = this.#arcAt(x, y)
    if (arc === undefined) return null
    const { part, parent } = arc
    const outline = this.#outline(arc)
    const share = parent === null || parent.value === 0 ? null : (part.value / parent.value) * 100
    const note = share === null ? {} : { note: `${Number(share.toPrecision(4))}%` }
    return {
      title: part.label,
      rows: [{ color: cssColor(arc.color), name: '', value: valueText(part.value), ...note }],
      x,
      y,
      outline: [...outline, outline[0]!, outline[1]!],
    }
  }

  /** A press: there is nothing to drag. */
  drag(x0: number, y0: number): Drag {
    return {
      cursor: 'pointer',
      move: () => null,
      end: (x, y) => {
        if (Math.hypot(x - x0, y - y0) < 4) this.#press(x, y)
      },
    }
  }

  #press(x: number, y: number): void {
    const arc = this.#arcAt(x, y)
    if (arc === undefined) return
    if (arc.depth === 0) this.#path = this.#path.slice(0, -1)
    else if (arc.part.children.length > 0) this.#path = pathTo(this.#root, arc.part)
    this.#host.redraw()
  }

  resetZoom(): void {
    this.#path = []
    this.#host.redraw()
  }

  get isZoomed(): boolean {
    return this.#path.length > 0
  }

  abilities(): PlotAbilities {
    return { ...NO_ABILITIES, zoom: true }
  }

  csv(): string {
    return tableOf(this.#content, [textOf(this.#content.data[0]?.name ?? '1')])
  }
}

/** Sums of larger values are no numbers any more. */
const LARGEST = 1e290

/** The parts of a trace under one root, which is the part without a parent, or holds all of these without a name of its own. */
export function partsOf(trace: Trace): Part {
  const labels = Array.isArray(trace.labels) ? trace.labels.map((label) => textOf(label ?? '')) : []
  const ids = Array.isArray(trace.ids) ? trace.ids.map(textOf) : labels
  const parents = Array.isArray(trace.parents) ? trace.parents.map((parent) => textOf(parent ?? '')) : []
  const values = Array.isArray(trace.values) ? trace.values.map(plainNumber) : null
  const known = new Set(ids)
  const below = new Map<string, number[]>()
  ids.forEach((id, i) => {
    const parent = parents[i] ?? ''
    // a part that names nobody's child, or itself, would hang nowhere
    const key = parent !== id && known.has(parent) ? parent : ''
    const list = below.get(key)
    if (list === undefined) below.set(key, [i])
    else list.push(i)
  })
  const seen = new Set<number>()
  const make = (i: number): Part => {
    seen.add(i)
    const children = (below.get(ids[i]!) ?? []).filter((child) => !seen.has(child)).map(make)
    const sum = children.reduce((total, { value }) => total + value, 0)
    const own = values === null ? (children.length === 0 ? 1 : 0) : Math.min(LARGEST, Math.max(0, values[i] || 0))
    // `total`: the value has those of the parts in it; otherwise they come on top
    const value = trace.branchvalues === 'total' ? Math.max(own, sum) : own + sum
    return { key: ids[i]!, label: labels[i] ?? ids[i]!, value, children }
  }
  const tops = (below.get('') ?? []).map(make)
  if (tops.length === 1) return tops[0]!
  return { key: '', label: '', value: tops.reduce((total, { value }) => total + value, 0), children: tops }
}

const depthOf = ({ children }: Part): number => 1 + children.reduce((most, child) => Math.max(most, depthOf(child)), 0)

/** Parts from below the root down to one. */
function pathTo(root: Part, part: Part): readonly Part[] {
  if (root === part) return []
  for (const child of root.children) {
    if (child === part) return [child]
    const path = pathTo(child, part)
    if (path.length > 0) return [child, ...path]
  }
  return []
}

function arcsOf(shown: Part, parent: Part | null, style: Style, depth: number): Arc[] {
  const ground = parseColor(style.ground)!
  const arcs: Arc[] = []
  const add = (part: Part, above: Part | null, level: number, from: number, to: number, color: Rgba): void => {
    arcs.push({ part, parent: above, depth: level, from, to, color })
    let at = from
    part.children.forEach((child, i) => {
      const end = part.value > 0 ? at + ((to - from) * child.value) / part.value : at
      const own = part === shown ? parseColor(paletteColor(i, style.isDark))! : mix(color, ground, 0.22)
      if (end > at) add(child, part, level + 1, at, end, own)
      at = end
    })
  }
  add(shown, parent, depth, 0, 2 * Math.PI, parseColor(style.isDark ? '#39424c' : '#dfe4ea')!)
  return arcs
}
