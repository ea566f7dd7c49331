/** An environment: windows by their ids, and where the page put them. */
import { isObject, setField } from '../protocol/json.js'
import type { Json, JsonObject, Window } from '../protocol/types.js'
import { BadRequest, checkJson, copyJson, describe } from './body.js'
import { restoreWindow, type WindowState } from './window.js'

/** An environment as visdom saves it; the times are an addition. */
export interface SavedEnv {
  /** windows by their ids */
  readonly jsons: { readonly [id: string]: Window }
  /** the places of the windows on the page */
  readonly reload: JsonObject
  /** seconds since 1970 of the first change that is known */
  readonly started?: number | null
  /** seconds since 1970 of the latest change that is known */
  readonly updated?: number | null
}

export class Environment {
  readonly windows: Map<string, WindowState> = new Map()
  reload: Map<string, Json> = new Map()
  started: number | null = null
  updated: number | null = null

  /** Notes a change. */
  touch(time: number): void {
    this.started ??= time
    this.updated = time
  }

  /** Puts a window in, at the place of the one with its id, else behind all. */
  put(window: WindowState): void {
    window.i = this.windows.get(window.id)?.i ?? this.windows.size
    this.windows.set(window.id, window)
  }

  /** The windows in their order. */
  sorted(): WindowState[] {
    return [...this.windows.values()].sort((a, b) => a.i - b.i)
  }

  copy(): Environment {
    const other = new Environment()
    for (const [id, window] of this.windows) other.windows.set(id, copyJson(window))
    other.reload = new Map([...this.reload].map(([id, place]) => [id, copyJson(place)]))
    other.started = this.started
    other.updated = this.updated
    return other
  }

  /** What {@link readEnvironment} reads. Windows are not copied. */
  save(): SavedEnv {
    return {
      jsons: Object.fromEntries<Window>(this.windows),
      reload: Object.fromEntries(this.reload),
      started: this.started,
      updated: this.updated,
    }
  }
}

/**
 * An environment that was saved.
 *
 * @param warn hears of windows that can't be read and are left out
 * @throws BadRequest if it is none
 */
export function readEnvironment(saved: unknown, makeId: () => string, warn: (message: string) => void): Environment {
  if (!isObject(saved) || !isObject(saved.jsons))
    throw new BadRequest(`an environment should be an object with jsons, but got ${describe(saved)}`)
  const environment = new Environment()
  for (const [id, json] of Object.entries(saved.jsons)) {
    try {
      checkJson(json)
      environment.windows.set(id, restoreWindow(json, id, environment.windows.size, makeId))
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error
      warn(error.message)
    }
  }
  if (isObject(saved.reload)) {
    checkJson(saved.reload)
    environment.reload = new Map(Object.entries(copyJson(saved.reload) as Record<string, Json>))
  }
  environment.started = readTime(saved.started)
  environment.updated = readTime(saved.updated)
  return environment
}

const readTime = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

/** The places of windows, for a page. */
export function reloadData(reload: ReadonlyMap<string, Json>): JsonObject {
  const data: Record<string, Json> = {}
  for (const [id, place] of reload) setField(data, id, place)
  return data
}
