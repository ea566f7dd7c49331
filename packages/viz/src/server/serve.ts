import { randomBytes } from 'node:crypto'
import { lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hub } from '../hub/index.js'
import type { Link, Transport } from '../protocol/transport.js'
import { Auth, makeToken } from './auth.js'
import { BodyReader } from './body.js'
import { Gate } from './gate.js'
import { Keeper } from './keeper.js'
import { listenOn, makeHttpServer, urlOf } from './listen.js'
import { followLogdir, type LogdirFollower } from './logdir/follow.js'
import { readOptions, type ServeOptions, type Settings } from './options.js'
import { MessageEncoder } from './outbox.js'
import { PageFiles, readUserStyle } from './page-files.js'
import { PollSessions } from './polling.js'
import { Router, type RouterParts } from './router.js'
import { HostCheck, isLoopback } from './security.js'
import { Sockets } from './sockets.js'

/** Milliseconds between looks for those who are gone. */
const SWEEP_MS = 5000

/** A server that runs. */
export interface VizServer {
  /** Of the page, with the token if there is one. */
  readonly url: string
  readonly port: number
  /** What whoever asks must know, or `null`. */
  readonly token: string | null
  /** Holds the environments. */
  readonly hub: Hub
  /** The way for a client in this program, without the network. */
  transport(): Transport
  /** The way for a page in this program. */
  link(): Link
  /** Writes what is not saved yet. */
  flush(): Promise<void>
  /** Ends the server, when all is saved. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts the server that shows plots in a browser: Python's visdom clients and ours plot to it. What is plotted is saved as it comes.
 *
 * It keeps the program alive, as servers do in Node, so that the page is still there when a training has ended; `keepAlive: false` lets the
 * program end, after which a server that is started anew shows the same plots.
 *
 * @throws Error if a port that was asked for is taken, or another server uses the folder; TypeError and RangeError for options that make no
 * sense
 *
 * @example
 * ```ts
 * import { Visdom } from '@tsorch/viz'
 * import { serve } from '@tsorch/viz/server'
 *
 * const server = await serve({ port: 0, envPath: null })
 * const viz = new Visdom({ server })
 * await viz.line([1, 0.5, 0.25], { win: 'loss', opts: { title: 'loss' } })
 * console.log(server.url)
 * await server.close()
 * ```
 */
export async function serve(options: ServeOptions = {}): Promise<VizServer> {
  const settings = readOptions(options)
  const server = new RunningServer(settings)
  await server.start()
  return server
}

class RunningServer implements VizServer {
  url = ''
  port = 0
  readonly token: string | null
  readonly hub: Hub
  readonly #settings: Settings
  #keeper: Keeper | null = null
  #logdir: LogdirFollower | null = null
  #gate: Gate
  #close: () => Promise<void> = async () => {}
  #closed: Promise<void> | null = null

  constructor(settings: Settings) {
    this.#settings = settings
    const isOpen = settings.host !== null && !isLoopback(settings.host) && settings.login === null
    this.token = settings.token ?? (isOpen ? makeToken() : null)
    this.hub = new Hub({ onWarning: settings.warn })
    this.#gate = new Gate(this.hub, null, () => false)
  }

  async start(): Promise<void> {
    const { envPath, logdir, warn } = this.#settings
    const isShown = (env: string): boolean => this.#logdir?.shows(env) ?? false
    if (envPath !== null) this.#keeper = await Keeper.open(this.hub, envPath, isShown, warn)
    try {
      this.#gate = new Gate(this.hub, this.#keeper, isShown)
      if (logdir !== null) this.#logdir = followLogdir(this.hub, logdir, warn)
      await this.#listen()
    } catch (error) {
      this.#logdir?.close()
      await this.#keeper?.close()
      throw error
    }
  }

  async #listen(): Promise<void> {
    const settings = this.#settings
    const { envPath, keepAlive } = settings
    const files = new PageFiles()
    const gate = this.#gate
    const pageEncoder = MessageEncoder.forPages()
    const clientEncoder = MessageEncoder.forClients()
    const parts: RouterParts = {
      settings,
      hosts: new HostCheck(settings.host, settings.allowedHosts),
      auth: new Auth(settings, this.token, secretOf(envPath), () => this.port),
      bodies: new BodyReader(settings.maxBodyBytes),
      gate,
      sockets: new Sockets(this.hub, gate, pageEncoder, clientEncoder, settings.readonly),
      pagePolls: PollSessions.ofPages(this.hub, gate, pageEncoder, settings.readonly),
      clientPolls: PollSessions.ofClients(this.hub, gate, clientEncoder, settings.readonly),
      files,
      userStyle: readUserStyle(envPath),
    }
    const router = new Router(parts)
    const { servers, port } = await listenOn(settings, () => {
      const server = makeHttpServer(settings, (request, response) => void router.answer(request, response))
      server.on('upgrade', (request, stream, head) => router.upgrade(request, stream, head))
      return server
    })
    this.port = port
    const url = urlOf(settings, port)
    this.url = this.token === null ? url : `${url}?token=${encodeURIComponent(this.token)}`
    const timer = setInterval(() => {
      const now = Date.now()
      parts.sockets.sweep(now)
      parts.pagePolls.sweep(now)
      parts.clientPolls.sweep(now)
    }, SWEEP_MS)
    timer.unref()
    if (!keepAlive) {
      for (const server of servers) {
        server.unref()
        server.on('connection', (socket) => socket.unref())
      }
    }
    this.#close = async () => {
      clearInterval(timer)
      parts.pagePolls.close()
      parts.clientPolls.close()
      parts.sockets.close()
      const ended = servers.map((server) => new Promise((resolve) => server.close(resolve)))
      for (const server of servers) server.closeIdleConnections()
      // what is still being answered has a moment
      const hurry = setTimeout(() => {
        for (const server of servers) server.closeAllConnections()
      }, 1000)
      await Promise.all(ended)
      clearTimeout(hurry)
    }
  }

  transport(): Transport {
    return this.#gate.transport()
  }

  link(): Link {
    return this.hub.link()
  }

  async flush(): Promise<void> {
    await this.#keeper?.flush()
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#logdir?.close()
      await this.#close()
      await this.#keeper?.close()
    })()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** What signs cookies; kept, so that browsers stay logged in when a server is started anew. */
function secretOf(envPath: string | null): Buffer {
  const fresh = randomBytes(32)
  if (envPath === null) return fresh
  const path = join(envPath, 'cookie-secret')
  try {
    if (lstatSync(path).isFile()) {
      const kept = readFileSync(path)
      if (kept.length >= 32) return kept
    }
  } catch {
    // not there yet
  }
  try {
    writeFileSync(path, fresh, { flag: 'wx', mode: 0o600 })
  } catch {
    // cookies are good for as long as this server runs
  }
  return fresh
}
