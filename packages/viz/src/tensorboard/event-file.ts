import { encodeEvent } from './encode.js'
import type { SummaryEvent } from './event.js'
import { builtin } from './node.js'
import { frameRecord } from './records.js'

/** How an event file is written. */
export interface EventFileSettings {
  /** Records that wait in memory before they are written. */
  readonly maxQueue: number
  /** Seconds that a record waits at most; in a program that never lets the event loop turn, until the next record. */
  readonly flushSecs: number
  readonly filenameSuffix: string
}

const NEEDS = 'writing TensorBoard event files'

/** Bytes that may wait while a write is under way, in a program that never lets the event loop turn. */
const MAX_WAITING = 2 ** 20

/** Files of this process, counted: their names differ by it. */
let files = 0

/** Files whose records are not all on disk; a program that ends writes them. */
const open = new Set<EventFile>()

function writeAtExit(): void {
  for (const file of open) {
    try {
      file.flush()
    } catch (error) {
      // the others are still to be written
      console.error((error as Error).message)
    }
  }
}

/**
 * A growing event file. Records are handed to the system in the background; what has been handed over stands at a known place
 * in the file, so that {@link flush} can write it once more without waiting for the event loop.
 */
export class EventFile {
  readonly path: string
  readonly #settings: EventFileSettings
  readonly #fd: number
  /** Bytes of the file that are written. */
  #written = 0
  #writing: Uint8Array | null = null
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #timer: ReturnType<typeof setTimeout> | null = null
  #error: Error | null = null
  #isClosed = false
  #lastWrite: number = Date.now()
  /** Writes that the system has not reported yet: the file stays open for them. */
  #underWay = 0

  /** Creates a file in a folder, which is made if need be. @throws Error from the file system */
  constructor(folder: string, settings: EventFileSettings) {
    const { mkdirSync, openSync } = builtin('node:fs', NEEDS)
    mkdirSync(folder, { recursive: true })
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0')
    const host = builtin('node:os', NEEDS).hostname()
    const name = `events.out.tfevents.${seconds}.${host}.${process.pid}.${files++}${settings.filenameSuffix}`
    this.path = builtin('node:path', NEEDS).join(folder, name)
    this.#settings = settings
    this.#fd = openSync(this.path, 'w')
    if (open.size === 0) process.on('exit', writeAtExit)
    open.add(this)
    this.add({ wallTime: Date.now() / 1000, step: 0, fileVersion: 'brain.Event:2', sourceWriter: 'tsorch' })
    this.flush()
  }

  /** @throws Error if an earlier record could not be written */
  add(event: SummaryEvent): void {
    this.#throwError()
    const record = frameRecord(encodeEvent(event))
    this.#waiting.push(record)
    this.#waitingBytes += record.length
    const isDue = Date.now() - this.#lastWrite >= this.#settings.flushSecs * 1000
    // neither timers nor the ends of writes are heard of before the event loop turns
    if (isDue || (this.#waitingBytes >= MAX_WAITING && this.#writing !== null)) this.flush()
    else if (this.#waiting.length >= this.#settings.maxQueue) this.#write()
    else if (this.#timer === null && this.#writing === null) {
      this.#timer = setTimeout(() => this.#write(), this.#settings.flushSecs * 1000)
      // a program need not wait for it: what is left at its end is written then
      this.#timer.unref?.()
    }
  }

  /** Writes all records before it returns. @throws Error from the file system */
  flush(): void {
    // what could not be written waits still, and is tried again here
    this.#error = null
    const { writeSync } = builtin('node:fs', NEEDS)
    const rest = joined(this.#writing === null ? this.#waiting : [this.#writing, ...this.#waiting])
    let position = this.#written
    for (let done = 0; done < rest.length; ) {
      const count = writeSync(this.#fd, rest, done, rest.length - done, position)
      done += count
      position += count
    }
    this.#stopTimer()
    this.#waiting = []
    this.#waitingBytes = 0
    this.#written = position
    this.#lastWrite = Date.now()
    // a write under way repeats what has just been written, and no longer counts
    this.#writing = null
  }

  /** Writes all records and closes the file. */
  close(): void {
    if (this.#isClosed) return
    try {
      this.flush()
    } finally {
      this.#isClosed = true
      this.#stopTimer()
      open.delete(this)
      if (open.size === 0) process.off('exit', writeAtExit)
      if (this.#underWay === 0) builtin('node:fs', NEEDS).closeSync(this.#fd)
    }
  }

  #write(): void {
    this.#stopTimer()
    if (this.#writing !== null || this.#waiting.length === 0) return
    const bytes = joined(this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    this.#writing = bytes
    this.#lastWrite = Date.now()
    this.#writeFrom(bytes, 0, this.#written)
  }

  #writeFrom(bytes: Uint8Array, done: number, position: number): void {
    const { closeSync, write } = builtin('node:fs', NEEDS)
    this.#underWay++
    write(this.#fd, bytes, done, bytes.length - done, position + done, (error, count) => {
      this.#underWay--
      if (this.#isClosed) {
        if (this.#underWay === 0) closeSync(this.#fd)
        return
      }
      // flush() was faster
      if (this.#writing !== bytes) return
      if (error !== null) {
        this.#error = error
        this.#writing = null
        this.#waiting.unshift(bytes)
        this.#waitingBytes += bytes.length
        return
      }
      if (done + count < bytes.length) {
        this.#writeFrom(bytes, done + count, position)
        return
      }
      this.#written = position + bytes.length
      this.#writing = null
      if (this.#waiting.length > 0) this.#write()
    })
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #throwError(): void {
    if (this.#error === null) return
    const error = this.#error
    // the next record, or flush(), tries once more
    this.#error = null
    throw new Error(`${this.path}: could not be written: ${error.message}`, { cause: error })
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
