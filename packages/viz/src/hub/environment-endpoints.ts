/** The endpoints that are about environments: each reads a body, does what it asks for, and gives the text of the answer. */
import { isObject, pageJson } from '../protocol/json.js'
import type { Json, JsonObject } from '../protocol/types.js'
import { BadRequest, copyJson, describe, environmentName, environmentOf, objectField, windowId } from './body.js'
import { CompareView } from './compare.js'
import type { Page } from './connections.js'
import { Environment, reloadData } from './environment.js'
import { summarizeRun } from './runs.js'
import type { HubState } from './state.js'

/** `env/NAME`: with `sid`, shows the environment to that page; with `eid`, makes that environment. */
export function openEnvironment(state: HubState, name: string, body: JsonObject): string {
  const page = pageOf(state, body)
  if (page !== undefined) showEnvironment(state, page, environmentName(name))
  if (body.eid !== undefined && body.eid !== null) {
    const made = environmentName(body.eid)
    if (!state.environments.has(made)) {
      const { time } = state.stamp(body)
      state.put(made, new Environment()).touch(time)
      state.record(`env/${made}`, { eid: made, time })
      state.tellNames()
    }
  }
  return ''
}

function pageOf(state: HubState, { sid }: JsonObject): Page | undefined {
  return typeof sid === 'string' ? state.connections.pages.get(sid) : undefined
}

/** Sends all of an environment to a page, which looks at it from then on. */
export function showEnvironment(state: HubState, page: Page, name: string): void {
  const environment = state.find(name)
  page.view = name
  if (environment !== undefined)
    state.connections.toPage(page, { command: 'reload', data: reloadData(environment.reload) })
  for (const window of environment?.sorted() ?? []) state.connections.toPage(page, { ...window })
  state.connections.toPage(page, { command: 'layout' })
}

/** Environments that may be compared at once. */
const MAX_COMPARED = 100

/** `compare/A+B`: shows several environments to the page `sid`, one over the other. */
export function compare(state: HubState, names: string, body: JsonObject): string {
  const page = pageOf(state, body)
  if (page === undefined) return ''
  const compared = readNames(names, (name) => state.environments.has(name))
  const first = compared.find((name) => state.environments.has(name))
  if (first === undefined) throw new BadRequest(`none of the environments ${describe(names)} exists`)
  const view = new CompareView(compared, (name) => state.find(name), state.makeId)
  const windows = view.windows()
  page.view = view
  state.connections.toPage(page, { command: 'reload', data: reloadData(state.mustFind(first).reload) })
  for (const window of windows) state.connections.toPage(page, window)
  state.connections.toPage(page, { command: 'layout' })
  return ''
}

/** Names between plus signs; a name that has one in it is found too, if there is such an environment. */
function readNames(text: string, exists: (name: string) => boolean): string[] {
  const parts = text.split('+').map((part) => part.replaceAll('/', '_'))
  if (parts.length > MAX_COMPARED)
    throw new BadRequest(`${MAX_COMPARED} environments may be compared, but got ${parts.length}`)
  const names: string[] = []
  for (let i = 0; i < parts.length; ) {
    let end = i + 1
    while (end <= parts.length && !exists(parts.slice(i, end).join('+'))) end++
    if (end > parts.length) end = i + 1
    names.push(parts.slice(i, end).join('+'))
    i = end
  }
  return [...new Set(names)]
}

/** `fork_env`: copies an environment. With the addition `reload`, the copy has these places for its windows. */
export function fork(state: HubState, body: JsonObject): string {
  const from = environmentName(body.prev_eid)
  const to = environmentName(body.eid)
  const environment = state.find(from)
  if (environment === undefined) throw new BadRequest(`environment '${from}', which should be forked, does not exist`)
  const reload = body.reload === undefined ? undefined : objectField(body, 'reload')
  const known = state.environments.has(to)
  const copy = from === to ? environment : state.put(to, environment.copy())
  if (reload !== undefined) copy.reload = new Map(Object.entries(copyJson(reload) as Record<string, Json>))
  state.record('fork_env', { prev_eid: from, eid: to, ...(reload !== undefined && { reload: reload as JsonObject }) })
  if (!known) state.tellNames()
  else if (from !== to)
    for (const page of state.connections.pages.values()) if (page.view === to) showEnvironment(state, page, to)
  return to
}

/** `save`: gives those of the environments that there are. Whoever keeps the hub writes them, see `onRecord`. */
export function save(state: HubState, body: JsonObject): string {
  if (!Array.isArray(body.data))
    throw new BadRequest(`data should be a list of environments, but got ${describe(body.data)}`)
  const names = body.data.map(environmentName).filter((name) => state.environments.has(name))
  if (names.length > 0) state.record('save', { data: names })
  return nameList(names)
}

/** `delete_env` */
export function deleteEnvironment(state: HubState, body: JsonObject): string {
  const name = environmentOf(body)
  if (!state.environments.delete(name)) throw new BadRequest(`environment '${name}' does not exist`)
  state.record('delete_env', { eid: name })
  state.tellNames()
  return ''
}

/** `env_state`: the names of the environments. */
export function environmentState(state: HubState): string {
  return nameList(state.names())
}

/** A list as Python writes it. */
function nameList(names: readonly string[]): string {
  const texts = names.map((name) =>
    JSON.stringify(name).replace(/[^\0-~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )
  return `[${texts.join(', ')}]`
}

/** `runs`, an addition: summaries of the environments in the list `data`, or of all, as strict JSON. */
export function runs(state: HubState, { data }: JsonObject): string {
  if (data !== undefined && data !== null && !Array.isArray(data))
    throw new BadRequest(`data should be a list of environments, but got ${describe(data)}`)
  const summaries = []
  for (const name of (data ?? state.names()).map(environmentName)) {
    try {
      const environment = state.find(name)
      if (environment !== undefined) summaries.push(summarizeRun(name, environment))
    } catch (error) {
      // one file that can't be read hides no other run
      if (!(error instanceof BadRequest)) throw error
      state.warn(error.message)
    }
  }
  return pageJson(summaries)
}

/** `save_layouts`, an addition: the text in which pages keep their layouts. */
export function saveLayouts(state: HubState, { data }: JsonObject): string {
  if (typeof data !== 'string') throw new BadRequest(`data should be text, but got ${describe(data)}`)
  if (data.length > MAX_LAYOUTS)
    throw new BadRequest(`layouts should have at most ${MAX_LAYOUTS} characters, but got ${data.length}`)
  state.layouts = data
  state.record('save_layouts', { data })
  state.connections.toPages({ command: 'layout_update', data })
  return ''
}

const MAX_LAYOUTS = 2 ** 24

/** `layout_item_update`, an addition: where a window is on the page. */
export function placeWindow(state: HubState, body: JsonObject): string {
  const name = environmentOf(body)
  const environment = state.mustFind(name)
  const id = windowId(body.win)
  if (id === undefined || !environment.windows.has(id)) return 'win does not exist'
  if (!isObject(body.data)) throw new BadRequest(`data should be an object, but got ${describe(body.data)}`)
  const data = copyJson(body.data) as JsonObject
  environment.reload.set(id, data)
  state.record('layout_item_update', { eid: name, win: id, data })
  return id
}
