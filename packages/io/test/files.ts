/** A file as the reference library (safetensors 0.8.0) writes it: every dtype but int16 and int8, a scalar, an empty tensor. */
const LIBRARY =
  'sAIAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJpNjQiOnsiZHR5cGUiOiJJNjQiLCJzaGFwZSI6WzRdLCJkYXRhX29mZnNldHMiOlswLDMyXX0sImY2NCI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzMyLDQ4XX0sImJpYXMiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOls0OCw2MF19LCJlbXB0eSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMCwyXSwiZGF0YV9vZmZzZXRzIjpbNjAsNjBdfSwic2NhbGFyIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOltdLCJkYXRhX29mZnNldHMiOls2MCw2NF19LCJ3ZWlnaHQiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzMsNF0sImRhdGFfb2Zmc2V0cyI6WzY0LDExMl19LCJpMzIiOnsiZHR5cGUiOiJJMzIiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOlsxMTIsMTI0XX0sImJmMTYiOnsiZHR5cGUiOiJCRjE2Iiwic2hhcGUiOls1XSwiZGF0YV9vZmZzZXRzIjpbMTI0LDEzNF19LCJoYWxmIjp7ImR0eXBlIjoiRjE2Iiwic2hhcGUiOlsyLDJdLCJkYXRhX29mZnNldHMiOlsxMzQsMTQyXX0sInU4Ijp7ImR0eXBlIjoiVTgiLCJzaGFwZSI6WzVdLCJkYXRhX29mZnNldHMiOlsxNDIsMTQ3XX0sImJvb2wiOnsiZHR5cGUiOiJCT09MIiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbMTQ3LDE0OV19fSAgAAAAAAAAAAABAAAAAAAAAAIAAAAAAAAAAwAAAAAAAAAAAABAE6LgPwAAACD/IeG/ehxJv3cPLj+y9vu/AADAP3vJ5z8jfAi/flt7PwjbgD/q+7g/NB8kv6OGor+bMYw/Kx6CP+69jL2wiim/9W0IQAAAAAABAAAAAgAAADzArT7Bvk+/pD4FPMw/KzlzvAABAgMEAQA='

export function libraryFile(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(LIBRARY), (character) => character.charCodeAt(0))
}

/** A file of any header, right or wrong, with any bytes behind it. */
export function fileOf(header: unknown, data: Uint8Array | number = 0, length?: number): Uint8Array<ArrayBuffer> {
  const text = typeof header === 'string' ? header : JSON.stringify(header)
  const encoded = header instanceof Uint8Array ? header : new TextEncoder().encode(text)
  const bytes = typeof data === 'number' ? new Uint8Array(data) : data
  const file = new Uint8Array(8 + encoded.length + bytes.length)
  new DataView(file.buffer).setBigUint64(0, BigInt(length ?? encoded.length), true)
  file.set(encoded, 8)
  file.set(bytes, 8 + encoded.length)
  return file
}

/** What a header says of a tensor. */
export function info(dtype: string, shape: readonly unknown[], begin: number, end: number): Record<string, unknown> {
  return { dtype, shape, data_offsets: [begin, end] }
}
