/** The ways to a hub for programs and pages that are in the same program as it. */
import { pageCopy } from '../protocol/json.js'
import { type Link, type LinkConnection, type Transport, TransportError } from '../protocol/transport.js'
import type { PageCommand, PageMessage, VisEvent } from '../protocol/types.js'
import { copyJson } from './body.js'
import type { Hub } from './hub.js'

export function makeTransport(hub: Hub): Transport {
  return {
    post: (endpoint, body) => post(hub, endpoint, body),
    listen(listener) {
      const connection = hub.connectClient((message) => {
        if ('event_type' in message) listener(copyJson(message) as unknown as VisEvent)
      })
      return () => connection.close()
    },
  }
}

async function post(hub: Hub, endpoint: string, body: Parameters<Hub['handle']>[1]): Promise<string> {
  const { status, text } = hub.handle(endpoint, body)
  if (status !== 200) throw new TransportError(text, status)
  return text
}

export function makeLink(hub: Hub): Link {
  return {
    post: (endpoint, body) => post(hub, endpoint, body),
    open: (onMessage, onState) => new LocalLink(hub, onMessage, onState),
  }
}

/** A page's connection. Messages come later, as over a socket, in their order, and are the page's own. */
class LocalLink implements LinkConnection {
  readonly #queue: PageMessage[] = []
  readonly #onMessage: (message: PageMessage) => void
  readonly #connection: { receive(command: PageCommand): void; close(): void }
  #closed = false

  constructor(hub: Hub, onMessage: (message: PageMessage) => void, onState: (state: 'online' | 'offline') => void) {
    this.#onMessage = onMessage
    queueMicrotask(() => {
      if (!this.#closed) onState('online')
    })
    this.#connection = hub.connectPage((message) => {
      if (this.#queue.push(pageCopy(message)) === 1) queueMicrotask(() => this.#deliver())
    })
  }

  #deliver(): void {
    // a message that is sent while one is delivered makes no new task, since the queue is not empty
    for (let i = 0; i < this.#queue.length && !this.#closed; i++) this.#onMessage(this.#queue[i]!)
    this.#queue.length = 0
  }

  send(command: PageCommand): void {
    if (!this.#closed) this.#connection.receive(copyJson(command))
  }

  close(): void {
    this.#closed = true
    this.#connection.close()
  }
}
