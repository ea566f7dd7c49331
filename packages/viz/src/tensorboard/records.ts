/**
 * TFRecord framing: the length of the data (uint64), a checksum of those eight bytes, the data, a checksum of the data.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord
 */
import { maskedCrc32c } from './crc32c.js'

const HEADER = 12
const FOOTER = 4

/** A record that holds the data. */
export function frameRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEADER + data.length + FOOTER)
  const view = new DataView(record.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true)
  record.set(data, HEADER)
  view.setUint32(HEADER + data.length, maskedCrc32c(data), true)
  return record
}

/** What a record holds, and the offset of the record in its file. */
export interface FramedData {
  readonly data: Uint8Array
  readonly offset: number
}

/**
 * The data of the records of a file that comes in pieces. Ends at a record that is cut short: its writer is still at it, or was
 * interrupted.
 *
 * @param name what the file is called in errors
 * @throws Error for a damaged record, which it names
 */
export async function* readRecords(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
): AsyncGenerator<FramedData, void> {
  let rest: Uint8Array = new Uint8Array(0)
  let offset = 0
  let count = 0
  // pieces of a large record are gathered, and joined once there are enough of them
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  let wanted = HEADER
  const damaged = (what: string): Error =>
    new Error(`${name}: record ${count} (byte ${offset}) is damaged: the checksum of its ${what} is wrong`)
  for await (const chunk of chunks) {
    waiting.push(chunk)
    waitingBytes += chunk.length
    if (rest.length + waitingBytes < wanted) continue
    rest = joined([rest, ...waiting])
    waiting = []
    waitingBytes = 0
    let at = 0
    for (;;) {
      wanted = HEADER
      if (rest.length - at < wanted) break
      const view = new DataView(rest.buffer, rest.byteOffset + at, rest.length - at)
      if (view.getUint32(8, true) !== maskedCrc32c(rest.subarray(at, at + 8))) throw damaged('length')
      const length = Number(view.getBigUint64(0, true))
      wanted = HEADER + length + FOOTER
      if (rest.length - at < wanted) break
      const data = rest.subarray(at + HEADER, at + HEADER + length)
      if (view.getUint32(HEADER + length, true) !== maskedCrc32c(data)) throw damaged('data')
      yield { data, offset }
      at += wanted
      offset += wanted
      count++
    }
    rest = rest.subarray(at)
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const nonEmpty = parts.filter((part) => part.length > 0)
  if (nonEmpty.length === 1) return nonEmpty[0]!
  const all = new Uint8Array(nonEmpty.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of nonEmpty) {
    all.set(part, at)
    at += part.length
  }
  return all
}
