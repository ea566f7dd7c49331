/** float16 and bfloat16: 16-bit words to numbers and back, rounded half to even by way of float32 as PyTorch does. */

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** The value of each of the 65536 words, filled on first use. */
let values: Float32Array | null = null

function fillValues(): Float32Array {
  const table = new Float32Array(65536)
  for (let word = 0; word < 65536; word++) {
    const sign = word & 0x8000 ? -1 : 1
    const exponent = (word >> 10) & 31
    const fraction = word & 1023
    if (exponent === 31) table[word] = fraction === 0 ? sign * Infinity : NaN
    else if (exponent === 0) table[word] = sign * fraction * 2 ** -24
    else table[word] = sign * (1024 + fraction) * 2 ** (exponent - 25)
  }
  values = table
  return table
}

export function float16ToNumber(word: number): number {
  return (values ?? fillValues())[word]!
}

export function bfloat16ToNumber(word: number): number {
  bits[0] = word << 16
  return float[0]!
}

export function numberToFloat16(value: number): number {
  float[0] = value
  const word = bits[0]!
  const sign = (word >>> 16) & 0x8000
  const magnitude = word & 0x7fffffff
  // from 65536 on, infinities, NaN
  if (magnitude >= 0x47800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00)
  if (magnitude < 0x38800000) {
    // below 2^-14: in 0.5 + |x| the last bit of float32 counts 2^-24, the step of float16's subnormals
    bits[0] = magnitude
    float[0] = float[0]! + 0.5
    return sign | (bits[0]! - 0x3f000000)
  }
  // the exponent's bias changes from 127 to 15; adding just under half of the 13 bits that go, and the last that stays, rounds
  // half to even, and may carry into the exponent, up to infinity
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13)
}

export function numberToBfloat16(value: number): number {
  float[0] = value
  const word = bits[0]!
  if ((word & 0x7fffffff) > 0x7f800000) return 0x7fc0
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff
}

/** The next float16 or bfloat16 after word `a` towards word `b`; `nan` is the type's NaN and `inf` its infinity. */
export function nextafterHalf(a: number, b: number, nan: number, inf: number): number {
  const x = a & 0x7fff
  const y = b & 0x7fff
  if (x > inf || y > inf) return nan
  if (a === b || (x === 0 && y === 0)) return b
  if (x === 0) return (b & 0x8000) | 1
  const down = a & 0x8000 ? !(b & 0x8000) || y < x : !!(b & 0x8000) || y < x
  return down ? a - 1 : a + 1
}
