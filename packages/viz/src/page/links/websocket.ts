/** How a page reaches a server: over a WebSocket, and by polling where sockets don't get through. */
import { type Link, type LinkConnection, TransportError } from '../../protocol/transport.js'
import type { JsonObject, PageCommand, PageMessage } from '../../protocol/types.js'
import { PollingSocket } from './polling.js'

/** Options of {@link webSocketLink}. */
export interface WebSocketLinkOptions {
  /** Never tries a WebSocket. Default `false`. */
  readonly polling?: boolean
}

/** The part of a socket that a connection needs. */
export interface PageSocket {
  onopen: (() => void) | null
  onmessage: ((text: string) => void) | null
  onclose: (() => void) | null
  send(text: string): void
  close(): void
}

/**
 * The way to a server, from a page in a browser.
 *
 * @param base the address of the server: `http://localhost:8097`, or with a path if it has one
 * @throws TypeError if `base` is no address
 *
 * @example
 * ```ts
 * import { mount, webSocketLink } from '@tsorch/viz/page'
 *
 * mount(document.body, { link: webSocketLink('http://localhost:8097'), env: 'main' })
 * ```
 */
export function webSocketLink(base: string | URL, options: WebSocketLinkOptions = {}): Link {
  const root = new URL(base, globalThis.location?.href)
  if (!root.pathname.endsWith('/')) root.pathname += '/'
  return {
    post: (endpoint, body) => post(root, endpoint, body),
    open: (onMessage, onState) => new Connection(root, options.polling ?? false, onMessage, onState),
  }
}

async function post(root: URL, endpoint: string, body: JsonObject): Promise<string> {
  const path = endpoint.split('/').map(encodeURIComponent).join('/')
  let response: Response
  try {
    response = await fetch(new URL(path, root), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  } catch (error) {
    throw new TransportError(`the server at ${root.origin} can't be reached`, undefined, { cause: error })
  }
  const text = await response.text()
  if (!response.ok)
    throw new TransportError(text === '' ? `${endpoint}: status ${response.status}` : text, response.status)
  return text
}

/** Milliseconds until the next try, after 1, 2, ... tries without success. */
const waits = [250, 500, 1000, 2000, 4000] as const
/** After so many sockets that did not open, it is polling's turn. */
const SOCKET_TRIES = 2
/** Commands that are kept while there is no connection. */
const MAX_WAITING = 1000

class Connection implements LinkConnection {
  readonly #root: URL
  readonly #onMessage: (message: PageMessage) => void
  readonly #onState: (state: 'online' | 'offline') => void
  #socket: PageSocket | null = null
  #isOpen = false
  #waiting: string[] = []
  #failures = 0
  readonly #onlyPolls: boolean
  #polls: boolean
  #hadSocket = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #closed = false

  constructor(
    root: URL,
    polling: boolean,
    onMessage: (message: PageMessage) => void,
    onState: (state: 'online' | 'offline') => void,
  ) {
    this.#root = root
    this.#onlyPolls = polling
    this.#polls = polling
    this.#onMessage = onMessage
    this.#onState = onState
    globalThis.addEventListener?.('online', this.#retryNow)
    this.#connect()
  }

  send(command: PageCommand): void {
    const text = JSON.stringify(command)
    if (this.#isOpen) this.#socket?.send(text)
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(text)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    globalThis.removeEventListener?.('online', this.#retryNow)
    this.#socket?.close()
  }

  readonly #retryNow = (): void => {
    if (this.#socket !== null || this.#closed) return
    clearTimeout(this.#timer)
    this.#connect()
  }

  #connect(): void {
    const socket = this.#polls ? new PollingSocket(this.#root) : openSocket(this.#root)
    this.#socket = socket
    socket.onopen = () => {
      if (this.#closed) return socket.close()
      this.#isOpen = true
      this.#failures = 0
      this.#hadSocket ||= !this.#polls
      this.#onState('online')
      for (const text of this.#waiting.splice(0)) socket.send(text)
    }
    socket.onmessage = (text) => {
      if (this.#closed) return
      const message = readMessage(text)
      if (message !== undefined) this.#onMessage(message)
    }
    socket.onclose = () => {
      if (this.#socket !== socket) return
      this.#socket = null
      this.#isOpen = false
      if (this.#closed) return
      this.#onState('offline')
      this.#failures++
      // a server that is gone for a while is no reason to poll: only where no socket ever opened; then both are tried in turn
      if (!this.#onlyPolls && !this.#hadSocket && this.#failures >= SOCKET_TRIES) this.#polls = !this.#polls
      const wait = waits[Math.min(this.#failures, waits.length) - 1] ?? 0
      this.#timer = setTimeout(() => this.#connect(), wait * (0.75 + Math.random() / 2))
    }
  }
}

function readMessage(text: string): PageMessage | undefined {
  try {
    const message: unknown = JSON.parse(text)
    return typeof message === 'object' && message !== null && 'command' in message
      ? (message as PageMessage)
      : undefined
  } catch {
    return undefined
  }
}

function openSocket(root: URL): PageSocket {
  const url = new URL('socket', root)
  url.protocol = root.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(url)
  const wrapped: PageSocket = {
    onopen: null,
    onmessage: null,
    onclose: null,
    send: (text) => socket.send(text),
    close: () => socket.close(),
  }
  socket.onopen = () => wrapped.onopen?.()
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') wrapped.onmessage?.(data)
  }
  socket.onclose = () => wrapped.onclose?.()
  return wrapped
}
