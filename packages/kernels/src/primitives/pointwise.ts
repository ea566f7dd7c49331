/** Element by element. */
import {
  Binary,
  type BinaryCode,
  bool,
  flatStep,
  float32,
  type Operand,
  type Primitives,
  referencePrimitives,
  Unary,
  type UnaryCode,
  type View,
} from '@tsorch/core/backend'
import type { Pointer } from '../generated/kernels.js'
import type { KernelSet } from '../kernel-set.js'
import { Ternary } from './fused-codes.js'
import { alike, dense, geometry, merge } from './geometry.js'
import { known } from './known.js'
import { spanOf } from './matmul.js'

const plain = referencePrimitives

/** Rows shorter than this cost more in the kernels' bookkeeping than they gain. */
const SHORT_ROW = 3
/** What a function that a processor has no instruction for costs in the plain set, in additions. */
const HEAVY = 8

function costOf(op: UnaryCode): number {
  return op >= Unary.exp && op !== Unary.sqrt && op !== Unary.rsqrt && op !== Unary.reciprocal ? HEAVY : 1
}

type Pointwise = Pick<Primitives, 'unary' | 'binary' | 'where'>

export function pointwisePrimitives(set: KernelSet): Pointwise {
  const { kernels } = set
  const hasUnary = known((dtype, op) => kernels.hasUnary(dtype, op))
  const hasBinary = known((dtype, op) => kernels.hasBinary(dtype, op))

  /** Address of an output of which every element is written, but maybe not what lies between them. */
  const written = (out: View): Pointer => {
    const whole = spanOf(out)
    return whole === out ? set.output(out) : set.update(whole)
  }

  /** Halves: to float32, computed there, and back. */
  function unaryHalf(op: UnaryCode, x: View, out: View): void {
    const n = out.count
    set.begin()
    const [from, to] = [set.input(x), set.output(out)]
    const work = set.workspace(4 * n)
    kernels.cast(work, float32.id, from, x.dtype.id, n)
    kernels.unary(float32.id, op, work, work, n)
    kernels.cast(to, out.dtype.id, work, float32.id, n)
    set.end()
  }

  function unary(op: UnaryCode, x: View, out: View): void {
    const { dtype, count } = out
    const cost = costOf(op)
    if (!set.worth(cost * count) || count === 0) {
      plain.unary(op, x, out)
      return
    }
    const flat = flatStep(x, count) > 0 && flatStep(out, count) > 0
    if (dtype.staged && dtype !== bool) {
      if (flat && dtype.isFloatingPoint && hasUnary(float32, op)) unaryHalf(op, x, out)
      else plain.unary(op, x, out)
      return
    }
    if (!hasUnary(dtype, op)) {
      plain.unary(op, x, out)
      return
    }
    if (!flat && merge(out, x) * cost < SHORT_ROW) {
      plain.unary(op, x, out)
      return
    }
    set.begin()
    if (flat) kernels.unary(dtype.id, op, set.output(out), set.input(x), count)
    else kernels.unaryStrided(dtype.id, op, written(out), set.input(spanOf(x)), geometry(set))
    set.end()
  }

  /** `x` and a number, or a number and `x`. */
  function withNumber(op: BinaryCode, x: View, number: number, first: boolean, out: View): boolean {
    const n = out.count
    if (op === Binary.pow && !first) {
      // the exponents for which PyTorch does not call pow
      const code = number === 0.5 ? Unary.sqrt : number === -0.5 ? Unary.rsqrt : number === -1 ? Unary.reciprocal : -1
      if (number === 2) {
        binary(Binary.mul, x, x, out)
        return true
      }
      if (number === 3 && x.dtype.isFloatingPoint && x.storage !== out.storage) {
        binary(Binary.mul, x, x, out)
        binary(Binary.mul, out, x, out)
        return true
      }
      // these the plain kernels know without a power
      if (number === 1 || number === 3 || number === -2) return false
      if (code >= 0 && x.dtype.isFloatingPoint) {
        unary(code as UnaryCode, x, out)
        return true
      }
    }
    if (!hasBinary(x.dtype, op)) return false
    if (flatStep(out, n) <= 0) return false
    const ordered = flatStep(x, n) > 0
    // elements that do not lie in a row are put there first
    if (!ordered && (x.dtype !== out.dtype || merge(out, x) === 0)) return false
    set.begin()
    const to = set.output(out)
    let from = set.input(ordered ? x : spanOf(x))
    if (!ordered) {
      kernels.copyStrided(to, from, x.dtype.itemsize, geometry(set))
      from = to
    }
    kernels.binaryNumber(x.dtype.id, op, to, from, number, first ? 1 : 0, n)
    set.end()
    return true
  }

  function binary(op: BinaryCode, a: Operand, b: Operand, out: View): void {
    const n = out.count
    const worth = n > 0 && set.worth(op === Binary.pow ? HEAVY * n : n)
    if (!worth || !served(op, a, b, out)) plain.binary(op, a, b, out)
  }

  function served(op: BinaryCode, a: Operand, b: Operand, out: View): boolean {
    if (typeof a === 'number') return typeof b !== 'number' && withNumber(op, b, a, true, out)
    return typeof b === 'number' ? withNumber(op, a, b, false, out) : views(op, a, b, out)
  }

  function views(op: BinaryCode, a: View, b: View, out: View): boolean {
    const { dtype } = a
    const n = out.count
    if (!hasBinary(dtype, op)) return false
    const [oS, aS, bS] = [flatStep(out, n), flatStep(a, n), flatStep(b, n)]
    if (oS > 0 && aS >= 0 && bS >= 0) {
      set.begin()
      if (aS > 0 && bS > 0) kernels.binary(dtype.id, op, set.output(out), set.input(a), set.input(b), n)
      else
        kernels.binaryOne(
          dtype.id,
          op,
          set.output(out),
          set.input(a),
          Math.min(aS, 1),
          set.input(b),
          Math.min(bS, 1),
          n,
        )
      set.end()
      return true
    }
    if (merge(out, a, b) * (op === Binary.pow ? HEAVY : 1) < SHORT_ROW) return false
    set.begin()
    kernels.binaryStrided(dtype.id, op, written(out), set.input(spanOf(a)), set.input(spanOf(b)), geometry(set))
    set.end()
    return true
  }

  /** A number as one element of float32 in working memory. */
  const placed = (number: number): Pointer => {
    const pointer = set.workspace(4)
    set.floats[pointer / 4] = number
    return pointer
  }

  function chosen(condition: View, a: Operand, b: Operand, out: View): boolean {
    const n = out.count
    const { dtype } = out
    const aIsNumber = typeof a === 'number'
    const bIsNumber = typeof b === 'number'
    if (dtype !== float32 && (aIsNumber || bIsNumber)) return false
    const aS = aIsNumber ? 0 : flatStep(a, n)
    const bS = bIsNumber ? 0 : flatStep(b, n)
    const cS = flatStep(condition, n)
    const flat = aS >= 0 && bS >= 0 && cS > 0 && flatStep(out, n) > 0
    if (!flat && (aIsNumber || bIsNumber || merge(out, condition, a, b) < SHORT_ROW)) return false
    set.begin()
    const x = aIsNumber ? placed(a) : set.input(spanOf(a))
    const y = bIsNumber ? placed(b) : set.input(spanOf(b))
    const c = set.input(spanOf(condition))
    if (flat) kernels.ternary(dtype.id, Ternary.where, set.output(out), c, 1, x, Math.min(aS, 1), y, Math.min(bS, 1), n)
    else kernels.ternaryStrided(dtype.id, Ternary.where, written(out), c, x, y, geometry(set))
    set.end()
    return true
  }

  return {
    unary,
    binary,
    where(condition: View, a: Operand, b: Operand, out: View): void {
      const n = out.count
      if (!set.worth(n) || n === 0 || !chosen(condition, a, b, out)) plain.where(condition, a, b, out)
    },
  }
}

/** Whether a view's elements lie one after another, or a single one stands for all: the step of a kernel, or -1. */
export function stepOf(view: View, count: number): 0 | 1 | -1 {
  if (view.count === count && dense(view)) return 1
  if (view.count === 1) return 0
  return view.count === count && view.strides.every((stride, d) => stride === 0 || view.shape[d] === 1) ? 0 : -1
}

/** The step of a gradient beside a packed `x`: 1 if its elements lie as those of `x`, 0 if one stands for all, else -1. */
export function stepBeside(g: View, x: View): 0 | 1 | -1 {
  if (alike(g, x)) return 1
  return g.count === 1 || stepOf(g, x.count) === 0 ? 0 : -1
}
