/** Draws points in the plane, and finds the one under the pointer. */
import { type ZoomView, zoomAt } from './zoom.js'

export interface EmbeddingPoint {
  readonly group: number | string
  readonly name: string
  readonly label: string
  readonly position: readonly [x: number, y: number]
  readonly idx: number
}

export interface EmbeddingsListeners {
  onSelect(point: EmbeddingPoint): void
  /** The `idx` of the points in a region that the user drew. */
  onRegion(indices: readonly number[]): void
}

const COLORS = [
  '#1c7ed6',
  '#e8590c',
  '#2b8a3e',
  '#c2255c',
  '#7048e8',
  '#0c8599',
  '#a9820a',
  '#d6336c',
  '#66a80f',
  '#495057',
]
const RADIUS = 3
const REACH = 8
const EDGE = 14
const WHOLE: ZoomView = { scale: 1, x: 0, y: 0 }
/** How far the points may be scaled. */
const SCALES = [0.5, 100] as const

type Spot = readonly [x: number, y: number]

export class EmbeddingsPlot {
  readonly #canvas: HTMLCanvasElement
  readonly #listeners: EmbeddingsListeners
  readonly #observer: ResizeObserver
  #points: readonly EmbeddingPoint[] = []
  #dark = false
  #hovered = -1
  #lasso: Spot[] | null = null
  #view: ZoomView = WHOLE
  #drag: { readonly x: number; readonly y: number; moved: boolean } | null = null
  #spots: Spot[] = []
  #frame = 0

  constructor(canvas: HTMLCanvasElement, listeners: EmbeddingsListeners) {
    this.#canvas = canvas
    this.#listeners = listeners
    this.#observer = new ResizeObserver(() => this.#schedule())
    this.#observer.observe(canvas)
    canvas.addEventListener('pointerdown', this.#onDown)
    canvas.addEventListener('pointermove', this.#onMove)
    canvas.addEventListener('pointerup', this.#onUp)
    canvas.addEventListener('pointerleave', this.#onLeave)
    canvas.addEventListener('wheel', this.#onWheel, { passive: false })
    canvas.addEventListener('dblclick', this.#onReset)
  }

  show(points: readonly EmbeddingPoint[], dark: boolean): void {
    this.#points = points
    this.#dark = dark
    this.#schedule()
  }

  toPNG(): Promise<Blob> {
    return new Promise((resolve, reject) => {
      this.#canvas.toBlob((blob) => (blob === null ? reject(new Error('the picture is empty')) : resolve(blob)))
    })
  }

  destroy(): void {
    this.#observer.disconnect()
    cancelAnimationFrame(this.#frame)
  }

  #schedule(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => this.#draw())
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas
    const ratio = devicePixelRatio
    this.#canvas.width = Math.round(width * ratio)
    this.#canvas.height = Math.round(height * ratio)
    const context = this.#canvas.getContext('2d')
    if (context === null || width === 0) return
    context.scale(ratio, ratio)
    this.#spots = this.#place(width, height)
    const groups = new Map<string, number>()
    for (const [i, { group }] of this.#points.entries()) {
      const key = String(group)
      if (!groups.has(key)) groups.set(key, groups.size)
      context.fillStyle = COLORS[groups.get(key)! % COLORS.length]!
      context.beginPath()
      context.arc(...this.#spots[i]!, i === this.#hovered ? RADIUS * 2 : RADIUS, 0, Math.PI * 2)
      context.fill()
    }
    context.strokeStyle = context.fillStyle = this.#dark ? '#e4e6eb' : '#1d2129'
    if (this.#lasso !== null) {
      context.beginPath()
      for (const spot of this.#lasso) context.lineTo(...spot)
      context.closePath()
      context.stroke()
    }
    const point = this.#points[this.#hovered]
    if (point !== undefined) {
      const [x, y] = this.#spots[this.#hovered]!
      context.font = '12px system-ui, sans-serif'
      context.textAlign = x > width / 2 ? 'right' : 'left'
      context.fillText(point.label ?? point.name, x + (x > width / 2 ? -10 : 10), y + 4)
    }
  }

  /** Where the points are on the canvas; both axes have the same scale. */
  #place(width: number, height: number): Spot[] {
    let [minX, maxX, minY, maxY] = [Infinity, -Infinity, Infinity, -Infinity]
    for (const {
      position: [x, y],
    } of this.#points) {
      minX = Math.min(minX, x)
      maxX = Math.max(maxX, x)
      minY = Math.min(minY, y)
      maxY = Math.max(maxY, y)
    }
    const scale = Math.min((width - 2 * EDGE) / (maxX - minX || 1), (height - 2 * EDGE) / (maxY - minY || 1))
    const { scale: zoom, x: left, y: top } = this.#view
    return this.#points.map(({ position: [x, y] }) => [
      left + zoom * (width / 2 + (x - (minX + maxX) / 2) * scale),
      top + zoom * (height / 2 - (y - (minY + maxY) / 2) * scale),
    ])
  }

  #nearest(x: number, y: number): number {
    let nearest = -1
    let least = REACH
    for (const [i, [px, py]] of this.#spots.entries()) {
      const distance = Math.hypot(px - x, py - y)
      if (distance < least) {
        least = distance
        nearest = i
      }
    }
    return nearest
  }

  readonly #onDown = (event: PointerEvent): void => {
    this.#canvas.setPointerCapture(event.pointerId)
    if (event.shiftKey) this.#lasso = [[event.offsetX, event.offsetY]]
    else this.#drag = { x: event.offsetX - this.#view.x, y: event.offsetY - this.#view.y, moved: false }
  }

  readonly #onMove = (event: PointerEvent): void => {
    if (this.#lasso !== null) this.#lasso.push([event.offsetX, event.offsetY])
    else if (this.#drag !== null) {
      const x = event.offsetX - this.#drag.x
      const y = event.offsetY - this.#drag.y
      this.#drag.moved ||= Math.hypot(x - this.#view.x, y - this.#view.y) > 3
      if (!this.#drag.moved) return
      this.#view = { ...this.#view, x, y }
    } else {
      const hovered = this.#nearest(event.offsetX, event.offsetY)
      if (hovered === this.#hovered) return
      this.#hovered = hovered
    }
    this.#schedule()
  }

  readonly #onUp = (event: PointerEvent): void => {
    const lasso = this.#lasso
    const drag = this.#drag
    this.#lasso = this.#drag = null
    if (lasso !== null) {
      const inside = this.#points.filter((_, i) => isInside(this.#spots[i]!, lasso)).map(({ idx }) => idx)
      if (inside.length > 0) this.#listeners.onRegion(inside)
    } else if (drag !== null && !drag.moved) {
      const point = this.#points[this.#nearest(event.offsetX, event.offsetY)]
      if (point !== undefined) this.#listeners.onSelect(point)
    }
    this.#schedule()
  }

  readonly #onLeave = (): void => {
    this.#hovered = -1
    this.#schedule()
  }

  readonly #onWheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    this.#view = zoomAt(this.#view, event.offsetX, event.offsetY, Math.exp(-event.deltaY / 250), SCALES)
    this.#schedule()
  }

  readonly #onReset = (): void => {
    this.#view = WHOLE
    this.#schedule()
  }
}

/** Whether a point is in a polygon: a line from it to the right crosses the edges an odd number of times. */
function isInside([x, y]: Spot, polygon: readonly Spot[]): boolean {
  let inside = false
  for (const [i, [ax, ay]] of polygon.entries()) {
    const [bx, by] = polygon[(i + 1) % polygon.length]!
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}
