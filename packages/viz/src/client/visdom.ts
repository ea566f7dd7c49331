import { type ModuleLike, type Watch, type WatchOptions, watch } from '../graph/index.js'
import { parseJson, pythonJson } from '../protocol/json.js'
import type { Transport } from '../protocol/transport.js'
import type { Json, JsonObject, VisEvent, Window } from '../protocol/types.js'
import { describe, type Values } from '../tensorboard/values.js'
import { held } from './at-exit.js'
import type { Body, Call, Target, WindowOptions } from './call.js'
import { toJson } from './check-opts.js'
import { Delivery, type DeliveryStats } from './delivery.js'
import { type DataGetter, Embeddings } from './embeddings.js'
import { Reports, VisdomError } from './errors.js'
import { LineFile } from './line-file.js'
import { type LogEntry, parseLine, readLog } from './offline-log.js'
import { checkNames, readAddress, readNumbers, readToken, type VisdomOptions } from './options.js'
import type { EmbeddingsOpts } from './opts.js'
import { type DrawOptions, Plots } from './plots.js'
import { ServerTransport } from './server-transport.js'

/** Lines that are replayed before the server must have taken them. */
const REPLAY_BATCH = 500

/** Milliseconds that {@link Visdom.flush} waits for an answer, unless it is told. */
const FLUSH_PATIENCE = 10_000

/** Hears what users do in a window. */
export type EventHandler = (event: VisEvent) => unknown

/** Options of {@link Visdom.embeddings}. */
export interface EmbeddingsOptions extends DrawOptions<EmbeddingsOpts> {
  /** HTML to show of the point in a row, when a user selects it */
  readonly dataGetter?: DataGetter | null | undefined
}

/** Counts of what became of the calls of a {@link Visdom}. */
export interface VisdomStats extends DeliveryStats {
  /** lines of the log that could not be written */
  readonly unlogged: number
}

/**
 * Plots on a visdom server, this package's or Python's, with visdom's verbs. No verb waits: what it draws is sent in the background, and
 * kept while the server is away. Points that are added to a line one after another travel together, and a window that is drawn anew
 * takes the place of one that was not sent yet. At the end of the program what is left is sent.
 *
 * @example
 * ```ts
 * import { Hub, Visdom } from '@tsorch/viz'
 *
 * const hub = new Hub() // or { server: 'http://localhost', port: 8097 }
 * const viz = new Visdom({ server: hub, env: 'digits' })
 * for (let step = 0; step < 100; step++) {
 *   viz.line([1 / (step + 1)], { X: [step], win: 'loss', update: 'append', opts: { title: 'loss' } })
 * }
 * await viz.flush()
 * ```
 * @see https://github.com/fossasia/visdom
 */
export class Visdom extends Plots {
  /** the environment of all windows that name none */
  readonly env: string
  readonly #isOffline: boolean
  readonly #sends: boolean
  readonly #hears: boolean
  readonly #transport: Transport | null
  readonly #delivery: Delivery | null
  readonly #reports: Reports
  readonly #log: LineFile | null
  readonly #onLog: ((endpoint: string, body: JsonObject) => void) | undefined
  /** windows that the log has, by environment and id */
  readonly #logged: Set<string> = new Set()
  readonly #environments: Set<string> = new Set()
  readonly #handlers: Map<string, EventHandler[]> = new Map()
  #stopListening: (() => void) | null = null
  /** what is still computed */
  readonly #work: Set<Promise<void>> = new Set()
  #isOver = false

  /**
   * @throws TypeError for a bad address, an unknown option, and `offline` without a log
   * @throws Error from the file system, for a log that cannot be opened
   */
  constructor(options: VisdomOptions = {}) {
    super()
    checkNames(options)
    const { env = 'main', offline = false, send = true, server, username, password, logToFilename, onLog } = options
    if (typeof env !== 'string') throw new TypeError(`Visdom: env should be a string, but got ${describe(env)}`)
    if (username !== undefined && !password) throw new TypeError('Visdom: a username needs a password')
    if (offline && logToFilename === undefined && onLog === undefined)
      throw new TypeError('Visdom: offline needs a log: logToFilename, or onLog')
    const numbers = readNumbers(options)
    this.env = env
    this.#isOffline = offline
    this.#sends = send
    this.#hears = (options.useIncomingSocket ?? true) || (options.usePolling ?? false)
    this.#reports = new Reports(options.onError)
    this.#environments.add(env)
    const inProgram = typeof server === 'object' ? ('transport' in server ? server.transport() : server) : null
    const address = inProgram === null ? readAddress(options) : null
    this.#transport = offline
      ? null
      : (inProgram ??
        new ServerTransport({
          base: address!,
          username,
          password,
          token: readToken(options),
          usePolling: options.usePolling ?? false,
          timeout: numbers.timeout,
          onWarning: (message) => this.#reports.tell(new Error(message)),
        }))
    this.#onLog = onLog
    this.#log =
      logToFilename === undefined || !send ? null : new LineFile(logToFilename, (error) => this.#reports.tell(error))
    this.#delivery =
      this.#transport === null || !send
        ? null
        : new Delivery(
            this.#transport,
            {
              ...numbers,
              to: address === null ? 'the server in this program' : address.href,
              isLogged: this.#log !== null || onLog !== undefined,
            },
            this.#reports,
          )
    // as Python's client does it, so that the environment is there from the start; names of dots cannot stand in a path
    if (!/(^|\/)\.{0,2}(\/|$)/.test(env)) this.#delivery?.post({ endpoint: `env/${env}`, body: { eid: env } })
  }

  /** What became of the calls so far. */
  get stats(): VisdomStats {
    const none = { sent: 0, coalesced: 0, dropped: 0, thinned: 0, refused: 0, waiting: 0, waitingBytes: 0, requests: 0 }
    return { ...(this.#delivery?.stats ?? none), unlogged: this.#log?.lost ?? 0 }
  }

  /** @internal */
  override target(verb: string, { win = null, env = null }: WindowOptions): Target {
    if (win !== null && typeof win !== 'string')
      throw new TypeError(`${verb}: win should be a string, but got ${describe(win)}`)
    return { win: win ?? newWindowId(), eid: this.#eid(verb, env), isNew: win === null }
  }

  /** @internal */
  override draw(call: Call): void {
    if (this.#isOver) throw new Error('Visdom: the client has been disconnected')
    if (!this.#sends) return
    this.#write(call)
    this.#delivery?.post(call)
  }

  #eid(verb: string, env: string | null | undefined): string {
    if (env === null || env === undefined) return this.env
    if (typeof env !== 'string') throw new TypeError(`${verb}: env should be a string, but got ${describe(env)}`)
    this.#environments.add(env)
    return env
  }

  /** Adds a line to the log. Whether the window exists can only be known from what the log has. */
  #write({ endpoint, body, create }: Call): void {
    if (this.#log === null && this.#onLog === undefined) return
    if (endpoint !== 'events' && endpoint !== 'update') return
    const key = windowKey(body)
    let line: LogEntry = [endpoint, body]
    if (create !== undefined && !this.#logged.has(key)) {
      const made = create(body)
      // the layout is there in case that the replay has to make the window
      line = body.append === true ? [endpoint, { ...body, layout: made.layout }] : ['events', made]
    }
    this.#logged.add(key)
    this.#log?.write(pythonJson(line))
    this.#onLog?.(line[0], toJson('onLog', line[1]) as JsonObject)
  }

  /**
   * Waits until all plots so far have arrived.
   *
   * @param options `timeout`: milliseconds to wait for an answer (default 10,000); it counts anew with each answer
   * @throws VisdomError if the server does not answer: what waits is kept, and tried again
   * @throws AggregateError of VisdomErrors if the server refused plots since the last flush
   */
  async flush({ timeout = FLUSH_PATIENCE }: { timeout?: number } = {}): Promise<void> {
    await Promise.all(this.#work)
    this.#log?.flush()
    await this.#delivery?.flush(timeout)
    const refused = this.#reports.take()
    if (refused.length > 0)
      throw new AggregateError(refused, `the server refused ${refused.length} plots: ${refused[0]!.message}`)
  }

  /**
   * Delivers what is left, if the server answers within `exitGrace`, and ends the client. Never throws: what could not be delivered is
   * told as all troubles are.
   */
  async disconnect(): Promise<void> {
    await Promise.all(this.#work)
    this.#isOver = true
    this.#stopListening?.()
    this.#stopListening = null
    this.#handlers.clear()
    await this.#delivery?.close()
    this.#log?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disconnect()
  }

  /**
   * Sends a body as it is: any trace of Plotly's, for instance. `win: null` makes a new window.
   *
   * @returns the window for `'events'` (the default) and `'update'`, the answer for all other endpoints
   */
  rawSend(msg: JsonObject, endpoint?: 'events' | 'update'): string
  rawSend(msg: JsonObject, endpoint: string): Promise<string>
  rawSend(msg: JsonObject, endpoint = 'events'): string | Promise<string> {
    const body = toJson('rawSend', msg) as Body
    body.eid = this.#eid('rawSend', body.eid as string | null)
    const isPlot = endpoint === 'events' || endpoint === 'update'
    if (!isPlot) {
      const answer = this.#ask(endpoint, body, false)
      // whoever does not wait for it need not handle its errors
      answer.catch(nothing)
      return answer
    }
    if (body.win === null) body.win = newWindowId()
    this.draw({ endpoint, body })
    return String(body.win ?? '')
  }

  async #ask(endpoint: string, body: Body, isQuestion: boolean): Promise<string> {
    if (this.#delivery === null)
      throw new VisdomError(`${endpoint}: there is no server to ask: the client is offline`, { endpoint })
    return this.#delivery.ask(endpoint, body, isQuestion)
  }

  /** Like {@link #ask}, for what need not be waited for: errors are told as those of plots are. */
  #tell<T>(endpoint: string, body: Body, read: (answer: string) => T): Promise<T> {
    const answer = this.#delivery === null ? Promise.resolve('') : this.#ask(endpoint, body, false)
    const done = answer.then(read)
    done.catch((error: Error) => this.#reports.tell(error))
    return done
  }

  /** Closes a window, or all of an environment if none is named. Need not be waited for, like all that changes the server. */
  close(win?: string | null | WindowOptions, options: { env?: string | null } = {}): Promise<void> {
    const { win: id = null, env } = windowOf(win, options)
    const eid = this.#eid('close', env)
    for (const key of this.#logged)
      if (id === null ? key.startsWith(`${eid}\n`) : key === `${eid}\n${id}`) this.#logged.delete(key)
    return this.#tell('close', { win: id, eid }, nothing)
  }

  /** Whether a window exists; `null` if nobody could say. */
  async winExists(win: string, { env }: { env?: string | null } = {}): Promise<boolean | null> {
    if (typeof win !== 'string') throw new TypeError(`winExists: win should be a string, but got ${describe(win)}`)
    try {
      const answer = await this.#ask('win_exists', { win, eid: this.#eid('winExists', env) }, true)
      return answer === 'true' ? true : answer === 'false' ? false : null
    } catch (error) {
      if (error instanceof VisdomError) return null
      throw error
    }
  }

  /**
   * The data of a window; of all windows of the environment, by their ids, if none is named.
   *
   * @throws VisdomError if there is no such window, or no server
   */
  getWindowData(win: string, options?: { env?: string | null }): Promise<Window>
  getWindowData(win?: null | { win?: null; env?: string | null }): Promise<Record<string, Window>>
  getWindowData(options: WindowOptions): Promise<Window | Record<string, Window>>
  async getWindowData(
    win?: string | null | WindowOptions,
    options: { env?: string | null } = {},
  ): Promise<Window | Record<string, Window>> {
    const { win: id = null, env } = windowOf(win, options)
    const text = await this.#ask('win_data', { win: id, eid: this.#eid('getWindowData', env) }, true)
    return parseJson(text) as unknown as Window | Record<string, Window>
  }

  /** Sets what {@link getWindowData} gives. Pages show it when they are loaded anew. */
  setWindowData(data: string | object, { win = null, env }: WindowOptions = {}): Promise<void> {
    const text = typeof data === 'string' ? data : pythonJson(data)
    return this.#tell('win_data', { win, eid: this.#eid('setWindowData', env), data: text }, nothing)
  }

  /** The names of all environments of the server; when offline, those that were used. */
  async getEnvList(): Promise<string[]> {
    if (this.#isOffline) return [...this.#environments]
    return JSON.parse(await this.#ask('env_state', { eid: this.env }, true)) as string[]
  }

  /** Copies an environment. @returns the name of the copy, which the server may have changed */
  forkEnv(prevEid: string, eid: string): Promise<string> {
    if (typeof prevEid !== 'string' || typeof eid !== 'string')
      throw new TypeError(`forkEnv: expected two names, but got ${describe(prevEid)} and ${describe(eid)}`)
    this.#environments.add(eid)
    return this.#tell('fork_env', { prev_eid: prevEid, eid }, (name) => name)
  }

  /** Deletes an environment with all of its windows. */
  deleteEnv(env: string): Promise<void> {
    if (typeof env !== 'string') throw new TypeError(`deleteEnv: env should be a string, but got ${describe(env)}`)
    this.#environments.delete(env)
    for (const key of this.#logged) if (key.startsWith(`${env}\n`)) this.#logged.delete(key)
    return this.#tell('delete_env', { eid: env }, nothing)
  }

  /** Saves environments on the server's disk. @returns those that it has saved */
  save(envs: readonly string[]): Promise<string[]> {
    if (!Array.isArray(envs) || !envs.every((env) => typeof env === 'string'))
      throw new TypeError('save: expected an array of names of environments')
    const read = (answer: string): string[] => (answer === '' ? [] : (JSON.parse(answer) as string[]))
    return this.#tell('save', { data: [...envs], eid: this.env }, read)
  }

  /** Whether the server answers within so many seconds. */
  async checkConnection({ timeoutSeconds = 0 }: { timeoutSeconds?: number } = {}): Promise<boolean> {
    const transport = this.#transport
    if (transport === null) return false
    const end = Date.now() + timeoutSeconds * 1000
    for (;;) {
      const asked = transport.post('win_exists', { win: '', eid: this.env })
      const isThere = await held(asked).then(
        () => true,
        () => false,
      )
      if (isThere || Date.now() >= end) return isThere
      await new Promise((resolve) => setTimeout(resolve, Math.min(100, end - Date.now())))
    }
  }

  /**
   * Calls a function with everything that users do in a window: keys, clicks, changed properties, closing. The connection for it is
   * opened with the first handler, and does not keep the program alive.
   */
  registerEventHandler(handler: EventHandler, target: string): void {
    if (typeof handler !== 'function')
      throw new TypeError(`registerEventHandler: expected a function, but got ${describe(handler)}`)
    if (this.#transport === null || !this.#sends || !this.#hears || this.#transport.listen === undefined)
      throw new Error(
        'registerEventHandler: this client hears nothing: it is offline, or made with useIncomingSocket: false',
      )
    const handlers = this.#handlers.get(target) ?? []
    this.#handlers.set(target, [...handlers, handler])
    this.#stopListening ??= this.#transport.listen((event) => this.#heard(event))
  }

  /**
   * Shows points of many dimensions, a row each, on a plane on which neighbours stay neighbours (t-SNE), coloured by their labels. Their
   * places are found in the background, which takes seconds for a thousand points; {@link flush} waits for them. Users can select points
   * (`dataGetter` gives the HTML to show for one, by its row) and regions, which are spread anew.
   *
   * @returns the id of the window
   */
  embeddings(features: Values, labels: readonly (string | number)[], options: EmbeddingsOptions = {}): string {
    const { dataGetter = null, opts } = options
    const to = this.target('embeddings', options)
    const post = (endpoint: string, body: Body): void => {
      // the client may be gone before the places are found
      if (!this.#isOver) this.draw({ endpoint, body })
    }
    const shown = new Embeddings(to, features, labels, dataGetter, opts, post)
    if (this.#transport?.listen !== undefined && this.#sends && this.#hears) {
      this.clearEventHandlers(to.win)
      this.registerEventHandler((event) => shown.heard(event), to.win)
    }
    const work = shown.show().finally(() => this.#work.delete(work))
    this.#work.add(work)
    return to.win
  }

  /**
   * Shows a model while it trains: the tree of its modules, and histograms and norms of its parameters and gradients.
   *
   * @see watch
   */
  watch(model: ModuleLike, options: WatchOptions = {}): Watch {
    return watch(this, model, options)
  }

  /** Forgets the handlers of a window. */
  clearEventHandlers(target: string): void {
    this.#handlers.delete(target)
    if (this.#handlers.size > 0) return
    this.#stopListening?.()
    this.#stopListening = null
  }

  #heard(event: VisEvent): void {
    for (const handler of this.#handlers.get(event.target) ?? []) {
      // a handler that fails must not take others or the program along
      void Promise.resolve()
        .then(() => handler(event))
        .catch((error: unknown) => {
          const message = error instanceof Error ? error.message : String(error)
          this.#reports.tell(new Error(`the handler of '${event.target}' failed: ${message}`, { cause: error }))
        })
    }
  }

  /**
   * Sends a log once more, in its order: the path of a file, or lines. What is no line of a log, such as the last one of a program that
   * was killed, is left out and told.
   *
   * @returns how many lines were sent
   * @throws VisdomError if the server does not answer
   */
  async replayLog(log: string | URL | Iterable<LogEntry | string>): Promise<number> {
    if (this.#delivery === null)
      throw new VisdomError('replayLog: there is no server: the client is offline', { endpoint: 'events' })
    let [count, bad] = [0, 0]
    const lines = typeof log === 'string' || log instanceof URL ? readLog(log) : log
    for await (const line of lines) {
      const entry = typeof line === 'string' ? parseLine(line) : line
      if (entry === null) {
        if (line !== '') bad++
        continue
      }
      const [endpoint, body] = entry
      this.#delivery.post({ endpoint, body: toJson('replayLog', body) as Body })
      // a log may be longer than what may wait
      if (++count % REPLAY_BATCH === 0) await this.#delivery.flush(FLUSH_PATIENCE)
    }
    await this.#delivery.flush(FLUSH_PATIENCE)
    if (bad > 0) this.#reports.tell(new Error(`replayLog: ${bad} lines are no [endpoint, body] and were left out`))
    return count
  }
}

const nothing = (): void => {}

const windowKey = ({ eid, win }: { [key: string]: Json | undefined }): string => `${eid}\n${win}`

function windowOf(win: string | null | undefined | WindowOptions, options: { env?: string | null }): WindowOptions {
  if (win !== null && typeof win === 'object') return win
  if (win !== null && win !== undefined && typeof win !== 'string')
    throw new TypeError(`win should be a string, but got ${describe(win)}`)
  return { win: win ?? null, env: options.env ?? null }
}

let lastId = 0n

/** An id as Python's client makes it, of the time in units of 100 ns; no two are the same. */
function newWindowId(): string {
  const now = BigInt(Date.now()) * 10_000n
  lastId = now > lastId ? now : lastId + 1n
  return `window_${lastId.toString(16)}`
}
