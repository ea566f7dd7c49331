/** Who is connected: pages, which look at environments, and programs, which hear what users do. */
import type { JsonObject, PageCommand, PageMessage, VisEvent } from '../protocol/types.js'
import type { CompareView } from './compare.js'
import type { Edit } from './edit.js'
import type { WindowState } from './window.js'

/** A page that is connected to a hub. */
export interface PageConnection {
  /** Names the connection in `env/NAME` and `compare/A+B`. */
  readonly sid: string
  /** Does what a page asks for; what can't be done is passed over. */
  receive(command: PageCommand): void
  close(): void
}

/** A program that is connected to a hub, to hear what users do. */
export interface ClientConnection {
  readonly sid: string
  /** Programs may send all that pages may, and `echo`. */
  receive(command: PageCommand): void
  close(): void
}

export interface Page {
  readonly sid: string
  readonly send: (message: PageMessage) => void
  /** The environment that it shows, or several that are compared. */
  view: string | CompareView
}

/**
 * The connections, and what is sent to them. All pages that see the same are given the same message object; what is in it belongs to the hub
 * and has to be read before the call returns.
 */
export class Connections {
  readonly pages: Map<string, Page> = new Map()
  readonly clients: Map<string, (message: JsonObject) => void> = new Map()
  readonly #warn: (message: string) => void

  constructor(warn: (message: string) => void) {
    this.#warn = warn
  }

  /** Sends to one page, whatever becomes of it. */
  toPage(page: Page, message: PageMessage): void {
    attempt(() => page.send(message), this.#warn)
  }

  toPages(message: PageMessage): void {
    for (const page of this.pages.values()) this.toPage(page, message)
  }

  /** Tells of a window that was made or replaced. */
  windowMade(environment: string, window: WindowState, titleBefore: string | undefined): void {
    const message: PageMessage = { ...window }
    this.#toViewers(environment, message, (view) => [
      ...(titleBefore === undefined || titleBefore === window.title ? [] : view.changed(environment, titleBefore)),
      ...view.changed(environment, window.title),
    ])
  }

  /** Tells of a window that was changed; before, it had this title. */
  windowEdited(environment: string, edit: Edit, titleBefore: string): void {
    const { window, ops } = edit
    const message: PageMessage = edit.isWhole()
      ? { ...window }
      : { command: 'window_update', win: window.id, env: environment, content: ops, version: window.version }
    this.#toViewers(environment, message, (view) => view.edited(environment, edit, titleBefore))
  }

  /** Tells of a window that was closed; it may not have been there. */
  windowClosed(environment: string, id: string, title: string | undefined): void {
    this.#toViewers(environment, { command: 'close', data: id }, (view) =>
      title === undefined ? [] : view.changed(environment, title),
    )
  }

  #toViewers(environment: string, message: PageMessage, compare: (view: CompareView) => PageMessage[]): void {
    for (const page of this.pages.values()) {
      if (page.view === environment) this.toPage(page, message)
      else if (typeof page.view !== 'string') for (const one of compare(page.view)) this.toPage(page, one)
    }
  }

  toClient(sid: string, message: JsonObject): void {
    const send = this.clients.get(sid)
    if (send !== undefined) attempt(() => send(message), this.#warn)
  }

  toClients(message: VisEvent | JsonObject): void {
    for (const sid of this.clients.keys()) this.toClient(sid, message as JsonObject)
  }
}

function attempt(send: () => void, warn: (message: string) => void): void {
  try {
    send()
  } catch (error) {
    warn(`a message could not be sent: ${error instanceof Error ? error.message : error}`)
  }
}
