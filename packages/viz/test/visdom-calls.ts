/** Calls of visdom's Python client (0.2.4), with the bodies that it posted: recorded exchanges, and random calls. */

import { Visdom, type VisdomOptions } from '../src/client/index.js'
import type { Transport } from '../src/protocol/transport.js'
import type { JsonObject } from '../src/protocol/types.js'
import recorded from './fixtures/visdom-calls.json' with { type: 'json' }

export interface RecordedCall {
  readonly case: string
  readonly verb: string
  readonly args: readonly unknown[]
  readonly kw: unknown
  /** what `win_exists` was answered */
  readonly exists: boolean | null
  /** what was posted, as Python wrote it */
  readonly posts: readonly (readonly [endpoint: string, body: string])[]
}

export const recordedCalls = recorded as unknown as readonly RecordedCall[]

/** `NaN` and `Infinity` are strings in the fixture, numbers of a type are objects. */
export function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode)
  if (typeof value !== 'object' || value === null) return value
  if ('__nd' in value) {
    const { __nd, dtype, shape } = value as { __nd: unknown; dtype: string; shape: number[] }
    const nested = numbers(__nd)
    if (dtype === 'list' || dtype === 'str') return nested
    const flat = (nested as unknown[]).flat(8) as number[]
    const data =
      dtype === 'float32'
        ? Float32Array.from(flat)
        : dtype === 'uint8'
          ? Uint8Array.from(flat)
          : dtype === 'int64'
            ? BigInt64Array.from(flat, BigInt)
            : Float64Array.from(flat)
    return { data, shape }
  }
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, decode(element)]))
}

const numbers = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(numbers) : value === 'NaN' || value === 'Infinity' ? Number(value) : value

/** Posts that a transport was given; windows exist or not, as is said. */
export class FakeServer implements Transport {
  readonly posts: [endpoint: string, body: JsonObject][] = []
  exists = true

  async post(endpoint: string, body: JsonObject): Promise<string> {
    if (endpoint === 'win_exists') return String(this.exists)
    this.posts.push([endpoint, body])
    return typeof body.win === 'string' ? body.win : ''
  }

  /** Without the first, which makes the environment. */
  get plots(): [endpoint: string, body: JsonObject][] {
    return this.posts.filter(([endpoint]) => !endpoint.startsWith('env/'))
  }
}

/** Makes a client whose troubles are kept. */
export function client(server: VisdomOptions['server'], options: VisdomOptions = {}): { viz: Visdom; errors: Error[] } {
  const errors: Error[] = []
  return { viz: new Visdom({ server, interval: 0, onError: (error) => errors.push(error), ...options }), errors }
}

/** Bytes of a PNG file's pixels, by the rules of the standard. */
export async function readPng(url: string): Promise<{ width: number; height: number; pixels: number[] }> {
  const file = Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (letter) => letter.charCodeAt(0))
  const view = new DataView(file.buffer)
  const parts: Uint8Array[] = []
  for (let at = 8; at < file.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8))
    if (type === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + view.getUint32(at)))
  }
  const [width, height, channels] = [view.getUint32(16), view.getUint32(20), [1, 0, 3, 0, 2, 0, 4][view.getUint8(25)]!]
  const data = await inflate(new Blob(parts as BlobPart[]))
  const row = width * channels
  const pixels = new Array<number>(row * height)
  for (let y = 0; y < height; y++) {
    const filter = data[y * (row + 1)]!
    for (let i = 0; i < row; i++) {
      const a = i < channels ? 0 : pixels[y * row + i - channels]!
      const b = y === 0 ? 0 : pixels[(y - 1) * row + i]!
      const c = y === 0 || i < channels ? 0 : pixels[(y - 1) * row + i - channels]!
      const guess = [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter]!
      pixels[y * row + i] = (data[y * (row + 1) + 1 + i]! + guess) & 0xff
    }
  }
  return { width, height, pixels }
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c
}

/** What a zlib stream holds, by the runtime's own means. */
export async function inflate(packed: Blob): Promise<Uint8Array> {
  const stream = packed.stream().pipeThrough(new DecompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
