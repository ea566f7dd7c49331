/** Sockets for those who cannot open any: messages wait here until they are asked for. */
import type { ClientConnection, Hub, PageConnection } from '../hub/index.js'
import type { JsonObject, PageCommand } from '../protocol/types.js'
import { parseObject } from './body.js'
import type { Gate } from './gate.js'
import { MAX_BACKLOG, type MessageEncoder } from './outbox.js'

/** Milliseconds after which one who no longer asks is gone. */
const IDLE_MS = 15_000

interface Session {
  readonly connection: PageConnection | ClientConnection
  messages: Buffer[]
  bytes: number
  /** of them, what is sent because the page asked for an environment, however large that is */
  allowance: number
  lastAsked: number
}

/** What `POST /socket_wrap` answers. */
export type PollAnswer =
  | { readonly success: true; readonly sid?: string; readonly messages?: readonly string[] }
  | { readonly success: false; readonly reason: string }

/** The sessions of pages or of clients. */
export class PollSessions {
  readonly #sessions = new Map<string, Session>()
  readonly #gate: Gate
  readonly #encoder: MessageEncoder
  readonly #connect: (send: (message: object) => void) => PageConnection | ClientConnection

  private constructor(
    gate: Gate,
    encoder: MessageEncoder,
    connect: (send: (message: object) => void) => PageConnection | ClientConnection,
  ) {
    this.#gate = gate
    this.#encoder = encoder
    this.#connect = connect
  }

  static ofPages(hub: Hub, gate: Gate, encoder: MessageEncoder, readonly: boolean): PollSessions {
    return new PollSessions(gate, encoder, (send) => hub.connectPage(send, { readonly }))
  }

  static ofClients(hub: Hub, gate: Gate, encoder: MessageEncoder, readonly: boolean): PollSessions {
    return new PollSessions(gate, encoder, (send) => hub.connectClient(send, { readonly }))
  }

  get size(): number {
    return this.#sessions.size
  }

  /** Begins a session. */
  open(): PollAnswer {
    const early: object[] = []
    let session: Session | undefined
    const connection = this.#connect((message) => {
      if (session === undefined) early.push(message)
      else this.#keep(session, message)
    })
    session = { connection, messages: [], bytes: 0, allowance: 0, lastAsked: Date.now() }
    this.#sessions.set(connection.sid, session)
    for (const message of early) this.#keep(session, message)
    return { success: true, sid: connection.sid }
  }

  /** @throws Refusal for a message that is no JSON */
  answer(body: JsonObject): PollAnswer {
    const { message_type: type, sid, message } = body
    const session = typeof sid === 'string' ? this.#sessions.get(sid) : undefined
    if (session === undefined) return { success: false, reason: 'closed' }
    session.lastAsked = Date.now()
    if (type === 'query') return { success: true, messages: take(session) }
    if (type !== 'send') return { success: false, reason: 'invalid' }
    if (message === undefined || message === null) return { success: false, reason: 'no msg' }
    const command = typeof message === 'string' ? parseObject(message) : (message as JsonObject)
    if (this.#gate.allows(command)) session.connection.receive(command as unknown as PageCommand)
    return { success: true }
  }

  /** Lets `act` send a session whatever it has to, however large that is. */
  sendWhole(sid: string, act: () => void): void {
    const session = this.#sessions.get(sid)
    if (session === undefined) {
      act()
      return
    }
    if (session.bytes > MAX_BACKLOG) {
      this.#close(sid, session)
      return
    }
    const before = session.bytes
    session.allowance = Number.POSITIVE_INFINITY
    try {
      act()
    } finally {
      session.allowance = Math.max(0, session.bytes - before)
    }
  }

  /** Ends sessions that nobody asks for. */
  sweep(now: number): void {
    for (const [sid, session] of this.#sessions) if (now - session.lastAsked > IDLE_MS) this.#close(sid, session)
  }

  close(): void {
    for (const [sid, session] of this.#sessions) this.#close(sid, session)
  }

  #keep(session: Session, message: object): void {
    if (session.bytes > MAX_BACKLOG + session.allowance) {
      this.#close(session.connection.sid, session)
      return
    }
    const bytes = this.#encoder.encode(message)
    session.messages.push(bytes)
    session.bytes += bytes.length
  }

  #close(sid: string, session: Session): void {
    if (!this.#sessions.delete(sid)) return
    session.messages = []
    session.connection.close()
  }
}

/** The oldest messages, as many as an answer should hold. */
function take(session: Session): string[] {
  let count = 0
  let bytes = 0
  while (count < session.messages.length && (count === 0 || bytes + session.messages[count]!.length <= MAX_BACKLOG))
    bytes += session.messages[count++]!.length
  const taken = session.messages.splice(0, count)
  session.bytes -= bytes
  session.allowance = Math.max(0, Math.min(session.allowance, session.bytes))
  return taken.map((message) => message.toString('utf8'))
}
