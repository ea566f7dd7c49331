import type { Operand, View } from '../dispatch/backend.js'
import { Binary, type BinaryCode, Unary } from '../dispatch/opcodes.js'
import { bfloat16, Category, Compute, type DType } from '../dtype.js'
import { NotImplementedError, RuntimeError } from '../errors.js'
import { copy, fill } from './copy.js'
import { binaryF32 } from './generated/binary-f32.js'
import { binaryF64 } from './generated/binary-f64.js'
import { binaryI32 } from './generated/binary-i32.js'
import { binaryI64 } from './generated/binary-i64.js'
import { nextafterHalf } from './half.js'
import { flatStep, start, Walk } from './iterate.js'
import type { BinaryLoop } from './loops.js'
import { placeScalar, roundScalar, scalarArray } from './scalar.js'
import { scratch, staged, stagedOutput, unstage } from './stage.js'
import { unary } from './unary.js'

const walk = new Walk()

/** By `Compute` class, by opcode. */
export const binaryLoops: readonly (readonly (BinaryLoop | undefined)[])[] = [
  binaryF32,
  binaryF64,
  binaryI32,
  binaryI64,
] as unknown as readonly (readonly (BinaryLoop | undefined)[])[]

/** `out = op(a, b)`, broadcast. */
export function binary(op: BinaryCode, a: Operand, b: Operand, out: View): void {
  const n = out.count
  if (n === 0) return
  const aIsNumber = typeof a === 'number'
  const bIsNumber = typeof b === 'number'
  const dtype = !aIsNumber ? a.dtype : !bIsNumber ? b.dtype : out.dtype
  if (dtype.staged) {
    binaryStaged(op, dtype, a, b, out)
    return
  }
  if (op === Binary.pow && bIsNumber && !aIsNumber && powByNumber(a, b, out)) return
  const loop = binaryLoops[dtype.compute]![op] ?? missing(op, dtype)
  if (op >= Binary.divTrunc && op <= Binary.fmod && dtype.category !== Category.float) checkDivisor(b)
  const cell = scalarArray(dtype)
  const o = out.storage.array
  const aa = aIsNumber ? cell : a.storage.array
  const ba = bIsNumber ? cell : b.storage.array
  const aI = aIsNumber ? placeScalar(dtype, 0, a) : start(a)
  const bI = bIsNumber ? placeScalar(dtype, 1, b) : start(b)
  const oS = flatStep(out, n)
  const aS = aIsNumber ? 0 : flatStep(a, n)
  const bS = bIsNumber ? 0 : flatStep(b, n)
  if (oS >= 0 && aS >= 0 && bS >= 0) {
    loop(o, start(out), oS, aa, aI, aS, ba, bI, bS, n)
    return
  }
  walk.begin(out.shape)
  walk.operand(out)
  if (aIsNumber) walk.constant(aI)
  else walk.operand(a)
  if (bIsNumber) walk.constant(bI)
  else walk.operand(b)
  walk.merge()
  const { at } = walk
  do loop(o, at[0]!, walk.step(0), aa, at[1]!, walk.step(1), ba, at[2]!, walk.step(2), walk.inner)
  while (walk.next())
}

/** The exponents for which PyTorch does not call pow: with them -0 and -infinity give what these operations give. */
function powByNumber(x: View, exponent: number, out: View): boolean {
  if (exponent === 2) binary(Binary.mul, x, x, out)
  else if (exponent === 1) copy(x, out)
  else if (x.dtype.category !== Category.float) return false
  else if (exponent === 3) {
    const square = x.storage === out.storage ? scratch(3, x.dtype, out.shape, out) : out
    binary(Binary.mul, x, x, square)
    binary(Binary.mul, square, x, out)
  } else if (exponent === -2) {
    binary(Binary.mul, x, x, out)
    unary(Unary.reciprocal, out, out)
  } else if (exponent === 0.5) unary(Unary.sqrt, x, out)
  else if (exponent === -0.5) unary(Unary.rsqrt, x, out)
  else if (exponent === -1) unary(Unary.reciprocal, x, out)
  else return false
  return true
}

function binaryStaged(op: BinaryCode, dtype: DType, a: Operand, b: Operand, out: View): void {
  if (op === Binary.nextafter) {
    nextafterStaged(dtype, a, b, out)
    return
  }
  // only arithmetic that rounds at its end takes a number in more precision than the dtype's, as PyTorch does
  const exact = dtype.category === Category.float && (op <= Binary.div || op === Binary.pow)
  const x = typeof a !== 'number' ? staged(1, a) : exact ? a : roundScalar(dtype, a)
  const y = typeof b !== 'number' ? staged(2, b) : exact ? b : roundScalar(dtype, b)
  if (op >= Binary.eq) {
    binary(op, x, y, out)
    return
  }
  const computed = stagedOutput(0, out)
  binary(op, x, y, computed)
  unstage(computed, out)
}

/** On the 16-bit words themselves: the neighbours in float32 are closer. */
function nextafterStaged(dtype: DType, a: Operand, b: Operand, out: View): void {
  const words = [a, b].map((operand, i) => {
    const view = scratch(i + 1, dtype, out.shape, out)
    if (typeof operand === 'number') fill(view, operand)
    else copy(operand, view)
    return view.storage.array
  })
  const result = scratch(0, dtype, out.shape, out)
  const [inf, nan] = dtype === bfloat16 ? [0x7f80, 0x7fc0] : [0x7c00, 0x7e00]
  const o = result.storage.array
  for (let i = 0; i < out.count; i++) o[i] = nextafterHalf(words[0]![i]!, words[1]![i]!, nan, inf)
  copy(result, out)
}

function checkDivisor(b: Operand): void {
  if (typeof b === 'number' ? Math.trunc(b) === 0 : hasZero(b)) throw new RuntimeError('ZeroDivisionError')
}

function hasZero(x: View): boolean {
  const array = x.storage.array as Int32Array
  const wide = x.dtype.compute === Compute.i64
  walk.begin(x.shape)
  walk.operand(x)
  walk.merge()
  const step = walk.step(0)
  do {
    let i = walk.at[0]!
    for (let k = 0; k < walk.inner; k++, i += step) {
      if (array[i] === 0 && (!wide || array[i + 1] === 0)) return true
    }
  } while (walk.next())
  return false
}

function missing(op: BinaryCode, dtype: DType): never {
  const name = Object.entries(Binary).find(([, code]) => code === op)?.[0]
  throw new NotImplementedError(`"${name}" not implemented for '${dtype.label}'`)
}
