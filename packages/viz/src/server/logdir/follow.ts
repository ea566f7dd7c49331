import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import type { Hub } from '../../hub/index.js'
import { EventFollower } from './event-follower.js'
import { RunWindows } from './run-windows.js'

/** Milliseconds between looks at files that are known, and for new ones; where a look takes long, it is taken less often. */
const FILES_MS = 1000
const FOLDERS_MS = 5000
const TIMES_LONGER = 20

/** Runs that are shown; folders in folders. */
const MAX_RUNS = 5000
const MAX_DEPTH = 20

/** Events that are shown at once, at most: a long file holds up nobody else. */
const EVENTS_AT_ONCE = 20_000

/** Shows a log directory. */
export interface LogdirFollower {
  /** Whether an environment shows a run. */
  shows(env: string): boolean
  /** Resolves when all that is there now is shown. */
  refresh(): Promise<void>
  close(): void
}

interface Run {
  readonly windows: RunWindows
  readonly files: Map<string, EventFollower>
  readonly env: string
  readonly folder: string
}

/** Shows each run of a log directory as an environment of a hub, and follows its files as they grow. */
export function followLogdir(hub: Hub, logdir: string, warn: (line: string) => void): LogdirFollower {
  return new Follower(hub, resolve(logdir), warn)
}

class Follower implements LogdirFollower {
  readonly #hub: Hub
  readonly #root: string
  readonly #warn: (line: string) => void
  readonly #runs = new Map<string, Run>()
  readonly #envs = new Set<string>()
  readonly #told = new Set<string>()
  #timer: ReturnType<typeof setTimeout> | null = null
  #reading: Promise<void> = Promise.resolve()
  #nextScan = Number.NEGATIVE_INFINITY
  #isClosed = false

  constructor(hub: Hub, root: string, warn: (line: string) => void) {
    this.#hub = hub
    this.#root = root
    this.#warn = warn
    this.#next(0)
  }

  shows(env: string): boolean {
    return this.#envs.has(env)
  }

  refresh(): Promise<void> {
    this.#nextScan = Number.NEGATIVE_INFINITY
    return this.#turn()
  }

  close(): void {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #next(delay: number): void {
    if (this.#isClosed) return
    this.#timer = setTimeout(async () => {
      const start = Date.now()
      await this.#turn()
      this.#next(Math.max(FILES_MS, TIMES_LONGER * (Date.now() - start)))
    }, delay)
    this.#timer.unref()
  }

  #turn(): Promise<void> {
    this.#reading = this.#reading.then(async () => {
      try {
        const start = Date.now()
        if (start >= this.#nextScan) {
          await this.#scan(this.#root, 0, new Set())
          this.#nextScan = Date.now() + Math.max(FOLDERS_MS, TIMES_LONGER * (Date.now() - start))
        }
        for (const run of this.#runs.values()) await this.#read(run)
      } catch (error) {
        this.#tell(`the log directory ${this.#root} cannot be read: ${(error as Error).message}`)
      }
    })
    return this.#reading
  }

  async #scan(folder: string, depth: number, above: ReadonlySet<string>): Promise<void> {
    if (this.#isClosed || depth > MAX_DEPTH) return
    // a link to a folder above would be followed for ever
    const real = await realpath(folder)
    if (above.has(real)) return
    const entries = await readdir(folder, { withFileTypes: true })
    const names = entries.filter((entry) => !entry.isDirectory() && entry.name.includes('tfevents'))
    if (names.length > 0)
      this.#addFiles(
        folder,
        names.map(({ name }) => name),
      )
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name)
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectory(path)))
      if (!isFolder) continue
      try {
        await this.#scan(path, depth + 1, new Set([...above, real]))
      } catch (error) {
        this.#tell(`${path} is left out: ${(error as Error).message}`)
      }
    }
  }

  #addFiles(folder: string, names: readonly string[]): void {
    let run = this.#runs.get(folder)
    if (run === undefined) {
      if (this.#runs.size >= MAX_RUNS) {
        this.#tell(`${this.#root} has more than ${MAX_RUNS} runs: the others are not shown`)
        return
      }
      const env = this.#nameOf(folder)
      this.#envs.add(env)
      this.#hub.handle(`env/${env}`, { eid: env })
      run = { windows: new RunWindows(this.#hub, env, (line) => this.#tell(line)), files: new Map(), env, folder }
      this.#runs.set(folder, run)
    }
    // names begin with the time, and files of one second are counted: 10 comes after 9
    const sorted = [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    for (const name of sorted) if (!run.files.has(name)) run.files.set(name, new EventFollower(join(folder, name)))
  }

  /** The path of a run in the log directory; another environment of that name keeps it. */
  #nameOf(folder: string): string {
    const path = relative(this.#root, folder).replaceAll('\\', '/') || basename(this.#root)
    const plain = cleanName(path)
    const taken = new Set(this.#hub.environments())
    if (!taken.has(plain)) return plain
    for (let i = 2; ; i++) if (!taken.has(`${plain} (${i})`)) return `${plain} (${i})`
  }

  async #read(run: Run): Promise<void> {
    const sizes = new Map<EventFollower, number>()
    for (const [name, file] of run.files) {
      const size = await sizeOf(file.path)
      if (size === null) run.files.delete(name)
      else sizes.set(file, size)
    }
    if (run.files.size === 0) {
      this.#remove(run)
      return
    }
    if ([...sizes].some(([file, size]) => file.isAnother(size))) {
      run.windows.clear()
      for (const file of run.files.values()) file.rewind()
    }
    for (const [file, size] of sizes) {
      if (this.#isClosed) return
      if (file.damage !== null) continue
      try {
        for await (const events of file.read(size)) {
          for (const event of events) run.windows.add(event)
          if (run.windows.waiting > EVENTS_AT_ONCE) run.windows.show()
          if (this.#isClosed) return
        }
      } catch (error) {
        this.#tell(`${file.path} cannot be read: ${(error as Error).message}`)
      }
      if (file.damage !== null) this.#tell(`${file.damage}; what follows is not shown`)
    }
    if (run.windows.waiting > 0) run.windows.show()
  }

  /** Someone deleted the run. */
  #remove({ env, folder }: Run): void {
    this.#hub.handle('delete_env', { eid: env })
    this.#runs.delete(folder)
    this.#envs.delete(env)
  }

  #tell(line: string): void {
    if (this.#told.has(line) || this.#told.size > 1000) return
    this.#told.add(line)
    this.#warn(line)
  }
}

/** A path as the name of an environment, where slashes are underscores. */
function cleanName(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names of environments have none
  const name = path.replaceAll('/', '_').replace(/[\u0000-\u001f\u007f\p{Surrogate}]/gu, '?')
  return name.length <= 180 ? name : `...${name.slice(-170)}`
}

/** `null` if the file is gone. */
async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch {
    return null
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}
