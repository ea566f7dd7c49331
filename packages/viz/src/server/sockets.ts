import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Hub } from '../hub/index.js'
import type { JsonObject, PageCommand } from '../protocol/types.js'
import { parseObject } from './body.js'
import type { Gate } from './gate.js'
import { type MessageEncoder, SocketOutbox } from './outbox.js'

/** Bytes of a message from a page or client. */
const MAX_MESSAGE = 2 ** 24

/** Milliseconds between questions whether who is connected is still there. */
const PING_MS = 20_000

interface Connected {
  readonly socket: WebSocket
  readonly outbox: SocketOutbox
  isAlive: boolean
}

/** The sockets of pages and clients. */
export class Sockets {
  readonly #hub: Hub
  readonly #gate: Gate
  readonly #pageEncoder: MessageEncoder
  readonly #clientEncoder: MessageEncoder
  readonly #isReadonly: boolean
  readonly #server: WebSocketServer
  readonly #connected = new Set<Connected>()
  /** of pages, by the ids that the hub gave them */
  readonly #outboxes = new Map<string, SocketOutbox>()
  #lastPing: number = Date.now()

  constructor(hub: Hub, gate: Gate, pageEncoder: MessageEncoder, clientEncoder: MessageEncoder, isReadonly: boolean) {
    this.#hub = hub
    this.#gate = gate
    this.#pageEncoder = pageEncoder
    this.#clientEncoder = clientEncoder
    this.#isReadonly = isReadonly
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE,
    })
  }

  get size(): number {
    return this.#connected.size
  }

  /** Takes over a request that was checked. */
  accept(kind: 'page' | 'client', request: IncomingMessage, stream: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, stream, head, (socket) => {
      const connected = { socket, outbox: new SocketOutbox(socket), isAlive: true }
      this.#connected.add(connected)
      socket.on('pong', () => {
        connected.isAlive = true
      })
      // the socket closes after an error, such as a message that is no text or too large
      socket.on('error', () => {})
      socket.on('close', () => this.#connected.delete(connected))
      if (kind === 'page') this.#addPage(connected)
      else this.#addClient(connected)
    })
  }

  #addPage({ socket, outbox }: Connected): void {
    const connection = this.#hub.connectPage((message) => outbox.send(this.#pageEncoder.encode(message)), {
      readonly: this.#isReadonly,
    })
    this.#outboxes.set(connection.sid, outbox)
    socket.on('close', () => {
      this.#outboxes.delete(connection.sid)
      connection.close()
    })
    this.#listen(socket, connection)
  }

  #addClient({ socket, outbox }: Connected): void {
    const connection = this.#hub.connectClient((message) => outbox.send(this.#clientEncoder.encode(message)), {
      readonly: this.#isReadonly,
    })
    socket.on('close', () => connection.close())
    this.#listen(socket, connection)
  }

  /** Hears commands; what is none is passed over. */
  #listen(socket: WebSocket, connection: { receive(command: PageCommand): void }): void {
    socket.on('message', (data, isBinary) => {
      if (isBinary) return
      let command: JsonObject
      try {
        command = parseObject(String(data))
      } catch {
        return
      }
      if (this.#gate.allows(command)) connection.receive(command as unknown as PageCommand)
    })
  }

  /** Lets `act` send a page whatever it has to, however large that is. */
  sendWhole(sid: string, act: () => void): void {
    const outbox = this.#outboxes.get(sid)
    if (outbox === undefined) act()
    else outbox.sendWhole(act)
  }

  /** Closes what no longer answers or takes anything. Called now and then. */
  sweep(now: number): void {
    const isPing = now - this.#lastPing >= PING_MS
    if (isPing) this.#lastPing = now
    for (const connected of this.#connected) {
      connected.outbox.checkStalled(now)
      if (!isPing) continue
      if (!connected.isAlive) connected.socket.terminate()
      connected.isAlive = false
      connected.socket.ping()
    }
  }

  /** Tells all that the server goes. */
  close(): void {
    for (const { socket } of this.#connected) {
      socket.close(1001)
      setTimeout(() => socket.terminate(), 500).unref()
    }
    this.#server.close()
  }
}
