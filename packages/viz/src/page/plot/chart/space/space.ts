/** A plot in space: surfaces, points, lines; turned by dragging, nearer by the wheel. */
import type { NetworkContent, PlotContent, Trace } from '../../../../protocol/types.js'
import { valueText } from '../../axis/numbers.js'
import { padSpan } from '../../axis/scale.js'
import { fieldsOf, readAxis } from '../../axis/spec.js'
import { parseColor } from '../../color/color.js'
import { paletteColor } from '../../color/palette.js'
import { commonKind, Reader } from '../../data/cells.js'
import type { Painter } from '../../draw/painter.js'
import type { PlotAbilities } from '../../types.js'
import { namesOf } from '../cartesian/layers.js'
import { tableOf } from '../cartesian/table.js'
import { type Chart, type ChartHost, type Drag, type Hover, NO_ABILITIES, type Region, type Style } from '../chart.js'
import { COLOR_BAR_WIDTH, drawColorBar } from '../grid/color-bar.js'
import { drawLegend, Hidden, layoutLegend } from '../legend.js'
import { drawEmpty, drawTitle } from '../words.js'
import { drawCube, type SpaceAxis } from './cube.js'
import { drawBodies, type PlacedBody } from './draw.js'
import { type Camera, Projection, START } from './projection.js'
import { type Body, FEW_SQUARES, placesOfBody, readBody, type SpaceReaders } from './scene.js'

const AXES = ['x', 'y', 'z'] as const
/** Pixels to a point that is shown. */
const NEAR = 18
/** Milliseconds that a drawing may take while something is turned. */
const FLUID = 20

export class SpaceChart implements Chart {
  regions: readonly Region[] = []
  readonly #host: ChartHost
  readonly #hidden: Hidden = new Hidden()
  #content: PlotContent = { data: [], layout: {} }
  #camera: Camera = START
  #axes: readonly SpaceAxis[] = []
  #bodies: readonly PlacedBody[] = []
  /** makes bodies of fewer squares */
  #rough: () => readonly PlacedBody[] = () => []
  #roughBodies: readonly PlacedBody[] | null = null
  #isTurning = false
  /** how long the last whole drawing took, in milliseconds */
  #took = 0
  #readers: SpaceReaders = { x: new Reader('number'), y: new Reader('number'), z: new Reader('number') }

  constructor(host: ChartHost) {
    this.#host = host
  }

  update(content: PlotContent | NetworkContent): void {
    this.#content = content as PlotContent
    const { data, layout } = this.#content
    const readerOf = (key: (typeof AXES)[number]): Reader => {
      const columns = data.map((trace): unknown => trace[key])
      // rows of rows are numbers
      return new Reader(commonKind(columns.filter((column) => !(Array.isArray(column) && Array.isArray(column[0])))))
    }
    this.#readers = { x: readerOf('x'), y: readerOf('y'), z: readerOf('z') }
    const names = namesOf(data)
    const bodies = data.flatMap((trace, i) =>
      trace.visible === false ? [] : [readBody(trace, names[i]!, i, this.#readers)],
    )
    const scene = fieldsOf(layout, 'scene')
    this.#axes = AXES.map((key, i): SpaceAxis => {
      const spec = readAxis(scene[`${key}axis`])
      const isLog = spec.type === 'log' && this.#readers[key].kind === 'number'
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
      for (const { points } of bodies)
        for (let k = i; k < points.length; k += 3) {
          const value = isLog ? Math.log10(points[k]!) : points[k]!
          if (!Number.isFinite(value)) continue
          low = Math.min(low, value)
          high = Math.max(high, value)
        }
      const isSurface = data.some(({ type }) => type === 'surface') && i < 2
      const whole = low <= high ? padSpan({ low, high }, isSurface ? 0 : 0.05) : { low: 0, high: 1 }
      const span = spec.range === undefined ? whole : { low: Math.min(...spec.range), high: Math.max(...spec.range) }
      const reader = this.#readers[key]
      return { spec, span, isLog, categories: reader.categories, isCategory: reader.kind === 'category' }
    })
    const place = (body: Body): PlacedBody => ({
      body,
      places: placesOfBody(body, this.#axes),
      pixels: new Float64Array((body.points.length / 3) * 2),
    })
    this.#bodies = bodies.map(place)
    this.#rough = () =>
      bodies.map((body) =>
        body.kind === 'surface' ? place(readBody(body.trace, body.name, 0, this.#readers, FEW_SQUARES)) : place(body),
      )
    this.#roughBodies = null
  }

  changed(): void {}

  #shown(): readonly PlacedBody[] {
    const isRough = this.#isTurning && this.#took > FLUID
    if (isRough) this.#roughBodies ??= this.#rough()
    return (isRough ? this.#roughBodies! : this.#bodies).filter(({ body }) => !this.#hidden.has(body.name))
  }

  draw(painter: Painter, style: Style): void {
    const { layout, data } = this.#content
    let top = drawTitle(painter, style, this.#host, layout.title) ? 28 : 8
    const items = this.#bodies.map(({ body }) => ({
      name: body.name,
      color: colorOf(body.trace, body.kind === 'surface' ? 0 : body.index, style),
      mark: 'point' as const,
      dash: [],
    }))
    const legend = layoutLegend(
      painter,
      style,
      layout.showlegend === true ? items : [],
      painter.width - 28,
      2,
      this.#host.strings.more,
    )
    const presses = this.#hidden.presses(namesOf(data), () => this.#host.redraw())
    this.regions = drawLegend(painter, style, legend, 14, top, (name) => this.#hidden.has(name), presses)
    top += legend.height
    const shown = this.#shown()
    const surface = shown
      .map(({ body }) => body)
      .find((body) => body.kind === 'surface' && body.trace.showscale !== false)
    const right = surface === undefined ? 0 : COLOR_BAR_WIDTH + 6
    const [width, height] = [painter.width - right, painter.height - top]
    const radius = Math.min(width / 4.1, height / 3.55)
    const projection = new Projection(this.#camera, width / 2, top + height / 2 - 8, radius)
    drawCube(painter, style, projection, this.#axes)
    const start = performance.now()
    drawBodies(painter, style, projection, shown)
    if (!this.#isTurning) this.#took = performance.now() - start
    if (surface?.kind === 'surface') {
      const { scale, low, high } = surface
      drawColorBar(
        painter,
        style,
        { scale, low, high },
        { x: 0, y: top + height * 0.14, width: width - 6, height: height * 0.72 },
      )
    }
    if (shown.length === 0) drawEmpty(painter, style, this.#host, width / 2, top + height / 2)
  }

  hover(x: number, y: number): Hover | null {
    let best: { placed: PlacedBody; i: number } | null = null
    let nearest = NEAR ** 2
    for (const placed of this.#shown()) {
      const { pixels, places, body } = placed
      for (let i = 0; i < pixels.length / 2; i++) {
        const distance = (pixels[i * 2]! - x) ** 2 + (pixels[i * 2 + 1]! - y) ** 2
        // of points over each other, the nearer to the eye; a rough rule is enough here
        if (distance < nearest - (body.kind === 'surface' ? 4 : 0) && Number.isFinite(places[i * 3 + 2]!)) {
          nearest = distance
          best = { placed, i }
        }
      }
    }
    if (best === null) return null
    const { placed, i } = best
    const { points, name, trace, kind } = placed.body
    const rows = AXES.map((key, axis) => {
      const value = points[i * 3 + axis]!
      const { spec, isCategory, categories } = this.#axes[axis]!
      return {
        name: spec.title === '' ? key : spec.title,
        value: isCategory ? (categories[value] ?? '') : valueText(value),
      }
    })
    const [px, py] = [placed.pixels[i * 2]!, placed.pixels[i * 2 + 1]!]
    const label: unknown = Array.isArray(trace.text) ? trace.text[i] : undefined
    const title =
      kind === 'cloud' ? [name, label].filter((part) => part !== undefined && part !== null).join(' · ') : ''
    return { title, rows, x: px, y: py, marks: [{ x: px, y: py, color: '#ff9f45' }] }
  }

  drag(x0: number, y0: number): Drag {
    const from = this.#camera
    const move = (x: number, y: number): null => {
      const elevation = Math.max(-1.45, Math.min(1.45, from.elevation + (y - y0) * 0.008))
      const isStill = x === x0 && y === y0
      this.#turn(isStill ? from : { ...from, azimuth: from.azimuth - (x - x0) * 0.008, elevation })
      return null
    }
    this.#isTurning = true
    const end = (x: number, y: number): void => {
      this.#isTurning = false
      move(x, y)
    }
    return { cursor: 'grabbing', move, end }
  }

  zoom(_x: number, _y: number, amount: number): void {
    this.#turn({ ...this.#camera, zoom: Math.max(0.3, Math.min(8, this.#camera.zoom * 2 ** -amount)) })
  }

  resetZoom(): void {
    this.#turn(START)
  }

  #turn(camera: Camera): void {
    this.#camera = camera
    this.#host.redraw()
  }

  get isZoomed(): boolean {
    return this.#camera !== START
  }

  abilities(): PlotAbilities {
    return { ...NO_ABILITIES, zoom: true }
  }

  csv(): string {
    return tableOf(this.#content, namesOf(this.#content.data))
  }
}

function colorOf(trace: Trace, index: number, style: Style): string {
  const color = fieldsOf(trace, 'marker').color ?? trace.color
  return parseColor(color) !== null ? String(color) : paletteColor(index, style.isDark)
}
