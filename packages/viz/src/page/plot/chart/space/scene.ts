/** Surfaces, points and lines in space, as pieces that are drawn from far to near. */
import type { Trace } from '../../../../protocol/types.js'
import { type ColorScale, colorScale } from '../../color/scales.js'
import { listOf, plainNumber, type Reader } from '../../data/cells.js'
import { limitsOf, readGrid } from '../grid/grid-data.js'
import { placeIn, type SpaceAxis } from './cube.js'

/** A surface of more squares is drawn from fewer. */
const MOST_SQUARES = 22_500
/** ... and while it is turned, where that takes long, of so many. */
export const FEW_SQUARES = 2500

export interface Surface {
  readonly kind: 'surface'
  readonly trace: Trace
  readonly name: string
  readonly width: number
  readonly height: number
  /** x, y, z of each point, as values */
  readonly points: Float64Array
  readonly scale: ColorScale
  readonly low: number
  readonly high: number
  readonly opacity: number
}

export interface Cloud {
  readonly kind: 'cloud'
  readonly trace: Trace
  readonly name: string
  readonly index: number
  readonly points: Float64Array
}

/** Triangles between points. */
export interface Mesh {
  readonly kind: 'mesh'
  readonly trace: Trace
  readonly name: string
  readonly index: number
  readonly points: Float64Array
  /** three numbers of points for each */
  readonly triangles: Int32Array
  readonly opacity: number
}

export type Body = Surface | Cloud | Mesh

export interface SpaceReaders {
  readonly x: Reader
  readonly y: Reader
  readonly z: Reader
}

export function readBody(
  trace: Trace,
  name: string,
  index: number,
  readers: SpaceReaders,
  most: number = MOST_SQUARES,
): Body {
  if (trace.type === 'surface') return readSurface(trace, name, readers, most)
  const cloud = readCloud(trace, name, index, readers)
  return trace.type === 'mesh3d' ? meshOf(cloud) : cloud
}

function readSurface(trace: Trace, name: string, readers: SpaceReaders, most: number): Surface {
  const grid = readGrid(trace)
  const every = Math.max(1, Math.ceil(Math.sqrt((grid.width * grid.height) / most)))
  // the last row and column are always among those that are kept
  const kept = (count: number): number[] =>
    Array.from({ length: Math.ceil((count - 1) / every) + 1 }, (_, i) => Math.min(count - 1, i * every))
  const [columns, rows] = [grid.width > 0 ? kept(grid.width) : [], grid.height > 0 ? kept(grid.height) : []]
  const points = new Float64Array(columns.length * rows.length * 3)
  let n = 0
  for (const r of rows)
    for (const c of columns) {
      points[n++] = cellAt(trace.x, r, c, c, readers.x)
      points[n++] = cellAt(trace.y, r, c, r, readers.y)
      points[n++] = grid.values[r * grid.width + c]!
    }
  const [low, high] = limitsOf(trace, grid)
  const opacity = typeof trace.opacity === 'number' ? trace.opacity : 1
  return {
    kind: 'surface',
    trace,
    name,
    width: columns.length,
    height: rows.length,
    points,
    scale: colorScale(trace.colorscale, trace.reversescale === true),
    low,
    high,
    opacity,
  }
}

/** x and y of a surface: a list, one for each point, or none. */
function cellAt(cells: unknown, r: number, c: number, i: number, reader: Reader): number {
  if (!Array.isArray(cells)) return i
  const cell: unknown = cells[Array.isArray(cells[0]) ? r : i]
  return reader.read(Array.isArray(cell) ? cell[c] : cell)
}

function readCloud(trace: Trace, name: string, index: number, readers: SpaceReaders): Cloud {
  const [x, y, z] = [listOf(trace.x), listOf(trace.y), listOf(trace.z)]
  const count = Math.min(x.length, y.length, z.length)
  const points = new Float64Array(count * 3)
  for (let i = 0; i < count; i++) {
    points[i * 3] = readers.x.read(x[i])
    points[i * 3 + 1] = readers.y.read(y[i])
    points[i * 3 + 2] = readers.z.kind === 'number' ? plainNumber(z[i]) : readers.z.read(z[i])
  }
  return { kind: 'cloud', trace, name, index, points }
}

/** Triangles of the trace's `i`, `j`, `k`; those that name points that are not there are left out. */
function meshOf({ trace, name, index, points }: Cloud): Mesh {
  const count = points.length / 3
  const [i, j, k] = ['i', 'j', 'k'].map((key) => (Array.isArray(trace[key]) ? trace[key].map(plainNumber) : []))
  const triangles = i!.flatMap((a, n) => [a, j![n] ?? -1, k![n] ?? -1])
  const good = Int32Array.from(triangles).filter((_, n) => {
    const corners = triangles.slice(n - (n % 3), n - (n % 3) + 3)
    return corners.every((corner) => Number.isInteger(corner) && corner >= 0 && corner < count)
  })
  const opacity = typeof trace.opacity === 'number' ? trace.opacity : 1
  return { kind: 'mesh', trace, name, index, points, triangles: good, opacity }
}

/** Places in the cube of a body's points. */
export function placesOfBody({ points }: Body, axes: readonly SpaceAxis[]): Float64Array {
  const places = new Float64Array(points.length)
  for (let i = 0; i < points.length; i += 3) {
    for (const axis of [0, 1, 2] as const) places[i + axis] = placeIn(axes[axis]!, axis, points[i + axis]!)
  }
  return places
}

/** Colours of a surface may be of values other than its height. */
export function colorValues({ trace, points, width, height }: Surface): Float64Array {
  const values = new Float64Array(width * height)
  const given = trace.surfacecolor
  const grid = Array.isArray(given) ? readGrid({ z: given as Trace['z'] & object }) : null
  for (let i = 0; i < values.length; i++)
    values[i] = grid !== null && grid.values.length === values.length ? grid.values[i]! : points[i * 3 + 2]!
  return values
}
