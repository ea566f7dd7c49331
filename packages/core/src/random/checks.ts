import type { DType } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { check, checkImplemented, LIMITS, streamed } from './limits.js'

/* What PyTorch refuses, to be asked before anything is drawn or written. */

/** @throws RuntimeError unless `uniform_(from, to)` is defined for the dtype */
export function checkUniform(dtype: DType, from: number, to: number): void {
  checkImplemented('check_uniform_bounds', dtype, dtype.isFloatingPoint)
  const { cName, min, max } = LIMITS[dtype.name]
  check(from >= min && from <= max, `from is out of bounds for ${cName}`)
  check(to >= min && to <= max, `to is out of bounds for ${cName}`)
  const range = `from=${streamed(from)} > to=${streamed(to)}`
  check(from <= to, `uniform_ expects to return a [from, to) range, but found ${range}`)
  check(
    to - from <= max,
    `uniform_ expects to-from <= std::numeric_limits<${dtype.label}>::max(), but found to=${streamed(to)} and ` +
      `from=${streamed(from)} which result in to-from to exceed the limit`,
  )
}

/** @throws RuntimeError unless `normal_(mean, std)` is defined for the dtype */
export function checkNormal(dtype: DType, std: number): void {
  check(std >= 0, `normal expects std >= 0.0, but found std ${streamed(std)}`)
  checkImplemented('normal_kernel_cpu', dtype, dtype.isFloatingPoint)
}

/** @throws RuntimeError unless `logNormal_(mean, std)` is defined for the dtype */
export function checkLogNormal(dtype: DType, std: number): void {
  check(std > 0, `log_normal_ expects std > 0.0, but found std=${streamed(std)}`)
  checkImplemented('log_normal_cpu', dtype, dtype.isFloatingPoint)
}

/** @throws RuntimeError unless `cauchy_(median, sigma)` is defined for the dtype */
export function checkCauchy(dtype: DType, sigma: number): void {
  check(sigma > 0, `cauchy_ expects sigma > 0.0, but found sigma=${streamed(sigma)}`)
  const given = LIMITS[dtype.name].cName
  check(
    dtype.isFloatingPoint,
    `Cauchy distribution is a continuous probability distribution. dtype must be a floating point but you specified ${given}`,
  )
}

/** @throws RuntimeError unless `exponential_(lambd)` is defined for the dtype */
export function checkExponential(dtype: DType, lambd: number): void {
  check(lambd > 0, `exponential_ expects lambda > 0.0, but found lambda=${streamed(lambd)}`)
  check(
    dtype.isFloatingPoint,
    'Exponential distribution is a continuous probability distribution. ' +
      `dtype must be a floating point but you specified ${dtype.label}`,
  )
}

/** @throws RuntimeError unless `geometric_(p)` is defined for the dtype */
export function checkGeometric(dtype: DType, p: number): void {
  check(p > 0 && p < 1, `geometric_ expects p to be in (0, 1), but got p=${streamed(p)}`)
  checkImplemented('geometric_cpu', dtype, dtype.name !== 'bool')
}

/** @throws RuntimeError unless `p` is a probability */
export function checkBernoulli(p: number): void {
  check(p >= 0 && p <= 1, `bernoulli_ expects p to be in [0, 1], but got p=${streamed(p)}`)
}

/** @throws RuntimeError unless all `count` values of `p` are probabilities */
export function checkProbabilities(p: Float32Array | Float64Array, start: number, count: number): void {
  for (let i = start; i < start + count; i++) {
    const value = p[i]!
    if (!(value >= 0 && value <= 1)) {
      throw new RuntimeError(`Expected p_in >= 0 && p_in <= 1 to be true, but got false: p_in is ${streamed(value)}.`)
    }
  }
}

function cType(dtype: DType): string {
  return dtype.name === 'int32' ? 'int' : `${dtype.name}_t`
}

/** @throws RuntimeError unless `randperm(n)` is defined for the dtype */
export function checkRandperm(dtype: DType, n: number): void {
  check(n >= 0, `Trying to create tensor with negative dimension ${n}: [${n}]`)
  checkImplemented('randperm', dtype, dtype.name !== 'bool')
  const { max, digits } = LIMITS[dtype.name]
  if (digits === 0) check(n - 1 <= max, `value cannot be converted to type ${cType(dtype)} without overflow`)
  else check(n <= 2 ** digits + 1, `n cannot be greater than ${2 ** digits + 1} for ${dtype.label} type.`)
}
