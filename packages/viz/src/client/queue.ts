import type { Body, Call } from './call.js'
import {
  type AppendKind,
  appendKind,
  canJoin,
  join,
  jsonEqual,
  pointsOf,
  sizeOf,
  sizeOfMore,
  thin,
} from './coalesce.js'

/** A body that waits, perhaps of many calls. */
export interface Entry {
  readonly id: number
  readonly endpoint: string
  readonly body: Body
  readonly create: Call['create']
  readonly kind: AppendKind
  /** the window, within its environment */
  readonly key: string | null
  bytes: number
  /** calls that are in it */
  calls: number
  /** no more may be added: it may have been sent */
  sent: boolean
  /** somebody waits for the answer */
  readonly answer: { resolve(text: string): void; reject(error: Error): void } | null
  /** whether it goes if the server cannot be reached: a question that is out of date by then */
  readonly isQuestion: boolean
}

export interface QueueLimits {
  readonly maxBytes: number
  readonly maxEntries: number
}

/** Memory that is left free once a limit was reached, so that not every call has to look for some. */
const ROOM = 0.75

/** Bytes after which an entry grows no more: servers take bodies up to some size. */
const MAX_ENTRY = 2 ** 22

/** Points that a waiting line keeps when memory ends. */
const LEAST_POINTS = 1024

/** What waits for a window, since something that concerns more than windows. */
interface Tail {
  readonly entries: Set<Entry>
  /** appends to different traces, by their names, that may still grow */
  run: Map<string | null, Entry>
}

/**
 * Bodies in the order of their calls. Appends become one, a window sent whole replaces what waits for it, and past its limits the queue
 * gives up detail, oldest first.
 */
export class Queue {
  readonly #entries: Map<number, Entry> = new Map()
  readonly #tails: Map<string, Tail> = new Map()
  readonly #limits: QueueLimits
  readonly #onDrop: (calls: number, points: number) => void
  #nextId = 1
  #bytes = 0
  /** calls whose bodies became part of others */
  coalesced = 0

  constructor(limits: QueueLimits, onDrop: (calls: number, points: number) => void) {
    this.#limits = limits
    this.#onDrop = onDrop
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The number of the latest entry: all that waits now has this or a lower one. */
  get lastId(): number {
    return this.#nextId - 1
  }

  get first(): Entry | undefined {
    for (const entry of this.#entries.values()) return entry
    return undefined
  }

  [Symbol.iterator](): IterableIterator<Entry> {
    return this.#entries.values()
  }

  push({ endpoint, body, create }: Call, answer: Entry['answer'] = null, isQuestion = false): void {
    const { win, eid } = body
    const key = typeof win === 'string' && isOfWindow(endpoint) ? `${eid}\n${win}` : null
    const kind = appendKind(endpoint, body)
    if (key === null) {
      // it may concern any window, and what comes later must not overtake it
      if (!endpoint.startsWith('env/')) this.#tails.clear()
    } else if (kind !== null && this.#joined(key, kind, body)) return
    const entry: Entry = {
      id: this.#nextId++,
      endpoint,
      body,
      create,
      kind,
      key,
      bytes: sizeOf(body),
      calls: 1,
      sent: false,
      answer,
      isQuestion,
    }
    if (key === null) this.#add(entry)
    else if (endpoint === 'events') this.#replace(key, entry)
    else this.#append(key, kind, entry)
    if (this.#bytes > this.#limits.maxBytes || this.#entries.size > this.#limits.maxEntries) this.#makeRoom()
  }

  /** Says that an entry is being sent, and may not change any more. */
  take(entry: Entry): void {
    entry.sent = true
    const tail = entry.key === null ? undefined : this.#tails.get(entry.key)
    if (tail === undefined) return
    tail.entries.delete(entry)
    for (const [name, growing] of tail.run) if (growing === entry) tail.run.delete(name)
    if (tail.entries.size === 0) this.#tails.delete(entry.key!)
  }

  remove(entry: Entry): void {
    if (!this.#entries.delete(entry.id)) return
    this.#bytes -= entry.bytes
    if (!entry.sent) this.take(entry)
  }

  #add(entry: Entry): void {
    this.#entries.set(entry.id, entry)
    this.#bytes += entry.bytes
  }

  #joined(key: string, kind: AppendKind, body: Body): boolean {
    const growing = this.#tails.get(key)?.run.get(nameOf(body))
    if (
      growing === undefined ||
      growing.sent ||
      growing.bytes > MAX_ENTRY ||
      growing.kind !== kind ||
      !canJoin(kind, growing.body, body)
    )
      return false
    join(kind, growing.body, body)
    const bytes = sizeOfMore(kind, body)
    growing.bytes += bytes
    growing.calls++
    this.#bytes += bytes
    this.coalesced++
    if (this.#bytes > this.#limits.maxBytes) this.#makeRoom()
    return true
  }

  #append(key: string, kind: AppendKind, entry: Entry): void {
    this.#add(entry)
    const tail = this.#tails.get(key) ?? { entries: new Set(), run: new Map() }
    this.#tails.set(key, tail)
    tail.entries.add(entry)
    const name = nameOf(entry.body)
    // appends to other traces by their names change nothing for this one, so long as their options do not differ
    if (kind !== 'traces' || ![...tail.run.values()].every((other) => areApart(other, entry))) tail.run = new Map()
    if (kind !== null) tail.run.set(name, entry)
  }

  /** Puts a whole window in the place of the first of what waits that would make it, so that windows keep their order. */
  #replace(key: string, entry: Entry): void {
    let place: Entry | undefined
    for (const other of [...(this.#tails.get(key)?.entries ?? [])]) {
      this.coalesced += other.calls
      if (place === undefined && makesWindow(other)) place = other
      else this.remove(other)
    }
    if (place !== undefined) {
      this.#bytes -= place.bytes
      entry = { ...entry, id: place.id }
    }
    // what is set again in a map keeps its place
    this.#add(entry)
    this.#tails.set(key, { entries: new Set([entry]), run: new Map() })
  }

  #makeRoom(): void {
    const bytes = this.#limits.maxBytes * ROOM
    const count = this.#limits.maxEntries * ROOM
    let [calls, points] = [0, 0]
    // first the lines are made coarser: all of them can still be seen then
    for (let isThinner = true; isThinner && this.#bytes > bytes; ) {
      isThinner = false
      for (const entry of this.#entries.values()) {
        if (this.#bytes <= bytes) break
        if (entry.sent || entry.kind !== 'traces' || pointsOf(entry.body) < 2 * LEAST_POINTS) continue
        points += thin(entry.body)
        this.#bytes -= entry.bytes
        entry.bytes = sizeOf(entry.body)
        this.#bytes += entry.bytes
        isThinner = true
      }
    }
    for (const isDetail of [true, false]) {
      for (const entry of this.#entries.values()) {
        if (this.#bytes <= bytes && this.#entries.size <= count) break
        if (entry.sent || entry.answer !== null || (entry.endpoint === 'update') !== isDetail) continue
        this.remove(entry)
        calls += entry.calls
      }
    }
    if (calls + points > 0) this.#onDrop(calls, points)
  }
}

const nameOf = ({ name }: Body): string | null => (typeof name === 'string' ? name : null)

const isOfWindow = (endpoint: string): boolean => endpoint === 'events' || endpoint === 'update'

/** Whether there is a window afterwards, though it was not there before. */
const makesWindow = ({ endpoint, create, body }: Entry): boolean =>
  endpoint === 'events' || create !== undefined || body.append === true

/** Whether two appends of a window concern different traces, so that their order does not matter. */
function areApart(a: Entry, b: Entry): boolean {
  const [first, second] = [nameOf(a.body), nameOf(b.body)]
  const { opts } = a.body
  return (
    first !== null &&
    second !== null &&
    first !== second &&
    !(opts !== null && typeof opts === 'object' && 'legend' in opts) &&
    jsonEqual(opts, b.body.opts)
  )
}
