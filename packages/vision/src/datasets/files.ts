import { RuntimeError } from '@tsorch/core'
import { gunzip, gunzipSync } from './gzip.js'
import { nodeFs } from './node.js'

/** Where data lies: a folder on disk, or a URL that has the files below it. */
export type Location = string | URL

/** A file that was found, unpacked. */
export interface FoundFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Files that belong together, all found in one folder; or what was tried in vain. */
export type Lookup =
  | { readonly found: readonly FoundFile[] }
  | { readonly found: null; readonly folders: readonly string[]; readonly incomplete: Incomplete | null }

/** A folder that has only some of the files. */
export interface Incomplete {
  readonly folder: string
  readonly missing: string
}

/** Whether a root is an address and not a folder on disk. */
export function isRemote(root: Location): boolean {
  return remoteBase(root) !== null
}

/**
 * Reads the files `names` (or `name.gz`) from the first of `folders`, relative to `root` or absolute, that has them all.
 *
 * @throws RuntimeError if a file is there but cannot be read or unpacked
 */
export async function readFiles(root: Location, folders: readonly string[], names: readonly string[]): Promise<Lookup> {
  const base = remoteBase(root)
  const read = base === null ? readPath : readUrl
  const search = searchFiles(base ?? pathOf(root), folders, names, base === null ? ['', '.gz'] : ['.gz', ''])
  let step = search.next()
  while (!step.done) {
    const name = step.value
    const bytes = await read(name)
    step = search.next(bytes === null ? null : { name, bytes: await gunzip(bytes, name) })
  }
  return step.value
}

/** {@link readFiles} at once, which works on disk only. */
export function readFilesSync(root: Location, folders: readonly string[], names: readonly string[]): Lookup {
  if (remoteBase(root) !== null) {
    throw new RuntimeError(`${root}: a URL cannot be read at once; use the asynchronous load()`)
  }
  const search = searchFiles(pathOf(root), folders, names, ['', '.gz'])
  let step = search.next()
  while (!step.done) {
    const name = step.value
    const bytes = readPathSync(name)
    step = search.next(bytes === null ? null : { name, bytes: gunzipSync(bytes, name) })
  }
  return step.value
}

/** Asks for one file after the other (yields its name, takes the file or null), so that one search serves both ways. */
function* searchFiles(
  base: string,
  folders: readonly string[],
  names: readonly string[],
  endings: readonly string[],
): Generator<string, Lookup, FoundFile | null> {
  let incomplete: Incomplete | null = null
  const tried: string[] = []
  for (const relative of folders) {
    const isAbsolute = /^([/\\]|[a-z]:)/i.test(relative)
    const folder = relative === '' ? base : isAbsolute ? `${relative}/` : `${base}${relative}/`
    tried.push(folder)
    const found: FoundFile[] = []
    const missing: string[] = []
    for (const name of names) {
      const before = found.length
      for (const ending of endings) {
        const file: FoundFile | null = yield `${folder}${name}${ending}`
        if (file === null) continue
        found.push(file)
        break
      }
      if (found.length === before) missing.push(name)
    }
    if (missing.length === 0) return { found }
    if (found.length > 0) incomplete ??= { folder, missing: missing.join(', ') }
  }
  return { found: null, folders: tried, incomplete }
}

/** The URL below which to fetch, ending in a slash; null for what is on disk. */
function remoteBase(root: Location): string | null {
  const text = String(root)
  const absolute = /^https?:/i.test(text)
  if (!absolute && nodeFs() !== null) return null
  // in a browser a plain path is meant relative to the page
  const page = (globalThis as { document?: { baseURI: string } }).document?.baseURI ?? globalThis.location?.href
  const url = new URL(text, page)
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url.href
}

/** The path of a folder on disk, ending in a slash. */
export function pathOf(root: Location): string {
  let path = String(root)
  if (path.startsWith('file:')) {
    const { pathname } = new URL(path)
    // file:///C:/data
    path = decodeURIComponent(/^\/[a-z]:/i.test(pathname) ? pathname.slice(1) : pathname)
  }
  if (path === '') return './'
  return /[/\\]$/.test(path) ? path : `${path}/`
}

async function readPath(path: string): Promise<Uint8Array | null> {
  try {
    return await requireFs(path).promises.readFile(path)
  } catch (error) {
    return missingOrThrow(path, error)
  }
}

function readPathSync(path: string): Uint8Array | null {
  try {
    return requireFs(path).readFileSync(path)
  } catch (error) {
    return missingOrThrow(path, error)
  }
}

function requireFs(path: string): NonNullable<ReturnType<typeof nodeFs>> {
  const fs = nodeFs()
  if (fs === null)
    throw new RuntimeError(`${path}: there is no file system here; use the asynchronous load() with a URL`)
  return fs
}

function missingOrThrow(path: string, error: unknown): null {
  const { code, message } = error as { code?: string; message: string }
  if (code === 'ENOENT' || code === 'ENOTDIR') return null
  if (error instanceof RuntimeError) throw error
  throw new RuntimeError(`${path}: cannot be read (${message})`, { cause: error })
}

async function readUrl(url: string): Promise<Uint8Array | null> {
  let response: Response
  let body: ArrayBuffer
  try {
    response = await fetch(url)
    body = await response.arrayBuffer()
  } catch (error) {
    throw new RuntimeError(`${url}: cannot be fetched (${(error as Error).message})`, { cause: error })
  }
  // servers of single-page apps answer any missing file with their start page
  const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false
  if (response.status === 404 || response.status === 410 || (response.ok && isPage)) return null
  if (!response.ok) {
    throw new RuntimeError(`${url}: cannot be fetched (${response.status} ${response.statusText})`)
  }
  return new Uint8Array(body)
}
