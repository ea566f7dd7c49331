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

/** sqrt(1/2) in units of 2^-31. */
const SQRT_HALF_31 = SQRT_HALF * 2 ** 31

/** By half the octant: how much of the cosine and of the sine of what is left is in the cosine, and in the sine. */
const COS_OF_COS = new Float64Array([1, 0, -1, 0, 1])
const COS_OF_SIN = new Float64Array([0, -1, 0, 1, 0])
const SIN_OF_COS = new Float64Array([0, 1, 0, -1, 0])
const SIN_OF_SIN = COS_OF_COS

/** 1 - u in units of 2^-24, at least 1 and at most 2^24. */
function complement(u: number): number {
  return ((1 - u) * 2 ** 24) | 0
}

/** `n` shifted into [1/2, 1), in units of 2^-31. No bit is lost, `n` has 25 at most. */
function mantissa31(n: number): number {
  return (n << Math.clz32(n)) >>> 1
}

/** 1 if the mantissa lies below sqrt(1/2), where it is doubled. */
function isSmall(mantissa: number): number {
  return (mantissa - SQRT_HALF_31) >>> 31
}

/** The mantissa, doubled if it is small, minus 1. */
function reduced(mantissa: number): number {
  return (mantissa >>> (1 - isSmall(mantissa))) * 2 ** -30 - 1
}

/**
 * The Box-Muller transform of 16 uniform float32 numbers in place, bit for bit as PyTorch's AVX2 code does it: Cephes' `logf`,
 * `sinf` and `cosf` with the multiply-adds fused where PyTorch's compiler fuses them. `fround` of a product plus a term is a fused
 * float32 multiply-add, as the product is exact in float64; it is left out where the sum is exact for every u that there is.
 *
 * Two pairs are made at a time, step by step: each step of a polynomial waits for the one before, and the other pair's fills the
 * wait. And nothing branches: a processor would guess wrong at half of the random octants.
 *
 * @see G. E. P. Box, M. E. Muller: A note on the generation of random normal deviates (1958)
 */
export function boxMuller32(data: Float32Array, start: number, mean: number, std: number): void {
  for (let i = start; i < start + PAIRS; i += 2) {
    // the logarithm of 1 - u: u may be 0, but is never 1
    const n1 = complement(data[i]!)
    const n2 = complement(data[i + 1]!)
    const mantissa1 = mantissa31(n1)
    const mantissa2 = mantissa31(n2)
    const exponent1 = 8 - Math.clz32(n1) - isSmall(mantissa1)
    const exponent2 = 8 - Math.clz32(n2) - isSmall(mantissa2)
    const w1 = reduced(mantissa1)
    const w2 = reduced(mantissa2)
    const square1 = fround(w1 * w1)
    const square2 = fround(w2 * w2)
    let log1 = fround(L0 * w1 + L1)
    let log2 = fround(L0 * w2 + L1)
    log1 = fround(log1 * w1 + L2)
    log2 = fround(log2 * w2 + L2)
    log1 = fround(log1 * w1 + L3)
    log2 = fround(log2 * w2 + L3)
    log1 = fround(log1 * w1 + L4)
    log2 = fround(log2 * w2 + L4)
    log1 = fround(log1 * w1 + L5)
    log2 = fround(log2 * w2 + L5)
    log1 = fround(log1 * w1 + L6)
    log2 = fround(log2 * w2 + L6)
    log1 = fround(log1 * w1 + L7)
    log2 = fround(log2 * w2 + L7)
    log1 = fround(log1 * w1 + L8)
    log2 = fround(log2 * w2 + L8)
    log1 = fround(log1 * w1)
    log2 = fround(log2 * w2)
    log1 = fround(log1 * square1 + fround(exponent1 * LN2_LOW))
    log2 = fround(log2 * square2 + fround(exponent2 * LN2_LOW))
    log1 = fround(log1 - square1 * 0.5)
    log2 = fround(log2 - square2 * 0.5)
    log1 = fround(exponent1 * LN2_HIGH + fround(w1 + log1))
    log2 = fround(exponent2 * LN2_HIGH + fround(w2 + log2))
    const radius1 = fround(Math.sqrt(-2 * log1))
    const radius2 = fround(Math.sqrt(-2 * log2))

    // sine and cosine of 2 pi u, evaluated together and swapped or negated by the octant
    let x1 = fround(TWO_PI * data[i + PAIRS]!)
    let x2 = fround(TWO_PI * data[i + PAIRS + 1]!)
    const half1 = (fround(x1 * FOUR_OVER_PI) + 1) >> 1
    const half2 = (fround(x2 * FOUR_OVER_PI) + 1) >> 1
    const octant1 = 2 * half1
    const octant2 = 2 * half2
    x1 = fround(octant1 * PI_4_C + (octant1 * PI_4_B + (octant1 * PI_4_A + x1)))
    x2 = fround(octant2 * PI_4_C + (octant2 * PI_4_B + (octant2 * PI_4_A + x2)))
    const z1 = fround(x1 * x1)
    const z2 = fround(x2 * x2)
    let cos1 = fround(C0 * z1 + C1)
    let cos2 = fround(C0 * z2 + C1)
    let sin1 = fround(S0 * z1 + S1)
    let sin2 = fround(S0 * z2 + S1)
    cos1 = fround(cos1 * z1 + C2)
    cos2 = fround(cos2 * z2 + C2)
    sin1 = fround(sin1 * z1 + S2)
    sin2 = fround(sin2 * z2 + S2)
    cos1 = fround(cos1 * z1)
    cos2 = fround(cos2 * z2)
    sin1 = fround(sin1 * z1)
    sin2 = fround(sin2 * z2)
    cos1 = fround(cos1 * z1 - z1 * 0.5)
    cos2 = fround(cos2 * z2 - z2 * 0.5)
    sin1 = fround(sin1 * x1 + x1)
    sin2 = fround(sin2 * x2 + x2)
    cos1 = fround(cos1 + 1)
    cos2 = fround(cos2 + 1)
    const first1 = cos1 * COS_OF_COS[half1]! + sin1 * COS_OF_SIN[half1]!
    const first2 = cos2 * COS_OF_COS[half2]! + sin2 * COS_OF_SIN[half2]!
    const second1 = cos1 * SIN_OF_COS[half1]! + sin1 * SIN_OF_SIN[half1]!
    const second2 = cos2 * SIN_OF_COS[half2]! + sin2 * SIN_OF_SIN[half2]!
    data[i] = fround(radius1 * first1) * std + mean
    data[i + 1] = fround(radius2 * first2) * std + mean
    data[i + PAIRS] = fround(radius1 * second1) * std + mean
    data[i + PAIRS + 1] = fround(radius2 * second2) * std + mean
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
