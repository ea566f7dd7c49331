/**
 * Numbers as Python's format() writes them. JavaScript's toFixed and toExponential round the exact binary value too, but
 * send ties away from zero where Python sends them to the even digit, drop the sign of -0, switch to an exponent from
 * 1e21 on, and write exponents of one digit.
 */

/** Digits after the point that toFixed and toExponential accept. */
export const MAX_PRECISION = 100

/** Python's `format(value, '.{precision}f')`. */
export function formatFixed(value: number, precision: number): string {
  const special = formatNonFinite(value)
  if (special !== null) return special
  const magnitude = Math.abs(value)
  let digits: string
  if (magnitude >= 1e21) {
    // every double of this size is an integer
    digits = BigInt(magnitude).toString()
    if (precision > 0) digits += `.${'0'.repeat(precision)}`
  } else {
    digits = magnitude.toFixed(precision)
    if (isTie(magnitude, precision)) digits = lastDigitToEven(digits)
  }
  return isNegative(value) ? `-${digits}` : digits
}

/** Python's `format(value, '.{precision}e')`. */
export function formatExponential(value: number, precision: number): string {
  const special = formatNonFinite(value)
  if (special !== null) return special
  const magnitude = Math.abs(value)
  const text = magnitude.toExponential(precision)
  const e = text.indexOf('e')
  const exponent = Number(text.slice(e + 1))
  let mantissa = text.slice(0, e)
  if (isTie(magnitude, precision - exponent)) mantissa = lastDigitToEven(mantissa)
  const exponentDigits = String(Math.abs(exponent)).padStart(2, '0')
  return `${isNegative(value) ? '-' : ''}${mantissa}e${exponent < 0 ? '-' : '+'}${exponentDigits}`
}

function formatNonFinite(value: number): string | null {
  if (Number.isNaN(value)) return 'nan'
  if (value === Infinity) return 'inf'
  return value === -Infinity ? '-inf' : null
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0)
}

/**
 * Whether `magnitude` lies exactly between two neighbours of `places` decimal places (negative: tens, hundreds, ...).
 *
 * `2 * magnitude * 10^places` then is an odd integer. 10 = 2 * 5, so the lowest set bit of the magnitude must be
 * 2^-(places + 1), and for negative places the integer must divide by that power of 5. Scaling by a power of two is exact.
 */
function isTie(magnitude: number, places: number): boolean {
  if ((magnitude * 2 ** (places + 1)) % 2 !== 1) return false
  if (places >= 0) return true
  // 5^23 > 2^53: no odd integer that a double holds divides by it
  return places >= -22 && magnitude % 5 ** -places === 0
}

/** A tie was rounded up; one less is the even neighbour if the last digit came out odd (so that nothing is borrowed). */
function lastDigitToEven(digits: string): string {
  const last = digits.charCodeAt(digits.length - 1) - 48
  return last % 2 === 1 ? digits.slice(0, -1) + (last - 1) : digits
}
