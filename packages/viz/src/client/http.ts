/** Posts over HTTP: by Node's own client, whose sockets do not keep a program alive, or by `fetch`. */
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { TransportError } from '../protocol/transport.js'
import { builtin } from '../tensorboard/node.js'

export interface HttpAnswer {
  readonly status: number
  readonly text: string
  /** `name=value; name=value` of the cookies that were set */
  readonly cookies: string
}

export interface HttpPost {
  (path: string, body: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer>
}

/** milliseconds until a connection counts as failed */
const CONNECT_TIMEOUT = 3000

/** @param timeout milliseconds until an answer is no longer waited for */
export function httpPost(base: URL, timeout: number): HttpPost & { close?(): void } {
  const isNode =
    typeof (globalThis as { process?: { getBuiltinModule?: unknown } }).process?.getBuiltinModule === 'function'
  return isNode ? nodePost(base, timeout) : fetchPost(base, timeout)
}

function nodePost(base: URL, timeout: number): HttpPost & { close(): void } {
  const { request, Agent } =
    base.protocol === 'https:' ? builtin('node:https', 'Visdom') : builtin('node:http', 'Visdom')
  const agent = new Agent({ keepAlive: true, maxSockets: 2, timeout })
  const post: HttpPost = (path, body, headers) =>
    new Promise((resolve, reject) => {
      const bytes = new TextEncoder().encode(body)
      const options: RequestOptions = {
        method: 'POST',
        agent,
        headers: { ...headers, 'Content-Length': bytes.length },
      }
      const sent: ClientRequest = request(new URL(path, base), options, (answer) => {
        readAnswer(answer).then(resolve, fail)
      })
      const fail = (error: Error): void => reject(new TransportError(messageOf(error), undefined, { cause: error }))
      let timer: ReturnType<typeof setTimeout> | undefined
      const within = (milliseconds: number, what: string): void => {
        clearTimeout(timer)
        timer = setTimeout(() => sent.destroy(new Error(what)), milliseconds)
        timer.unref()
      }
      within(Math.min(CONNECT_TIMEOUT, timeout), 'no connection')
      sent.on('socket', (socket) => {
        // a server that is slow or silent must not keep the program alive: its end waits as long as it is told to
        socket.unref()
        const answerTimer = (): void => within(timeout, `no answer for ${timeout / 1000} s`)
        if (socket.connecting) socket.once('connect', answerTimer)
        else answerTimer()
      })
      sent.on('error', fail)
      sent.on('close', () => clearTimeout(timer))
      sent.end(bytes)
    })
  return Object.assign(post, { close: () => agent.destroy() })
}

async function readAnswer(answer: IncomingMessage): Promise<HttpAnswer> {
  const parts: Uint8Array[] = []
  for await (const part of answer) parts.push(part as Uint8Array)
  const cookies = (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';', 1)[0]!).join('; ')
  return { status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8'), cookies }
}

function fetchPost(base: URL, timeout: number): HttpPost {
  return async (path, body, headers) => {
    try {
      const answer = await fetch(new URL(path, base), {
        method: 'POST',
        body,
        headers,
        // a page holds the cookies by itself
        credentials: 'include',
        signal: AbortSignal.timeout(timeout),
      })
      return { status: answer.status, text: await answer.text(), cookies: '' }
    } catch (error) {
      throw new TransportError(messageOf(error as Error), undefined, { cause: error })
    }
  }
}

/** What went wrong; a refused connection to several addresses has its reason inside. */
function messageOf(error: Error & { code?: string; errors?: readonly Error[] }): string {
  return error.message || error.errors?.[0]?.message || error.code || error.name
}
