/** Files that grow by whole lines. */
import { builtin, pathOf } from '../tensorboard/node.js'
import { atExit, type Exiting } from './at-exit.js'

/** Milliseconds that a line waits at most; in a program that never lets the event loop turn, until the next line. */
const DELAY = 100
/** characters that wait at most, before they are written at once */
const MAX_WAITING = 1 << 18
/** characters that are kept for a disk that is full */
const MAX_KEPT = 1 << 26

const NEEDS = 'writing a file'

/**
 * Appends lines to a file, whole ones only, in the background: 100 milliseconds later at most, and at the end of the program. A disk that is
 * full is told once, and tried again.
 */
export class LineFile implements Exiting {
  readonly path: string
  readonly #onError: (error: Error) => void
  readonly #fd: number
  #waiting: string[] = []
  #length = 0
  #timer: ReturnType<typeof setTimeout> | null = null
  #lastWrite: number = Date.now()
  #hasFailed = false
  /** the file ends within a line, of a program that was killed */
  #needsEnd: boolean
  #isClosed = false
  /** lines that were given up, since the disk stayed full */
  lost = 0

  /** @throws Error from the file system, if the file cannot be opened for appending */
  constructor(path: string | URL, onError: (error: Error) => void) {
    this.path = pathOf(path)
    this.#onError = onError
    const { mkdirSync, openSync } = builtin('node:fs', NEEDS)
    mkdirSync(builtin('node:path', NEEDS).dirname(this.path), { recursive: true })
    this.#fd = openSync(this.path, 'a')
    this.#needsEnd = this.#isTorn()
  }

  /** @param text - a line, without its end */
  write(text: string): void {
    if (this.#isClosed) return
    const line = `${text}\n`
    if (this.#hasFailed && this.#length + line.length > MAX_KEPT) {
      this.lost++
      return
    }
    this.#waiting.push(line)
    this.#length += line.length
    atExit.add(this)
    const isDue = this.#length > MAX_WAITING || Date.now() - this.#lastWrite > 10 * DELAY
    if (isDue && !this.#hasFailed) this.flush()
    else if (this.#timer === null) {
      this.#timer = setTimeout(() => this.flush(), this.#hasFailed ? 10 * DELAY : DELAY)
      this.#timer.unref?.()
    }
  }

  /** Writes what waits, and does not return before. Tells of errors, and keeps what could not be written. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#waiting.length === 0 || this.#isClosed) return
    this.#lastWrite = Date.now()
    const { fstatSync, ftruncateSync, writeSync } = builtin('node:fs', NEEDS)
    const bytes = new TextEncoder().encode((this.#needsEnd ? '\n' : '') + this.#waiting.join(''))
    const before = fstatSync(this.#fd).size
    let done = 0
    try {
      while (done < bytes.length) done += writeSync(this.#fd, bytes, done)
      this.#waiting = []
      this.#length = 0
      this.#hasFailed = false
      this.#needsEnd = false
      atExit.delete(this)
    } catch (error) {
      // what stands there of a line is taken back, unless others have written to the file, too
      if (done > 0 && fstatSync(this.#fd).size === before + done) ftruncateSync(this.#fd, before)
      else if (done > 0) this.#needsEnd = true
      if (!this.#hasFailed)
        this.#onError(
          new Error(`${this.path}: could not be written, and is tried again: ${(error as Error).message}`, {
            cause: error,
          }),
        )
      this.#hasFailed = true
      this.#timer = setTimeout(() => this.flush(), 10 * DELAY)
      this.#timer.unref?.()
    }
  }

  exit(): void {
    this.flush()
    const lost = this.lost + this.#waiting.length
    if (lost > 0) this.#onError(new Error(`${this.path}: ${lost} lines could not be written, and are lost`))
  }

  close(): void {
    if (this.#isClosed) return
    this.exit()
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    atExit.delete(this)
    builtin('node:fs', NEEDS).closeSync(this.#fd)
  }

  #isTorn(): boolean {
    const { closeSync, fstatSync, openSync, readSync } = builtin('node:fs', NEEDS)
    const { size } = fstatSync(this.#fd)
    // a pipe has no size
    if (size === 0) return false
    const last = new Uint8Array(1)
    const fd = openSync(this.path, 'r')
    try {
      readSync(fd, last, 0, 1, size - 1)
    } finally {
      closeSync(fd)
    }
    return last[0] !== 0x0a
  }
}
