/** Draws what stands in a cube, the far before the near. */
import type { Trace } from '../../../../protocol/types.js'
import { cssColor, parseColor, type Rgba, withAlpha } from '../../color/color.js'
import { paletteColor } from '../../color/palette.js'
import { placeColors } from '../../color/scales.js'
import { plainNumber, textOf } from '../../data/cells.js'
import type { Painter, Stroke } from '../../draw/painter.js'
import type { Style } from '../chart.js'
import { lookOf } from '../lines/look.js'
import type { Projection } from './projection.js'
import { type Body, type Cloud, colorValues, type Mesh, type Surface } from './scene.js'

export interface PlacedBody {
  readonly body: Body
  /** x, y, z in the cube */
  readonly places: Float64Array
  /** x, y on the screen, of the last drawing */
  readonly pixels: Float64Array
}

interface Piece {
  readonly depth: number
  readonly draw: () => void
}

/** Where the light comes from. */
const LIGHT = [0.35, -0.45, 0.82] as const

/** Shades of a colour, in a table. */
const SHADES = 32

export function drawBodies(
  painter: Painter,
  style: Style,
  projection: Projection,
  bodies: readonly PlacedBody[],
): void {
  const pieces: Piece[] = []
  for (const placed of bodies) {
    const { places, pixels } = placed
    for (let i = 0; i < places.length / 3; i++)
      projection.project(places[i * 3]!, places[i * 3 + 1]!, places[i * 3 + 2]!, pixels, i * 2)
    if (placed.body.kind === 'surface') addSurface(pieces, painter, projection, placed, placed.body)
    else if (placed.body.kind === 'mesh') addMesh(pieces, painter, style, projection, placed, placed.body)
    else addCloud(pieces, painter, style, projection, placed, placed.body)
  }
  pieces.sort((a, b) => a.depth - b.depth)
  for (const piece of pieces) piece.draw()
}

function addSurface(
  pieces: Piece[],
  painter: Painter,
  projection: Projection,
  { places, pixels }: PlacedBody,
  surface: Surface,
): void {
  const { width, height, scale, low, high, opacity } = surface
  const values = colorValues(surface)
  const factor = high > low ? 1 / (high - low) : 0
  const mesh = width * height <= 1600 ? { color: 'rgba(0,0,0,0.22)', width: 0.6 } : null
  const shades = new Map<number, string>()
  for (let r = 0; r + 1 < height; r++)
    for (let c = 0; c + 1 < width; c++) {
      const corners = [r * width + c, r * width + c + 1, (r + 1) * width + c + 1, (r + 1) * width + c] as const
      const [i, j, k, l] = corners
      const middle = (axis: number): number => corners.reduce((sum, corner) => sum + places[corner * 3 + axis]!, 0) / 4
      const depth = projection.depth(middle(0), middle(1), middle(2))
      // a corner without a value leaves a hole
      if (!Number.isFinite(depth)) continue
      const value = (values[i]! + values[j]! + values[k]! + values[l]!) / 4
      const light = Math.round(lightOn(places, i, j, k, l) * SHADES)
      const key = scale.index(factor === 0 ? 0.5 : (value - low) * factor) * (SHADES + 1) + light
      let color = shades.get(key)
      if (color === undefined) {
        const [red, green, blue] = scale.rgba(Math.floor(key / (SHADES + 1)) / 255)
        const shade = 0.62 + (0.42 * light) / SHADES
        color = `rgba(${Math.min(255, Math.round(red * shade))},${Math.min(255, Math.round(green * shade))},${Math.min(255, Math.round(blue * shade))},${opacity})`
        shades.set(key, color)
      }
      pieces.push({ depth, draw: squareDrawing(painter, pixels, corners, color, mesh) })
    }
}

function squareDrawing(
  painter: Painter,
  pixels: Float64Array,
  corners: readonly [number, number, number, number],
  fill: string,
  mesh: Stroke | null,
): () => void {
  return () => {
    const [a, b, c, d] = corners
    const points = [pixels[a * 2]!, pixels[a * 2 + 1]!, pixels[b * 2]!, pixels[b * 2 + 1]!]
    points.push(pixels[c * 2]!, pixels[c * 2 + 1]!, pixels[d * 2]!, pixels[d * 2 + 1]!)
    if (mesh === null) swell(points)
    painter.polygon(points, fill, mesh ?? undefined)
  }
}

/** Moves corners half a pixel away from the middle: between squares that only touch, the ground would shine through. */
function swell(points: number[]): void {
  const [x, y] = [
    (points[0]! + points[2]! + points[4]! + points[6]!) / 4,
    (points[1]! + points[3]! + points[5]! + points[7]!) / 4,
  ]
  for (let k = 0; k < 8; k += 2) {
    const [dx, dy] = [points[k]! - x, points[k + 1]! - y]
    const factor = 0.5 / Math.max(0.5, Math.sqrt(dx * dx + dy * dy))
    points[k] = points[k]! + dx * factor
    points[k + 1] = points[k + 1]! + dy * factor
  }
}

/** How much light a square gets, from 0 to 1, on whichever side. */
function lightOn(p: Float64Array, i: number, j: number, k: number, l: number): number {
  const [ax, ay, az] = [p[k * 3]! - p[i * 3]!, p[k * 3 + 1]! - p[i * 3 + 1]!, p[k * 3 + 2]! - p[i * 3 + 2]!]
  const [bx, by, bz] = [p[l * 3]! - p[j * 3]!, p[l * 3 + 1]! - p[j * 3 + 1]!, p[l * 3 + 2]! - p[j * 3 + 2]!]
  const [nx, ny, nz] = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx]
  const length = Math.hypot(nx, ny, nz)
  return length > 0 ? Math.min(1, Math.abs(nx * LIGHT[0] + ny * LIGHT[1] + nz * LIGHT[2]) / length) : 1
}

function addMesh(
  pieces: Piece[],
  painter: Painter,
  style: Style,
  projection: Projection,
  { places, pixels }: PlacedBody,
  { trace, index, triangles, opacity }: Mesh,
): void {
  const base = parseColor(trace.color) ?? parseColor(paletteColor(index, style.isDark))!
  const colorOf = intensityColors(trace)
  for (let n = 0; n < triangles.length; n += 3) {
    const corners = [triangles[n]!, triangles[n + 1]!, triangles[n + 2]!] as const
    const [i, j, k] = corners
    const middle = (axis: number): number => (places[i * 3 + axis]! + places[j * 3 + axis]! + places[k * 3 + axis]!) / 3
    const depth = projection.depth(middle(0), middle(1), middle(2))
    if (!Number.isFinite(depth)) continue
    const own = colorOf?.(corners) ?? base
    const shade = 0.6 + 0.45 * lightOn(places, i, j, k, i)
    const part = (value: number): number => Math.min(255, value * shade)
    const fill = cssColor([part(own[0]), part(own[1]), part(own[2]), own[3] * opacity])
    const draw = (): void =>
      painter.polygon(
        corners.flatMap((corner) => [pixels[corner * 2]!, pixels[corner * 2 + 1]!]),
        fill,
        { color: fill, width: 0.6 },
      )
    pieces.push({ depth, draw })
  }
}

/** Colours of a mesh by values at its points. */
function intensityColors(trace: Trace): ((corners: readonly number[]) => Rgba) | null {
  if (!Array.isArray(trace.intensity)) return null
  const values = trace.intensity.map(plainNumber)
  const { scale, place } = placeColors(trace, values)
  return (corners) => {
    const mean = corners.reduce((sum, corner) => sum + (values[corner] ?? Number.NaN), 0) / corners.length
    return scale.rgba(place(mean))
  }
}

function addCloud(
  pieces: Piece[],
  painter: Painter,
  style: Style,
  projection: Projection,
  { places, pixels }: PlacedBody,
  { trace, index }: Cloud,
): void {
  const count = places.length / 3
  const mode = trace.mode ?? (count <= 20 ? 'lines+markers' : 'lines')
  const look = lookOf({ ...trace, mode }, count, { color: index, dash: 0, forced: false }, style)
  const depthAt = (i: number): number => projection.depth(places[i * 3]!, places[i * 3 + 1]!, places[i * 3 + 2]!)
  if (look.hasLines)
    for (let i = 0; i + 1 < count; i++) {
      const depth = (depthAt(i) + depthAt(i + 1)) / 2
      if (!Number.isFinite(depth)) continue
      const stroke = { color: look.color, width: Math.max(1.2, look.lineWidth), dash: look.dash, cap: 'round' as const }
      pieces.push({
        depth,
        draw: () => painter.line([pixels[i * 2]!, pixels[i * 2 + 1]!, pixels[i * 2 + 2]!, pixels[i * 2 + 3]!], stroke),
      })
    }
  if (!look.hasMarkers && !look.hasText) return
  for (let i = 0; i < count; i++) {
    const depth = depthAt(i)
    if (!Number.isFinite(depth)) continue
    const color = look.colorOf === null ? look.markerColor : look.colorOf(i)
    // the nearer, the larger
    const size = (look.sizes?.[i] ?? look.size) * (0.75 + (depth + 1.5) * 0.14)
    const marker = look.isOpen
      ? { symbol: look.symbol, size, stroke: { color, width: 1.3 } }
      : { symbol: look.symbol, size, fill: withAlpha(color, look.opacity), stroke: look.border }
    const label = Array.isArray(trace.text) ? trace.text[i] : undefined
    pieces.push({
      depth,
      draw: () => {
        const [x, y] = [pixels[i * 2]!, pixels[i * 2 + 1]!]
        if (look.hasMarkers) painter.markers([x, y], marker)
        if (look.hasText && label !== undefined && label !== null)
          painter.text(textOf(label), x + size / 2 + 3, y, { color: style.text, size: style.size })
      },
    })
  }
}
