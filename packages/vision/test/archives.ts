/** Small archives for tests. */

/** A tar archive of files; null makes a folder. */
export function tar(files: Record<string, Uint8Array | null>): Uint8Array {
  const blocks: Uint8Array[] = []
  for (const [path, bytes] of Object.entries(files)) {
    const header = new Uint8Array(512)
    const put = (at: number, text: string) => header.set(new TextEncoder().encode(text), at)
    put(0, path)
    put(100, '0000644\0')
    put(124, `${(bytes?.length ?? 0).toString(8).padStart(11, '0')}\0`)
    put(148, '        ')
    put(156, bytes === null ? '5' : '0')
    put(257, 'ustar\u000000')
    put(
      148,
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
    )
    blocks.push(header)
    const body = new Uint8Array(Math.ceil((bytes?.length ?? 0) / 512) * 512)
    body.set(bytes ?? [])
    blocks.push(body)
  }
  return joined([...blocks, new Uint8Array(1024)])
}

/** A zip archive whose files are stored as they are. */
export function zip(files: Record<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = []
  const central: Uint8Array[] = []
  let at = 0
  const entries = Object.entries(files)
  for (const [path, bytes] of entries) {
    const name = new TextEncoder().encode(path)
    const local = record(30, [
      [0, 0x04034b50, 4],
      [18, bytes.length, 4],
      [22, bytes.length, 4],
      [26, name.length, 2],
    ])
    parts.push(local, name, bytes)
    const entry = record(46, [
      [0, 0x02014b50, 4],
      [20, bytes.length, 4],
      [24, bytes.length, 4],
      [28, name.length, 2],
      [42, at, 4],
    ])
    central.push(entry, name)
    at += local.length + name.length + bytes.length
  }
  const directory = joined(central)
  const end = record(22, [
    [0, 0x06054b50, 4],
    [8, entries.length, 2],
    [10, entries.length, 2],
    [12, directory.length, 4],
    [16, at, 4],
  ])
  return joined([...parts, directory, end])
}

function record(length: number, fields: [at: number, value: number, bytes: 2 | 4][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(length))
  for (const [at, value, bytes] of fields)
    bytes === 2 ? view.setUint16(at, value, true) : view.setUint32(at, value, true)
  return new Uint8Array(view.buffer)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
