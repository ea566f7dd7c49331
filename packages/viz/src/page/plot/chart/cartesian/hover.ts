/** What a pointer over a plot is told. */

import type { Frame, FrameAxis } from '../../axis/frame.js'
import { durationText, valueText } from '../../axis/numbers.js'
import { isoParts } from '../../axis/ticks.js'
import { isIn } from '../../draw/painter.js'
import type { Hover, HoverRow } from '../chart.js'
import type { Found } from '../layer.js'

/** More rows would hide the plot. */
const ROWS = 14
/** Points this near to the pointer are shown alone. */
const NEAR = 24

export function hoverOf(found: readonly Found[], x: number, y: number, frame: Frame, axis: FrameAxis): Hover | null {
  const { plot } = frame
  if (!isIn(plot, x, y)) return null
  const single = nearest(found.filter((one) => !one.isByX))
  const along = found.filter((one) => one.isByX)
  if (single !== null && (along.length === 0 ? single.distance < NEAR * 2 : single.distance < NEAR / 2))
    return hoverOfPoint(single, axis)
  const first = nearest(along)
  return first === null ? null : hoverOfLines(first, along, y, frame, axis)
}

function nearest(found: readonly Found[]): Found | null {
  let best: Found | null = null
  for (const one of found) if (best === null || one.distance < best.distance) best = one
  return best
}

function hoverOfPoint(found: Found, axis: FrameAxis): Hover {
  const { x, y, color, rows, title, outline } = found
  const mark = outline === undefined ? { marks: [{ x, y, color }] } : { outline }
  return { title: titleText(title, axis), rows, x, y, ...mark }
}

function hoverOfLines(first: Found, along: readonly Found[], y: number, { plot }: Frame, axis: FrameAxis): Hover {
  const inside = along.filter((one) => one.x >= plot.x - 1 && one.x <= plot.x + plot.width + 1)
  const chosen = [...inside].sort((a, b) => off(a, y) - off(b, y)).slice(0, ROWS)
  const rows = chosen
    .sort((a, b) => (Number.isNaN(a.y) ? 1e9 : a.y) - (Number.isNaN(b.y) ? 1e9 : b.y))
    .flatMap((one) =>
      one.rows.map(
        (row): HoverRow => (Math.abs(one.x - first.x) > 3 ? withPlace(row, titleText(one.title, axis)) : row),
      ),
    )
  return {
    title: titleText(first.title, axis),
    rows,
    more: inside.length - chosen.length,
    x: first.x,
    y,
    marks: chosen.filter((one) => one.y >= plot.y && one.y <= plot.y + plot.height),
    ruler: { x: first.x, within: plot },
  }
}

const off = (one: Found, y: number): number => (Number.isNaN(one.y) ? 1e6 : Math.abs(one.y - y))

const withPlace = (row: HoverRow, place: string): HoverRow => ({
  ...row,
  note: row.note === undefined ? `@ ${place}` : `${row.note} @ ${place}`,
})

/** A value of x as a title. */
export function titleText(
  title: string | number,
  { kind, categories, isLocal, title: name }: Pick<FrameAxis, 'kind' | 'categories' | 'title' | 'isLocal'>,
): string {
  if (typeof title === 'string') return title
  if (kind === 'category') return categories[title] ?? ''
  if (kind === 'duration') return durationText(title, title < 60 ? 0.01 : 1)
  if (kind === 'date') {
    const [date, clock] = isoParts(title, isLocal !== true)
    return `${date} ${clock.replace(/\.000$/, '').replace(/:00$/, '')}`.replace(/ 00:00$/, '')
  }
  const text = valueText(title, 7)
  return name === '' || name.length > 16 ? text : `${name} ${text}`
}
