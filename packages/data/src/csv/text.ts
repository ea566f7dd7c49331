/** Bytes to text, in pieces, with the place where they are not what they should be. */
import { RuntimeError, ValueError } from '@tsorch/core'

/**
 * The text of bytes, with line breaks as `\n`.
 *
 * @param encoding - a label of the Encoding standard: `utf-8`, `utf-16le`, `windows-1252`
 * @throws RuntimeError that names the file and the line where the bytes are not in this encoding
 */
export async function* textOf(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  encoding: string,
): AsyncGenerator<string, void> {
  const decoder = decoderOf(encoding)
  let line = 1
  let held = ''
  let isFirst = true
  for await (const chunk of chunks) {
    if (isFirst) checkWide(name, chunk, decoder.encoding)
    isFirst = false
    let text: string
    try {
      text = held + decoder.decode(chunk, { stream: true })
    } catch {
      throw new RuntimeError(`${name}, line ${line + badLine(chunk, encoding)}: ${wrong(encoding)}`)
    }
    // the second half of a \r\n may come with the next piece
    held = text.endsWith('\r') ? '\r' : ''
    text = withPlainBreaks(held === '' ? text : text.slice(0, -1))
    line += countOf(text, '\n')
    if (text !== '') yield text
  }
  try {
    const text = withPlainBreaks(held + decoder.decode())
    if (text !== '') yield text
  } catch {
    throw new RuntimeError(`${name}, line ${line}: ${wrong(encoding)}`)
  }
}

function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true })
  } catch {
    throw new ValueError(`encoding should be a label such as utf-8, utf-16le or windows-1252, but got ${encoding}`)
  }
}

function wrong(encoding: string): string {
  return `the bytes are not ${encoding} text; if they are text of another encoding, say which: { encoding: 'windows-1252' }`
}

/** UTF-16 that is read as bytes would give cells with a zero between any two letters. */
function checkWide(name: string, bytes: Uint8Array, encoding: string): void {
  if (encoding.startsWith('utf-16')) return
  const [a, b] = bytes
  const found =
    a === 0xff && b === 0xfe ? 'le' : a === 0xfe && b === 0xff ? 'be' : b === 0 ? 'le' : a === 0 ? 'be' : null
  if (found !== null && bytes.length > 1)
    throw new RuntimeError(
      `${name}, line 1: the bytes are not ${encoding} text but look like UTF-16; try { encoding: 'utf-16${found}' }`,
    )
}

function withPlainBreaks(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}

function countOf(text: string, letter: string): number {
  let count = 0
  for (let at = text.indexOf(letter); at >= 0; at = text.indexOf(letter, at + 1)) count++
  return count
}

/** How many lines of bytes that cannot be decoded are good. */
function badLine(bytes: Uint8Array, encoding: string): number {
  // a piece may begin in the middle of a letter
  let from = 0
  while (from < 3 && (bytes[from]! & 0xc0) === 0x80) from++
  const good = new TextDecoder(encoding).decode(bytes.subarray(from), { stream: true })
  const at = good.indexOf('\uFFFD')
  return at < 0 ? 0 : countOf(withPlainBreaks(good.slice(0, at)), '\n')
}
