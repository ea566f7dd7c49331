/** GIF files as a reader sees them, from the specification: what was written is looked at by other code than wrote it. */

export interface DecodedGif {
  readonly width: number
  readonly height: number
  /** in hundredths of a second */
  readonly delays: readonly number[]
  /** red, green and blue of each pixel */
  readonly frames: readonly Uint8Array[]
}

export function decodeGif(file: Uint8Array): DecodedGif {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (new TextDecoder().decode(file.subarray(0, 6)) !== 'GIF89a') throw new Error('no GIF')
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)]
  const delays: number[] = []
  const frames: Uint8Array[] = []
  let at = 13
  const blocks = (): Uint8Array => {
    const data: number[] = []
    for (let size = file[at++]!; size > 0; size = file[at++]!) {
      data.push(...file.subarray(at, at + size))
      at += size
    }
    return Uint8Array.from(data)
  }
  for (let kind = file[at++]; kind !== 0x3b; kind = file[at++]) {
    if (kind === 0x21) {
      const label = file[at++]
      const data = blocks()
      if (label === 0xf9) delays.push(data[1]! + 256 * data[2]!)
    } else if (kind === 0x2c) {
      const flags = file[at + 8]!
      at += 9
      const size = 3 << ((flags & 7) + 1)
      const palette = file.subarray(at, at + size)
      at += size
      const depth = file[at++]!
      const indices = decompress(blocks(), depth)
      if (indices.length !== width * height) throw new Error(`${indices.length} pixels, not ${width * height}`)
      frames.push(Uint8Array.from(indices.flatMap((i) => [...palette.subarray(3 * i, 3 * i + 3)])))
    } else throw new Error(`an unknown block ${kind} at ${at - 1}`)
  }
  if (at !== file.length) throw new Error('something after the end')
  return { width, height, delays, frames }
}

function decompress(data: Uint8Array, depth: number): number[] {
  const clear = 1 << depth
  let at = 0
  let width = depth + 1
  const read = (): number => {
    let code = 0
    for (let bit = 0; bit < width; bit++, at++) {
      if (at >> 3 >= data.length) throw new Error('codes end early')
      code |= ((data[at >> 3]! >> (at & 7)) & 1) << bit
    }
    return code
  }
  let strings: number[][] = []
  const reset = (): void => {
    strings = Array.from({ length: clear + 2 }, (_, i) => [i])
    width = depth + 1
  }
  const out: number[] = []
  let last: number[] | null = null
  for (;;) {
    const code = read()
    if (code === clear) {
      reset()
      last = null
      continue
    }
    if (code === clear + 1) return out
    const string: number[] | null = strings[code] ?? (last === null ? null : [...last, last[0]!])
    if (string === null || code > strings.length) throw new Error(`code ${code} is not known`)
    out.push(...string)
    if (last !== null && strings.length < 4096) strings.push([...last, string[0]!])
    if (strings.length === 1 << width && width < 12) width++
    last = string
  }
}
