import { closeSync, constants, ftruncateSync, openSync, writeSync } from 'node:fs'
import { open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { SavedEnv } from '../../hub/index.js'
import { pythonJson } from '../../protocol/json.js'
import { snapshot, writeEnvFile, writeEnvFileNow } from './env-file.js'

/** Where an environment is kept. */
export interface EnvPaths {
  /** visdom's file */
  readonly file: string
  readonly journalFolder: string
  /** what names of files begin with */
  readonly stem: string
}

/** What is there of an environment. */
export interface LogState {
  /** of the last line */
  readonly number: number
  /** of the last line that is in the file */
  readonly fileNumber: number
  readonly fileBytes: number
  /** bytes of lines that are not in the file */
  readonly lineBytes: number
  /** numbers of the first lines of the journal's files */
  readonly segments: readonly number[]
}

export const nothingYet: LogState = { number: 0, fileNumber: 0, fileBytes: 0, lineBytes: 0, segments: [] }

/** A file of lines; the first is a title and not counted. */
interface Segment {
  /** number of its first line */
  readonly first: number
  /** whether an environment begins with it: one of the same name that was there before is deleted */
  readonly isFresh: boolean
  readonly path: string
  /** bytes of it that are surely written */
  length: number
  /** lines that are being written at `length` */
  writing: string
  waiting: string
}

/** Bytes of journal that are always allowed beside the file. */
const SMALL = 2 ** 23

/** What goes beyond an environment's file: numbered lines, in files that are named by the number of their first. */
export class EnvLog {
  readonly env: string
  readonly #paths: EnvPaths
  #segments: Segment[] = []
  /** of the last line */
  #number: number
  #fileBytes: number
  /** bytes of lines that are not in the file */
  #lineBytes: number
  /** of the last line that is in the file */
  #fileNumber: number
  /** until the file has this number no line is written: lines before were dropped, or no line says how the environment came to be */
  #requiredNumber = 0
  /** files that are to go */
  readonly #doomed = new Set<string>()
  #removals = 0
  #lastChange = 0
  #flushing: Promise<void> = Promise.resolve()
  #compacting: Promise<void> = Promise.resolve()
  #isCompacting = false

  constructor(env: string, paths: EnvPaths, { number, fileNumber, fileBytes, lineBytes, segments }: LogState) {
    this.env = env
    this.#paths = paths
    this.#number = number
    this.#fileNumber = fileNumber
    this.#fileBytes = fileBytes
    this.#lineBytes = lineBytes
    // what is there is never written to: its last line may be torn
    this.#segments = segments.map((first) => this.#segment(first))
    this.#segments.push(this.#segment(number + 1))
  }

  /** Characters that wait to be written, and files that wait to be removed. */
  get waiting(): number {
    let sum = this.#doomed.size
    for (const { waiting, writing } of this.#segments) sum += waiting.length + writing.length
    return sum
  }

  /** Whether there is something that the file lacks. */
  get isDirty(): boolean {
    return this.#lineBytes > 0 || this.#needsFile
  }

  /** Whether it is lost unless the file is written. */
  get lacksFile(): boolean {
    return this.#needsFile
  }

  get #needsFile(): boolean {
    return this.#fileNumber < this.#requiredNumber
  }

  /** Whether it is time to write the file: the journal has grown beyond it, or nothing has happened for a while, longer for a large file. */
  isDue(now: number): boolean {
    if (this.#isCompacting) return false
    if (this.#needsFile || this.#lineBytes > Math.max(SMALL, this.#fileBytes)) return true
    return this.#lineBytes > 0 && now - this.#lastChange > Math.max(5000, this.#fileBytes / 1000)
  }

  append(line: string, now: number): void {
    this.#number++
    this.#lastChange = now
    this.#lineBytes += line.length + 1
    this.#segments.at(-1)!.waiting += `${line}\n`
  }

  /** The next thing that is written is the file. */
  requireFile(now: number): void {
    this.#requiredNumber = ++this.#number
    this.#lastChange = now
    for (const segment of this.#segments) segment.waiting = ''
  }

  /** Writes the lines that wait. @throws Error from the file system; they wait on */
  flush(): Promise<void> {
    const flushed = this.#flushing.then(() => this.#write())
    this.#flushing = flushed.catch(() => {})
    return flushed
  }

  async #write(): Promise<void> {
    await this.#sweep()
    for (const segment of this.#segments) {
      if (this.#needsFile || segment.waiting === '') continue
      segment.writing = segment.waiting
      segment.waiting = ''
      try {
        const file = await open(segment.path, flags, 0o600)
        try {
          segment.length += await this.#writeLines(file, segment)
          segment.writing = ''
        } finally {
          await file.close()
        }
      } catch (error) {
        segment.waiting = segment.writing + segment.waiting
        segment.writing = ''
        throw error
      }
    }
  }

  async #writeLines(file: Awaited<ReturnType<typeof open>>, segment: Segment): Promise<number> {
    // someone removed the file: what was in it is to be written anew
    if ((await file.stat()).size < segment.length) {
      this.requireFile(Date.now())
      return 0
    }
    const bytes = Buffer.from(this.#textOf(segment))
    if (segment.length === 0) await file.truncate(0)
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, at, bytes.length - at, segment.length + at)
      at += bytesWritten
    }
    return bytes.length
  }

  #textOf({ length, isFresh, writing }: Segment): string {
    if (length > 0) return writing
    const title = { eid: this.env, ...(isFresh && { fresh: true }) }
    return `${pythonJson([`env/${this.env}`, title])}\n${writing}`
  }

  /**
   * Writes what waits, without a pause: the process ends. What was being written is written again, to the same place.
   *
   * @param read the environment as it is; `undefined` if it is no more
   * @throws Error from the file system
   */
  flushNow(read: () => SavedEnv | undefined): void {
    const live = this.#needsFile ? read() : undefined
    if (live !== undefined) writeEnvFileNow(this.#paths.file, live, this.#number, this.env)
    for (const segment of this.#segments) {
      segment.writing += segment.waiting
      segment.waiting = ''
      if (this.#needsFile || segment.writing === '') continue
      const file = openSync(segment.path, flags, 0o600)
      try {
        if (segment.length === 0) ftruncateSync(file, 0)
        const bytes = Buffer.from(this.#textOf(segment))
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, segment.length + at)
      } finally {
        closeSync(file)
      }
    }
  }

  /**
   * Writes the file and removes the lines that are in it.
   *
   * @param read the environment as it is; `undefined` if it is no more
   * @throws Error from the file system; all stays as it was
   */
  compact(read: () => SavedEnv | undefined): Promise<void> {
    const compacted = this.#compacting.then(() => this.#compact(read))
    this.#compacting = compacted.catch(() => {})
    return compacted
  }

  async #compact(read: () => SavedEnv | undefined): Promise<void> {
    const live = read()
    if (live === undefined) return
    this.#isCompacting = true
    try {
      await this.#writeFile(live)
    } finally {
      this.#isCompacting = false
    }
  }

  async #writeFile(live: SavedEnv): Promise<void> {
    const saved = snapshot(live)
    const number = this.#number
    const lineBytes = this.#lineBytes
    const removals = this.#removals
    if (this.#segments.at(-1)!.first <= number) this.#segments.push(this.#segment(number + 1))
    // lines that come while the file is written go on in the next segment; if there must be none, in memory
    this.#fileBytes = await writeEnvFile(this.#paths.file, saved, number, this.env)
    this.#fileNumber = number
    // deleted meanwhile, it still has to go
    if (this.#removals === removals) this.#doomed.delete(this.#paths.file)
    this.#lineBytes = Math.max(0, this.#lineBytes - lineBytes)
    for (const { first, path } of this.#segments) if (first <= number) this.#doomed.add(path)
    await this.#sweepInTurn()
  }

  /**
   * Removes all files. Lines that are appended from now on are those of another environment of that name.
   *
   * @throws Error from the file system; the next flush tries again
   */
  remove(): Promise<void> {
    this.#removals++
    this.#doomed.add(this.#paths.file)
    for (const segment of this.#segments) {
      segment.waiting = ''
      this.#doomed.add(segment.path)
    }
    this.#number++
    this.#segments.push(this.#segment(this.#number + 1, true))
    this.#lineBytes = 0
    this.#requiredNumber = 0
    const removed = this.#compacting.then(() => {
      this.#fileNumber = 0
      this.#fileBytes = 0
      return this.#sweepInTurn()
    })
    this.#compacting = removed.catch(() => {})
    return removed
  }

  /** After what is being written, so that no file comes back. */
  #sweepInTurn(): Promise<void> {
    const swept = this.#flushing.then(() => this.#sweep())
    this.#flushing = swept.catch(() => {})
    return swept
  }

  async #sweep(): Promise<void> {
    if (this.#doomed.size === 0) return
    this.#segments = this.#segments.filter(({ path }) => !this.#doomed.has(path))
    for (const path of this.#doomed) {
      await remove(path)
      this.#doomed.delete(path)
    }
  }

  #segment(first: number, isFresh = false): Segment {
    const path = join(this.#paths.journalFolder, segmentName(this.#paths.stem, first))
    return { first, isFresh, path, length: 0, writing: '', waiting: '' }
  }
}

const flags = constants.O_WRONLY | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)

export function segmentName(stem: string, first: number): string {
  return `${stem}.${String(first).padStart(12, '0')}.log`
}

async function remove(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
