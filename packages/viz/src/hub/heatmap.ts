/** Heatmaps: more rows or columns at an end, or another. */
import { BadRequest, describe } from './body.js'
import type { Edit } from './edit.js'
import type { PlotState, TraceState } from './window.js'

const DIRECTIONS = ['replace', 'appendRow', 'appendColumn', 'prependRow', 'prependColumn'] as const
type Direction = (typeof DIRECTIONS)[number]

/**
 * Checks what is brought for a heatmap; the function that is returned changes it.
 *
 * @param warn hears why nothing is changed: visdom's server answers as if it had been
 */
export function updateHeatmap(
  edit: Edit,
  index: number,
  more: TraceState,
  updateDir: unknown,
  append: boolean,
  warn: (message: string) => void,
): (() => void) | undefined {
  const direction = readDirection(updateDir)
  const plot = (edit.window.content as PlotState).data[index]!
  const path = `/content/data/${index}`
  const added = readRows(more.z, 'z')
  if (direction === 'replace') return () => setRest(edit, path, plot, more, append, [])
  const held = readRows(plot.z, "the heatmap's z")
  const rows = direction === 'appendRow' || direction === 'prependRow'
  const axis = rows ? 'y' : 'x'
  const labels = readLabels(more[axis], axis)
  const heldLabels = readLabels(plot[axis], `the heatmap's ${axis}`)
  const wrong = rows
    ? mismatch('columns', held[0]?.length, added[0]?.length)
    : mismatch('rows', held.length, added.length)
  const problem = wrong ?? labelProblem(rows ? 'row' : 'column', heldLabels, labels)
  if (problem !== undefined) {
    warn(`update of window '${edit.window.id}': ${problem}`)
    return undefined
  }
  return () => {
    const front = direction === 'prependRow' || direction === 'prependColumn'
    if (rows) edit.insert(held, `${path}/z`, added, front ? 0 : held.length)
    else
      for (const [i, row] of added.entries()) edit.insert(held[i]!, `${path}/z/${i}`, row, front ? 0 : held[i]!.length)
    if (labels !== undefined && heldLabels !== undefined)
      edit.insert(heldLabels, `${path}/${axis}`, labels, front ? 0 : heldLabels.length)
    setRest(edit, path, plot, more, append, append ? ['x', 'y', 'z'] : ['z'])
  }
}

function readDirection(value: unknown): Direction {
  if (value === undefined || value === null) return 'replace'
  if (!(DIRECTIONS as readonly unknown[]).includes(value))
    throw new BadRequest(`updateDir should be one of ${DIRECTIONS.join(', ')}, but got ${describe(value)}`)
  return value as Direction
}

function readRows(value: unknown, what: string): unknown[][] {
  if (!Array.isArray(value) || !value.every(Array.isArray))
    throw new BadRequest(`${what} of a heatmap should be a list of rows, but got ${describe(value)}`)
  return value
}

function readLabels(value: unknown, what: string): unknown[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw new BadRequest(`${what} should be a list of labels, but got ${describe(value)}`)
  return value
}

function mismatch(what: string, held: number | undefined, added: number | undefined): string | undefined {
  return held === added ? undefined : `the heatmap has ${held ?? 0} ${what}, but what is to be added has ${added ?? 0}`
}

function labelProblem(what: string, held: unknown[] | undefined, added: unknown[] | undefined): string | undefined {
  if (held === undefined && added === undefined) return undefined
  if (added === undefined) return `the heatmap has ${what} names, but what is to be added has none`
  if (held === undefined) return `the heatmap has no ${what} names, but what is to be added has`
  const known = new Set(held)
  const twice = added.find((label) => known.has(label))
  return twice === undefined ? undefined : `the heatmap has a ${what} named ${describe(twice)} already`
}

/** Sets what else is brought: colours, bounds. Appending, what is null stays as it is. */
function setRest(
  edit: Edit,
  path: string,
  plot: TraceState,
  more: TraceState,
  append: boolean,
  except: readonly string[],
): void {
  for (const [key, value] of Object.entries(more)) {
    if (except.includes(key) || value === undefined || (value === null && append)) continue
    edit.set(plot, path, key, value)
  }
}
