/** What a list of patch operations touches of a plot. */
import type { PatchOp } from '../../../protocol/types.js'

/** Columns that may grow without a trace being read anew. */
export const GROWING: ReadonlySet<string> = new Set(['x', 'y', 't', 'epoch', 'steps', 'edges', 'counts'])

export interface Touched {
  /** all traces, or which there are */
  readonly all: boolean
  readonly layout: boolean
  /** traces of which columns may have become longer, but nothing else changed */
  readonly grown: ReadonlySet<number>
  /** traces that are to be read anew */
  readonly changed: ReadonlySet<number>
}

export const EVERYTHING: Touched = { all: true, layout: true, grown: new Set(), changed: new Set() }

/**
 * Reads where operations lead, with paths from the window: `/content/data/0/y/2`.
 *
 * @param lengthOf - how many cells a column of a trace had before the operations
 */
export function touchedBy(ops: readonly PatchOp[], lengthOf: (trace: number, column: string) => number): Touched {
  let [all, layout] = [ops.length === 0, ops.length === 0]
  const grown = new Set<number>()
  const changed = new Set<number>()
  for (const { op, path } of ops) {
    // not `/contentID`, which says only that something is new
    if (path !== '/content' && !path.startsWith('/content/')) continue
    const [, , part, trace, column, cell, ...deeper] = path.split('/')
    if (part === 'layout') layout = true
    if (part === undefined) layout = true
    if (part === undefined || (part === 'data' && column === undefined)) all = true
    if (part !== 'data' || column === undefined) continue
    const index = Number(trace)
    // colours of single points grow with them
    const isColor = column === 'marker' && cell === 'color' && deeper.length === 1
    const isColumn = isColor || (GROWING.has(column) && deeper.length === 0)
    const [place, name] = isColor ? [deeper[0], 'marker/color'] : [cell, column]
    if (op === 'add' && isColumn && place !== undefined && (place === '-' || Number(place) >= lengthOf(index, name)))
      grown.add(index)
    else changed.add(index)
  }
  for (const index of changed) grown.delete(index)
  // numbers of traces before and after are not the same
  if (all && grown.size + changed.size > 0) layout = true
  return { all, layout, grown, changed }
}
