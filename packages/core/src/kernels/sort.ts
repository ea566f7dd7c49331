/** Stable sort, by counting digits: no comparisons, so nothing for the processor to mispredict. */
import type { View } from '../dispatch/backend.js'
import { Compute, type DType, float64, int32, type StorageArray } from '../dtype.js'
import { copyLoops } from './generated/copy.js'
import { gatherLoops } from './generated/gather.js'
import { start, Walk } from './iterate.js'
import type { GatherLoop } from './loops.js'
import { without } from './rows.js'
import { computeDType, scratchArray } from './stage.js'
import { byDType } from './storage-forms.js'

const walk = new Walk()
const gatherByDType: readonly GatherLoop[] = byDType(gatherLoops)

/** Rows up to this length are sorted by insertion. */
const INSERTION = 40

/** Stable sort along `dim`, NaN last (first if descending); `indices` gets the original positions. */
export function sort(x: View, dim: number, descending: boolean, values: View, indices: View): void {
  if (x.count === 0) return
  const n = x.shape[dim] ?? 1
  const views = [x, values, indices]
  walk.begin(without(x.shape, dim))
  for (const view of views) walk.strided(start(view), without(view.strides, dim), view.dtype.words)
  walk.merge()
  const [xS, vS, iS] = views.map((view) => (view.strides[dim] ?? 1) * view.dtype.words) as [number, number, number]
  const keys = new Keys(x.dtype, n)
  const move = gatherByDType[x.dtype.id]!
  const ix = indices.storage.array as Int32Array
  const { at } = walk
  do {
    for (let i = 0; i < walk.inner; i++) {
      const xI = at[0]! + i * walk.step(0)
      keys.load(x.storage.array, xI, xS, descending)
      const order = keys.sorted()
      // elements are moved as they are stored, whatever the keys were made from
      const vI = at[1]! + i * walk.step(1)
      move(values.storage.array as never, vI, vS, x.storage.array as never, xI, 0, xS, order, 0, 1, n)
      writeIndices(ix, at[2]! + i * walk.step(2), iS, order, n)
    }
  } while (walk.next())
}

function writeIndices(ix: Int32Array, at: number, step: number, order: Int32Array, n: number): void {
  for (let i = 0; i < n; i++, at += step) {
    ix[at] = order[i]!
    ix[at + 1] = 0
  }
}

/** A row as unsigned keys of one or two 32-bit words whose order is that of the elements. */
class Keys {
  private readonly dtype: DType
  private readonly compute: DType
  private readonly n: number
  /** The row in its arithmetic's dtype, and the same memory as words. */
  private readonly row: StorageArray
  private readonly words: Uint32Array
  private readonly low: Uint32Array
  private readonly high: Uint32Array
  private order: Int32Array
  private spare: Int32Array

  constructor(dtype: DType, n: number) {
    this.dtype = dtype
    this.compute = computeDType(dtype)
    this.n = n
    this.row = scratchArray(60, this.compute, n)
    this.words = new Uint32Array(this.row.buffer, this.row.byteOffset, this.row.byteLength / 4)
    // float64 scratch is what holds two words an element
    const keys = scratchArray(61, float64, n)
    this.low = new Uint32Array(keys.buffer, keys.byteOffset, n)
    this.high = new Uint32Array(keys.buffer, keys.byteOffset + 4 * n, n)
    this.order = scratchArray(62, int32, n) as Int32Array
    this.spare = scratchArray(63, int32, n) as Int32Array
  }

  load(x: StorageArray, at: number, step: number, descending: boolean): void {
    const { compute, row, words, low, high, n } = this
    copyLoops[this.dtype.id]![compute.id]!(row as never, 0, compute.words, x as never, at, step, n)
    switch (compute.compute) {
      case Compute.f32:
        floatKeys(words, high, n)
        break
      case Compute.f64:
        doubleKeys(words, high, low, n)
        break
      case Compute.i32:
        for (let i = 0; i < n; i++) high[i] = words[i]! ^ 0x80000000
        break
      default:
        for (let i = 0; i < n; i++) {
          low[i] = words[2 * i]!
          high[i] = words[2 * i + 1]! ^ 0x80000000
        }
    }
    if (!descending) return
    for (let i = 0; i < n; i++) high[i] = ~high[i]!
    if (this.wide) for (let i = 0; i < n; i++) low[i] = ~low[i]!
  }

  private get wide(): boolean {
    return this.compute.itemsize === 8
  }

  /** Positions of the elements in sorted order. */
  sorted(): Int32Array {
    const { n, low, high, wide } = this
    for (let i = 0; i < n; i++) this.order[i] = i
    if (n <= INSERTION) insertionSort(this.order, high, wide ? low : null, n)
    else {
      if (wide) this.byDigits(low)
      this.byDigits(high)
    }
    return this.order
  }

  /** Orders by the four bytes of a word, lowest first; bytes in which all keys agree cost nothing. */
  private byDigits(keys: Uint32Array): void {
    const { n } = this
    for (let shift = 0; shift < 32; shift += 8) {
      if (!countDigits(keys, shift, n)) continue
      distribute(keys, shift, this.order, this.spare, n)
      const sorted = this.spare
      this.spare = this.order
      this.order = sorted
    }
  }
}

/** Words of float32 as keys: the sign decides the order of the magnitudes; zeros are one, and so are NaNs. */
function floatKeys(words: Uint32Array, keys: Uint32Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const word = words[i]!
    const magnitude = word & 0x7fffffff
    if (magnitude > 0x7f800000) keys[i] = 0xffffffff
    else if (magnitude === 0) keys[i] = 0x80000000
    else keys[i] = word >= 0x80000000 ? ~word : word | 0x80000000
  }
}

function doubleKeys(words: Uint32Array, high: Uint32Array, low: Uint32Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const l = words[2 * i]!
    const h = words[2 * i + 1]!
    const magnitude = h & 0x7fffffff
    const negative = h >= 0x80000000
    if (magnitude > 0x7ff00000 || (magnitude === 0x7ff00000 && l !== 0)) {
      high[i] = 0xffffffff
      low[i] = 0xffffffff
    } else if (magnitude === 0 && l === 0) {
      high[i] = 0x80000000
      low[i] = 0
    } else {
      high[i] = negative ? ~h : h | 0x80000000
      low[i] = negative ? ~l : l
    }
  }
}

const counts = new Int32Array(256)

/** Counts the digits at `shift`. @returns whether they differ at all */
function countDigits(keys: Uint32Array, shift: number, n: number): boolean {
  counts.fill(0)
  for (let i = 0; i < n; i++) {
    const digit = (keys[i]! >>> shift) & 255
    counts[digit] = counts[digit]! + 1
  }
  return counts[(keys[0]! >>> shift) & 255] !== n
}

/** Puts positions in the order of their digits, those of equal digits as they were. */
function distribute(keys: Uint32Array, shift: number, from: Int32Array, to: Int32Array, n: number): void {
  let before = 0
  for (let digit = 0; digit < 256; digit++) {
    const count = counts[digit]!
    counts[digit] = before
    before += count
  }
  for (let i = 0; i < n; i++) {
    const position = from[i]!
    const digit = (keys[position]! >>> shift) & 255
    to[counts[digit]!] = position
    counts[digit] = counts[digit]! + 1
  }
}

function insertionSort(order: Int32Array, high: Uint32Array, low: Uint32Array | null, n: number): void {
  for (let i = 1; i < n; i++) {
    const h = high[i]!
    const l = low === null ? 0 : low[i]!
    let j = i - 1
    for (; j >= 0; j--) {
      const p = order[j]!
      const other = high[p]!
      if (other < h || (other === h && (low === null || low[p]! <= l))) break
      order[j + 1] = p
    }
    order[j + 1] = i
  }
}
