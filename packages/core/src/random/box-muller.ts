import { fma } from './fma.js'

const { fround } = Math

/** Pairs of a block: value i is made together with value i + 8. */
const PAIRS = 8

const TWO_PI = fround(2 * Math.PI)
const SQRT_HALF = fround(Math.SQRT1_2)
const FOUR_OVER_PI = fround(1.27323954473516)
/** ln 2 in two parts, the first with few enough bits that a multiple of it is exact. */
const LN2_HIGH = fround(0.693359375)
const LN2_LOW = fround(-2.1219444e-4)
/** pi / 4 in three parts, negated. */
const PI_4_A = fround(-0.78515625)
const PI_4_B = fround(-2.4187564849853515625e-4)
const PI_4_C = fround(-3.77489497744594108e-8)

const L0 = fround(7.0376836292e-2)
const L1 = fround(-1.151461031e-1)
const L2 = fround(1.167699874e-1)
const L3 = fround(-1.2420140846e-1)
const L4 = fround(1.4249322787e-1)
const L5 = fround(-1.6668057665e-1)
const L6 = fround(2.0000714765e-1)
const L7 = fround(-2.4999993993e-1)
const L8 = fround(3.3333331174e-1)
const S0 = fround(-1.9515295891e-4)
const S1 = fround(8.3321608736e-3)
const S2 = fround(-1.6666654611e-1)
const C0 = fround(2.443315711809948e-5)
const C1 = fround(-1.388731625493765e-3)
const C2 = fround(4.166664568298827e-2)

/** 2^-k, to bring a 24-bit integer of k digits into [1/2, 1). */
const NORMALISE: readonly number[] = Array.from({ length: 26 }, (_, digits) => 2 ** -digits)

/**
 * The natural logarithm of n 2^-24, 1 <= n <= 2^24: Cephes' `logf` with the multiply-adds fused where PyTorch's compiler
 * fuses them. `fround` of a product plus a term is a fused float32 multiply-add, as the product is exact in float64.
 */
function log24(n: number): number {
  const digits = 32 - Math.clz32(n)
  let exponent = digits - 24
  const mantissa = n * NORMALISE[digits]!
  let x = fround(mantissa - 1)
  if (mantissa < SQRT_HALF) {
    exponent--
    x = fround(x + mantissa)
  }
  const z = fround(x * x)
  let y = fround(L0 * x + L1)
  y = fround(y * x + L2)
  y = fround(y * x + L3)
  y = fround(y * x + L4)
  y = fround(y * x + L5)
  y = fround(y * x + L6)
  y = fround(y * x + L7)
  y = fround(y * x + L8)
  y = fround(y * x)
  y = fround(y * z + fround(exponent * LN2_LOW))
  y = fround(y - z * 0.5)
  return fround(exponent * LN2_HIGH + fround(x + y))
}

/**
 * The Box-Muller transform of 16 uniform float32 numbers in place, bit for bit as PyTorch's AVX2 code does it.
 *
 * Its sine and cosine are Cephes' `sinf` and `cosf`, evaluated together and swapped or negated by the octant.
 *
 * @see G. E. P. Box, M. E. Muller: A note on the generation of random normal deviates (1958)
 */
export function boxMuller32(data: Float32Array, start: number, mean: number, std: number): void {
  for (let i = start; i < start + PAIRS; i++) {
    // 1 - u lies in (0, 1], where the logarithm is finite
    const log = log24((1 - data[i]!) * 2 ** 24)
    const radius = fround(Math.sqrt(fround(-2 * log)))
    let x = fround(TWO_PI * data[i + PAIRS]!)

    const octant = (fround(x * FOUR_OVER_PI) + 1) & ~1
    x = fround(octant * PI_4_A + x)
    x = fround(octant * PI_4_B + x)
    x = fround(octant * PI_4_C + x)
    const z = fround(x * x)
    let cos = fround(C0 * z + C1)
    cos = fround(cos * z + C2)
    cos = fround(cos * z)
    cos = fround(cos * z - z * 0.5)
    cos = fround(cos + 1)
    let sin = fround(S0 * z + S1)
    sin = fround(sin * z + S2)
    sin = fround(sin * z)
    sin = fround(sin * x + x)
    if ((octant & 2) !== 0) {
      const swap = sin
      sin = cos
      cos = swap
    }
    if ((octant & 4) !== 0) sin = -sin
    if (((octant + 2) & 4) !== 0) cos = -cos

    data[i] = fround(radius * cos) * std + mean
    data[i + PAIRS] = fround(radius * sin) * std + mean
  }
}

/** The same of 16 float64 numbers, with the platform's functions. */
export function boxMuller64(data: Float64Array, start: number, mean: number, std: number): void {
  for (let i = start; i < start + PAIRS; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - data[i]!))
    const theta = 2 * Math.PI * data[i + PAIRS]!
    data[i] = fma(radius * Math.cos(theta), std, mean)
    data[i + PAIRS] = fma(radius * Math.sin(theta), std, mean)
  }
}
