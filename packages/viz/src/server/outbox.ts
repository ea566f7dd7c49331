/** What waits to be sent to a page or client. */
import type { WebSocket } from 'ws'
import { pageJson, pythonJson } from '../protocol/json.js'

/** Makes messages into bytes. The hub gives the same object for a message to many: it is encoded once, and its bytes are shared. */
export class MessageEncoder {
  readonly #write: (message: unknown) => string
  #message: unknown = null
  #bytes: Buffer = Buffer.alloc(0)

  private constructor(write: (message: unknown) => string) {
    this.#write = write
  }

  static forPages(): MessageEncoder {
    return new MessageEncoder(pageJson)
  }

  static forClients(): MessageEncoder {
    return new MessageEncoder(pythonJson)
  }

  encode(message: object): Buffer {
    if (message !== this.#message) {
      this.#bytes = Buffer.from(this.#write(message))
      this.#message = message
    }
    return this.#bytes
  }
}

/** Live messages that may wait, in bytes: some seconds of a fast training. */
export const MAX_BACKLOG: number = 2 ** 25

/** Bytes that the system is given at once. */
const AT_ONCE = 2 ** 20

/** Bytes of a frame: a large message goes in several, so that it is known how far it has come. */
const FRAME = 2 ** 18

/** Milliseconds in which a socket has to take something. */
const STALL_MS = 30_000

/** Sends to a socket as fast as it takes it. One that takes too little is closed, and starts anew when it connects again. */
export class SocketOutbox {
  readonly #socket: WebSocket
  readonly #queue: Buffer[] = []
  /** messages in the queue that are through, and bytes of the next one that are */
  #first = 0
  #sent = 0
  /** bytes that wait or are on their way */
  #bytes = 0
  /** of them, what is sent because the page asked for an environment, however large that is */
  #allowance = 0
  #underWay = 0
  #lastProgress: number = Date.now()

  constructor(socket: WebSocket) {
    this.#socket = socket
  }

  send(bytes: Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    // a single message may be as large as it is
    if (this.#bytes > MAX_BACKLOG + this.#allowance) {
      this.drop()
      return
    }
    if (this.#bytes === 0) this.#lastProgress = Date.now()
    this.#bytes += bytes.length
    this.#queue.push(bytes)
    this.#pump()
  }

  /**
   * Lets `act` send whatever it has to. One who asks again before the first answer is through has to wait for it.
   *
   * @returns false if it had to be closed
   */
  sendWhole(act: () => void): boolean {
    if (this.#bytes > MAX_BACKLOG) {
      this.drop()
      return false
    }
    this.#allowance = Number.POSITIVE_INFINITY
    const before = this.#bytes
    try {
      act()
    } finally {
      this.#allowance = Math.max(0, this.#bytes - before)
    }
    return true
  }

  /** Closes a socket that has taken nothing for too long. */
  checkStalled(now: number): void {
    if (this.#bytes > 0 && now - this.#lastProgress > STALL_MS) this.drop()
  }

  drop(): void {
    this.#clear()
    this.#socket.terminate()
  }

  #clear(): void {
    this.#queue.length = 0
    this.#first = 0
    this.#sent = 0
  }

  #pump(): void {
    while (this.#first < this.#queue.length && this.#underWay < AT_ONCE) {
      const bytes = this.#queue[this.#first]!
      const frame = bytes.subarray(this.#sent, this.#sent + FRAME)
      this.#sent += frame.length
      const isLast = this.#sent === bytes.length
      this.#underWay += frame.length
      this.#socket.send(frame, { binary: false, fin: isLast }, () => this.#arrived(frame.length))
      if (isLast) this.#next()
    }
  }

  #next(): void {
    this.#sent = 0
    this.#first++
    // taking one after the other off a long list would cost its length each time
    if (this.#first === this.#queue.length) this.#clear()
    else if (this.#first > 1000 && this.#first > this.#queue.length / 2) {
      this.#queue.splice(0, this.#first)
      this.#first = 0
    }
  }

  #arrived(bytes: number): void {
    this.#underWay -= bytes
    this.#bytes -= bytes
    this.#allowance = Math.max(0, Math.min(this.#allowance, this.#bytes))
    this.#lastProgress = Date.now()
    this.#pump()
  }
}
