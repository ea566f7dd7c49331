/** The cube that a plot in space stands in: its far sides with a grid, and numbers along its edges. */
import { Scale, type Span } from '../../axis/scale.js'
import type { AxisSpec } from '../../axis/spec.js'
import { givenTicks, type Tick, ticksOf } from '../../axis/ticks.js'
import type { Painter } from '../../draw/painter.js'
import type { Style } from '../chart.js'
import type { Projection } from './projection.js'

export type AxisIndex = 0 | 1 | 2
export type Corner = [number, number, number]

/** Half the height of the cube; its base is from -1 to 1. */
export const HEIGHT = 0.72

export interface SpaceAxis {
  readonly spec: AxisSpec
  readonly span: Span
  readonly isLog: boolean
  readonly categories: readonly string[]
  readonly isCategory: boolean
}

/** Half the length of the cube along an axis. */
export const halfOf = (axis: AxisIndex): number => (axis === 2 ? HEIGHT : 1)

/** Place in the cube of a value. */
export function placeIn({ span, isLog }: SpaceAxis, axis: AxisIndex, value: number): number {
  const v = isLog ? (value > 0 ? Math.log10(value) : Number.NaN) : value
  return (((v - span.low) / (span.high - span.low)) * 2 - 1) * halfOf(axis)
}

export function drawCube(painter: Painter, style: Style, projection: Projection, axes: readonly SpaceAxis[]): void {
  const signs = ([0, 1, 2] as const).map((axis) => farSide(projection, axis))
  const ticks = axes.map((axis, i) => ticksIn(axis, painter, style, i as AxisIndex))
  for (const normal of [0, 1, 2] as const) drawSide(painter, style, projection, normal, signs[normal]!, ticks, axes)
  for (const axis of [0, 1, 2] as const) drawNumbers(painter, style, projection, axis, signs, ticks[axis]!, axes)
}

/** Which of the two sides across an axis is further away. */
function farSide(projection: Projection, axis: AxisIndex): number {
  const corner: Corner = [0, 0, 0]
  corner[axis] = 1
  return projection.depth(...corner) > 0 ? -1 : 1
}

function ticksIn(axis: SpaceAxis, painter: Painter, style: Style, index: AxisIndex): readonly Tick[] {
  const room = Math.min(painter.width, painter.height) * (index === 2 ? 0.42 : 0.4)
  const scale = new Scale(axis.isCategory ? 'category' : axis.isLog ? 'log' : 'linear', axis.span, 0, room)
  const given = givenTicks(axis.spec, scale)
  if (given !== null) return given
  const each = (list: readonly Tick[]): number =>
    index === 2 ? style.size * 2 : Math.max(...list.map(({ label }) => painter.measure(label, style.size))) * 0.75 + 12
  return ticksOf(scale, axis.categories, (list) => list.length * each(list) <= room || list.length <= 2)
}

function drawSide(
  painter: Painter,
  style: Style,
  projection: Projection,
  normal: AxisIndex,
  sign: number,
  ticks: readonly (readonly Tick[])[],
  axes: readonly SpaceAxis[],
): void {
  const [u, v] = ([0, 1, 2] as const).filter((axis) => axis !== normal) as [AxisIndex, AxisIndex]
  const at = (a: number, b: number): readonly [number, number] => {
    const corner: Corner = [0, 0, 0]
    corner[normal] = sign * halfOf(normal)
    corner[u] = a
    corner[v] = b
    return projection.point(...corner)
  }
  const [hu, hv] = [halfOf(u), halfOf(v)]
  const lines: number[] = []
  const add = (from: readonly [number, number], to: readonly [number, number]): void =>
    void lines.push(...from, ...to, Number.NaN, Number.NaN)
  for (const { value } of ticks[u]!) {
    const place = placeIn(axes[u]!, u, value)
    add(at(place, -hv), at(place, hv))
  }
  for (const { value } of ticks[v]!) {
    const place = placeIn(axes[v]!, v, value)
    add(at(-hu, place), at(hu, place))
  }
  painter.line(lines, { color: style.grid })
  painter.polygon([...at(-hu, -hv), ...at(hu, -hv), ...at(hu, hv), ...at(-hu, hv)], null, {
    color: style.axis,
    width: 0.8,
  })
}

function drawNumbers(
  painter: Painter,
  style: Style,
  projection: Projection,
  axis: AxisIndex,
  far: readonly number[],
  ticks: readonly Tick[],
  axes: readonly SpaceAxis[],
): void {
  const edge = edgeFor(projection, axis, far)
  const at = (place: number): readonly [number, number] => {
    const corner = [...edge] as Corner
    corner[axis] = place
    return projection.point(...corner)
  }
  const half = halfOf(axis)
  const [start, end] = [at(-half), at(half)]
  const [cx, cy] = projection.point(0, 0, 0)
  // numbers stand on the side of the edge that looks away from the middle
  let [nx, ny] = [end[1] - start[1], start[0] - end[0]]
  const length = Math.hypot(nx, ny) || 1
  const away = nx * ((start[0] + end[0]) / 2 - cx) + ny * ((start[1] + end[1]) / 2 - cy) < 0 ? -1 : 1
  nx = (nx / length) * away
  ny = (ny / length) * away
  const align = nx < -0.35 ? 'right' : nx > 0.35 ? 'left' : 'center'
  let widest = 0
  const { size } = style
  let last: readonly [number, number] | null = null
  for (const { value, label } of ticks) {
    const [x, y] = at(placeIn(axes[axis]!, axis, value))
    const width = painter.measure(label, size)
    if (last !== null && Math.abs(x - last[0]) < width + 4 && Math.abs(y - last[1]) < size * 1.15) continue
    last = [x, y]
    widest = Math.max(widest, width)
    painter.line([x, y, x + nx * 4, y + ny * 4], { color: style.axis })
    painter.text(label, x + nx * 9, y + ny * (9 + size * 0.3), { color: style.muted, size, align })
  }
  const { title } = axes[axis]!.spec
  const text = title === '' ? ['x', 'y', 'z'][axis]! : title
  const out = 20 + Math.abs(nx) * (widest + 4) + Math.abs(ny) * size
  const [x, y] = [(start[0] + end[0]) / 2 + nx * out, (start[1] + end[1]) / 2 + ny * out]
  const width = painter.measure(text, size)
  if (axis === 2 && width > 14) {
    painter.text(text, Math.max(size, x - size * 0.4), y, { color: style.text, size, align: 'center', rotate: -90 })
    return
  }
  const inside =
    align === 'right' ? Math.max(width + 3, x) : align === 'left' ? Math.min(painter.width - width - 3, x) : x
  painter.text(text, inside, y, { color: style.text, size, align })
}

/** The edge along which an axis's numbers stand: at the rim of what is seen. */
function edgeFor(projection: Projection, axis: AxisIndex, far: readonly number[]): Corner {
  const corner: Corner = [0, 0, 0]
  if (axis === 2) {
    // of the two edges at the rim, the left one
    const edges = [
      [far[0]!, -far[1]!, 0],
      [-far[0]!, far[1]!, 0],
    ] as Corner[]
    return edges.sort((a, b) => projection.point(...a)[0] - projection.point(...b)[0])[0]!
  }
  const other = axis === 0 ? 1 : 0
  corner[other] = -far[other]!
  corner[2] = far[2]! * HEIGHT
  return corner
}
