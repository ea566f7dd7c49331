import { MAX_TRANSFER, nodeFiles } from './node-files.js'

/** Temporary files of writes that are under way. */
const unfinished = new Set<string | URL>()

function removeUnfinished(): void {
  const { rmSync } = process.getBuiltinModule('node:fs')
  for (const path of unfinished) rmSync(path, { force: true })
}

function onSignal(signal: NodeJS.Signals): void {
  // a program that handles the signal itself decides whether it ends; if it does, 'exit' comes
  if (process.listenerCount(signal) > 1) return
  removeUnfinished()
  process.off(signal, onSignal)
  process.kill(process.pid, signal)
}

/** Sees to it that an interrupted program leaves no temporary file, as long as one is being written. */
function track(path: string | URL): void {
  if (unfinished.size === 0) process.on('exit', removeUnfinished).on('SIGINT', onSignal).on('SIGTERM', onSignal)
  unfinished.add(path)
}

function untrack(path: string | URL): void {
  unfinished.delete(path)
  if (unfinished.size === 0) process.off('exit', removeUnfinished).off('SIGINT', onSignal).off('SIGTERM', onSignal)
}

/**
 * Writes a file that is there whole or not at all: into a temporary file beside it, which then takes its name. When anything
 * fails, or the process is interrupted, the temporary file goes and what was there before stays.
 *
 * @throws Error where there is no file system, or from it
 */
export async function writeWhole(path: string | URL, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const files = nodeFiles()
  if (files === undefined) {
    throw new Error(
      `cannot write ${path}: there is no file system here; serialize to bytes and offer them for download`,
    )
  }
  const suffix = `.${globalThis.crypto.randomUUID().slice(0, 8)}.tmp`
  const temporary = path instanceof URL ? new URL(path.href + suffix) : path + suffix
  const file = await files.open(temporary, 'wx')
  track(temporary)
  try {
    try {
      for await (const chunk of chunks) {
        let done = 0
        while (done < chunk.length)
          done += (await file.write(chunk, done, Math.min(chunk.length - done, MAX_TRANSFER))).bytesWritten
      }
      // the name must not reach the disk before the bytes
      await file.sync()
    } finally {
      await file.close()
    }
    await files.rename(temporary, path)
  } catch (error) {
    await files.rm(temporary, { force: true })
    throw error
  } finally {
    untrack(temporary)
  }
}
