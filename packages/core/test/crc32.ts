const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let word = byte
  for (let bit = 0; bit < 8; bit++) word = (word & 1) === 1 ? (word >>> 1) ^ 0xedb88320 : word >>> 1
  return word
})

/** The CRC-32 of an array's bytes as 8 hex digits: equal only if all values are equal to the last bit. */
export function crc32(array: ArrayBufferView): string {
  let word = 0xffffffff
  for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) {
    word = TABLE[(word ^ byte) & 0xff]! ^ (word >>> 8)
  }
  return (~word >>> 0).toString(16).padStart(8, '0')
}
