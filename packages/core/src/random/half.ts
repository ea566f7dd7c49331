import { bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from '../kernels/half.js'

/** Rounds a float32 to one of the half types; the result is a number that the type holds exactly. */
export type RoundToHalf = (value: number) => number

/** The nearest float16, ties to even, of a float32. */
export const roundToFloat16: RoundToHalf = (value) => float16ToNumber(numberToFloat16(value))

/** The nearest bfloat16, ties to even, of a float32. */
export const roundToBFloat16: RoundToHalf = (value) => bfloat16ToNumber(numberToBfloat16(value))
