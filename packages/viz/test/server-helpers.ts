/** Servers and plain clients for tests. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { type ServeOptions, serve, type VizServer } from '../src/server/index.js'

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tsorch-viz-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** What is in the files of a folder whose names begin so, as text; a server may be moving them about. */
export function textsIn(folder: string, prefix: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return files.flatMap(({ name, parentPath }) => {
    try {
      return name.startsWith(prefix) ? [readFileSync(join(parentPath, name), 'utf8')] : []
    } catch {
      return []
    }
  })
}

/** Warnings are collected: nothing is printed. */
export async function makeServer(options: ServeOptions = {}): Promise<VizServer & { warnings: string[] }> {
  const warnings: string[] = []
  const server = await serve({ port: 0, envPath: null, warn: (line) => warnings.push(line), ...options })
  onTestFinished(() => server.close())
  return Object.assign(server, { warnings })
}

export interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
}

/** Sends a request as it is given, with headers that `fetch` would not send. */
export function send(
  server: VizServer,
  method: string,
  path: string,
  { body = '', headers = {} }: { body?: string | Buffer; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: server.port,
        method,
        path,
        headers: { 'Content-Length': Buffer.byteLength(body), ...headers },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }))
        response.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Posts JSON as Python's client does. */
export async function post(
  server: VizServer,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return send(server, 'POST', path, { body: typeof body === 'string' ? body : JSON.stringify(body), headers })
}

export const text = (win: string, content: string, eid = 'main'): object => ({
  win,
  eid,
  data: [{ type: 'text', content }],
})

export const line = (win: string, x: unknown[], y: unknown[], eid = 'main'): object => ({
  win,
  eid,
  data: [{ type: 'scatter', name: '1', x, y }],
  layout: {},
  opts: { title: win },
})

/** A socket whose messages can be waited for. */
export class TestSocket {
  readonly socket: WebSocket
  readonly #messages: Record<string, unknown>[] = []
  #wake: () => void = () => {}

  constructor(server: VizServer, path: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers })
    this.socket.on('message', (data) => {
      this.#messages.push(JSON.parse(String(data)))
      this.#wake()
    })
    this.socket.on('error', () => {})
    onTestFinished(() => this.socket.terminate())
  }

  /** The next message. */
  async next(): Promise<Record<string, unknown>> {
    while (this.#messages.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.#messages.shift()!
  }

  /** Messages up to one with this command. */
  async until(command: string): Promise<Record<string, unknown>[]> {
    const messages = [await this.next()]
    while (messages.at(-1)!.command !== command) messages.push(await this.next())
    return messages
  }

  send(command: unknown): void {
    this.socket.send(typeof command === 'string' ? command : JSON.stringify(command))
  }

  /** Resolves to the status with which a socket was refused, 0 if it was not. */
  static refusal(server: VizServer, path: string, headers: Record<string, string> = {}): Promise<number> {
    const { socket } = new TestSocket(server, path, headers)
    return new Promise((resolve) => {
      socket.on('open', () => resolve(0))
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode!))
    })
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until something is so. */
export async function eventually(check: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  for (const end = Date.now() + ms; !(await check()); await pause(10))
    if (Date.now() > end) throw new Error(`it did not come true: ${check}`)
}
