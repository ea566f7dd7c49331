import { RuntimeError } from '@tsorch/core'
import { nodeCrypto, nodeFs } from './node.js'

/** The MD5 checksum of a file, in hexadecimal digits. @throws RuntimeError if it cannot be read */
export async function md5Of(path: string): Promise<string> {
  const fs = nodeFs()
  const crypto = nodeCrypto()
  if (fs === null || crypto === null) throw new RuntimeError(`${path}: there is no file system here`)
  const hash = crypto.createHash('md5')
  try {
    for await (const piece of fs.createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Uint8Array)
  } catch (error) {
    throw new RuntimeError(`${path}: cannot be read (${(error as Error).message})`, { cause: error })
  }
  return hash.digest('hex')
}

/** Whether a file is there and has this checksum. */
export async function hasMd5(path: string, md5: string): Promise<boolean> {
  return nodeFs()?.existsSync(path) === true && (await md5Of(path)) === md5
}
