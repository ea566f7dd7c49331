/** Where panes are, for each environment: as the server has it, as this browser has it, or where there is room. */
import type { Json, JsonObject, Window } from '../../protocol/types.js'
import { COLUMNS, compact, Packer, type Place } from './pack.js'
import { readLocal, writeLocal } from './settings.js'

/** Height of a row, in pixels; visdom's. */
export const ROW = 15
/** Space between panes, in pixels. */
export const GAP = 10
/** Height of the bar above a pane's body and of its borders, in pixels. */
export const BAR = 36

/** visdom divides the page into a hundred columns. */
const VISDOM_COLUMNS = 100

const SIZES: Readonly<Record<string, readonly [w: number, h: number]>> = {
  plot: [8, 22],
  network: [12, 36],
  image: [6, 22],
  image_history: [6, 22],
  text: [6, 22],
  properties: [6, 22],
  embeddings: [8, 32],
}
const MIN_W = 3
const MIN_H = 6

export class Layout {
  #env = ''
  #places = new Map<string, Place>()
  /** windows of which the server knows the place */
  #served = new Set<string>()

  /** Changes to an environment; what the server knows of it goes before what this browser knows. */
  load(env: string, served: JsonObject, isReadonly: boolean): void {
    this.#env = env
    const local = toPlaces(readLocal(`layout:${env}`))
    const remote = toPlaces(served)
    this.#served = new Set(remote.keys())
    this.#places = new Map(isReadonly ? [...remote, ...local] : [...local, ...remote])
  }

  get(id: string): Place | undefined {
    return this.#places.get(id)
  }

  /**
   * Places for windows, in their order: those that are known stay, the others go where there is room.
   *
   * @param width of the grid, in pixels
   */
  arrange(windows: readonly Window[], width: number): ReadonlyMap<string, Place> {
    const known = new Map<string, Place>()
    for (const { id } of windows) {
      const place = this.#places.get(id)
      if (place !== undefined) known.set(id, place)
    }
    const arranged = compact(known)
    const packer = new Packer()
    for (const place of arranged.values()) packer.add(place)
    for (const window of windows) {
      if (arranged.has(window.id)) continue
      const place = packer.place(...sizeOf(window, width))
      arranged.set(window.id, place)
      this.#places.set(window.id, place)
    }
    for (const [id, place] of arranged) this.#places.set(id, place)
    // where it went is where it is the next time, whatever comes before it then
    if (arranged.size > known.size) this.save()
    return arranged
  }

  /** Takes places that a user made. Returns those that differ from what the server knows: other browsers should have them all. */
  update(places: ReadonlyMap<string, Place>): Map<string, Place> {
    const changed = new Map<string, Place>()
    for (const [id, place] of places) {
      const before = this.#places.get(id)
      const isMoved = before === undefined || !isSame(before, place)
      if (!isMoved && this.#served.has(id)) continue
      this.#places.set(id, place)
      this.#served.add(id)
      changed.set(id, place)
    }
    if (changed.size > 0) this.save()
    return changed
  }

  /** Forgets where panes are, so that they are arranged anew; their sizes stay if they are given. */
  repack(windows: readonly Window[], width: number, sizes: ReadonlyMap<string, readonly [number, number]>): void {
    const packer = new Packer()
    for (const window of windows) {
      const [w, h] = sizes.get(window.id) ?? sizeOf(window, width)
      this.#places.set(window.id, packer.place(w, h))
    }
  }

  remove(id: string): void {
    this.#places.delete(id)
  }

  save(): void {
    writeLocal(
      `layout:${this.#env}`,
      Object.fromEntries([...this.#places].map(([id, place]) => [id, toItem(id, place)])),
    )
  }
}

/** Columns and rows that a window wants; `width` of the grid in pixels. */
export function sizeOf(window: Window, width: number): readonly [w: number, h: number] {
  const [usualW, usualH] = usualSize(window)
  const isImage = window.type === 'image' || window.type === 'image_history'
  // images of a few pixels, like digits, are shown larger
  const tooSmall = isImage && (window.width ?? 0) < 160 && (window.height ?? 0) < 160
  let w = usualW
  let h = usualH
  if (typeof window.width === 'number' && !tooSmall) w = Math.ceil((window.width + GAP) / (width / COLUMNS))
  if (typeof window.height === 'number' && !tooSmall) {
    const slider = window.type === 'image_history' ? 40 : 0
    h = Math.ceil((window.height + BAR + GAP + slider) / ROW)
  }
  return [Math.min(Math.max(w, MIN_W), COLUMNS), Math.min(Math.max(h, MIN_H), 400)]
}

function usualSize({ type, content }: Window): readonly [w: number, h: number] {
  const [w, h] = SIZES[type] ?? [8, 20]
  if (type === 'properties' && Array.isArray(content))
    return [w, Math.min(Math.ceil((BAR + GAP + PROPERTY * content.length) / ROW) + 1, 2 * h)]
  // a few words; what is in tags is seldom small
  if (
    type === 'text' &&
    typeof content === 'string' &&
    content.length < 200 &&
    !/<(?!\/?(?:b|br|i|em|strong)\b)/.test(content)
  )
    return [w, 10]
  return [w, h]
}

/** Height of a property, in pixels. */
const PROPERTY = 33

/** A place as visdom writes it. */
export function toItem(id: string, { x, y, w, h }: Place): JsonObject {
  const scale = VISDOM_COLUMNS / COLUMNS
  return { i: id, h, w: w * scale, x: x * scale, y, moved: false, static: false }
}

function toPlaces(items: unknown): Map<string, Place> {
  const places = new Map<string, Place>()
  if (typeof items !== 'object' || items === null) return places
  for (const [id, item] of Object.entries(items)) {
    const place = toPlace(item)
    if (place !== undefined) places.set(id, place)
  }
  return places
}

function toPlace(item: Json): Place | undefined {
  if (typeof item !== 'object' || item === null) return undefined
  const { x, y, w, h } = item as Record<string, unknown>
  for (const value of [x, y, w, h]) if (typeof value !== 'number' || !(value >= 0 && value < 1e5)) return undefined
  const scale = COLUMNS / VISDOM_COLUMNS
  const width = Math.min(Math.max(Math.round((w as number) * scale), 1), COLUMNS)
  return {
    x: Math.min(Math.round((x as number) * scale), COLUMNS - width),
    y: Math.round(y as number),
    w: width,
    h: Math.min(Math.max(Math.round(h as number), 2), 1000),
  }
}

const isSame = (a: Place, b: Place): boolean => a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h
