import { lstatSync, readFileSync } from 'node:fs'
import { lstat, mkdir, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { SavedEnv } from '../../hub/index.js'
import { HALF_WRITTEN, replaceFile } from './env-file.js'
import { EnvLog, nothingYet } from './env-log.js'
import { EnvFolder } from './folder.js'
import { FolderLock } from './lock.js'

/** What a store needs to know and tell. */
export interface StoreOptions {
  readonly folder: string
  /** An environment as it is now; `undefined` if it is no more. */
  readonly read: (env: string) => SavedEnv | undefined
  /** A line for the console. */
  readonly warn: (line: string) => void
  /** Hears that saving fails, and with `null` that it works again. */
  readonly onTrouble: (trouble: string | null) => void
}

/** Milliseconds that a line waits. */
const WAIT_MS = 200

const RETRY_MS = 1000

/** Milliseconds between looks for environments that nothing happens to any more. */
const IDLE_MS = 2000

/** Characters of lines that wait at most, while the disk is slow or full; beyond that environments are written whole later. */
const MAX_WAITING = 2 ** 26

/** Environments that are written at once. */
const AT_ONCE = 32

const LAYOUTS = 'layouts.json'

/**
 * Keeps environments in a folder: each change is a line of a journal, written a moment later in the background; now and then a whole
 * environment is written and its lines are dropped.
 */
export class Store {
  readonly #options: StoreOptions
  readonly #folder: EnvFolder
  #lock: FolderLock | null = null
  /** the folder is being made and locked, or made anew */
  #taking: Promise<void> | null = null
  #makingAnew: Promise<void> | null = null
  readonly #logs = new Map<string, EnvLog>()
  /** those with lines that wait */
  readonly #touched = new Set<EnvLog>()
  #waiting = 0
  /** layouts that wait to be written */
  #layouts: string | null = null
  #timer: ReturnType<typeof setTimeout> | null = null
  readonly #idleTimer: ReturnType<typeof setInterval>
  #writing: Promise<void> = Promise.resolve()
  #trouble: string | null = null
  #isClosed = false

  private constructor(options: StoreOptions) {
    this.#options = options
    this.#folder = new EnvFolder(options.folder, options.warn)
    this.#idleTimer = setInterval(() => this.#compactIdle(), IDLE_MS)
    this.#idleTimer.unref()
    if (open.size === 0) process.on('exit', writeAllAtExit)
    open.add(this)
  }

  /**
   * Opens a folder; it is made if need be. One that cannot be written to is told about, and tried again.
   *
   * @throws Error if another server uses the folder
   */
  static async open(options: StoreOptions): Promise<Store> {
    const store = new Store(options)
    try {
      await store.#takeFolder()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) {
        store.#stop()
        throw error
      }
      store.#fail(error as Error)
    }
    return store
  }

  /** Names of the environments in the folder. */
  scan(): string[] {
    try {
      return this.#folder.scan()
    } catch (error) {
      if (this.#trouble === null) this.#options.warn(`environments cannot be read: ${(error as Error).message}`)
      return []
    }
  }

  /** Reads an environment, with all that the journal says. */
  load(env: string): SavedEnv | null {
    const loaded = this.#folder.load(env)
    if (loaded === null) return null
    if (!this.#logs.has(env)) this.#logs.set(env, new EnvLog(env, this.#folder.pathsOf(env), loaded.state))
    return loaded.saved
  }

  readLayouts(): string {
    const path = join(this.#options.folder, 'view', LAYOUTS)
    try {
      return lstatSync(path).isFile() ? readFileSync(path, 'utf8') : ''
    } catch {
      return ''
    }
  }

  saveLayouts(layouts: string): void {
    this.#layouts = layouts
    this.#schedule(WAIT_MS)
  }

  /** Keeps a change of an environment. @param line its record, as one line of JSON */
  append(env: string, line: string): void {
    if (this.#isClosed) return
    const log = this.#logOf(env)
    const now = Date.now()
    log.append(line, now)
    this.#touched.add(log)
    this.#waiting += line.length
    if (this.#waiting > MAX_WAITING) {
      for (const other of this.#touched) other.requireFile(now)
      this.#waiting = 0
    }
    this.#schedule(WAIT_MS)
  }

  /** Keeps an environment that came to be by something else than lines of its own. */
  replace(env: string): void {
    if (this.#isClosed) return
    const log = this.#logOf(env)
    log.requireFile(Date.now())
    this.#touched.add(log)
    this.#schedule(0)
  }

  /** Removes what is kept of an environment. */
  async remove(env: string): Promise<void> {
    const log = this.#logOf(env)
    try {
      await log.remove()
    } catch (error) {
      this.#touched.add(log)
      this.#fail(error as Error)
    }
  }

  /** Environments of which not everything is saved. */
  unsaved(): string[] {
    return [...this.#logs.values()].filter((log) => log.waiting > 0 || log.lacksFile).map((log) => log.env)
  }

  /** Writes environments whole, now. @throws Error from the file system */
  async save(envs: readonly string[]): Promise<void> {
    try {
      await this.#withFolder(async () => {
        for (const env of envs) await this.#compact(this.#logOf(env))
      })
    } catch (error) {
      this.#fail(error as Error)
      throw error
    }
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    const written = this.#writing.then(() => this.#write())
    this.#writing = written.catch(() => {})
    await written
  }

  /** Writes all, environments whole, and lets the folder go. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    await this.flush()
    this.#isClosed = true
    for (const log of this.#logs.values()) {
      if (!log.isDirty || this.#trouble !== null) continue
      await this.#attempt(() => this.#compact(log))
    }
    if (this.#trouble !== null) this.#options.warn(`not everything could be saved: ${this.#trouble}`)
    this.#stop()
  }

  #stop(): void {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    clearInterval(this.#idleTimer)
    open.delete(this)
    if (open.size === 0) process.off('exit', writeAllAtExit)
    this.#lock?.release()
    this.#lock = null
  }

  async #takeFolder(): Promise<void> {
    if (this.#lock !== null) return
    this.#taking ??= this.#lockFolder().finally(() => {
      this.#taking = null
    })
    await this.#taking
  }

  async #lockFolder(): Promise<void> {
    const { folder } = this.#options
    // of the user alone: plots may show what is nobody else's
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const lock = await FolderLock.take(folder)
    try {
      for (const path of [this.#folder.journalFolder, join(folder, 'view')]) {
        await mkdir(path, { recursive: true, mode: 0o700 })
        // a link would lead out
        if (!(await lstat(path)).isDirectory()) throw new Error(`${path} should be a folder, but is a link`)
      }
      for (const name of await readdir(folder)) if (HALF_WRITTEN.test(name)) await unlink(join(folder, name))
    } catch (error) {
      lock.release()
      throw error
    }
    this.#lock = lock
  }

  #logOf(env: string): EnvLog {
    let log = this.#logs.get(env)
    if (log === undefined) {
      // what is kept under a name goes on, even if nobody has read it
      const state = this.#folder.load(env)?.state ?? nothingYet
      log = new EnvLog(env, this.#folder.pathsOf(env), state)
      this.#logs.set(env, log)
    }
    return log
  }

  #schedule(delay: number): void {
    if (this.#isClosed || this.#timer !== null) return
    this.#timer = setTimeout(
      () => {
        this.#timer = null
        void this.flush()
      },
      this.#trouble === null ? delay : RETRY_MS,
    )
    this.#timer.unref()
  }

  async #write(): Promise<void> {
    const logs = [...this.#touched]
    this.#touched.clear()
    const isGood = await this.#attempt(() => this.#writeLayouts())
    const failed = isGood ? await this.#writeLogs(logs) : logs
    for (const log of failed) this.#touched.add(log)
    this.#waiting = 0
    for (const log of this.#touched) this.#waiting += log.waiting
    if (isGood && failed.length === 0) this.#recover()
    else this.#schedule(RETRY_MS)
  }

  /** @returns those that could not be written */
  async #writeLogs(logs: readonly EnvLog[]): Promise<EnvLog[]> {
    const failed: EnvLog[] = []
    // a program may have only so many files open
    for (let from = 0; from < logs.length; from += AT_ONCE) {
      const some = logs.slice(from, from + AT_ONCE)
      const results = await Promise.all(some.map((log) => this.#attempt(() => this.#writeLog(log))))
      failed.push(...some.filter((_, i) => results[i] === false))
    }
    return failed
  }

  async #writeLog(log: EnvLog): Promise<void> {
    await log.flush()
    if (!log.isDue(Date.now())) return
    const compacted = this.#compact(log)
    // the journal goes on meanwhile; but after trouble it is to be known whether that is over
    if (this.#trouble !== null) await compacted
    else compacted.catch((error) => this.#fail(error))
  }

  async #writeLayouts(): Promise<void> {
    const layouts = this.#layouts
    if (layouts === null) return
    await replaceFile(join(this.#options.folder, 'view', LAYOUTS), [layouts])
    if (this.#layouts === layouts) this.#layouts = null
  }

  async #compact(log: EnvLog): Promise<void> {
    try {
      await log.compact(() => this.#options.read(log.env))
      if (log.waiting > 0) {
        this.#touched.add(log)
        this.#schedule(WAIT_MS)
      }
    } catch (error) {
      this.#touched.add(log)
      throw error
    }
  }

  #compactIdle(): void {
    if (this.#trouble !== null || this.#lock === null) return
    const now = Date.now()
    for (const log of this.#logs.values())
      if (log.isDirty && log.isDue(now)) this.#compact(log).catch((error) => this.#fail(error))
  }

  /** @returns whether it went well */
  async #attempt(act: () => Promise<void>): Promise<boolean> {
    try {
      await this.#withFolder(act)
      return true
    } catch (error) {
      this.#fail(error as Error)
      return false
    }
  }

  async #withFolder(act: () => Promise<void>): Promise<void> {
    await this.#takeFolder()
    try {
      await act()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      this.#makingAnew ??= this.#makeAnew().finally(() => {
        this.#makingAnew = null
      })
      await this.#makingAnew
      await act()
    }
  }

  /** Someone removed the folder, or what is in it: all that is known is written again. */
  async #makeAnew(): Promise<void> {
    this.#lock?.release()
    this.#lock = null
    await this.#takeFolder()
    const now = Date.now()
    for (const log of this.#logs.values()) {
      if (this.#options.read(log.env) === undefined) continue
      log.requireFile(now)
      this.#touched.add(log)
    }
    this.#schedule(0)
  }

  /** Tells of trouble once, until it is over. */
  #fail(error: Error): void {
    const { code } = error as NodeJS.ErrnoException
    const why = code === undefined ? error.message : `${describeCode(code)} (${error.message})`
    const isNew = this.#trouble === null
    this.#trouble = why
    if (isNew && !this.#isClosed) {
      this.#options.warn(
        `plots are not being saved: ${why}. They are shown all the same, and saved when that is possible again.`,
      )
      this.#options.onTrouble(why)
    }
    this.#schedule(RETRY_MS)
  }

  #recover(): void {
    if (this.#trouble === null) return
    this.#trouble = null
    this.#options.warn('plots are being saved again')
    this.#options.onTrouble(null)
  }

  /** Writes the lines that wait; the process ends. */
  writeAtExit(): void {
    for (const log of this.#logs.values()) {
      try {
        log.flushNow(() => this.#options.read(log.env))
      } catch (error) {
        this.#options.warn(`plots of the environment '${log.env}' are lost: ${(error as Error).message}`)
      }
    }
    this.#lock?.release()
  }
}

/** Stores whose lines are not all written; a program that ends writes them. */
const open = new Set<Store>()

function writeAllAtExit(): void {
  for (const store of open) store.writeAtExit()
}

function describeCode(code: string): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full'
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'the folder cannot be written to'
  return 'the folder cannot be used'
}
