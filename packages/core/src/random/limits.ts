import type { DType, DTypeName } from '../dtype.js'
import { RuntimeError } from '../errors.js'

/** What a dtype can hold. */
export interface Limits {
  /** The C++ name that PyTorch's messages use. */
  readonly cName: string
  readonly min: number
  readonly max: number
  /** Bits of precision of a floating-point type, 0 for an integer. */
  readonly digits: number
}

const MAX_FLOAT = (2 - 2 ** -23) * 2 ** 127
const MAX_BFLOAT16 = (2 - 2 ** -7) * 2 ** 127

export const LIMITS: Readonly<Record<DTypeName, Limits>> = {
  float32: { cName: 'float', min: -MAX_FLOAT, max: MAX_FLOAT, digits: 24 },
  float64: { cName: 'double', min: -Number.MAX_VALUE, max: Number.MAX_VALUE, digits: 53 },
  float16: { cName: 'c10::Half', min: -65504, max: 65504, digits: 11 },
  bfloat16: { cName: 'c10::BFloat16', min: -MAX_BFLOAT16, max: MAX_BFLOAT16, digits: 8 },
  int8: { cName: 'signed char', min: -(2 ** 7), max: 2 ** 7 - 1, digits: 0 },
  uint8: { cName: 'unsigned char', min: 0, max: 2 ** 8 - 1, digits: 0 },
  int16: { cName: 'short int', min: -(2 ** 15), max: 2 ** 15 - 1, digits: 0 },
  int32: { cName: 'int', min: -(2 ** 31), max: 2 ** 31 - 1, digits: 0 },
  // every bound is an int64 already, so it cannot be out of range
  int64: { cName: 'long int', min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY, digits: 0 },
  bool: { cName: 'bool', min: 0, max: 1, digits: 0 },
}

/** A number as a C++ stream prints it: six significant digits, the form of PyTorch's messages. */
export function streamed(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  const [mantissa = '', exponent] = value.toExponential(5).split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(Number(value.toPrecision(6)))
  const digits = String(Math.abs(power)).padStart(2, '0')
  return `${Number(mantissa)}e${power < 0 ? '-' : '+'}${digits}`
}

/** Refuses an argument in PyTorch's words. */
export function check(ok: boolean, message: string): void {
  if (!ok) throw new RuntimeError(message)
}

/** Refuses a dtype that PyTorch has no kernel for. */
export function checkImplemented(kernel: string, dtype: DType, ok: boolean): void {
  check(ok, `"${kernel}" not implemented for '${dtype.label}'`)
}
