/**
 * Where the least and the greatest values of a growing list are, over blocks of 16, 32, 64, ... values: what is drawn where thousands of
 * points share a pixel. Appending costs what is appended; a question about any range, the logarithm of its length.
 */

/** Values in a block of the lowest level. */
const BASE = 16

interface Level {
  /** per block: the index of the least and of the greatest finite value; -1 if there is none */
  least: Int32Array
  greatest: Int32Array
  blocks: number
}

export interface Extremes {
  /** NaN if no value is finite */
  readonly min: number
  readonly max: number
}

export class Pyramid {
  readonly #levels: Level[] = []
  /** values that are in it */
  #length = 0

  /** Takes what came to `values` since the last time. */
  extend(values: Float64Array, length: number): void {
    if (length <= this.#length) return
    const from = this.#length
    this.#length = length
    this.#extendBase(values, from, length)
    for (let level = 1; BASE * 2 ** level < length * 2; level++) this.#extendLevel(values, level, from, length)
  }

  clear(): void {
    this.#levels.length = 0
    this.#length = 0
  }

  /** How many levels there are; blocks of level `k` hold `16 * 2 ** k` values. */
  get depth(): number {
    return this.#levels.length
  }

  /** The finest level of which a range of `count` values has at most `blocks` blocks; -1 for the values themselves. */
  levelFor(count: number, blocks: number): number {
    if (count <= blocks * 2) return -1
    return Math.min(this.depth - 1, Math.max(0, Math.ceil(Math.log2(count / blocks / BASE))))
  }

  /**
   * Writes the indices of the least and greatest values of the blocks that touch `from` to `to` into `out`, in ascending order, and
   * -1 for a block without any.
   *
   * @returns how many were written
   */
  pick(level: number, from: number, to: number, out: Int32Array): number {
    const { least, greatest, blocks } = this.#levels[level]!
    const size = BASE * 2 ** level
    const last = Math.min(blocks, Math.ceil(to / size))
    let n = 0
    for (let b = Math.floor(from / size); b < last && n + 1 < out.length; b++) {
      const [low, high] = [least[b]!, greatest[b]!]
      out[n++] = low < high ? low : high
      if (low !== high) out[n++] = low < high ? high : low
    }
    return n
  }

  /** Least and greatest finite value from index `from` to before `to`. */
  extremes(values: Float64Array, from: number, to: number, positive = false): Extremes {
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    const take = (value: number): void => {
      if (positive && !(value > 0)) return
      if (value < min && value > Number.NEGATIVE_INFINITY) min = value
      if (value > max && value < Number.POSITIVE_INFINITY) max = value
    }
    const end = Math.min(to, this.#length)
    let i = Math.max(0, from)
    while (i < end) {
      let level = -1
      while (level + 1 < this.depth) {
        const size = BASE * 2 ** (level + 1)
        if (i % size !== 0 || i + size > end) break
        level++
      }
      // a block with values that don't count is looked into
      while (level >= 0 && positive && this.#hasNotPositive(values, level, i)) level--
      if (level < 0) take(values[i++]!)
      else {
        const size = BASE * 2 ** level
        const low = this.#levels[level]!.least[i / size]!
        if (low >= 0) {
          take(values[low]!)
          take(values[this.#levels[level]!.greatest[i / size]!]!)
        }
        i += size
      }
    }
    return min <= max ? { min, max } : { min: Number.NaN, max: Number.NaN }
  }

  #hasNotPositive(values: Float64Array, level: number, i: number): boolean {
    const { least, greatest } = this.#levels[level]!
    const block = i / (BASE * 2 ** level)
    return least[block]! >= 0 && values[least[block]!]! <= 0 && values[greatest[block]!]! > 0
  }

  #extendBase(values: Float64Array, from: number, length: number): void {
    const level = this.#levelWith(0, Math.ceil(length / BASE))
    for (let b = Math.floor(from / BASE); b < level.blocks; b++) {
      let [least, greatest] = [-1, -1]
      let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
      const end = Math.min(length, (b + 1) * BASE)
      for (let i = b * BASE; i < end; i++) {
        const value = values[i]!
        if (value < min && value > Number.NEGATIVE_INFINITY) {
          min = value
          least = i
        }
        if (value > max && value < Number.POSITIVE_INFINITY) {
          max = value
          greatest = i
        }
      }
      level.least[b] = least
      level.greatest[b] = greatest
    }
  }

  #extendLevel(values: Float64Array, k: number, from: number, length: number): void {
    const size = BASE * 2 ** k
    const level = this.#levelWith(k, Math.ceil(length / size))
    const below = this.#levels[k - 1]!
    for (let b = Math.floor(from / size); b < level.blocks; b++) {
      const [i, j] = [2 * b, 2 * b + 1 < below.blocks ? 2 * b + 1 : 2 * b]
      const [li, lj, gi, gj] = [below.least[i]!, below.least[j]!, below.greatest[i]!, below.greatest[j]!]
      level.least[b] = lj >= 0 && (li < 0 || values[lj]! < values[li]!) ? lj : li
      level.greatest[b] = gj >= 0 && (gi < 0 || values[gj]! > values[gi]!) ? gj : gi
    }
  }

  #levelWith(k: number, blocks: number): Level {
    let level = this.#levels[k]
    if (level === undefined) {
      level = { least: new Int32Array(blocks), greatest: new Int32Array(blocks), blocks: 0 }
      this.#levels.push(level)
    }
    if (blocks > level.least.length) {
      const room = Math.max(blocks, Math.ceil(level.least.length * 1.5))
      for (const key of ['least', 'greatest'] as const) {
        const larger = new Int32Array(room)
        larger.set(level[key])
        level[key] = larger
      }
    }
    level.blocks = blocks
    return level
  }
}
