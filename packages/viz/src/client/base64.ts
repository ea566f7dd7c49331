/** Bytes as base64, in every runtime. */
export function toBase64(bytes: Uint8Array): string {
  const { Buffer } = globalThis as {
    Buffer?: { from(buffer: ArrayBufferLike, offset: number, length: number): unknown }
  }
  if (Buffer !== undefined) {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as { toString(encoding: string): string }
    return view.toString('base64')
  }
  let text = ''
  // in pieces, since a call takes only so many arguments
  for (let at = 0; at < bytes.length; at += 0x2000) text += String.fromCharCode(...bytes.subarray(at, at + 0x2000))
  return btoa(text)
}
