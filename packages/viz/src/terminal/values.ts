/** Numbers to draw: an array, a typed array, or anything with a `tolist()`, such as a Tensor of any shape. */
export type Values = ArrayLike<number> | { tolist(): unknown }

/**
 * The numbers of `values` one after the other.
 *
 * @throws TypeError if something else than a number is among them
 */
export function toNumbers(name: string, values: Values): number[] {
  if (typeof values !== 'object' || values === null) {
    throw new TypeError(`${name}: expected numbers or a tensor, but got ${values === null ? 'null' : typeof values}`)
  }
  const list: unknown = 'tolist' in values ? values.tolist() : Array.from(values)
  const flat: unknown[] = Array.isArray(list) ? list.flat(Number.POSITIVE_INFINITY) : [list]
  return flat.map((value) => {
    if (typeof value === 'number') return value
    if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value)
    throw new TypeError(`${name}: expected numbers, but got ${typeof value} among the values`)
  })
}

/** The least and the greatest finite value; `[0, 1]` if there is none. */
export function finiteRange(values: Iterable<number>): [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return low <= high ? [low, high] : [0, 1]
}

/**
 * Checks a size in characters.
 *
 * @throws RangeError if it is no integer of `least` or more
 */
export function checkSize(what: string, value: number, least = 1): void {
  if (Number.isInteger(value) && value >= least) return
  throw new RangeError(`${what} should be an integer of at least ${least}, but got ${value}`)
}
