/** The bytes of a table, piece by piece, unpacked on the way. */
import { RuntimeError } from '@tsorch/core'

/** Where a table comes from: a path or an address, a Blob such as a File of an input element, bytes, or a stream of them. */
export type CsvSource = string | URL | Blob | ArrayBuffer | Uint8Array | ReadableStream<Uint8Array>

/** What a source is called in errors. @throws TypeError for what is none */
export function nameOf(source: CsvSource): string {
  if (typeof source === 'string') return source
  if (source instanceof URL) return source.href
  if (source instanceof Blob) return (source as { name?: string }).name ?? 'the given Blob'
  if (source instanceof ArrayBuffer || source instanceof Uint8Array) return 'the given bytes'
  if (source instanceof ReadableStream) return 'the given stream'
  const given = source === null ? 'null' : typeof source
  throw new TypeError(`expected a path, a URL, a Blob, bytes or a stream of bytes, but got ${given}`)
}

/**
 * The bytes of a source, of a gzip file unpacked. Its first bytes tell what it is, not its name: a server may have unpacked a
 * `.gz` on the way.
 *
 * @throws RuntimeError that names it if it cannot be read, is damaged, or is empty
 */
export async function* bytesOf(source: CsvSource): AsyncGenerator<Uint8Array, void> {
  const name = nameOf(source)
  const chunks = named(name, chunksOf(source))
  let head: Uint8Array = new Uint8Array(0)
  try {
    while (head.length < 2) {
      const next = await chunks.next()
      if (next.done === true) break
      head = head.length === 0 ? next.value : joined(head, next.value)
    }
    if (head.length === 0) throw new RuntimeError(`${name}: the file is empty`)
    if (head[0] === 0x1f && head[1] === 0x8b) yield* unpacked(name, head, chunks)
    else {
      yield head
      yield* chunks
    }
  } finally {
    await chunks.return()
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/** Node's file functions, found without an import that a bundler for browsers would stumble over. */
function nodeFs(): typeof import('node:fs') | undefined {
  return globalThis.process?.getBuiltinModule?.('node:fs')
}

async function* chunksOf(source: CsvSource): AsyncGenerator<Uint8Array, void> {
  if (source instanceof Uint8Array) yield source
  else if (source instanceof ArrayBuffer) yield new Uint8Array(source)
  else if (source instanceof Blob) yield* streamed(source.stream())
  else if (source instanceof ReadableStream) yield* streamed(source)
  else {
    const text = String(source)
    const fs = nodeFs()
    if (/^(https?|data|blob):/i.test(text) || fs === undefined) yield* fetched(text)
    else yield* fs.createReadStream(text.startsWith('file:') ? new URL(text) : text, { highWaterMark: 1 << 18 })
  }
}

async function* fetched(address: string): AsyncGenerator<Uint8Array, void> {
  const response = await fetch(address)
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim())
  // servers of single-page apps answer any missing file with their start page
  if (response.headers.get('content-type')?.startsWith('text/html') === true)
    throw new Error('the server answered with a web page')
  if (response.body !== null) yield* streamed(response.body)
}

/** A stream read to its end; not every browser can iterate over one. */
async function* streamed(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader()
  let ended = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      ended = done
      if (done) return
      yield value
    }
  } finally {
    if (!ended) await reader.cancel().catch(() => {})
  }
}

/** Says whose bytes cannot be read. */
async function* named(name: string, chunks: AsyncGenerator<Uint8Array, void>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* chunks
  } catch (error) {
    throw new RuntimeError(`${name}: cannot be read (${reasonOf(error)})`, { cause: error })
  }
}

/** The content of a gzip file. */
async function* unpacked(
  name: string,
  head: Uint8Array,
  rest: AsyncGenerator<Uint8Array, void>,
): AsyncGenerator<Uint8Array, void> {
  let failure: unknown = null
  const packed = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(head),
    async pull(controller) {
      try {
        const { done, value } = await rest.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      } catch (error) {
        failure = error
        controller.error(error)
      }
    },
  })
  let any = false
  try {
    // lib.dom's type of the compressed side is narrower than what it takes
    const plain = packed.pipeThrough(
      new DecompressionStream('gzip') as unknown as TransformStream<Uint8Array, Uint8Array>,
    )
    for await (const chunk of streamed(plain)) {
      any ||= chunk.length > 0
      yield chunk
    }
  } catch (error) {
    if (failure !== null) throw failure
    throw new RuntimeError(`${name}: the gzip data is damaged or cut short (${reasonOf(error)})`, { cause: error })
  }
  if (!any) throw new RuntimeError(`${name}: the file is empty`)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // fetch hides what happened behind "fetch failed"
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? `${error.message}: ${cause.message}` : error.message
}
