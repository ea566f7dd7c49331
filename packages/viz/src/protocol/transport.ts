/** The two ways into a hub: a program's, which posts bodies, and a page's, which is sent windows. */
import type { JsonObject, PageCommand, PageMessage, VisEvent } from './types.js'

/** How a client reaches what holds the windows: over HTTP, or directly where the hub is in the same program. */
export interface Transport {
  /**
   * Posts a body to an endpoint: `'events'`, `'update'`, `'win_exists'`, ...
   *
   * @returns the text of the answer
   * @throws TransportError if nobody could be reached or the answer is an error
   */
  post(endpoint: string, body: JsonObject): Promise<string>
  /** Hears what users do in windows; the returned function ends that. */
  listen?(listener: (event: VisEvent) => void): () => void
  close?(): void
}

/**
 * Why a body did not arrive.
 *
 * @example
 * ```ts
 * import { Hub, TransportError } from '@tsorch/viz'
 *
 * const error = await new Hub().transport().post('delete_env', { eid: 'nothing' }).catch((error: unknown) => error)
 * if (error instanceof TransportError) console.log(error.status, error.message) // 400 environment 'nothing' does not exist
 * ```
 */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  /** HTTP status; `undefined` if there was no answer at all, and another try may succeed. */
  readonly status: number | undefined

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** How a page reaches a hub: over a WebSocket, or directly where both are in one web page. */
export interface Link {
  post(endpoint: string, body: JsonObject): Promise<string>
  /** Opens the connection, again and again if it breaks, and hears whether there is one. */
  open(onMessage: (message: PageMessage) => void, onState: (state: 'online' | 'offline') => void): LinkConnection
}

/** A page that is connected. */
export interface LinkConnection {
  send(command: PageCommand): void
  close(): void
}
