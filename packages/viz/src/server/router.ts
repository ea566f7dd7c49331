import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { JsonObject } from '../protocol/types.js'
import type { Auth } from './auth.js'
import { type BodyReader, Refusal } from './body.js'
import { type Gate, isWriting } from './gate.js'
import { Login } from './login.js'
import type { Settings } from './options.js'
import type { PageFiles } from './page-files.js'
import type { PollAnswer, PollSessions } from './polling.js'
import { assetReply, pageReply, type Reply, refusalReply, reply, sendReply } from './reply.js'
import type { HostCheck } from './security.js'
import type { Sockets } from './sockets.js'

/** What the routes lead to. */
export interface RouterParts {
  readonly settings: Settings
  readonly hosts: HostCheck
  readonly auth: Auth
  readonly bodies: BodyReader
  readonly gate: Gate
  readonly sockets: Sockets
  readonly pagePolls: PollSessions
  readonly clientPolls: PollSessions
  readonly files: PageFiles
  readonly userStyle: string
}

/** Endpoints of the hub, besides those that hold a name. */
const endpoints: ReadonlySet<string> = new Set([
  'events',
  'update',
  'close',
  'win_exists',
  'win_data',
  'save',
  'fork_env',
  'delete_env',
  'env_state',
  'runs',
])

/** Where a request leads to. */
interface Route {
  /** path without the base URL and the slash in front */
  readonly path: string
  /** `?token=` */
  readonly token: string | null
}

/** Leads requests to what answers them. */
export class Router {
  readonly #parts: RouterParts
  readonly #login: Login

  constructor(parts: RouterParts) {
    this.#parts = parts
    this.#login = new Login(parts.auth, parts.files, parts.settings.baseUrl)
  }

  /** Answers a request, whatever it is. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Reply
    try {
      answer = await this.#answer(request)
    } catch (error) {
      answer = refusalReply(request, this.#refusalOf(error))
    }
    sendReply(request, response, answer)
  }

  /** Hands a socket over, or closes it with an answer. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { sockets } = this.#parts
    // whoever hangs up now is gone
    stream.on('error', () => {})
    try {
      sockets.accept(this.#socketOf(request), request, stream, head)
    } catch (error) {
      const { status, message } = this.#refusalOf(error)
      const text = `${message}\n`
      stream.once('finish', () => stream.destroy())
      stream.end(
        `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
      )
    }
  }

  #refusalOf(error: unknown): Refusal {
    if (error instanceof Refusal) return error
    this.#parts.settings.warn(`a request failed: ${(error as Error).stack ?? error}`)
    return new Refusal(500, 'the server failed')
  }

  async #answer(request: IncomingMessage): Promise<Reply> {
    const { hosts, auth, bodies } = this.#parts
    const method = request.method ?? ''
    const refusal = hosts.refusal(method, request.headers)
    if (refusal !== null) throw new Refusal(403, refusal)
    const route = this.#route(request.url)
    const { path, token } = route
    const isAllowed = auth.allows({ headers: request.headers, token })
    if (method === 'GET' || method === 'HEAD') return this.#get(request, route, isAllowed)
    if (method !== 'POST') throw new Refusal(405, 'expected GET or POST')
    if (path === 'login') return this.#login.byForm(request, await bodies.read(request))
    if (path === '') return this.#login.byHash(await bodies.read(request))
    if (path === 'socket_wrap' || path === 'vis_socket_wrap') return this.#poll(request, path, isAllowed)
    // as visdom answers
    if (!isAllowed) return reply(400)
    const endpoint = endpointOf(path)
    if (endpoint === null) throw new Refusal(404, `there is nothing at ${JSON.stringify(path.slice(0, 100))}`)
    return this.#post(request, endpoint, await bodies.readObject(request))
  }

  /** What a socket is for. @throws Refusal if there is to be none */
  #socketOf(request: IncomingMessage): 'page' | 'client' {
    const { hosts, auth } = this.#parts
    const refusal = hosts.refusal('', request.headers)
    if (refusal !== null) throw new Refusal(403, refusal)
    const { path, token } = this.#route(request.url)
    if (path !== 'socket' && path !== 'vis_socket') throw new Refusal(404, 'there is no such socket')
    if (!auth.allows({ headers: request.headers, token })) throw new Refusal(401, 'log in first')
    this.#checkRoom()
    return path === 'socket' ? 'page' : 'client'
  }

  #checkRoom(): void {
    const { sockets, pagePolls, clientPolls, settings } = this.#parts
    if (sockets.size + pagePolls.size + clientPolls.size >= settings.maxConnections)
      throw new Refusal(503, `${settings.maxConnections} pages and clients are connected, which is the most`)
  }

  #route(target = '/'): Route {
    const { baseUrl } = this.#parts.settings
    let url: URL
    try {
      url = new URL(target.startsWith('/') ? `http://host${target}` : target)
    } catch {
      throw new Refusal(400, 'the address cannot be read')
    }
    const isBelow = url.pathname === baseUrl || url.pathname.startsWith(`${baseUrl}/`)
    if (!isBelow) throw new Refusal(404, `everything here begins with ${baseUrl}/`)
    return { path: url.pathname.slice(baseUrl.length + 1), token: url.searchParams.get('token') }
  }

  async #get(request: IncomingMessage, { path, token }: Route, isAllowed: boolean): Promise<Reply> {
    const { files, settings, pagePolls, userStyle, auth } = this.#parts
    if (path.startsWith('page/')) {
      const asset = await files.asset(path.slice('page/'.length))
      if (asset === null) throw new Refusal(404, 'there is no such file')
      return assetReply(request, asset)
    }
    if (path === 'socket_wrap') {
      if (!isAllowed) return reply(400)
      this.#checkRoom()
      return pollReply(pagePolls.open())
    }
    if (path === 'user/style.css')
      return reply(200, isAllowed ? userStyle : '', { 'Content-Type': 'text/css; charset=utf-8' })
    // where the form leads, should someone load that anew
    if (path === 'login')
      return isAllowed
        ? reply(303, '', { Location: `${settings.baseUrl}/` })
        : this.#login.page(request, `${settings.baseUrl}/`, false)
    if (path !== '' && !path.startsWith('env/') && !path.startsWith('compare/'))
      throw new Refusal(404, 'there is no such page')
    const here = `${settings.baseUrl}/${path}`
    // out of the address line, where others may read it
    if (auth.isToken(token)) return reply(303, '', { Location: here, 'Set-Cookie': auth.cookies() })
    if (!isAllowed) return this.#login.page(request, here, token !== null)
    return pageReply(request, 200, files.index(settings.baseUrl))
  }

  async #post(request: IncomingMessage, endpoint: string, body: JsonObject): Promise<Reply> {
    const { settings, gate, sockets, pagePolls } = this.#parts
    // pages show; programs send no Origin
    if (settings.readonly && request.headers.origin !== undefined && isWriting(endpoint, body))
      throw new Refusal(403, 'pages of this server only show')
    const { sid } = body
    if (typeof sid === 'string' && (endpoint.startsWith('env/') || endpoint.startsWith('compare/'))) {
      let shown = reply(200)
      const show = (): void => {
        const { status, text } = gate.handleNow(endpoint, body)
        shown = reply(status, text)
      }
      sockets.sendWhole(sid, () => pagePolls.sendWhole(sid, show))
      return shown
    }
    const { status, text } = await gate.handle(endpoint, body)
    return reply(status, text)
  }

  async #poll(request: IncomingMessage, path: 'socket_wrap' | 'vis_socket_wrap', isAllowed: boolean): Promise<Reply> {
    const { bodies, pagePolls, clientPolls } = this.#parts
    if (!isAllowed) return pollReply({ success: false, reason: 'closed' })
    const body = await bodies.readObject(request)
    if (path === 'socket_wrap') return pollReply(pagePolls.answer(body))
    if (body.sid !== undefined && body.sid !== null) return pollReply(clientPolls.answer(body))
    this.#checkRoom()
    return pollReply(clientPolls.open())
  }
}

function pollReply(answer: PollAnswer): Reply {
  return reply(200, JSON.stringify(answer))
}

/** The endpoint of the hub at a path, or `null`. @throws Refusal for escapes that are none */
function endpointOf(path: string): string | null {
  if (endpoints.has(path)) return path
  if (!path.startsWith('env/') && !path.startsWith('compare/')) return null
  try {
    return decodeURIComponent(path)
  } catch {
    throw new Refusal(400, 'the address holds an escape that is none')
  }
}
