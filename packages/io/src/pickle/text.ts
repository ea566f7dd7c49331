/** Python's strings in UTF-8, where half a surrogate pair is written as a character of its own ("surrogatepass"). */
import { PickleError } from './values.js'

const encoder = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The bytes of a string. */
export function encodeText(text: string): Uint8Array {
  if (!/\p{Surrogate}/u.test(text)) return encoder.encode(text)
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (code >= 0xd800 && code <= 0xdfff) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(...encoder.encode(character))
  }
  return Uint8Array.from(bytes)
}

/** The string of some bytes. @throws PickleError if they are none */
export function decodeText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch {
    return decodeWithSurrogates(bytes)
  }
}

function decodeWithSurrogates(bytes: Uint8Array): string {
  let text = ''
  let start = 0
  const decodeUpTo = (end: number): void => {
    try {
      text += strict.decode(bytes.subarray(start, end))
    } catch {
      throw new PickleError('a string is not valid UTF-8')
    }
  }
  for (let i = 0; i + 2 < bytes.length; i++) {
    // 0xed cannot follow inside of a longer character
    if (bytes[i] !== 0xed || (bytes[i + 1]! & 0xe0) !== 0xa0 || (bytes[i + 2]! & 0xc0) !== 0x80) continue
    decodeUpTo(i)
    text += String.fromCharCode(0xd000 | ((bytes[i + 1]! & 63) << 6) | (bytes[i + 2]! & 63))
    i += 2
    start = i + 1
  }
  decodeUpTo(bytes.length)
  return text
}
