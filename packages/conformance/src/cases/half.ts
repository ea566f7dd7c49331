const word = new Uint32Array(1)
const single = new Float32Array(word.buffer)

/** The number that 16 bits stand for in IEEE half precision. */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The number that 16 bits stand for in bfloat16: the upper half of a float32. */
export function bfloat16ToNumber(bits: number): number {
  word[0] = bits << 16
  return single[0]!
}
