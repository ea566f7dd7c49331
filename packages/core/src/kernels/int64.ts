/**
 * int64 elements are two int32 words, low then high. Loops compute with doubles while every value stays within +-2^53 and
 * call these functions, which wrap at 64 bits, for the elements where it does not.
 */

type Words = Int32Array

/** The value, rounded to a double past 2^53. */
export function loadInt64(x: Words, i: number): number {
  return x[i + 1]! * 4294967296 + (x[i]! >>> 0)
}

/** The exact value. */
export function loadBigInt64(x: Words, i: number): bigint {
  return (BigInt(x[i + 1]!) << 32n) | BigInt(x[i]! >>> 0)
}

/** Stores an exact value, wrapped to 64 bits. */
export function storeBigInt64(o: Words, i: number, value: bigint): void {
  o[i] = Number(BigInt.asIntN(32, value))
  o[i + 1] = Number(BigInt.asIntN(32, value >> 32n))
}

/** Stores a number truncated; outside the range, and for NaN, the lowest integer, as the processor's conversion gives. */
export function storeInt64(o: Words, i: number, value: number): void {
  if (value >= -9223372036854775808 && value < 9223372036854775808) {
    const t = Math.trunc(value)
    o[i] = t
    o[i + 1] = Math.floor(t / 4294967296)
  } else {
    o[i] = 0
    o[i + 1] = -2147483648
  }
}

/** Rounded once, half to even. */
export function int64ToFloat32(lo: number, hi: number): number {
  // within 2^52 the double is exact and the store rounds
  if (hi >= -0x100000 && hi < 0x100000) return Math.fround(hi * 4294967296 + (lo >>> 0))
  // else a double would round first: its last bits are replaced by one that says whether any was set ("round to odd")
  const sticky = (lo & 0xfffff800) | ((lo & 0x7ff) !== 0 ? 0x800 : 0)
  return Math.fround(hi * 4294967296 + (sticky >>> 0))
}

export function mulInt64(o: Words, oI: number, a: Words, aI: number, b: Words, bI: number): void {
  const aLow = a[aI]!
  const bLow = b[bI]!
  const a0 = aLow & 0xffff
  const a1 = aLow >>> 16
  const b0 = bLow & 0xffff
  const b1 = bLow >>> 16
  const low = a0 * b0
  const middle = a0 * b1 + a1 * b0 + Math.floor(low / 65536)
  const high = a1 * b1 + Math.floor(middle / 65536) + Math.imul(aLow, b[bI + 1]!) + Math.imul(a[aI + 1]!, bLow)
  o[oI] = (middle << 16) | (low & 0xffff)
  o[oI + 1] = high
}

export function divTruncInt64(o: Words, oI: number, a: Words, aI: number, b: Words, bI: number): void {
  storeBigInt64(o, oI, loadBigInt64(a, aI) / loadBigInt64(b, bI))
}

export function divFloorInt64(o: Words, oI: number, a: Words, aI: number, b: Words, bI: number): void {
  const x = loadBigInt64(a, aI)
  const y = loadBigInt64(b, bI)
  const r = x % y
  storeBigInt64(o, oI, r !== 0n && r < 0n !== y < 0n ? x / y - 1n : x / y)
}

export function remainderInt64(o: Words, oI: number, a: Words, aI: number, b: Words, bI: number): void {
  const y = loadBigInt64(b, bI)
  const r = loadBigInt64(a, aI) % y
  storeBigInt64(o, oI, r !== 0n && r < 0n !== y < 0n ? r + y : r)
}

export function fmodInt64(o: Words, oI: number, a: Words, aI: number, b: Words, bI: number): void {
  storeBigInt64(o, oI, loadBigInt64(a, aI) % loadBigInt64(b, bI))
}

export function powInt64(o: Words, oI: number, a: Words, aI: number, b: Words, bI: number): void {
  let base = loadBigInt64(a, aI)
  let exponent = loadBigInt64(b, bI)
  if (exponent < 0n) {
    storeBigInt64(o, oI, base === 1n ? 1n : base === -1n ? (exponent & 1n ? -1n : 1n) : 0n)
    return
  }
  let result = 1n
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = BigInt.asIntN(64, result * base)
    base = BigInt.asIntN(64, base * base)
  }
  storeBigInt64(o, oI, result)
}

export function gcdInt64(o: Words, oI: number, a: Words, aI: number, b: Words, bI: number): void {
  let x = loadBigInt64(a, aI)
  let y = loadBigInt64(b, bI)
  while (y !== 0n) {
    const r = x % y
    x = y
    y = r
  }
  storeBigInt64(o, oI, x < 0n ? -x : x)
}

/** 0 where the count is negative or 64 or more. */
export function shiftLeftInt64(o: Words, oI: number, a: Words, aI: number, b: Words, bI: number): void {
  const lo = a[aI]!
  const hi = a[aI + 1]!
  const count = b[bI + 1] === 0 ? b[bI]! : 64
  const outside = count < 0 || count > 63
  if (count === 0) {
    o[oI] = lo
    o[oI + 1] = hi
  } else if (outside || count > 31) {
    o[oI] = 0
    o[oI + 1] = outside ? 0 : lo << (count - 32)
  } else {
    o[oI] = lo << count
    o[oI + 1] = (hi << count) | (lo >>> (32 - count))
  }
}

/** The sign alone where the count is negative or 64 or more. */
export function shiftRightInt64(o: Words, oI: number, a: Words, aI: number, b: Words, bI: number): void {
  const lo = a[aI]!
  const hi = a[aI + 1]!
  const count = b[bI + 1] === 0 ? b[bI]! : 64
  if (count === 0) {
    o[oI] = lo
    o[oI + 1] = hi
  } else if (count < 0 || count > 31) {
    o[oI] = hi >> (count < 0 || count > 63 ? 31 : count - 32)
    o[oI + 1] = hi >> 31
  } else {
    o[oI] = (lo >>> count) | (hi << (32 - count))
    o[oI + 1] = hi >> count
  }
}
