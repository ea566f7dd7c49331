/** The file of an environment: visdom's, with the number of the last line of the journal that is in it. */
import { randomBytes } from 'node:crypto'
import { closeSync, constants, lstatSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SavedEnv } from '../../hub/index.js'
import { isObject, parseJson, pythonJson, setField } from '../../protocol/json.js'
import type { Json, JsonObject } from '../../protocol/types.js'

/** What a file says. */
export interface EnvFile {
  readonly saved: SavedEnv
  /** of the last line of the journal that is in it; `null` if another program wrote the file */
  readonly number: number | null
  /** what the environment is called, if the name of the file does not say so */
  readonly name: string | null
  readonly bytes: number
}

/** Characters that are gathered before they are written. */
const PIECE = 2 ** 18

/** Elements that are made into text at once. */
const SLICE = 4096

/** @returns `null` if there is no such file @throws Error if it is no environment's file, and from the file system */
export function readEnvFile(path: string): EnvFile | null {
  const info = lstatSync(path, { throwIfNoEntry: false })
  if (info === undefined) return null
  // a link may lead out of the folder
  if (!info.isFile()) throw new Error(`${path} is not a plain file`)
  let content: unknown
  try {
    content = parseJson(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Error(`${path} is damaged: ${(error as Error).message}`, { cause: error })
  }
  if (!isObject(content) || !isObject(content.jsons))
    throw new Error(`${path} is not an environment: expected {"jsons": {...}, "reload": {...}}`)
  const { journal, name, ...saved } = content
  return {
    saved: (isObject(saved.reload) ? saved : { ...saved, reload: {} }) as unknown as SavedEnv,
    number: typeof journal === 'number' ? journal : null,
    name: typeof name === 'string' ? name : null,
    bytes: info.size,
  }
}

/**
 * Writes a file piece by piece, under another name first: whoever reads it finds the old one or the new one, whole.
 *
 * @param saved must not change while it is written, see {@link snapshot}
 * @returns bytes
 */
export async function writeEnvFile(path: string, saved: SavedEnv, number: number, name: string): Promise<number> {
  return replaceFile(path, jsonPieces(contentOf(saved, number, name)))
}

/** The same at once, for a process that ends. @throws Error from the file system */
export function writeEnvFileNow(path: string, saved: SavedEnv, number: number, name: string): void {
  const temporary = temporaryOf(path)
  const file = openSync(temporary, 'wx', 0o600)
  try {
    for (const piece of jsonPieces(contentOf(saved, number, name))) writeSync(file, piece)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
}

function contentOf(saved: SavedEnv, number: number, name: string): Json {
  return { ...saved, journal: number, name } as unknown as Json
}

function temporaryOf(path: string): string {
  return `${path.replace(/\.json$/, '')}-${randomBytes(6).toString('hex')}.tmp`
}

/** Puts a file in the place of another at once, when it is whole and on the disk. */
export async function replaceFile(path: string, pieces: Iterable<string>): Promise<number> {
  const temporary = temporaryOf(path)
  const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  let bytes = 0
  try {
    try {
      let waiting = ''
      for (const piece of pieces) {
        waiting += piece
        if (waiting.length < PIECE) continue
        bytes += await writeText(file, waiting)
        waiting = ''
      }
      bytes += await writeText(file, waiting)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw error
  }
  await syncFolder(dirname(path))
  return bytes
}

/** Names of files that a process which was killed has left half written. */
export const HALF_WRITTEN: RegExp = /-[0-9a-f]{12}\.tmp$/

async function writeText(file: Awaited<ReturnType<typeof open>>, text: string): Promise<number> {
  const bytes = Buffer.from(text)
  await file.writeFile(bytes)
  return bytes.length
}

/** Makes a renaming lasting; where folders cannot be opened the system does so itself. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch {
    // not on this system
  }
}

/** A copy that later changes of the environment do not reach. Lists of numbers are copied by the block: a million takes a millisecond. */
export function snapshot<T>(value: T): T {
  if (Array.isArray(value)) {
    for (const element of value) if (typeof element === 'object' && element !== null) return value.map(snapshot) as T
    return value.slice() as T
  }
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) setField(copy, key, snapshot((value as Record<string, unknown>)[key]))
  return copy as T
}

/** The text of a value in pieces, so that a large one does not hold up everything else. */
export function* jsonPieces(value: Json | undefined): Generator<string> {
  if (Array.isArray(value)) {
    yield '['
    for (let from = 0; from < value.length; from += SLICE) {
      const part = value.slice(from, from + SLICE)
      if (from > 0) yield ','
      if (part.some((element) => typeof element === 'object' && element !== null)) {
        for (let i = 0; i < part.length; i++) {
          if (i > 0) yield ','
          yield* jsonPieces(part[i])
        }
      } else yield pythonJson(part).slice(1, -1)
    }
    yield ']'
  } else if (isObject(value)) {
    let separator = '{'
    for (const key of Object.keys(value)) {
      const member = (value as JsonObject)[key]
      if (member === undefined) continue
      yield `${separator}${JSON.stringify(key)}:`
      yield* jsonPieces(member)
      separator = ','
    }
    yield separator === '{' ? '{}' : '}'
  } else yield pythonJson(value ?? null)
}
