/** A moving mean of a line, made as the line grows. */
import { Growing } from './growing.js'

/**
 * The exponential moving mean, with TensorBoard's correction of the start: with weight `w`,
 *
 *     m[i] = w m[i-1] + (1 - w) y[i],    m[-1] = 0
 *     s[i] = m[i] / (1 - w^(i+1))
 *
 * so that the first values are not drawn to zero. Gaps and values that are not finite leave the mean as it is, and show as themselves.
 */
export class MovingMean {
  readonly weight: number
  readonly values: Growing = new Growing()
  #mean = 0
  /** `1 - w^k` after `k` values */
  #sum = 0

  /** @param weight - from 0 to below 1 */
  constructor(weight: number) {
    this.weight = weight
  }

  /** Takes what came to `values` since the last time. */
  extend(values: Float64Array, length: number): void {
    const { weight } = this
    this.values.reserve(length)
    for (let i = this.values.length; i < length; i++) {
      const value = values[i]!
      if (!Number.isFinite(value)) {
        this.values.push(value)
        continue
      }
      this.#mean = weight * this.#mean + (1 - weight) * value
      this.#sum = weight * this.#sum + (1 - weight)
      this.values.push(this.#mean / this.#sum)
    }
  }
}
