/** Fetching a file into a folder: it appears under its name when all of it is there and its checksum is right. */
import { RuntimeError } from '@tsorch/core'
import { hasMd5, md5Of } from './checksum.js'
import { nodeFs } from './node.js'

/** How far a download is. */
export interface DownloadProgress {
  /** The name of the file. */
  readonly file: string
  readonly url: string
  /** Bytes that are on disk, those of an earlier attempt included. */
  readonly received: number
  /** Bytes of the whole file, null if the server does not say. */
  readonly total: number | null
}

/** Options of data sets that can be downloaded. */
export interface DownloadOptions {
  /** Fetch what is missing, into the root folder. Default false. */
  download?: boolean
  /** Addresses of folders that have the files, instead of the known ones; tried in order. */
  mirrors?: readonly string[]
  /** Told whenever a piece has been written. */
  progress?: ((progress: DownloadProgress) => void) | null
  /** Seconds without a byte after which a server is given up. Default 30. */
  timeout?: number
  /** Ends a download when it is aborted; the next one goes on from there. */
  signal?: AbortSignal | null
}

/** A file to fetch. */
export interface Download {
  readonly urls: readonly string[]
  /** Where it goes. */
  readonly path: string
  /** In hexadecimal digits. */
  readonly md5: string
}

/** How often a server that breaks off is asked for the rest. */
const ATTEMPTS = 5

/** The server, or the way to it, failed: another may do better. */
class TransferError extends Error {
  /** Whether asking the same server again may help. */
  readonly again: boolean
  constructor(message: string, again: boolean) {
    super(message)
    this.again = again
  }
}

/**
 * Fetches a file, from the first address that has it. Until it is whole it is called `NAME.part`, and a later call goes on with that.
 *
 * @throws RuntimeError that says what each server did, or why the disk could not be written; the signal's reason
 */
export async function download(file: Download, options: DownloadOptions): Promise<void> {
  const part = `${file.path}.part`
  // all of it came, but the program ended before it got its name
  if (await hasMd5(part, file.md5)) return named(part, file.path)
  const failures: string[] = []
  for (const url of file.urls) {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        await transfer(url, file, options)
        return
      } catch (error) {
        options.signal?.throwIfAborted()
        if (!(error instanceof TransferError)) throw error
        const last = !error.again || attempt === ATTEMPTS
        if (!last) continue
        failures.push(`${url}: ${error.message}`)
        break
      }
    }
  }
  throw new RuntimeError(
    `${file.path} could not be downloaded:\n${failures.map((failure) => `  ${failure}`).join('\n')}`,
  )
}

async function transfer(url: string, file: Download, options: DownloadOptions): Promise<void> {
  const part = `${file.path}.part`
  const have = await sizeOf(part)
  const stall = new Stall(options.timeout ?? 30)
  const signals = [stall.signal, ...(options.signal ? [options.signal] : [])]
  let received = have
  let isTelling = false
  try {
    const response = await request(url, have, AbortSignal.any(signals), stall)
    const goesOn = response.status === 206
    if (!goesOn) received = 0
    const total = totalOf(response, received)
    const tell = (): void => {
      isTelling = true
      options.progress?.({ file: nameOf(file.path), url, received, total })
      isTelling = false
    }
    await write(part, goesOn, async (put) => {
      for await (const piece of pieces(response, stall)) {
        await put(piece)
        received += piece.length
        tell()
      }
    })
    if (total !== null && received < total)
      throw new TransferError(`the connection ended after ${received} of ${total} bytes`, received > have)
  } catch (error) {
    if (isTelling || error instanceof TransferError || error instanceof RuntimeError) throw error
    const what = stall.isOver ? `nothing came for ${stall.seconds} seconds` : reasonOf(error)
    throw new TransferError(`${what}, after ${received} bytes`, received > have)
  } finally {
    stall.end()
  }
  await accept(part, file, have > 0)
}

/** Asks for a file from byte `have` on. */
async function request(url: string, have: number, signal: AbortSignal, stall: Stall): Promise<Response> {
  // a .gz shall come as it is, and not be unpacked on the way
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  if (have > 0) headers.range = `bytes=${have}-`
  stall.restart()
  const response = await fetch(url, { headers, signal })
  const { status } = response
  const from = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')
  if (status === 416 || (status === 206 && Number(from?.[1]) !== have)) {
    await response.body?.cancel().catch(() => {})
    if (have === 0) throw new TransferError(`the server sent another part (${status})`, false)
    // what is there is no beginning of this file
    return request(url, 0, signal, stall)
  }
  if (!response.ok) throw new TransferError(`${status} ${response.statusText}`.trim(), false)
  if (response.headers.get('content-type')?.startsWith('text/html') === true)
    throw new TransferError('the server answered with a web page', false)
  return response
}

function totalOf(response: Response, received: number): number | null {
  const length = response.headers.get('content-length')
  if (length !== null) return received + Number(length)
  const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')
  return total === null ? null : Number(total[1])
}

async function* pieces(response: Response, stall: Stall): AsyncGenerator<Uint8Array, void> {
  if (response.body === null) return
  const reader = response.body.getReader()
  try {
    for (;;) {
      stall.restart()
      const { done, value } = await reader.read()
      stall.pause()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** Writes behind what is there, or anew. A disk that takes no more leaves nothing behind. */
async function write(
  path: string,
  goesOn: boolean,
  fill: (put: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  let failed = false
  const onDisk = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      failed = true
      throw notWritten(path, error)
    }
  }
  const fs = files()
  const handle = await onDisk(fs.open(path, goesOn ? 'a' : 'w'))
  try {
    await fill((bytes) => onDisk(handle.writeFile(bytes)))
    await onDisk(handle.sync())
  } finally {
    await handle.close()
    if (failed) await fs.rm(path, { force: true }).catch(() => {})
  }
}

function notWritten(path: string, error: unknown): RuntimeError {
  return new RuntimeError(`${path}: cannot be written (${reasonOf(error)})`, { cause: error })
}

/** Gives a file its name if it is the right one. */
async function accept(part: string, { path, md5 }: Download, wasResumed: boolean): Promise<void> {
  const found = await md5Of(part)
  const fs = files()
  if (found === md5) {
    await named(part, path)
    return
  }
  await fs.rm(part, { force: true })
  // the earlier part may have been that of another file
  throw new TransferError(`the checksum of what came is ${found}, but expected ${md5}`, wasResumed)
}

async function named(part: string, path: string): Promise<void> {
  await files()
    .rename(part, path)
    .catch((error: unknown) => {
      throw notWritten(path, error)
    })
}

/** Runs out when nothing comes for some time. */
class Stall {
  readonly seconds: number
  private readonly controller = new AbortController()
  private timer: ReturnType<typeof setTimeout> | undefined = undefined

  constructor(seconds: number) {
    this.seconds = seconds
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  get isOver(): boolean {
    return this.controller.signal.aborted
  }

  restart(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.controller.abort(), this.seconds * 1000)
  }

  /** While the disk has its turn. */
  pause(): void {
    clearTimeout(this.timer)
  }

  end(): void {
    clearTimeout(this.timer)
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await files().stat(path)).size
  } catch {
    return 0
  }
}

function files(): typeof import('node:fs').promises {
  const fs = nodeFs()
  if (fs === null)
    throw new RuntimeError(
      'download: there is no file system here; use the address of a folder that has the files as the root',
    )
  return fs.promises
}

function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // fetch hides what happened behind "fetch failed"
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? `${error.message}: ${cause.message}` : error.message
}
