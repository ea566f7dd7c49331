/** Index values checked where they lie: nothing is copied on devices whose memory can be addressed. */
import type { Tensor } from '../tensor.js'

/**
 * Checks that all values of an int64 tensor of one dimension lie in `[0, size)` or equal `spared`.
 *
 * @returns whether one equals `spared`; true where the device cannot be read at once, which also skips the check
 * @throws what `fail` makes of the first value out of range and its position
 */
export function checkIndices(
  index: Tensor,
  size: number,
  fail: (value: number, position: number) => Error,
  spared: number = Number.NaN,
): boolean {
  const { storage, count } = index
  if (count === 0) return false
  let words = storage.array as ArrayLike<number>
  let at = storage.base + 2 * index.offset
  let step = 2 * index.strides[0]!
  if (words.length === 0) {
    const copy = storage.device.memory.readSync(index)
    if (copy === null) return true
    words = copy
    at = 0
    step = 2
  }
  let met = false
  for (let i = 0; i < count; i++, at += step) {
    const low = words[at]!
    const high = words[at + 1]!
    // the common case without arithmetic in doubles
    if (high === 0 && low >= 0 && low < size && low !== spared) continue
    const value = high * 4294967296 + (low >>> 0)
    if (value === spared) met = true
    else if (value < 0 || value >= size) throw fail(value, i)
  }
  return met
}
