/** What users do in windows, as a server tells it: over a WebSocket, or by asking again and again. */
import type { JsonObject } from '../protocol/types.js'

/** milliseconds until a broken connection is opened again */
const RETRY = 3000
const POLL = 100

/** The part of a WebSocket that is used here, of a browser's or the package `ws`. */
interface Socket {
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: (() => void) | null
  onerror: ((event: unknown) => void) | null
  onopen: (() => void) | null
  close(): void
  /** of `ws` only */
  _socket?: { unref?(): void }
}

type SocketClass = new (url: string, options?: { headers?: Record<string, string> }) => Socket

async function openSocket(url: URL, headers: Record<string, string>): Promise<Socket> {
  const { WebSocket: ofPage, process } = globalThis as {
    WebSocket?: SocketClass
    process?: { versions?: { node?: string } }
  }
  if (process?.versions?.node === undefined && ofPage !== undefined) return new ofPage(url.href)
  // only this one can send headers, and does not keep a program alive
  const { WebSocket: ofPackage } = (await import('ws')) as unknown as { WebSocket: SocketClass }
  return new ofPackage(url.href, { headers })
}

/** Opens the socket again when it breaks, until the returned function is called. */
export function listenBySocket(
  address: URL,
  headers: () => Promise<Record<string, string>>,
  receive: (text: string) => void,
  onWarning: (message: string) => void,
): () => void {
  const url = new URL(address)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  let isOver = false
  let socket: Socket | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  const again = (): void => {
    socket = null
    if (isOver) return
    timer = setTimeout(() => void connect(), RETRY)
    timer.unref?.()
  }
  const connect = async (): Promise<void> => {
    try {
      const opened = await openSocket(url, await headers())
      if (isOver) {
        opened.close()
        return
      }
      socket = opened
      opened.onopen = () => opened._socket?.unref?.()
      opened.onmessage = ({ data }) => receive(String(data))
      opened.onerror = () => onWarning(`events of windows cannot be heard: no socket to ${url.href}`)
      opened.onclose = again
    } catch (error) {
      onWarning(`events of windows cannot be heard: ${(error as Error).message}`)
      again()
    }
  }
  void connect()
  return () => {
    isOver = true
    clearTimeout(timer)
    socket?.close()
  }
}

/** Asks for events ten times a second, until the returned function is called. */
export function listenByPolling(
  post: (body: JsonObject) => Promise<string>,
  receive: (text: string) => void,
  onWarning: (message: string) => void,
): () => void {
  let isOver = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let sid: string | null = null
  const wait = (milliseconds: number): void => {
    if (isOver) return
    timer = setTimeout(() => void poll(), milliseconds)
    timer.unref?.()
  }
  const poll = async (): Promise<void> => {
    try {
      if (sid === null) sid = (JSON.parse(await post({ message_type: 'init' })) as { sid: string }).sid
      const answer = JSON.parse(await post({ message_type: 'query', sid })) as { success: boolean; messages?: string[] }
      // a server that was started anew knows nothing of us
      if (!answer.success) sid = null
      for (const message of answer.messages ?? []) receive(message)
      wait(POLL)
    } catch (error) {
      sid = null
      onWarning(`events of windows cannot be heard: ${(error as Error).message}`)
      wait(RETRY)
    }
  }
  void poll()
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}
