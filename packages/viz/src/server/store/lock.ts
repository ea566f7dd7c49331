/** One server a folder: a file in it names the process that uses it. */
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { readFile, rename, stat, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

const FILE = 'lock'

/** A lock of another machine or container, whose processes cannot be asked for, is left behind if it was not renewed for so long. */
const STALE_MS = 60_000
const RENEW_MS = 15_000

/** Paths that this process holds. */
const held = new Set<string>()

interface Holder {
  readonly pid: number
  readonly host: string
  /** when the process was started, in the system's own units, where that can be known: numbers of processes are used again */
  readonly started: string | null
  readonly id: string
}

/** A held lock. */
export class FolderLock {
  readonly #path: string
  readonly #text: string
  readonly #timer: ReturnType<typeof setInterval>

  private constructor(path: string, text: string) {
    this.#path = path
    this.#text = text
    this.#timer = setInterval(() => {
      try {
        const now = new Date()
        utimesSync(path, now, now)
      } catch {
        // the folder is gone or full: saving will say so
      }
    }, RENEW_MS)
    this.#timer.unref()
    held.add(path)
  }

  /** @throws Error if another server uses the folder, and from the file system */
  static async take(folder: string): Promise<FolderLock> {
    const path = join(folder, FILE)
    const holder: Holder = {
      pid: process.pid,
      host: hostname(),
      started: startOf(process.pid),
      id: randomBytes(8).toString('hex'),
    }
    const text = JSON.stringify(holder)
    for (let attempt = 0; attempt < 10; attempt++) {
      try {
        writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
        return new FolderLock(path, text)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const found = await readFile(path, 'utf8').catch(() => null)
      if (found === null) continue
      if (await isInUse(path, found))
        throw new Error(
          `another server (process ${describe(found)}) uses the folder ${folder}: stop it, or give this one another folder with --env-path (serve: envPath)`,
        )
      await setAside(path, found)
    }
    throw new Error(`the folder ${folder} is being locked by other servers again and again`)
  }

  /** Can be called at the end of a process. */
  release(): void {
    clearInterval(this.#timer)
    held.delete(this.#path)
    try {
      if (readFileSync(this.#path, 'utf8') === this.#text) rmSync(this.#path)
    } catch {
      // it is gone
    }
  }
}

/** Moves a lock that was left behind out of the way; if it is another's by now, back. */
async function setAside(path: string, text: string): Promise<void> {
  const aside = `${path}-${randomBytes(6).toString('hex')}`
  try {
    await rename(path, aside)
    if ((await readFile(aside, 'utf8')) === text) await unlink(aside)
    else await rename(aside, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

async function isInUse(path: string, text: string): Promise<boolean> {
  const holder = parse(text)
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }))
  const isFresh = Date.now() - mtimeMs < STALE_MS
  // being written right now, or cut short long ago
  if (holder === null) return isFresh
  if (holder.host !== hostname()) return isFresh
  if (holder.pid === process.pid) return held.has(path)
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const started = startOf(holder.pid)
  return started === null || holder.started === null || started === holder.started
}

function parse(text: string): Holder | null {
  try {
    const { pid, host, started, id } = JSON.parse(text)
    return Number.isInteger(pid) && pid > 0
      ? { pid, host: String(host), started: started ?? null, id: String(id) }
      : null
  } catch {
    return null
  }
}

function describe(text: string): string {
  const holder = parse(text)
  if (holder === null) return 'unknown'
  return holder.host === hostname() ? `${holder.pid}` : `${holder.pid} on ${holder.host}`
}

/** Where there is /proc: the 22nd field, counted after the name of the program, which may hold anything. */
function startOf(pid: number): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${fields.slice(fields.lastIndexOf(')') + 2).split(' ')[19]}`
  } catch {
    return null
  }
}
