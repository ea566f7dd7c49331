import { type Transport, TransportError } from '../protocol/transport.js'
import type { JsonObject } from '../protocol/types.js'
import { atExit, type Exiting, held } from './at-exit.js'
import type { Body, Call } from './call.js'
import { type Reports, VisdomError } from './errors.js'
import { type Entry, Queue, type QueueLimits } from './queue.js'

export interface DeliverySettings extends QueueLimits {
  /** milliseconds between two rounds of deliveries, in which appends gather */
  readonly interval: number
  /** milliseconds that the end of the program waits for a server that does not answer */
  readonly exitGrace: number
  /** where it goes, for messages */
  readonly to: string
  /** whether what is lost here is in a log */
  readonly isLogged: boolean
}

/** Counts of what became of calls. */
export interface DeliveryStats {
  /** bodies that the server has taken */
  readonly sent: number
  /** calls whose bodies became part of another, or were replaced by a later one, before they were sent */
  readonly coalesced: number
  /** calls that were given up, because too much waited */
  readonly dropped: number
  /** points of lines that were left out, because too much waited */
  readonly thinned: number
  /** bodies that the server has refused */
  readonly refused: number
  /** bodies that wait, and the memory that they take, roughly, in bytes */
  readonly waiting: number
  readonly waitingBytes: number
  /** requests that were made, with questions whether a window exists */
  readonly requests: number
}

/** milliseconds in which nobody asks again whether a window is there */
const KNOWN_FOR = 1000
const MAX_KNOWN = 10_000
const FIRST_RETRY = 100
const LONGEST_RETRY = 5000
/** the end of the program waits no longer than so many times `exitGrace`, however often a slow server answers */
const EXIT_ROUNDS = 10

interface Flush {
  /** up to which entry */
  readonly lastId: number
  /** milliseconds without an answer */
  readonly patience: number
  /** when patience is over */
  deadline: number
  resolve(): void
  reject(error: Error): void
}

/** Brings bodies to a transport, in their order and in the background. Nothing here blocks or throws at the caller. */
export class Delivery implements Exiting {
  readonly #transport: Transport
  readonly #settings: DeliverySettings
  readonly #reports: Reports
  readonly #queue: Queue
  #isRunning = false
  #isClosed = false
  #timer: ReturnType<typeof setTimeout> | null = null
  #flushTimer: ReturnType<typeof setTimeout> | null = null
  #flushes: Flush[] = []
  /** until when windows count as there, by environment and id */
  readonly #known: Map<string, number> = new Map()
  /** tries in a row without an answer */
  #failures = 0
  #lastFailure: Error | null = null
  #sent = 0
  #dropped = 0
  #thinned = 0
  #requests = 0

  constructor(transport: Transport, settings: DeliverySettings, reports: Reports) {
    this.#transport = transport
    this.#settings = settings
    this.#reports = reports
    this.#queue = new Queue(settings, (calls, points) => this.#toldDropped(calls, points))
  }

  get stats(): DeliveryStats {
    return {
      sent: this.#sent,
      coalesced: this.#queue.coalesced,
      dropped: this.#dropped,
      thinned: this.#thinned,
      refused: this.#reports.count,
      waiting: this.#queue.size,
      waitingBytes: this.#queue.bytes,
      requests: this.#requests,
    }
  }

  post(call: Call): void {
    this.#checkOpen()
    this.#queue.push(call)
    atExit.add(this)
    this.#wake(false)
  }

  /**
   * Posts in its turn, and gives the answer.
   *
   * @param isQuestion whether it is given up when the server cannot be reached; all others wait
   */
  ask(endpoint: string, body: Body, isQuestion: boolean): Promise<string> {
    this.#checkOpen()
    const answer = new Promise<string>((resolve, reject) => {
      this.#queue.push({ endpoint, body }, { resolve, reject }, isQuestion)
    })
    // nobody need wait for the answer; who does hears of errors all the same
    answer.catch(() => {})
    atExit.add(this)
    this.#wake(true)
    // a question is answered, or given up when nobody can be reached
    return isQuestion ? held(answer) : answer
  }

  /** Waits until all that was posted has arrived. @throws VisdomError if `patience` milliseconds pass without an answer */
  flush(patience: number): Promise<void> {
    if (this.#queue.size === 0 && !this.#isRunning) return Promise.resolve()
    const flushed = new Promise<void>((resolve, reject) => {
      const deadline = Date.now() + patience
      this.#flushes.push({ lastId: this.#queue.lastId, patience, deadline, resolve, reject })
    })
    this.#watchFlushes()
    this.#wake(true)
    return flushed
  }

  /** Delivers what waits, if it goes, and ends. @returns whether all has arrived */
  async close(): Promise<boolean> {
    const isWhole = await this.flush(this.#settings.exitGrace).then(
      () => true,
      () => false,
    )
    this.#giveUp()
    return isWhole
  }

  drainAtExit(): Promise<void> | null {
    return this.#hasWork() ? this.#drain() : null
  }

  async #drain(): Promise<void> {
    const { exitGrace } = this.#settings
    const end = Date.now() + exitGrace * EXIT_ROUNDS
    while (this.#hasWork() && Date.now() < end) {
      const isWhole = await this.flush(exitGrace).then(
        () => true,
        () => false,
      )
      if (!isWhole) break
    }
    if (this.#hasWork()) this.#giveUp()
  }

  /** The last words of a program that ends without waiting. */
  exit(): void {
    if (this.#hasWork()) this.#giveUp()
  }

  /** Whether more waits than the environment's name, which is sent with the first plot. */
  #hasWork(): boolean {
    for (const { endpoint } of this.#queue) if (!endpoint.startsWith('env/')) return true
    return false
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Error('Visdom: the client has been disconnected')
  }

  #giveUp(): void {
    if (this.#hasWork()) {
      let calls = 0
      for (const entry of this.#queue) calls += entry.calls
      const { to, isLogged } = this.#settings
      const fate = isLogged ? 'they are in the log' : 'they are lost'
      this.#reports.tell(
        new VisdomError(`${calls} calls could not be delivered to ${to}: ${fate}${this.#why()}`, {
          endpoint: 'events',
        }),
      )
    }
    this.#isClosed = true
    this.#stopTimer()
    this.#stopFlushTimer()
    for (const flush of this.#flushes) flush.reject(this.#undelivered())
    this.#flushes = []
    for (const entry of [...this.#queue]) {
      entry.answer?.reject(this.#unreachable(entry))
      this.#queue.remove(entry)
    }
    atExit.delete(this)
    this.#transport.close?.()
  }

  #undelivered(): VisdomError {
    const message = `${this.#queue.size} bodies still wait for ${this.#settings.to}, which does not answer${this.#why()}`
    return new VisdomError(message, { endpoint: 'events' }, { cause: this.#lastFailure })
  }

  #why(): string {
    return this.#lastFailure === null ? '' : ` (${this.#lastFailure.message})`
  }

  #toldDropped(calls: number, points: number): void {
    this.#dropped += calls
    this.#thinned += points
    const { to, isLogged } = this.#settings
    const fate = isLogged ? 'it is in the log' : 'a log would keep it (logToFilename)'
    this.#reports.tell(new Error(`too much waits for ${to}, and the oldest detail is left out: ${fate}`))
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #wake(isUrgent: boolean): void {
    if (this.#isRunning || this.#isClosed) return
    if (this.#timer !== null) {
      if (!isUrgent) return
      this.#stopTimer()
    }
    this.#runIn(0)
  }

  #runIn(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#isRunning = true
      void this.#round().then((wait) => {
        this.#isRunning = false
        if (this.#isClosed) return
        if (wait !== null) this.#runIn(wait)
        else if (this.#queue.size > 0) this.#runIn(0)
      })
    }, milliseconds)
    // the end of the program is heard of by itself, and delivers what is left
    this.#timer.unref?.()
  }

  /** Delivers what waits now. @returns milliseconds until the next round; null if nothing is left */
  async #round(): Promise<number | null> {
    let lastId = this.#queue.lastId
    for (let entry = this.#queue.first; entry !== undefined && !this.#isClosed; entry = this.#queue.first) {
      if (entry.id > lastId) {
        if (!this.#isUrgent()) return this.#settings.interval
        lastId = this.#queue.lastId
      }
      if (!(await this.#deliver(entry))) return this.#retryDelay()
      this.#endFlushes()
    }
    this.#endFlushes()
    if (this.#queue.size === 0) atExit.delete(this)
    return null
  }

  #isUrgent(): boolean {
    if (this.#flushes.length > 0) return true
    for (const { answer } of this.#queue) if (answer !== null) return true
    return false
  }

  /** @returns false if nobody could be reached */
  async #deliver(entry: Entry): Promise<boolean> {
    this.#queue.take(entry)
    const { body, answer } = entry
    let endpoint = entry.endpoint
    try {
      let sent: JsonObject = body
      if (entry.create !== undefined && !(await this.#exists(entry))) {
        endpoint = 'events'
        sent = entry.create(body)
      }
      const text = await this.#post(endpoint, sent)
      if (entry.key === null) this.#known.clear()
      else if (endpoint === 'events') this.#know(entry.key)
      this.#sent++
      this.#queue.remove(entry)
      answer?.resolve(text)
      // an update is answered with its window, or with what is wrong with it
      if (endpoint === 'update' && text !== '' && text !== body.win) this.#refuse(entry, endpoint, text, 200)
    } catch (error) {
      if (!(error instanceof TransportError) || !mayPass(error.status)) {
        this.#queue.remove(entry)
        const status = error instanceof TransportError ? error.status : undefined
        this.#refuse(entry, endpoint, error instanceof Error ? error.message : String(error), status, error)
        return true
      }
      this.#fail(error)
      return false
    }
    return true
  }

  /** Whether a window is there. It counts as there for a second after it was: users rarely close a window that is drawn in. */
  async #exists({ key, body: { win, eid } }: Entry): Promise<boolean> {
    if (key !== null && (this.#known.get(key) ?? 0) > Date.now()) return true
    const isThere = (await this.#post('win_exists', { win, eid })) !== 'false'
    if (isThere && key !== null) this.#know(key)
    return isThere
  }

  #know(key: string): void {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear()
    this.#known.set(key, Date.now() + KNOWN_FOR)
  }

  async #post(endpoint: string, body: JsonObject): Promise<string> {
    this.#requests++
    const text = await this.#transport.post(endpoint, body)
    if (this.#failures > 0) this.#reports.tell(new Error(`${this.#settings.to} can be reached again`))
    this.#failures = 0
    this.#lastFailure = null
    const now = Date.now()
    for (const flush of this.#flushes) flush.deadline = now + flush.patience
    return text
  }

  #refuse(entry: Entry, endpoint: string, message: string, status?: number, cause?: unknown): void {
    const { win, eid } = entry.body
    const of = typeof win === 'string' ? ` of window '${win}'` : ''
    const error = new VisdomError(`${endpoint}${of}: ${message}`, { endpoint, win, env: eid, status }, { cause })
    if (entry.answer === null) this.#reports.refused(error)
    else entry.answer.reject(error)
  }

  #fail(error: Error): void {
    // it may be another server that is there next
    this.#known.clear()
    this.#lastFailure = error
    if (this.#failures++ === 0)
      this.#reports.tell(new Error(`${this.#settings.to} cannot be reached, plots wait until it can: ${error.message}`))
    for (const entry of [...this.#queue]) {
      if (!entry.isQuestion) continue
      this.#queue.remove(entry)
      entry.answer?.reject(this.#unreachable(entry))
    }
    this.#endFlushes()
  }

  #unreachable({ endpoint, body }: Entry): VisdomError {
    return new VisdomError(`${endpoint}: ${this.#settings.to} cannot be reached${this.#why()}`, {
      endpoint,
      win: body.win,
      env: body.eid,
    })
  }

  #retryDelay(): number {
    return Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** (this.#failures - 1))
  }

  /** Ends flushes whose bodies have arrived, and those that have waited too long. */
  #endFlushes(): void {
    const first = this.#queue.first?.id ?? Number.POSITIVE_INFINITY
    const now = Date.now()
    const left: Flush[] = []
    for (const flush of this.#flushes) {
      if (first > flush.lastId) flush.resolve()
      else if (now < flush.deadline) left.push(flush)
      else flush.reject(this.#undelivered())
    }
    this.#flushes = left
    if (left.length === 0) this.#stopFlushTimer()
  }

  #stopFlushTimer(): void {
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer)
    this.#flushTimer = null
  }

  #watchFlushes(): void {
    this.#stopFlushTimer()
    this.#endFlushes()
    if (this.#flushes.length === 0) return
    const wait = Math.min(...this.#flushes.map(({ deadline }) => deadline)) - Date.now()
    // this timer keeps the program alive: somebody waits
    this.#flushTimer = setTimeout(() => this.#watchFlushes(), Math.max(1, wait))
  }
}

/** Whether another try may succeed: nobody answered, or somebody on the way. */
function mayPass(status: number | undefined): boolean {
  return status === undefined || status === 429 || status === 502 || status === 503 || status === 504
}
