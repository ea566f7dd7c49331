import { open } from 'node:fs/promises'
import { maskedCrc32c } from '../../tensorboard/crc32c.js'
import { decodeEvent } from '../../tensorboard/decode.js'
import type { SummaryEvent } from '../../tensorboard/event.js'

/** Bytes of an event file that are read at once. */
const CHUNK = 2 ** 18

/** Bytes that a record has at most. */
const MAX_RECORD = 2 ** 29

const HEADER = 12
const FOOTER = 4

/** Reads an event file on from where it was left: records that are not whole yet are read the next time. */
export class EventFollower {
  readonly path: string
  /** of the first record that is not read */
  #offset = 0
  #damage: string | null = null

  constructor(path: string) {
    this.path = path
  }

  /** Why the file is not read on, or `null`. */
  get damage(): string | null {
    return this.#damage
  }

  /** Whether the file is another than before, since it is shorter. */
  isAnother(size: number): boolean {
    return size < this.#offset
  }

  /** Begins again. */
  rewind(): void {
    this.#offset = 0
    this.#damage = null
  }

  /**
   * Gives the events that have come since the last time, some at a time.
   *
   * @param size of the file now
   * @throws Error from the file system
   */
  async *read(size: number): AsyncGenerator<readonly SummaryEvent[], void> {
    if (this.#damage !== null || size - this.#offset < HEADER + FOOTER) return
    const file = await open(this.path, 'r')
    try {
      let wanted = CHUNK
      while (this.#damage === null) {
        const bytes = Buffer.allocUnsafe(wanted)
        const { bytesRead } = await file.read(bytes, 0, wanted, this.#offset)
        const events: SummaryEvent[] = []
        const needed = this.#decode(bytes.subarray(0, bytesRead), events)
        if (events.length > 0) yield events
        // a record may be longer than what was read
        if (bytesRead < wanted || bytesRead === 0) return
        wanted = Math.max(CHUNK, needed)
      }
    } finally {
      await file.close()
    }
  }

  /** @returns bytes of the first record that is not whole */
  #decode(bytes: Buffer, events: SummaryEvent[]): number {
    let at = 0
    while (bytes.length - at >= HEADER) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at)
      if (view.getUint32(8, true) !== maskedCrc32c(bytes.subarray(at, at + 8))) return this.#stop('length')
      const length = Number(view.getBigUint64(0, true))
      if (length > MAX_RECORD) return this.#stop('length')
      const whole = HEADER + length + FOOTER
      if (bytes.length - at < whole) return whole
      const data = bytes.subarray(at + HEADER, at + HEADER + length)
      if (view.getUint32(HEADER + length, true) !== maskedCrc32c(data)) return this.#stop('data')
      try {
        events.push(decodeEvent(data))
      } catch (error) {
        this.#damage = `${this.path}: the record at byte ${this.#offset} is no event: ${(error as Error).message}`
        return 0
      }
      at += whole
      this.#offset += whole
    }
    return 0
  }

  #stop(what: string): number {
    this.#damage = `${this.path}: the record at byte ${this.#offset} is damaged: the checksum of its ${what} is wrong`
    return 0
  }
}
