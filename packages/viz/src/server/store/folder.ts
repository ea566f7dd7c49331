/** What there is in a folder of environments. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hub, type SavedEnv } from '../../hub/index.js'
import { parseJson } from '../../protocol/json.js'
import type { JsonObject } from '../../protocol/types.js'
import { readEnvFile } from './env-file.js'
import { type EnvPaths, type LogState, segmentName } from './env-log.js'
import { caseless, distinctFileNameOf, envOf, fileNameOf, hashedFileNameOf } from './names.js'

const JOURNAL = 'journal'
const FILE = /^(.+)\.json$/s
const SEGMENT = /^(.+)\.(\d{12,})\.log$/s

/** An environment that was found. */
interface Found {
  readonly stem: string
  /** numbers of the first lines of its journal's files, in order */
  readonly segments: number[]
}

/** An environment that was read. */
export interface LoadedEnv {
  readonly saved: SavedEnv
  readonly state: LogState
}

/** Finds files of environments and reads them. */
export class EnvFolder {
  readonly path: string
  readonly #warn: (line: string) => void
  readonly #found = new Map<string, Found>()
  /** which environment has the files of a name */
  readonly #owners = new Map<string, string>()

  constructor(path: string, warn: (line: string) => void) {
    this.path = path
    this.#warn = warn
  }

  get journalFolder(): string {
    return join(this.path, JOURNAL)
  }

  /** Looks what there is; if there is no folder, nothing. @throws Error from the file system */
  scan(): string[] {
    for (const name of list(this.path)) {
      const stem = FILE.exec(name)?.[1]
      if (stem !== undefined && this.#isPlain(join(this.path, name))) this.#add(stem, () => this.#nameInFile(stem))
    }
    for (const name of list(this.journalFolder).sort()) {
      const [, stem, first] = SEGMENT.exec(name) ?? []
      const path = join(this.journalFolder, name)
      if (stem === undefined || !this.#isPlain(path)) continue
      this.#add(stem, () => nameInSegment(path))?.segments.push(Number(first))
    }
    for (const { segments } of this.#found.values()) segments.sort((a, b) => a - b)
    return [...this.#found.keys()]
  }

  /** Where an environment's files are, or will be. */
  pathsOf(env: string): EnvPaths {
    let stem = this.#found.get(env)?.stem
    if (stem === undefined) {
      stem = [fileNameOf(env), distinctFileNameOf(env)].find((name) => !this.#owners.has(caseless(name)))
      stem ??= hashedFileNameOf(env)
      this.#found.set(env, { stem, segments: [] })
      this.#owners.set(caseless(stem), env)
    }
    return { file: join(this.path, `${stem}.json`), journalFolder: this.journalFolder, stem }
  }

  /** Reads an environment. What cannot be read is told and left out. */
  load(env: string): LoadedEnv | null {
    const found = this.#found.get(env)
    if (found === undefined) return null
    const { file, stem } = this.pathsOf(env)
    let hub = new Hub()
    let [number, fileNumber, fileBytes, lineBytes] = [0, 0, 0, 0]
    try {
      const read = readEnvFile(file)
      if (read !== null) {
        hub.importEnv(env, read.saved)
        fileNumber = read.number ?? 0
        number = fileNumber
        fileBytes = read.bytes
      }
    } catch (error) {
      this.#warn(`${(error as Error).message}; the environment '${env}' is shown without it`)
    }
    for (const first of found.segments) {
      const path = join(this.journalFolder, segmentName(stem, first))
      const segment = this.#readSegment(path)
      if (segment === null) break
      const { lines, isFresh } = segment
      if (lines.length > 0 && first > number + 1) {
        // another environment of that name was deleted in between, or something is missing
        if (isFresh) hub = new Hub()
        else this.#warn(`${path} does not follow what was saved of the environment '${env}', and is left out`)
        number = isFresh ? first - 1 : first + lines.length - 1
      }
      for (const line of lines.slice(Math.max(0, number + 1 - first))) {
        replay(hub, line)
        number++
        lineBytes += line.length + 1
      }
    }
    const saved = hub.exportEnv(env) ?? ({ jsons: {}, reload: {} } as SavedEnv)
    return { saved, state: { number, fileNumber, fileBytes, lineBytes, segments: [...found.segments] } }
  }

  /** Whole lines; what follows the last line break was cut short. */
  #readSegment(path: string): { readonly lines: readonly string[]; readonly isFresh: boolean } | null {
    try {
      const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
      const title = lines.shift()
      return { lines, isFresh: title !== undefined && titleOf(title).fresh === true }
    } catch (error) {
      this.#warn(`${path} cannot be read: ${(error as Error).message}`)
      return null
    }
  }

  #add(stem: string, readName: () => string | null): Found | null {
    const owner = this.#owners.get(caseless(stem))
    const env = owner !== undefined && this.#found.get(owner)?.stem === stem ? owner : (envOf(stem) ?? readName())
    if (env === null) return null
    const known = this.#found.get(env)
    if (known !== undefined && known.stem !== stem) {
      this.#warn(`${join(this.path, stem)}.json is a second file of the environment '${env}', and is left out`)
      return null
    }
    const found = known ?? { stem, segments: [] }
    this.#found.set(env, found)
    this.#owners.set(caseless(stem), env)
    return found
  }

  #nameInFile(stem: string): string | null {
    try {
      return readEnvFile(join(this.path, `${stem}.json`))?.name ?? null
    } catch (error) {
      this.#warn((error as Error).message)
      return null
    }
  }

  #isPlain(path: string): boolean {
    const isFile = lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
    if (!isFile) this.#warn(`${path} is not a plain file, and is left out`)
    return isFile
  }
}

function replay(hub: Hub, line: string): void {
  let record: unknown
  try {
    record = parseJson(line)
  } catch {
    // damaged: what follows may be whole
    return
  }
  if (Array.isArray(record) && typeof record[0] === 'string') hub.handle(record[0], record[1] as JsonObject)
}

function nameInSegment(path: string): string | null {
  try {
    const text = readFileSync(path, 'utf8')
    const { eid } = titleOf(text.slice(0, text.indexOf('\n')))
    return typeof eid === 'string' ? eid : null
  } catch {
    return null
  }
}

/** What the first line of a journal's file says. */
function titleOf(line: string): JsonObject {
  try {
    const record = parseJson(line)
    return ((Array.isArray(record) ? record[1] : null) ?? {}) as JsonObject
  } catch {
    return {}
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
