/** Finds places for panes. */

/** A place on the grid: `x` and `w` in columns, `y` and `h` in rows. */
export interface Place {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

/** In the order in which places are read: by rows. */
export const byPlace = (a: Place, b: Place): number => a.y - b.y || a.x - b.x

/** Columns of the grid. */
export const COLUMNS = 24

/** Where there is room: each row is a set of columns, one bit for each. */
export class Packer {
  readonly #rows: number[] = []
  /** No row before this one has room for the narrowest pane that was looked for. */
  #firstFree = 0

  add({ x, y, w, h }: Place): void {
    const mask = maskOf(x, w)
    for (let row = y; row < y + h; row++) this.#rows[row] = (this.#rows[row] ?? 0) | mask
  }

  isFree({ x, y, w, h }: Place): boolean {
    const mask = maskOf(x, w)
    for (let row = y; row < y + h; row++) if (((this.#rows[row] ?? 0) & mask) !== 0) return false
    return true
  }

  /** The highest place with room, and of those the leftmost; it is taken then. */
  place(w: number, h: number): Place {
    const width = Math.min(Math.max(Math.round(w), 1), COLUMNS)
    const height = Math.max(Math.round(h), 1)
    while (this.#rows[this.#firstFree] === FULL) this.#firstFree++
    for (let y = this.#firstFree; ; y++) {
      if (this.#rows[y] === FULL) continue
      for (let x = 0; x + width <= COLUMNS; x++) {
        const place = { x, y, w: width, h: height }
        if (!this.isFree(place)) continue
        this.add(place)
        return place
      }
    }
  }
}

const FULL = 2 ** COLUMNS - 1
const maskOf = (x: number, w: number): number => ((2 ** w - 1) << x) & FULL

/** Moves all places up as far as they can go, in their order from the top. */
export function compact(places: ReadonlyMap<string, Place>): Map<string, Place> {
  const packer = new Packer()
  const compacted = new Map<string, Place>()
  for (const [id, place] of [...places].sort(([, a], [, b]) => byPlace(a, b))) {
    let moved = place
    // what overlaps another goes below it
    while (!packer.isFree(moved)) moved = { ...moved, y: moved.y + 1 }
    while (moved.y > 0 && packer.isFree({ ...moved, y: moved.y - 1 })) moved = { ...moved, y: moved.y - 1 }
    packer.add(moved)
    compacted.set(id, moved)
  }
  return compacted
}
