/** What pages and programs send over their sockets. */
import { isObject } from '../protocol/json.js'
import type { JsonObject } from '../protocol/types.js'
import { checkJson, environmentName, environmentOf, windowId } from './body.js'
import type { Page } from './connections.js'
import { deleteEnvironment, fork, placeWindow, save, saveLayouts } from './environment-endpoints.js'
import type { HubState } from './state.js'
import { close, popPane } from './window-endpoints.js'

/**
 * Does what a command asks for.
 *
 * @param page the page that sent it; `undefined` for a program
 * @throws BadRequest if it can't be done
 */
export function obey(state: HubState, command: unknown, page: Page | undefined): void {
  if (!isObject(command)) return
  checkJson(command)
  const body = command as JsonObject
  switch (body.cmd) {
    case 'close':
      closeWindow(state, body)
      return
    case 'save':
      fork(state, { prev_eid: body.prev_eid, eid: body.eid, reload: body.data })
      save(state, { data: [body.eid!] })
      if (page !== undefined) page.view = environmentName(body.eid)
      return
    case 'delete_env':
      deleteEnvironment(state, { eid: environmentName(body.eid) })
      return
    case 'save_layouts':
      saveLayouts(state, body)
      return
    case 'layout_item_update':
      placeWindow(state, body)
      return
    case 'forward_to_vis':
      forward(state, body)
      return
    case 'pop_embeddings_pane':
      if (isObject(body.data)) popPane(state, { win: body.data.target, eid: body.data.eid } as JsonObject)
  }
}

/** Closes a window that a user has closed, and tells programs. */
function closeWindow(state: HubState, body: JsonObject): void {
  const eid = environmentOf(body)
  const target = windowId(body.data)
  if (target === undefined) return
  const window = state.find(eid)?.windows.get(target)
  close(state, { win: target, eid })
  state.connections.toClients({ event_type: 'close', target, eid, pane_data: window ?? null })
}

/** Tells programs what a user did in a window, and what is in it. */
function forward(state: HubState, { data }: JsonObject): void {
  if (!isObject(data)) return
  const eid = environmentOf(data as JsonObject)
  const target = windowId(data.target as JsonObject[string])
  const window = target === undefined ? undefined : state.find(eid)?.windows.get(target)
  const event = data.pane_data === false ? data : { ...data, pane_data: window ?? null }
  state.connections.toClients(event as JsonObject)
}
