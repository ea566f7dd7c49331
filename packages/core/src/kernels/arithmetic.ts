/** Two-operand arithmetic that JavaScript lacks or defines otherwise than C and PyTorch do. */

/** C's pow: 1 to any power, and -1 to an infinite one, is 1, where JavaScript has NaN. */
export function pow(x: number, y: number): number {
  const r = x ** y
  if (r !== r && (x === 1 || (x === -1 && (y === Infinity || y === -Infinity)))) return 1
  return r
}

/** Modulo with the sign of the divisor. Exact for integers as well. */
export function remainder(a: number, b: number): number {
  const r = a % b
  return r !== 0 && r < 0 !== b < 0 ? r + b : r
}

/** PyTorch's floor division of floats: Python's, and a / b where b is 0. */
export function divFloor64(a: number, b: number): number {
  if (b === 0) return a / b
  const r = a % b
  let quotient = (a - r) / b
  if (r !== 0 && b < 0 !== r < 0) quotient -= 1
  if (quotient === 0) return copysign(0, a / b)
  const floor = Math.floor(quotient)
  return quotient - floor > 0.5 ? floor + 1 : floor
}

/** The same with every step rounded to float32. */
export function divFloor32(a: number, b: number): number {
  if (b === 0) return a / b
  const r = a % b
  let quotient = Math.fround(Math.fround(a - r) / b)
  if (r !== 0 && b < 0 !== r < 0) quotient = Math.fround(quotient - 1)
  if (quotient === 0) return copysign(0, a / b)
  const floor = Math.floor(quotient)
  return quotient - floor > 0.5 ? floor + 1 : floor
}

/** Whether the sign is minus, also of zero. */
function isNegative(x: number): boolean {
  return x < 0 || (x === 0 && 1 / x < 0)
}

export function copysign(a: number, b: number): number {
  return isNegative(a) === isNegative(b) ? a : -a
}

export function hypot(a: number, b: number): number {
  const squares = a * a + b * b
  // large and small enough for the squares to keep every bit
  if (squares > 1e-280 && squares < 1e300) return Math.sqrt(squares)
  return Math.hypot(a, b)
}

const float = new Float32Array(1)
const floatBits = new Int32Array(float.buffer)

/** The float32 after a towards b. */
export function nextafter32(a: number, b: number): number {
  if (a !== a || b !== b) return NaN
  if (a === b) return b
  if (a === 0) {
    floatBits[0] = 1
    return b > 0 ? float[0]! : -float[0]!
  }
  float[0] = a
  // sign and magnitude: away from zero is one more
  floatBits[0] = floatBits[0]! + (a < b === a > 0 ? 1 : -1)
  return float[0]!
}

const double = new Float64Array(1)
const doubleBits = new BigInt64Array(double.buffer)

/** The float64 after a towards b. */
export function nextafter64(a: number, b: number): number {
  if (a !== a || b !== b) return NaN
  if (a === b) return b
  if (a === 0) return b > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE
  double[0] = a
  doubleBits[0] = doubleBits[0]! + (a < b === a > 0 ? 1n : -1n)
  return double[0]!
}

/** Integer power that wraps at 32 bits; of negative exponents only those of 1 and -1 are not 0. */
export function powInt32(base: number, exponent: number): number {
  if (exponent < 0) return base === 1 ? 1 : base === -1 ? ((exponent & 1) !== 0 ? -1 : 1) : 0
  let result = 1
  while (exponent > 0) {
    if (exponent & 1) result = Math.imul(result, base)
    base = Math.imul(base, base)
    exponent >>= 1
  }
  return result
}

/** Integer power by exact products while they stay below 2^53, NaN where they would not or where the exponent is negative. */
export function powExact(base: number, exponent: number): number {
  if (!(exponent >= 0)) return NaN
  if (base === 0) return exponent === 0 ? 1 : 0
  if (base === 1) return 1
  if (base === -1) return exponent % 2 === 0 ? 1 : -1
  if (exponent > 53) return NaN
  let result = 1
  for (let i = 0; i < exponent; i++) {
    result *= base
    if (result > Number.MAX_SAFE_INTEGER || result < -Number.MAX_SAFE_INTEGER) return NaN
  }
  return result
}

/** Quotient of integers up to 2^53, towards zero; the plain quotient could round up to the next integer. */
export function quotient(a: number, b: number): number {
  return (a - (a % b)) / b
}

/** The same, rounded down. */
export function quotientFloor(a: number, b: number): number {
  const r = a % b
  const q = (a - r) / b
  return r !== 0 && r < 0 !== b < 0 ? q - 1 : q
}

export function gcd(a: number, b: number): number {
  let x = a
  let y = b
  while (y !== 0) {
    const r = x % y
    x = y
    y = r
  }
  return x < 0 ? -x : x
}
