/**
 * Names of environments as names of files. They stay readable and are those that visdom gives where that is safe; every other character is
 * written as `%` and the hexadecimal digits of its bytes, so that a name leads nowhere else and no two names share a file.
 */
import { createHash } from 'node:crypto'

/** Bytes of a file name that systems allow are 255; endings come after it. */
const MAX_BYTES = 200

/** Names of devices on Windows, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

const HASHED = '%~'

/** The name of a file, without ending. A name that is too long gives a hash, and must be written down in the file. */
export function fileNameOf(env: string): string {
  // half of a character has no bytes
  if (/\p{Surrogate}/u.test(env)) return hashedFileNameOf(env)
  let name = ''
  for (const char of env) name += /[\p{L}\p{N} _.,=+()@!#&'~^{}[\]-]/u.test(char) ? char : escaped(char)
  // hidden files, `..`, ends that Windows drops, devices
  name = name.replace(/^[.~ ]/, escaped).replace(/[. ]$/, escaped)
  if (name === '' || DEVICE.test(name)) name = name === '' ? '%' : escaped(name[0]!) + name.slice(1)
  return Buffer.byteLength(name) <= MAX_BYTES ? name : hashedFileNameOf(env)
}

/**
 * The same, for an environment whose file's name some systems would take for another's: they do not tell capitals from small letters, nor
 * two ways to write an accent.
 */
export function distinctFileNameOf(env: string): string {
  const name = fileNameOf(env)
  if (name.startsWith(HASHED)) return name
  const distinct = name.replace(/%[0-9A-F]{2}|\p{Lu}|\P{ASCII}/gu, (part) =>
    part.startsWith('%') ? part : escaped(part),
  )
  return distinct.length <= MAX_BYTES ? distinct : hashedFileNameOf(env)
}

/** Equal for names that some file system takes for the same. */
export function caseless(fileName: string): string {
  return fileName.normalize('NFC').toLowerCase()
}

/** The environment that a file belongs to, `null` if only the file says that. Names that visdom wrote stand for themselves. */
export function envOf(fileName: string): string | null {
  if (fileName.startsWith(HASHED)) return null
  if (fileName === '%') return ''
  let env: string
  try {
    env = decodeURIComponent(fileName)
  } catch {
    return fileName
  }
  return fileNameOf(env) === fileName || distinctFileNameOf(env) === fileName ? env : fileName
}

/** A name that tells nothing of the environment's: the file must. */
export function hashedFileNameOf(env: string): string {
  return HASHED + createHash('sha256').update(env, 'utf16le').digest('hex')
}

function escaped(char: string): string {
  return [...Buffer.from(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}
