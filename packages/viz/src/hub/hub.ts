/** What visdom's server does, wherever it runs: environments and their windows, and the messages that follow from what is done to them. */
import { isObject } from '../protocol/json.js'
import type { Link, Transport } from '../protocol/transport.js'
import type { JsonObject, PageMessage } from '../protocol/types.js'
import { BadRequest, checkJson, describe, environmentName } from './body.js'
import { obey } from './commands.js'
import type { ClientConnection, Page, PageConnection } from './connections.js'
import { readEnvironment, type SavedEnv } from './environment.js'
import * as environments from './environment-endpoints.js'
import { makeLink, makeTransport } from './local.js'
import type { HubOptions } from './options.js'
import { HubState, type RecordListener } from './state.js'
import * as windows from './window-endpoints.js'

/** What is answered to a body: an HTTP status and a text. */
export interface HubAnswer {
  readonly status: number
  readonly text: string
}

const ENDPOINTS: ReadonlyMap<string, (state: HubState, body: JsonObject) => string> = new Map([
  ['events', windows.events],
  ['update', windows.update],
  ['close', windows.close],
  ['win_exists', windows.exists],
  ['win_data', windows.windowData],
  ['save', environments.save],
  ['fork_env', environments.fork],
  ['delete_env', environments.deleteEnvironment],
  ['env_state', environments.environmentState],
  ['runs', environments.runs],
  ['save_layouts', environments.saveLayouts],
  ['layout_item_update', environments.placeWindow],
  ['pop_embeddings_pane', windows.popPane],
])

/**
 * Holds environments and their windows, as visdom's server does.
 *
 * Programs post bodies to it (`handle`, or a `Visdom` over `transport()`), and pages are sent what follows from them (`connectPage`, or a
 * page over `link()`). It knows of no network and no files: `onRecord`, `exportEnv` and `importEnv` are for who keeps it.
 *
 * An update costs what it brings, however long the window is.
 *
 * @example
 * ```ts
 * import { Hub } from '@tsorch/viz'
 *
 * const hub = new Hub()
 * const answer = hub.handle('events', { win: 'note', data: [{ type: 'text', content: 'hello' }] })
 * console.log(answer) // { status: 200, text: 'note' }
 * ```
 */
export class Hub {
  readonly #state: HubState

  /** @throws RangeError for a limit that is no integer of at least 1 */
  constructor(options: HubOptions = {}) {
    this.#state = new HubState(options)
  }

  /**
   * Does what a body asks for.
   *
   * @param endpoint `events`, `update`, `close`, `win_exists`, `win_data`, `env/NAME`, `compare/A+B`, `save`, `fork_env`, `delete_env` and
   * `env_state`, as visdom has them; the addition `runs`; and, for the records of what pages do, `save_layouts`, `layout_item_update` and
   * `pop_embeddings_pane`
   * @returns what visdom's server answers; for what can't be done, status 400 and a sentence
   */
  handle(endpoint: string, body: JsonObject): HubAnswer {
    try {
      if (!isObject(body)) throw new BadRequest(`a body should be an object, but got ${describe(body)}`)
      checkJson(body)
      return { status: 200, text: this.#dispatch(endpoint, body) }
    } catch (error) {
      if (error instanceof BadRequest) return { status: 400, text: error.message }
      const message = `${endpoint}: ${error instanceof Error ? error.message : error}`
      this.#state.warn(message)
      return { status: 500, text: message }
    }
  }

  #dispatch(endpoint: string, body: JsonObject): string {
    const state = this.#state
    if (endpoint.startsWith('env/')) return environments.openEnvironment(state, endpoint.slice('env/'.length), body)
    if (endpoint.startsWith('compare/')) return environments.compare(state, endpoint.slice('compare/'.length), body)
    const answer = ENDPOINTS.get(endpoint)
    if (answer === undefined) throw new BadRequest(`there is no endpoint ${describe(endpoint)}`)
    return answer(state, body)
  }

  /**
   * Connects a page. It is sent at once who it is, the layouts, and which environments there are; it sees `main` until it asks for another
   * with `env/NAME`.
   *
   * @param send is given messages that have to be read before it returns: what is in them changes later. All pages that see the same are
   * given the same object
   */
  connectPage(send: (message: PageMessage) => void, options: { readonly readonly?: boolean } = {}): PageConnection {
    const readonly = options.readonly ?? false
    const state = this.#state
    const { connections } = state
    const page: Page = { sid: state.makeId(), send, view: 'main' }
    connections.pages.set(page.sid, page)
    connections.toPage(page, { command: 'register', data: page.sid, readonly })
    connections.toPage(page, { command: 'layout_update', data: state.layouts })
    connections.toPage(page, { command: 'env_update', data: state.names() })
    return {
      sid: page.sid,
      receive: (command) => {
        if (!readonly && connections.pages.has(page.sid)) this.#obey(command, page)
      },
      close: () => {
        connections.pages.delete(page.sid)
      },
    }
  }

  /** Connects a program that wants to hear what users do in windows. Messages have to be read before `send` returns. */
  connectClient(send: (message: JsonObject) => void, options: { readonly readonly?: boolean } = {}): ClientConnection {
    const { connections, makeId } = this.#state
    const sid = makeId()
    connections.clients.set(sid, send)
    connections.toClient(sid, { command: 'alive', data: 'vis_alive' })
    return {
      sid,
      receive: (command) => {
        if (!connections.clients.has(sid)) return
        if (isObject(command) && command.cmd === 'echo') connections.toClients(command as JsonObject)
        else if (options.readonly !== true) this.#obey(command, undefined)
      },
      close: () => {
        connections.clients.delete(sid)
      },
    }
  }

  #obey(command: unknown, page: Page | undefined): void {
    try {
      obey(this.#state, command, page)
    } catch (error) {
      this.#state.warn(`a command could not be obeyed: ${error instanceof Error ? error.message : error}`)
    }
  }

  /**
   * Hears of each call that changed something, after it did. What it is given, with the ids and the time in it that the hub chose, makes
   * the same windows when it is given to `handle` of a hub in the same state; it has to be read before the listener returns. `save` is told
   * too, though it changes nothing.
   *
   * @returns a function that ends that
   */
  onRecord(listener: RecordListener): () => void {
    const { listeners } = this.#state
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }

  /** The names of the environments, in the order in which they were made. */
  environments(): string[] {
    return this.#state.names()
  }

  /**
   * An environment as visdom saves it; `undefined` if there is none. It is no copy: it has to be read before anything else is done.
   *
   * @throws Error if it was imported as a function, and that fails
   */
  exportEnv(name: string): SavedEnv | undefined {
    return this.#state.find(name)?.save()
  }

  /**
   * Puts in an environment that was saved, in place of one with its name. Windows in it that can't be read are left out, with a warning.
   *
   * @param saved the environment, or a function that reads it when it is needed
   * @throws Error if it is no environment
   */
  importEnv(name: string, saved: SavedEnv | (() => SavedEnv)): void {
    const state = this.#state
    const key = environmentName(name)
    const known = state.environments.has(key)
    state.environments.set(key, typeof saved === 'function' ? saved : readEnvironment(saved, state.makeId, state.warn))
    if (!known) state.tellNames()
    for (const page of state.connections.pages.values())
      if (page.view === key) environments.showEnvironment(state, page, key)
  }

  /** The text in which pages keep their layouts ("views"); only they know what is in it. */
  get layouts(): string {
    return this.#state.layouts
  }

  set layouts(text: string) {
    this.#state.layouts = text
    this.#state.connections.toPages({ command: 'layout_update', data: text })
  }

  /** The way to this hub for a `Visdom` in the same program. */
  transport(): Transport {
    return makeTransport(this)
  }

  /** The way to this hub for a page in the same program. */
  link(): Link {
    return makeLink(this)
  }
}
