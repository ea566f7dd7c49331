/** Which part of the axes is shown, and how a pointer changes that. */
import type { Scale, Span } from '../../axis/scale.js'
import type { Rect } from '../../draw/painter.js'
import type { Drag, DragKeys } from '../chart.js'

type AxisName = 'x' | 'y' | 'y2'
export type Zoomed = Readonly<Record<AxisName, Span | null>>

export const WHOLE: Zoomed = { x: null, y: null, y2: null }

export interface ZoomTarget {
  readonly plot: Rect
  readonly x: Scale
  readonly y: Scale
  readonly y2: Scale | null
}

/** Fewer pixels are no drag. */
const STILL = 4
/** A selection as flat as this selects along the other axis only. */
const FLAT = 14

/** Selects a part of the plot; with shift or another button, or on an axis, moves it. */
export function zoomDrag(
  target: ZoomTarget,
  zoomed: Zoomed,
  x0: number,
  y0: number,
  { shift, button }: DragKeys,
  set: (zoomed: Zoomed) => void,
): Drag | null {
  const { plot } = target
  const [isInX, isInY] = [x0 >= plot.x && x0 <= plot.x + plot.width, y0 >= plot.y && y0 <= plot.y + plot.height]
  if (button === 2 || (!isInX && !isInY)) return null
  if (shift || button === 1 || !isInX || !isInY)
    return panDrag(target, zoomed, x0, y0, { x: isInX, y: isInY, right: x0 > plot.x + plot.width }, set)
  return selectDrag(target, zoomed, x0, y0, set)
}

function selectDrag(target: ZoomTarget, zoomed: Zoomed, x0: number, y0: number, set: (zoomed: Zoomed) => void): Drag {
  const { plot } = target
  const clampX = (x: number): number => Math.min(plot.x + plot.width, Math.max(plot.x, x))
  const clampY = (y: number): number => Math.min(plot.y + plot.height, Math.max(plot.y, y))
  const select = (x: number, y: number): { rect: Rect; alongX: boolean; alongY: boolean } | null => {
    const [x1, y1] = [clampX(x), clampY(y)]
    const [dx, dy] = [Math.abs(x1 - x0), Math.abs(y1 - y0)]
    if (dx < STILL && dy < STILL) return null
    const [alongX, alongY] = [dx >= FLAT || dx >= dy, dy >= FLAT || dy > dx]
    const rect = {
      x: alongX ? Math.min(x0, x1) : plot.x,
      y: alongY ? Math.min(y0, y1) : plot.y,
      width: alongX ? dx : plot.width,
      height: alongY ? dy : plot.height,
    }
    return { rect, alongX, alongY }
  }
  return {
    cursor: 'crosshair',
    move: (x, y) => select(x, y)?.rect ?? null,
    end(x, y) {
      const selected = select(x, y)
      if (selected === null) return
      const { rect, alongX, alongY } = selected
      const [upright, flat] = [
        [rect.y, rect.y + rect.height],
        [rect.x, rect.x + rect.width],
      ] as const
      set({
        x: alongX ? spanBetween(target.x, ...flat) : zoomed.x,
        y: alongY ? spanBetween(target.y, ...upright) : zoomed.y,
        y2: alongY && target.y2 !== null ? spanBetween(target.y2, ...upright) : zoomed.y2,
      })
    },
  }
}

function panDrag(
  target: ZoomTarget,
  zoomed: Zoomed,
  x0: number,
  y0: number,
  along: { x: boolean; y: boolean; right: boolean },
  set: (zoomed: Zoomed) => void,
): Drag {
  const moved = (scale: Scale, pixels: number): Span => {
    const shift = pixels / scale.factor
    return { low: scale.low - shift, high: scale.high - shift }
  }
  const move = (x: number, y: number): null => {
    if (Math.abs(x - x0) < STILL && Math.abs(y - y0) < STILL) return null
    const { y2 } = target
    // an axis moves alone: that on the left y, that on the right y2
    const isBoth = along.x && along.y
    set({
      x: along.x ? moved(target.x, x - x0) : zoomed.x,
      y: along.y && (isBoth || !along.right || y2 === null) ? moved(target.y, y - y0) : zoomed.y,
      y2: y2 !== null && along.y && (isBoth || along.right) ? moved(y2, y - y0) : zoomed.y2,
    })
    return null
  }
  return { cursor: 'grabbing', move, end: (x, y) => void move(x, y) }
}

/** Sees more or less around a point. @param factor - of the length that is shown */
export function zoomAround(target: ZoomTarget, zoomed: Zoomed, x: number, y: number, factor: number): Zoomed {
  const { plot } = target
  const [isInX, isInY] = [x >= plot.x && x <= plot.x + plot.width, y >= plot.y && y <= plot.y + plot.height]
  const around = (scale: Scale, pixel: number): Span => {
    const centre = scale.unitAt(pixel)
    return checked(scale, {
      low: centre + (scale.low - centre) * factor,
      high: centre + (scale.high - centre) * factor,
    })
  }
  return {
    x: isInX ? around(target.x, x) : zoomed.x,
    // in the plot along x only, and y where somebody chose a part of it: the curve stays in sight
    y: isInY && (!isInX || zoomed.y !== null) ? around(target.y, y) : zoomed.y,
    y2: target.y2 !== null && isInY && (!isInX || zoomed.y2 !== null) ? around(target.y2, y) : zoomed.y2,
  }
}

function spanBetween(scale: Scale, from: number, to: number): Span {
  const [a, b] = [scale.unitAt(from), scale.unitAt(to)]
  return checked(scale, { low: Math.min(a, b), high: Math.max(a, b) })
}

/** Numbers have only so many digits: what can't be told apart can't be zoomed into. */
function checked(scale: Scale, span: Span): Span {
  const size = Math.max(Math.abs(span.low), Math.abs(span.high))
  const isGood = Number.isFinite(span.low) && Number.isFinite(span.high) && span.high - span.low > size * 1e-12
  return isGood ? span : { low: scale.low, high: scale.high }
}
