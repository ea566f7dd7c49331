/** Veltkamp's constant 2^27 + 1: splits a float64 into two halves of 26 bits. */
const SPLIT = 2 ** 27 + 1
/** Beyond it the split would overflow. */
const SPLIT_MAX = 2 ** 990

const float = new Float64Array(1)
const bits = new BigInt64Array(float.buffer)

/** `sum`, rounded to odd instead of to even, where `error` is what rounding to nearest left out. */
function roundToOdd(sum: number, error: number): number {
  float[0] = sum
  if ((bits[0]! & 1n) === 0n) bits[0]! += error > 0 === sum > 0 ? 1n : -1n
  return float[0]
}

/**
 * `a * b + c` with one rounding, in float64: what compilers make of such an expression, and so part of PyTorch's numbers.
 *
 * In float32 it takes no emulation: `Math.fround(a * b + c)`, as the product of two float32 is exact in float64.
 *
 * @see S. Boldo, G. Melquiond: Emulation of a FMA and correctly rounded sums, IEEE Trans. Computers 57 (2008) 462-471
 */
export function fma(a: number, b: number, c: number): number {
  const product = a * b
  if (!(Math.abs(a) < SPLIT_MAX && Math.abs(b) < SPLIT_MAX && Math.abs(product) < SPLIT_MAX)) return product + c
  let t = SPLIT * a
  const aHigh = t - (t - a)
  const aLow = a - aHigh
  t = SPLIT * b
  const bHigh = t - (t - b)
  const bLow = b - bHigh
  const productError = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
  // c + productError and then + product, each with its error
  const tail = c + productError
  t = tail - c
  const tailError = c - (tail - t) + (productError - t)
  const sum = product + tail
  t = sum - product
  const sumError = product - (sum - t) + (tail - t)
  const rest = tailError + sumError
  t = rest - tailError
  const restError = tailError - (rest - t) + (sumError - t)
  return sum + (restError === 0 ? rest : roundToOdd(rest, restError))
}
