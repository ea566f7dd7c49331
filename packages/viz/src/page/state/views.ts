/** Layouts that were saved by name: visdom's text `{env: {view: {window: [place, h, w]}}}`. */
import { isObject } from '../../protocol/json.js'
import type { Json } from '../../protocol/types.js'
import { COLUMNS } from './pack.js'

/** The place of a window among the others, and its size: rows and visdom's columns. */
export type ViewItem = readonly [order: number, h: number, w: number]
export type View = ReadonlyMap<string, ViewItem>

type Views = Record<string, Record<string, Record<string, Json>>>

/** The views of an environment, by their names. */
export function viewsOf(text: string, env: string): ReadonlyMap<string, View> {
  const views = new Map<string, View>()
  for (const [name, items] of Object.entries(readViews(text)[env] ?? {})) {
    const view = new Map<string, ViewItem>()
    for (const [id, item] of Object.entries(items)) if (isItem(item)) view.set(id, item)
    // visdom has an empty one for the layout that is not saved
    if (view.size > 0) views.set(name, view)
  }
  return views
}

/** The text with another view in it; `null` takes one out. */
export function withView(text: string, env: string, name: string, view: View | null): string {
  const views = readViews(text)
  const { [name]: _, ...others } = views[env] ?? {}
  const changed = view === null ? others : { ...others, [name]: Object.fromEntries(view) as Record<string, Json> }
  return JSON.stringify({ ...views, [env]: changed })
}

/** Columns of the grid for visdom's. */
export const columnsOf = (w: number): number => Math.max(1, Math.round((w * COLUMNS) / 100))

function readViews(text: string): Views {
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text)
    if (!isObject(value)) return {}
    const views: Views = {}
    for (const [env, named] of Object.entries(value)) {
      if (!isObject(named)) continue
      views[env] = Object.fromEntries(Object.entries(named).filter(([, items]) => isObject(items))) as Views[string]
    }
    return views
  } catch {
    return {}
  }
}

function isItem(item: unknown): item is ViewItem {
  return Array.isArray(item) && item.length === 3 && item.every((value) => typeof value === 'number')
}
