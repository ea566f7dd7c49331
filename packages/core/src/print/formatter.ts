import { formatExponential, formatFixed } from './number.js'
import type { PrintOptions } from './options.js'

/** An element as a tensor gives it. */
export type PrintValue = number | bigint | boolean

/** Writes every element of one tensor to the same width, in the notation that suits them all. */
export interface ElementFormatter {
  /** Width that finite elements are padded to; infinities and nan may be wider. */
  readonly width: number
  format(value: PrintValue): string
}

/** The formatter for integers and bools: plain, padded to the longest of `values`. */
export function discreteFormatter(values: Iterable<PrintValue>, isBool: boolean): ElementFormatter {
  const write = isBool ? (value: PrintValue) => (value ? 'True' : 'False') : String
  let width = 1
  for (const value of values) width = Math.max(width, write(value).length)
  return { width, format: (value) => write(value).padStart(width) }
}

/**
 * The formatter for floating-point elements, chosen as PyTorch does by the non-zero finite ones among `values`: integers
 * end in a bare point, and a range of more than 1000 to 1 (or very large or small values) is written with exponents.
 */
export function floatFormatter(values: Iterable<PrintValue>, options: Required<PrintOptions>): ElementFormatter {
  const { precision } = options
  const shown: number[] = []
  let min = Number.POSITIVE_INFINITY
  let max = 0
  let integers = true
  for (const element of values) {
    const value = Number(element)
    if (!Number.isFinite(value) || value === 0) continue
    shown.push(value)
    const magnitude = Math.abs(value)
    if (magnitude < min) min = magnitude
    if (magnitude > max) max = magnitude
    if (!Number.isInteger(value)) integers = false
  }
  const scientific = shown.length > 0 && (options.sciMode ?? (max / min > 1000 || max > 1e8 || min < 1e-4))

  let write: (value: number) => string
  if (scientific) write = (value) => formatExponential(value, precision)
  else if (integers) write = (value) => (Number.isFinite(value) ? `${formatFixed(value, 0)}.` : formatFixed(value, 0))
  else write = (value) => formatFixed(value, precision)

  let width = 1
  for (const value of shown) width = Math.max(width, write(value).length)
  return { width, format: (value) => write(Number(value)).padStart(width) }
}
