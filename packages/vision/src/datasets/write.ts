import { RuntimeError } from '@tsorch/core'
import { nodeFs } from './node.js'

/** Writes a file whole or not at all. @throws RuntimeError that names it */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const fs = nodeFs()
  if (fs === null) throw new RuntimeError(`${path}: there is no file system here`)
  const part = `${path}.part`
  try {
    await fs.promises.writeFile(part, bytes)
    await fs.promises.rename(part, path)
  } catch (error) {
    await fs.promises.rm(part, { force: true }).catch(() => {})
    throw new RuntimeError(`${path}: cannot be written (${(error as Error).message})`, { cause: error })
  }
}

/** Makes a folder and those above it. @throws RuntimeError that names it */
export async function makeFolder(path: string): Promise<void> {
  const fs = nodeFs()
  if (fs === null)
    throw new RuntimeError(
      `${path}: there is no file system here to download to; use the address of a folder that has the files as the root`,
    )
  try {
    await fs.promises.mkdir(path, { recursive: true })
  } catch (error) {
    throw new RuntimeError(`${path}: cannot be made (${(error as Error).message})`, { cause: error })
  }
}
