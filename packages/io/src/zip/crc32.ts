/** Node's own, where there is one, works on at most so many bytes at once. */
const CHUNK = 2 ** 30

type Crc32 = (bytes: Uint8Array, start: number) => number

let tables: Uint32Array | null = null

/** Table k, at 256 k, is for a byte that k others follow. */
function makeTables(): Uint32Array {
  const made = new Uint32Array(8 * 256)
  for (let i = 0; i < 256; i++) {
    let c = i
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
    made[i] = c
  }
  for (let i = 256; i < made.length; i++) made[i] = (made[i - 256]! >>> 8) ^ made[made[i - 256]! & 0xff]!
  return made
}

/** Eight bytes at a time. */
export function crc32InScript(bytes: Uint8Array, start: number): number {
  tables ??= makeTables()
  const t = tables
  let crc = ~start
  let i = 0
  for (const end = bytes.length - 7; i < end; i += 8) {
    crc =
      t[1792 + ((bytes[i]! ^ crc) & 0xff)]! ^
      t[1536 + ((bytes[i + 1]! ^ (crc >>> 8)) & 0xff)]! ^
      t[1280 + ((bytes[i + 2]! ^ (crc >>> 16)) & 0xff)]! ^
      t[1024 + (bytes[i + 3]! ^ (crc >>> 24))]! ^
      t[768 + bytes[i + 4]!]! ^
      t[512 + bytes[i + 5]!]! ^
      t[256 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]!) & 0xff]!
  return ~crc >>> 0
}

function fastest(): Crc32 {
  const zlib = globalThis.process?.getBuiltinModule?.('node:zlib') as { crc32?: Crc32 } | undefined
  return typeof zlib?.crc32 === 'function' ? zlib.crc32 : crc32InScript
}

/** The checksum of a zip record. */
export function crc32(bytes: Uint8Array): number {
  const update = fastest()
  let crc = 0
  for (let at = 0; at < bytes.length; at += CHUNK) crc = update(bytes.subarray(at, at + CHUNK), crc)
  return crc
}
