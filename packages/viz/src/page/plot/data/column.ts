/** A column of x values, and whether points can be looked up in it by halving. */
import { Growing } from './growing.js'

export class Column {
  readonly growing: Growing = new Growing()
  /** No value is below the one before it, and none is missing. */
  isSorted = true
  min: number = Number.POSITIVE_INFINITY
  max: number = Number.NEGATIVE_INFINITY
  /** the least above zero, for logarithmic axes */
  minPositive: number = Number.POSITIVE_INFINITY
  #last: number = Number.NEGATIVE_INFINITY

  get length(): number {
    return this.growing.length
  }

  get values(): Float64Array {
    return this.growing.values
  }

  push(value: number): void {
    this.growing.push(value)
    if (!(value >= this.#last) || value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
      this.isSorted = false
    this.#last = value
    if (!Number.isFinite(value)) return
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
    if (value > 0 && value < this.minPositive) this.minPositive = value
  }

  /** Index of the first value that is not below `x`, if sorted. */
  lowerBound(x: number): number {
    const { values } = this
    let [low, high] = [0, this.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (values[middle]! < x) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Index of the value that is nearest to `x`; -1 if there is none. */
  nearest(x: number): number {
    if (!this.isSorted) return this.#nearestOfAll(x)
    if (this.length === 0) return -1
    const after = this.lowerBound(x)
    if (after === 0) return 0
    if (after === this.length) return after - 1
    return x - this.values[after - 1]! <= this.values[after]! - x ? after - 1 : after
  }

  #nearestOfAll(x: number): number {
    let [best, distance] = [-1, Number.POSITIVE_INFINITY]
    for (let i = 0; i < this.length; i++) {
      const d = Math.abs(this.values[i]! - x)
      if (d < distance) {
        distance = d
        best = i
      }
    }
    return best
  }
}
