/** A list of numbers that grows at its end, in one block of memory. */
export class Growing {
  values: Float64Array = new Float64Array(64)
  length = 0

  push(value: number): void {
    if (this.length === this.values.length) this.reserve(this.length + 1)
    this.values[this.length++] = value
  }

  /** Makes room for so many values altogether. */
  reserve(length: number): void {
    if (length <= this.values.length) return
    const larger = new Float64Array(Math.max(length, Math.ceil(this.values.length * 1.5)))
    larger.set(this.values.subarray(0, this.length))
    this.values = larger
  }

  clear(): void {
    this.length = 0
  }

  /** The values that are there; a view, good until the next push. */
  view(): Float64Array {
    return this.values.subarray(0, this.length)
  }
}
