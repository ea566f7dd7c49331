/** CRC-32 of bytes, as eight hexadecimal digits. */
export function crc32(data: ArrayBufferView): string {
  let crc = -1
  for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (~crc >>> 0).toString(16).padStart(8, '0')
}
