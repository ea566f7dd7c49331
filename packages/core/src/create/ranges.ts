/** Tensors of regularly spaced values. */

import { bool, Category, type DType, float64, getDefaultDtype, int64, toDType, uint8 } from '../dtype.js'
import { RuntimeError, ValueError } from '../errors.js'
import { bindOptions, TypeError_ } from '../options.js'
import { fma } from '../random/fma.js'
import { LIMITS } from '../random/limits.js'
import { Tensor } from '../tensor.js'
import { computed } from './computed.js'
import { type TensorOptions, tensorOptions } from './fill.js'

/** A number, or a tensor of one. */
export type RangeBound = number | bigint | Tensor

const { fround } = Math

function isNumber(value: unknown): value is number | bigint | boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
}

function boundOf(name: string, argument: string, value: unknown): number | bigint {
  if (value instanceof Tensor) return value.item()
  if (typeof value === 'bigint' || typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  throw TypeError_(`${name}(): argument '${argument}' must be a number, not`, value)
}

/** Options of {@link arange}. */
export interface ArangeOptions extends TensorOptions {
  step?: number
}

interface Steps {
  readonly from: number | bigint
  readonly to: number | bigint
  readonly by: number | bigint
  readonly options: Partial<TensorOptions>
  /** Whether all three are whole, so that the result is int64 unless another dtype is asked for. */
  readonly whole: boolean
}

/** Reads `(end)`, `(start, end)` or `(start, end, step)` and options, and checks that the step leads from start to end. */
function readSteps(name: string, args: readonly unknown[]): Steps {
  const numbers = args.filter((v) => isNumber(v) || v instanceof Tensor)
  const given = args.filter((v) => v !== undefined)
  const options = given.slice(numbers.length)
  if (given.slice(0, numbers.length).some((v) => !(isNumber(v) || v instanceof Tensor))) {
    throw TypeError_(`${name}(): expected numbers and then options, but got`, args)
  }
  const o = bindOptions<ArangeOptions>(name, ['step', ...tensorOptions], options)
  const [first, second, third = o.step ?? 1] = numbers
  const from = second === undefined ? 0 : boundOf(name, 'start', first)
  const to = boundOf(name, 'end', second ?? first)
  const by = boundOf(name, 'step', third)
  const whole = [from, to, by].every((v) => typeof v === 'bigint' || Number.isInteger(v))
  if (Number(by) === 0) throw new RuntimeError('step must be nonzero')
  if (!Number.isFinite(Number(from)) || !Number.isFinite(Number(to))) {
    throw new RuntimeError(`unsupported range: ${from} -> ${to}`)
  }
  if ((by > 0 && to < from) || (by < 0 && to > from)) {
    throw new RuntimeError('upper bound and lower bound inconsistent with step sign')
  }
  return { from, to, by, options: o, whole }
}

/**
 * The values of a floating-point range bit for bit: PyTorch computes as many of them as fill pairs of 256-bit vectors from
 * the first of each vector, and the rest one by one.
 */
function floatSteps(from: number, by: number, count: number, dtype: DType): (i: number) => number {
  const double = dtype === float64
  const lanes = double ? 4 : 8
  const inVectors = count - (count % (2 * lanes))
  const round = double ? (value: number) => value : fround
  return (i) => {
    const lane = i < inVectors ? i % lanes : 0
    const first = round(fma(by, i - lane, from))
    return lane === 0 ? first : round(fma(lane, by, first))
  }
}

/**
 * `start`, `start + step`, ... before `end`. Whole numbers give int64, others the default dtype.
 *
 * @param start - the first value; with one number only, that is the end and 0 the start
 * @param end - not part of the range
 * @param step - 1 if not given
 * @throws RuntimeError if `step` is 0 or leads away from `end`
 * @example
 * ```ts
 * arange(3)            // tensor([0, 1, 2])
 * arange(1, 2.5, 0.5)  // tensor([1.0000, 1.5000, 2.0000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.arange.html
 */
export function arange(
  start: RangeBound,
  end?: RangeBound | ArangeOptions,
  step?: RangeBound | ArangeOptions,
  options?: TensorOptions,
): Tensor {
  const { from, to, by, options: o, whole } = readSteps('arange', [start, end, step, options])
  const dtype = o.dtype === undefined ? (whole ? int64 : getDefaultDtype()) : toDType(o.dtype)
  if (dtype === bool) throw new RuntimeError(`"arange_cpu" not implemented for 'Bool'`)
  if (dtype === int64) return integerRange(truncated(from), truncated(to), truncated(by), o)
  const [first, step_] = [Number(from), Number(by)]
  const count = Math.ceil((Number(to) - first) / step_)
  if (dtype.category === Category.float) return computed([count], dtype, o, floatSteps(first, step_, count, dtype))
  const [base, stride] = [Math.trunc(first), Math.trunc(step_)]
  return computed([count], dtype, o, (i) => base + i * stride)
}

function truncated(value: number | bigint): bigint {
  return typeof value === 'bigint' ? value : BigInt(Math.trunc(value))
}

function integerRange(from: bigint, to: bigint, by: bigint, options: Partial<TensorOptions>): Tensor {
  if (by === 0n) throw new ValueError('step must be nonzero')
  const count = Number((to - from + by - (by > 0n ? 1n : -1n)) / by)
  const first = Number(from)
  const step = Number(by)
  const exact = Number.isSafeInteger(first) && Number.isSafeInteger(first + count * step)
  return computed([count], int64, options, exact ? (i) => first + i * step : (i) => from + BigInt(i) * by)
}

/**
 * `start`, `start + step`, ... up to and with `end`, in the default dtype. Deprecated in PyTorch in favour of {@link arange}.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.range.html
 */
export function range(
  start: RangeBound,
  end: RangeBound,
  step?: RangeBound | ArangeOptions,
  options?: TensorOptions,
): Tensor {
  const { from, to, by, options: o } = readSteps('range', [start, end, step, options])
  const dtype = o.dtype === undefined ? getDefaultDtype() : toDType(o.dtype)
  if (dtype === bool) throw new RuntimeError(`"range_cpu" not implemented for 'Bool'`)
  const [first, step_] = [Number(from), Number(by)]
  const count = Math.floor((Number(to) - first) / step_) + 1
  return computed([count], dtype, o, (i) => first + i * step_)
}

interface Space {
  readonly dtype: DType
  /** The value at each position, in the arithmetic of the dtype. */
  readonly at: (i: number) => number
}

/** Evenly spaced numbers: forward from the start in the first half, back from the end in the second. */
function spaced(
  name: string,
  start: RangeBound,
  end: RangeBound,
  steps: number,
  options: Partial<TensorOptions>,
): Space {
  const dims = [start, end].map((v) => (v instanceof Tensor ? v.ndim : 0))
  if (dims.some((d) => d > 0)) {
    throw new RuntimeError(
      `${name} only supports 0-dimensional start and end tensors, but got start with ${dims[0]} dimension(s) and end with ${dims[1]} dimension(s).`,
    )
  }
  const first = Number(boundOf(name, 'start', start))
  const last = Number(boundOf(name, 'end', end))
  if (!Number.isInteger(steps)) throw TypeError_(`${name}(): argument 'steps' must be an integer, not`, steps)
  if (steps < 0) throw new RuntimeError('number of steps must be non-negative')
  const dtype = options.dtype === undefined ? getDefaultDtype() : toDType(options.dtype)
  // a single one is converted as it is, as is the power of it that logspace makes
  if (steps <= 1) return { dtype, at: () => first }
  if (dtype === bool) throw new RuntimeError(`"${name}_cpu" not implemented for 'Bool'`)
  checkHolds(dtype, first)
  checkHolds(dtype, last)
  const whole = dtype.category !== Category.float
  const round =
    dtype === uint8
      ? (value: number) => value & 255
      : whole
        ? Math.trunc
        : dtype === float64
          ? (value: number) => value
          : fround
  const from = round(first)
  const to = round(last)
  const step = whole ? (to - from) / (steps - 1) : round(round(to - from) / (steps - 1))
  const middle = Math.floor(steps / 2)
  const value = (i: number): number => (i < middle ? fma(step, i, from) : fma(-step, steps - 1 - i, to))
  return { dtype, at: dtype === float64 || whole ? value : (i) => fround(value(i)) }
}

/** @throws RuntimeError if a dtype cannot hold a number; whole negative ones wrap around in unsigned dtypes */
function checkHolds(dtype: DType, value: number): void {
  const { min, max } = LIMITS[dtype.name]
  const magnitude = Number.isInteger(value) && !dtype.isSigned ? Math.abs(value) : value
  if (Number.isFinite(value) && (magnitude < min || magnitude > max)) {
    throw new RuntimeError(`value cannot be converted to type ${dtype.name} without overflow`)
  }
}

/**
 * `steps` numbers from `start` to `end`, both included, evenly spaced. For integer dtypes the ends are truncated first.
 *
 * @param start - number or 0-d tensor
 * @param end - number or 0-d tensor
 * @param steps - how many
 * @throws RuntimeError for negative `steps`
 * @example
 * ```ts
 * linspace(0, 1, 3) // tensor([0.0000, 0.5000, 1.0000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linspace.html
 */
export function linspace(start: RangeBound, end: RangeBound, steps: number, options?: TensorOptions): Tensor {
  const o = bindOptions<TensorOptions>('linspace', tensorOptions, [options])
  const { dtype, at } = spaced('linspace', start, end, steps, o)
  return computed([steps], dtype, o, at)
}

/** Options of {@link logspace}. */
export interface LogspaceOptions extends TensorOptions {
  /** 10 if not given. */
  base?: number
}

/** `base` to the powers that {@link linspace} gives. @see https://pytorch.org/docs/stable/generated/torch.logspace.html */
export function logspace(
  start: RangeBound,
  end: RangeBound,
  steps: number,
  base?: number | LogspaceOptions,
  options?: TensorOptions,
): Tensor {
  const o = bindOptions<LogspaceOptions>('logspace', ['base', ...tensorOptions], [base, options])
  const { dtype, at } = spaced('logspace', start, end, steps, o)
  const b = o.base ?? 10
  return computed([steps], dtype, o, (i) => b ** at(i))
}

export { type EyeOptions, eye } from './diagonals.js'
export {
  emptyLike,
  fullLike,
  type LikeOptions,
  newEmpty,
  newFull,
  newOnes,
  newZeros,
  onesLike,
  zerosLike,
} from './like.js'
