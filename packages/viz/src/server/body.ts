import type { IncomingMessage } from 'node:http'
import { parseJson } from '../protocol/json.js'
import type { JsonObject } from '../protocol/types.js'

/** A request that is not served: the status and a sentence for it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Milliseconds for which the rest of a body that is too large is thrown away before the answer. */
const DRAIN_MS = 5000

/** Takes the pieces of a body until there are no more or `take` returns false. @throws Refusal if it was cut short */
function consume(request: IncomingMessage, take: (chunk: Buffer) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('error', onError).off('close', onError)
      act()
    }
    const onData = (chunk: Buffer): void => {
      if (take(chunk)) return
      request.pause()
      settle(resolve)
    }
    const onEnd = (): void => settle(resolve)
    const onError = (): void => settle(() => reject(new Refusal(400, 'the request was cut short')))
    if (request.complete && request.readableEnded) return resolve()
    request.on('data', onData).on('end', onEnd).on('error', onError).on('close', onError)
    request.resume()
  })
}

/** Reads bodies of requests, in bounds. */
export class BodyReader {
  readonly #maxBytes: number
  /** bytes of all bodies that are being read */
  #reading = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** @throws Refusal if the body is too large, or cut short */
  async read(request: IncomingMessage): Promise<string> {
    const encoding = request.headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity')
      throw new Refusal(415, `bodies are read as they are, not as ${encoding.slice(0, 20)}`)
    const chunks: Buffer[] = []
    let bytes = 0
    let refusal: Refusal | null = null
    if (Number(request.headers['content-length'] ?? 0) > this.#maxBytes) refusal = this.#tooLarge()
    try {
      if (refusal === null)
        await consume(request, (chunk) => {
          bytes += chunk.length
          this.#reading += chunk.length
          if (bytes > this.#maxBytes) refusal = this.#tooLarge()
          else if (this.#reading > 2 * this.#maxBytes)
            refusal = new Refusal(503, 'too many large requests at once: try again')
          chunks.push(chunk)
          return refusal === null
        })
    } finally {
      this.#reading -= bytes
    }
    if (refusal === null) return Buffer.concat(chunks).toString('utf8')
    // most clients listen to an answer only when they have sent all
    chunks.length = 0
    const end = Date.now() + DRAIN_MS
    await consume(request, () => Date.now() < end).catch(() => {})
    throw refusal
  }

  /** @throws Refusal if the body is no JSON object */
  async readObject(request: IncomingMessage): Promise<JsonObject> {
    return parseObject(await this.read(request))
  }

  #tooLarge(): Refusal {
    return new Refusal(413, `the request is larger than ${this.#maxBytes} bytes`)
  }
}

/** Reads JSON as Python writes it. @throws Refusal if it is no JSON object */
export function parseObject(text: string): JsonObject {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    // a text that is nested too deep ends in a RangeError
    throw new Refusal(400, `the body is not JSON: ${(error as Error).message.slice(0, 200)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal(400, 'the body should be a JSON object')
  return value as JsonObject
}
