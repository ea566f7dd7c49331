import { parseJson, pythonJson } from '../protocol/json.js'
import { type Transport, TransportError } from '../protocol/transport.js'
import type { JsonObject, VisEvent } from '../protocol/types.js'
import { type HttpPost, httpPost } from './http.js'
import { listenByPolling, listenBySocket } from './incoming.js'

export interface ServerAddress {
  /** `http://localhost:8097/base/`, with a slash at its end */
  readonly base: URL
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** sent as `Authorization: Bearer` */
  readonly token?: string | undefined
  readonly usePolling: boolean
  /** milliseconds to wait for an answer */
  readonly timeout: number
  readonly onWarning: (message: string) => void
}

/** Reaches a visdom server, ours or Python's. */
export class ServerTransport implements Transport {
  readonly #address: ServerAddress
  readonly #http: HttpPost & { close?(): void }
  #login: Promise<string> | null = null

  constructor(address: ServerAddress) {
    this.#address = address
    this.#http = httpPost(address.base, address.timeout)
  }

  async post(endpoint: string, body: JsonObject): Promise<string> {
    const text = pythonJson(body)
    const path = pathOf(endpoint)
    let answer = await this.#http(path, text, await this.headers())
    if (answer.status === 400 && this.#login !== null && answer.text === '') {
      // a server that was started anew does not know the cookie
      this.#login = null
      answer = await this.#http(path, text, await this.headers())
    }
    const { status } = answer
    if (status >= 200 && status < 300) return answer.text
    throw new TransportError(reason(status, answer.text), status)
  }

  listen(listener: (event: VisEvent) => void): () => void {
    const { base, usePolling, onWarning } = this.#address
    const receive = (text: string): void => {
      const message = parseJson(text) as unknown as VisEvent
      if (message !== null && typeof message === 'object' && 'target' in message) listener(message)
    }
    if (usePolling) return listenByPolling((body) => this.post('vis_socket_wrap', body), receive, onWarning)
    return listenBySocket(new URL('vis_socket', base), () => this.headers(), receive, onWarning)
  }

  close(): void {
    this.#http.close?.()
  }

  /** Headers that show who asks. @throws TransportError if the server does not know the user */
  async headers(): Promise<Record<string, string>> {
    const { username, token } = this.#address
    const headers: Record<string, string> = {}
    if (token !== undefined) headers.Authorization = `Bearer ${token}`
    if (username !== undefined) {
      this.#login ??= this.#logIn()
      const cookies = await this.#login.catch((error: unknown) => {
        this.#login = null
        throw error
      })
      if (cookies !== '') headers.Cookie = cookies
    }
    return headers
  }

  async #logIn(): Promise<string> {
    const { username, password = '' } = this.#address
    const credentials = { username, password: await sha256(password) }
    const { status, cookies } = await this.#http('.', JSON.stringify(credentials), {
      'Content-Type': 'application/json',
    })
    if (status !== 200) throw new TransportError(`the server refuses user '${username}' (status ${status})`, 401)
    return cookies
  }
}

/** The names of environments may hold anything, and stand in paths. */
function pathOf(endpoint: string): string {
  const slash = endpoint.indexOf('/')
  if (slash < 0) return endpoint
  const name = encodeURIComponent(endpoint.slice(slash + 1))
    .replaceAll('%2F', '/')
    .replaceAll('%2B', '+')
  return `${endpoint.slice(0, slash)}/${name}`
}

function reason(status: number, text: string): string {
  if (status === 400 && text === '') return 'the server wants a login (username and password) or a token'
  if (status === 401) return 'the server wants a token'
  const isMessage = text !== '' && text.length < 500 && !text.startsWith('<')
  return isMessage ? `${text} (status ${status})` : `the server failed (status ${status})`
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
