import { expect, test } from 'vitest'
import { type ByteSource, openSource } from '../src/source.js'
import { crc32, crc32InScript } from '../src/zip/crc32.js'
import { ZipError } from '../src/zip/format.js'
import { ZipArchive } from '../src/zip/read.js'
import { ZipLayout } from '../src/zip/write.js'
import { latin1, zipOf } from './checkpoint-files.js'

const open = async (file: Uint8Array): Promise<ZipArchive> => ZipArchive.open(await openSource(file))

test('the checksum is that of zlib', () => {
  // zlib.crc32(b'123456789'), zlib.crc32(bytes(range(256)) * 5)
  const bytes = Uint8Array.from({ length: 1280 }, (_, i) => i)
  for (const checksum of [crc32, (x: Uint8Array) => crc32InScript(x, 0)]) {
    expect(checksum(latin1('123456789'))).toBe(0xcbf43926)
    expect(checksum(bytes)).toBe(0x1e7a6d24)
    expect(checksum(new Uint8Array(0))).toBe(0)
  }
  for (let cut = 0; cut < 20; cut++)
    expect(crc32InScript(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(0x1e7a6d24)
})

test('records are stored at multiples of 64 bytes, under names in UTF-8', async () => {
  const records = {
    'a/data.pkl': latin1('x'),
    größe: new Uint8Array(100),
    empty: new Uint8Array(0),
    last: latin1('abc'),
  }
  const file = zipOf(records)
  const archive = await open(file)
  expect([...archive.entries.keys()]).toEqual(Object.keys(records))
  for (const [name, content] of Object.entries(records)) {
    const entry = archive.entries.get(name)!
    expect(await archive.read(entry)).toEqual(content)
    const view = new DataView(file.buffer, entry.offset)
    const start = entry.offset + 30 + view.getUint16(26, true) + view.getUint16(28, true)
    expect(start % 64).toBe(0)
    expect(file.subarray(start, start + content.length)).toEqual(content)
  }
})

/** A file of which only the parts between two huge records are in memory; the rest is zeros. */
function sparse(parts: readonly (readonly [at: number, bytes: Uint8Array])[], size: number): ByteSource {
  const read = async (start: number, length: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(length)
    for (const [at, part] of parts) {
      const from = Math.max(start, at)
      const to = Math.min(start + length, at + part.length)
      if (from < to) bytes.set(part.subarray(from - at, to - at), from - start)
    }
    return bytes
  }
  return { name: 'sparse', size, read, close: async () => {} }
}

test('records and archives beyond 4 GiB', async () => {
  const layout = new ZipLayout()
  const sizes = { small: 3, huge: 5 * 2 ** 30, edge: 2 ** 32 - 1, behind: 3 }
  const content = latin1('abc')
  const parts: [number, Uint8Array][] = []
  let at = 0
  for (const [name, size] of Object.entries(sizes)) {
    const header = layout.header(name, size, size === 3 ? crc32(content) : 1)
    parts.push([at, header])
    at += header.length
    expect(at % 64).toBe(0)
    if (size === 3) parts.push([at, content])
    at += size
  }
  const directory = layout.directory()
  parts.push([at, directory])
  const archive = await ZipArchive.open(sparse(parts, at + directory.length))
  const entries = [...archive.entries.values()]
  expect(entries.map(({ name, size }) => [name, size])).toEqual(Object.entries(sizes))
  expect(entries.map(({ offset }) => offset > 2 ** 32)).toEqual([false, false, true, true])
  expect(await archive.read(archive.entries.get('small')!)).toEqual(content)
  expect(await archive.read(archive.entries.get('behind')!)).toEqual(content)
})

test('more records than 16 bits count', async () => {
  const file = zipOf(Object.fromEntries(Array.from({ length: 66_000 }, (_, i) => [`data/${i}`, new Uint8Array(0)])))
  const { entries } = await open(file)
  expect(entries.size).toBe(66_000)
  expect(entries.has('data/65999')).toBe(true)
})

/** A deflated record in an archive, made by Python's zipfile. */
function deflated(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    atob(
      'UEsDBBQAAAAIAOa7e10D2jiaCwAAAOgDAAABAAAAYUtMHAWjYBQMdwAAUEsBAhQDFAAAAAgA5rt7XQPaOJoLAAAA6AMAAAEAAAAAAAAAAAAAAIABAAAAAGFQSwUGAAAAAAEAAQAvAAAAKgAAAAAA',
    ),
    (character) => character.charCodeAt(0),
  )
}

test('a deflated record is unpacked, and no further than it says', async () => {
  const archive = await open(deflated())
  expect(await archive.read(archive.entries.get('a')!)).toEqual(new Uint8Array(1000).fill(97))
  const longer = deflated()
  const sizeAt = new Uint8Array(longer).findLastIndex((byte, i) => byte === 0xe8 && longer[i + 1] === 0x03)
  const claim = async (size: number): Promise<unknown> => {
    new DataView(longer.buffer).setUint32(sizeAt, size, true)
    const claimed = await open(longer)
    return claimed.read(claimed.entries.get('a')!)
  }
  await expect(claim(999)).rejects.toThrow('record a has more than 999 bytes')
  await expect(claim(1001)).rejects.toThrow('record a has 1000 bytes instead of 1001')
  await expect(claim(1_000_000)).rejects.toThrow('record a cannot have 1000000 bytes')
})

test('what is damaged or not supported is refused', async () => {
  const file = zipOf({ a: latin1('abc'), b: latin1('def') })
  const entryAt = (name: string): number => {
    const text = String.fromCharCode(...file)
    return text.indexOf(`PK\u0001\u0002`, text.indexOf(`${name}PK`) - 60)
  }
  const first = entryAt('a')
  const end = file.length - 22
  const change = (at: number, ...bytes: number[]): Promise<unknown> => {
    const copy = file.slice()
    copy.set(bytes, at)
    return open(copy).then(async (archive) => archive.read(archive.entries.get('a')!))
  }
  await expect(change(first + 8, 1)).rejects.toThrow('record a is encrypted')
  await expect(change(first + 10, 12)).rejects.toThrow('record a is compressed by method 12')
  await expect(change(first + 24, 4)).rejects.toThrow('record a cannot have 4 bytes: it takes 3 in the archive')
  await expect(change(first + 16, 1)).rejects.toThrow('record a is damaged: its checksum differs')
  await expect(change(first + 46, 98)).rejects.toThrow('the zip archive has two records b')
  await expect(change(first, 0)).rejects.toThrow('the directory of the zip archive is damaged: it has 0 of 2 entries')
  await expect(change(first + 42, 1)).rejects.toThrow('record a: there is no header at byte 1')
  await expect(change(first + 42, 64)).rejects.toThrow('reaches beyond byte')
  await expect(change(end + 4, 1)).rejects.toThrow('split into several files')
  await expect(change(end + 10, 3)).rejects.toThrow('it has 2 of 3 entries')
  await expect(change(end + 16, 0xff, 0xff, 0xff, 0xff)).rejects.toThrow('no zip64 directory')
  await expect(change(end + 12, 0xff, 0)).rejects.toThrow(ZipError)
  await expect(change(26, 0xff, 0xff)).rejects.toThrow('record a reaches beyond the end of the records')
  // PyTorch writes a checksum of 0 if it is told not to compute any
  await expect(change(first + 16, 0, 0, 0, 0)).resolves.toEqual(latin1('abc'))
  for (let length = 0; length < file.length; length++)
    await expect(open(file.subarray(0, length))).rejects.toThrow('no directory at its end')
})
