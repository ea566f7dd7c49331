/** The endpoints that are about windows: each reads a body, does what it asks for, and gives the text of the answer. */
import { isObject, parseJson, pythonJson } from '../protocol/json.js'
import type { Json, JsonObject } from '../protocol/types.js'
import { BadRequest, checkJson, describe, environmentOf, truthy, windowId } from './body.js'
import { Edit } from './edit.js'
import type { HubState } from './state.js'
import { popEmbeddings, refusal, updateWindow } from './update.js'
import { makeWindow, restoreWindow } from './window.js'

/** `events`: makes a window, or replaces it. */
export function events(state: HubState, body: JsonObject): string {
  if (body.func !== undefined && body.func !== null)
    throw new BadRequest('func: clients for Lua Torch are not supported; visdom has not since 0.1.8.4')
  return putWindow(state, 'events', body)
}

function putWindow(state: HubState, endpoint: string, body: JsonObject): string {
  const name = environmentOf(body)
  const id = windowId(body.win) ?? `window_${state.makeId()}`
  if (id === '') throw new BadRequest('the name of a window should not be empty')
  const stamp = state.stamp(body)
  const window = makeWindow(body, id, stamp.contentID)
  const known = state.find(name)
  const before = known?.windows.get(id)
  state.checkRoom(name, known, before === undefined ? 1 : 0)
  const environment = state.findOrMake(name)
  environment.put(window)
  environment.touch(stamp.time)
  state.record(endpoint, { ...body, win: id, eid: name, ...stamp })
  state.connections.windowMade(name, window, before?.title)
  if (known === undefined) state.tellNames()
  return id
}

/** `update`: changes a window; appending makes one where there is none. */
export function update(state: HubState, body: JsonObject): string {
  const name = environmentOf(body)
  const id = windowId(body.win)
  const environment = state.find(name)
  const window = id === undefined ? undefined : environment?.windows.get(id)
  if (environment === undefined || window === undefined)
    return truthy(body.append) ? putWindow(state, 'update', body) : 'win does not exist'
  const refused = refusal(window)
  if (refused !== undefined) return refused
  const { title } = window
  const stamp = state.stamp(body)
  const edit = new Edit(window)
  updateWindow(edit, body, state.limits, state.warn)
  edit.finish(stamp.contentID)
  environment.touch(stamp.time)
  state.record('update', { ...body, win: window.id, eid: name, ...stamp })
  state.connections.windowEdited(name, edit, title)
  return window.id
}

/** `pop_embeddings_pane`: undoes the latest choice of a region. */
export function popPane(state: HubState, body: JsonObject): string {
  const name = environmentOf(body)
  const environment = state.find(name)
  const window = environment?.windows.get(windowId(body.win) ?? '')
  if (environment === undefined || window === undefined) return 'win does not exist'
  const edit = new Edit(window)
  if (!popEmbeddings(edit)) return window.id
  const stamp = state.stamp(body)
  edit.finish(stamp.contentID)
  environment.touch(stamp.time)
  state.record('pop_embeddings_pane', { win: window.id, eid: name, ...stamp })
  state.connections.windowEdited(name, edit, window.title)
  return window.id
}

/** `close`: one window, or all of an environment. */
export function close(state: HubState, body: JsonObject): string {
  const name = environmentOf(body)
  const win = windowId(body.win)
  const environment = state.find(name)
  const ids = win !== undefined ? [win] : [...(environment?.windows.keys() ?? [])]
  const titles = ids.map((id) => environment?.windows.get(id)?.title)
  const gone = ids.filter((id) => environment?.windows.delete(id))
  if (environment !== undefined && gone.length > 0) {
    const { time } = state.stamp(body)
    environment.touch(time)
    state.record('close', { win: win ?? null, eid: name, time })
  }
  for (const [index, id] of ids.entries()) state.connections.windowClosed(name, id, titles[index])
  return ''
}

/** `win_exists` */
export function exists(state: HubState, body: JsonObject): string {
  const id = windowId(body.win)
  return String(id !== undefined && (state.find(environmentOf(body))?.windows.has(id) ?? false))
}

/** `win_data`: gives a window, or all of an environment; with `data`, sets them. */
export function windowData(state: HubState, body: JsonObject): string {
  if (body.data !== undefined) return setWindows(state, body)
  const name = environmentOf(body)
  const environment = state.mustFind(name)
  const id = windowId(body.win)
  if (id === undefined) return pythonJson(environment.save().jsons)
  const window = environment.windows.get(id)
  if (window === undefined) throw new BadRequest(`Window ${id} doesn't exist in env ${name}`)
  return pythonJson(window)
}

function setWindows(state: HubState, body: JsonObject): string {
  const name = environmentOf(body)
  const id = windowId(body.win)
  const known = state.find(name)
  const json = readData(body.data)
  if (id === undefined && !isObject(json))
    throw new BadRequest(`data should be windows by their ids, but got ${describe(json)}`)
  const entries: [string, unknown][] = id === undefined ? Object.entries(json as object) : [[id, json]]
  const windows = entries.map(([key, saved], index) => {
    if (windowId(key) === '') throw new BadRequest('the name of a window should not be empty')
    const place = id === undefined ? index : (known?.windows.get(id)?.i ?? known?.windows.size ?? 0)
    return restoreWindow(saved, key, place, state.makeId)
  })
  const replaced = new Map(id === undefined ? known?.windows : undefined)
  if (id !== undefined && known?.windows.has(id)) replaced.set(id, known.windows.get(id)!)
  state.checkRoom(name, known, windows.length - replaced.size)
  const environment = state.findOrMake(name)
  if (id === undefined) environment.windows.clear()
  for (const window of windows) environment.windows.set(window.id, window)
  const { time } = state.stamp(body)
  environment.touch(time)
  const data = pythonJson(id === undefined ? environment.save().jsons : windows[0])
  state.record('win_data', { win: id ?? null, eid: name, data, time })
  state.tellNames()
  for (const [key, window] of replaced)
    if (!environment.windows.has(key)) state.connections.windowClosed(name, key, window.title)
  for (const window of windows) state.connections.windowMade(name, window, replaced.get(window.id)?.title)
  return ''
}

function readData(data: Json | undefined): Json {
  if (typeof data !== 'string')
    throw new BadRequest(`data should be JSON text of a window, or of windows by their ids, but got ${describe(data)}`)
  try {
    const json = parseJson(data)
    checkJson(json)
    return json
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadRequest(`data is no JSON: ${error.message}`)
    throw error
  }
}
