/** A socket made of requests, for where proxies let no WebSocket through. */
import type { PageSocket } from './websocket.js'

/** Milliseconds between two questions. */
const INTERVAL = 500

interface Answer {
  readonly success: boolean
  readonly sid?: string
  readonly messages?: readonly string[]
}

export class PollingSocket implements PageSocket {
  onopen: (() => void) | null = null
  onmessage: ((text: string) => void) | null = null
  onclose: (() => void) | null = null
  readonly #url: URL
  #sid = ''
  #closed = false
  #timer: ReturnType<typeof setTimeout> | undefined
  /** what is sent one after the other, so that it arrives in order */
  #sending: Promise<unknown> = Promise.resolve()

  constructor(root: URL) {
    this.#url = new URL('socket_wrap', root)
    this.#open().catch(() => this.#end())
  }

  send(text: string): void {
    this.#sending = this.#sending
      .then(() => this.#ask({ message_type: 'send', sid: this.#sid, message: text }))
      .catch(() => this.#end())
  }

  close(): void {
    this.#end()
  }

  async #open(): Promise<void> {
    const { sid } = await this.#read(await fetch(this.#url))
    if (sid === undefined) throw new Error('the server gave no id')
    this.#sid = sid
    if (this.#closed) return
    this.onopen?.()
    await this.#poll()
  }

  async #poll(): Promise<void> {
    const { messages = [] } = await this.#ask({ message_type: 'query', sid: this.#sid })
    for (const message of messages) if (!this.#closed) this.onmessage?.(message)
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      this.#poll().catch(() => this.#end())
    }, INTERVAL)
  }

  async #ask(body: Record<string, string>): Promise<Answer> {
    return this.#read(
      await fetch(this.#url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    )
  }

  async #read(response: Response): Promise<Answer> {
    const answer = (await response.json()) as Answer
    if (!response.ok || !answer.success) throw new Error('the server has closed the connection')
    return answer
  }

  #end(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    this.onclose?.()
  }
}
