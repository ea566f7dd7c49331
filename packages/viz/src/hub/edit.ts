/** A change of a window that is written down as a patch while it is made. */
import { setField } from '../protocol/json.js'
import { escapeKey } from '../protocol/patch.js'
import type { PatchOp } from '../protocol/types.js'
import { copyJson, jsonEqual } from './body.js'
import type { PlotState, WindowState } from './window.js'

/** Text from so many characters on is lengthened by `append` in place of being sent anew. */
const LONG_TEXT = 4096

/** From so many cells on, one `append` takes the place of an `add` for each. */
const MANY_CELLS = 1000

export class Edit {
  readonly window: WindowState
  readonly ops: PatchOp[] = []
  /** Cells that were added to lists. */
  cells = 0
  /** The patch doesn't say all: the window has to be sent. */
  whole = false

  constructor(window: WindowState) {
    this.window = window
  }

  /** Sets a field of an object to a copy of a value, unless it is equal already. */
  set(object: object, path: string, key: string, value: unknown): void {
    const known = Object.hasOwn(object, key)
    if (known && jsonEqual((object as Record<string, unknown>)[key], value)) return
    const copy = copyJson(value)
    setField(object, key, copy)
    this.ops.push({ op: known ? 'replace' : 'add', path: `${path}/${escapeKey(key)}`, value: copy })
  }

  /** Removes a field of an object if it is there. */
  unset(object: object, path: string, key: string): void {
    if (!Object.hasOwn(object, key)) return
    delete (object as Record<string, unknown>)[key]
    this.ops.push({ op: 'remove', path: `${path}/${escapeKey(key)}` })
  }

  /** Adds copies of values at the end of a list, at its start, or before an index. */
  insert(list: unknown[], path: string, values: readonly unknown[], at: number = list.length): void {
    this.cells += values.length
    const atOnce = at === list.length && values.length >= MANY_CELLS
    const after = list.splice(at)
    const cells = copyJson(values)
    for (let i = 0; i < cells.length; i++) {
      list.push(cells[i])
      if (!atOnce) this.ops.push({ op: 'add', path: `${path}/${at + i}`, value: cells[i] })
    }
    if (atOnce) this.ops.push({ op: 'append', path, value: cells })
    for (const cell of after) list.push(cell)
  }

  /** Removes one item of a list. */
  remove(list: unknown[], path: string, index: number): void {
    list.splice(index, 1)
    this.ops.push({ op: 'remove', path: `${path}/${index}` })
  }

  /** Lengthens the text in a field. */
  lengthen(object: object, path: string, key: string, text: string): void {
    const before = (object as Record<string, string>)[key]!
    const after = before + text
    setField(object, key, after)
    const place = `${path}/${escapeKey(key)}`
    this.ops.push(
      after.length < LONG_TEXT
        ? { op: 'replace', path: place, value: after }
        : { op: 'append', path: place, value: text },
    )
  }

  /** Whether the window is sent rather than the patch: always if asked for, and if nearly all of it is new. */
  isWhole(): boolean {
    return this.whole || (this.cells > 64 && this.cells > cellsOf(this.window) / 2)
  }

  /** Gives the window its next version. */
  finish(contentID: string): void {
    this.window.contentID = contentID
    this.window.version++
    this.ops.push(
      { op: 'replace', path: '/contentID', value: contentID },
      { op: 'replace', path: '/version', value: this.window.version },
    )
  }
}

/** How many cells the columns of a plot have. */
function cellsOf({ type, content }: WindowState): number {
  if (type !== 'plot') return Number.POSITIVE_INFINITY
  let cells = 0
  for (const trace of (content as PlotState).data)
    for (const column of Object.values(trace)) if (Array.isArray(column)) cells += column.length
  return cells
}
