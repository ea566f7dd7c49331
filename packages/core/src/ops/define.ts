/** Pointwise operations by rule: what to call, what to keep, how gradients flow. */
import { mode } from '../autograd/mode.js'
import { type Gradient, type Node, needsGrad, record } from '../autograd/node.js'
import type { BinaryCode, UnaryCode } from '../dispatch/opcodes.js'
import { Tensor } from '../tensor.js'
import { binaryCall, toFloat, unaryCall } from './elementwise.js'
import { assign, binaryInplace, unaryInplace, zerosLike } from './inplace.js'
import { checkTensor, floatType, resultType, type TensorOrScalar } from './promote.js'

/** A function of one tensor. */
export type UnaryFunction = (x: Tensor) => Tensor
/** A function of two operands that broadcast, at least one of them a tensor. */
export type BinaryFunction = (a: TensorOrScalar, b: TensorOrScalar) => Tensor

export interface UnaryRule {
  /** Integers and bool are computed in the default floating-point dtype. */
  readonly float: boolean
  /** Refuses or answers some dtypes itself; undefined to go on. */
  readonly special?: (x: Tensor) => Tensor | undefined
  /** Which of input and output the gradient reads. */
  readonly keeps?: 'input' | 'output'
  /** From the gradient of the output and what was kept to that of the input; absent where it is zero everywhere. */
  readonly gradient?: (g: Tensor, kept: Tensor) => Tensor
}

function nodeName(name: string): string {
  return `${name[0]!.toUpperCase()}${name.slice(1)}Backward0`
}

type AnyMethods = Record<string, unknown>

/** Attaches a method to tensors; the family file declares its type. */
export function attach(name: string, method: (this: Tensor, ...args: never[]) => unknown): void {
  ;(Tensor.prototype as unknown as AnyMethods)[name] = method
}

/** A unary function, and the methods `name()` and `name_()`. */
export function defineUnary(name: string, code: UnaryCode, rule: UnaryRule): UnaryFunction {
  const { float, special, keeps, gradient } = rule
  const backward = nodeName(name)
  const gradientOf =
    gradient === undefined
      ? zerosLike
      : keeps === undefined
        ? (g: Tensor) => gradient(g, g)
        : (g: Tensor, node: Node) => gradient(g, node.saved(0))
  const fn = (x: Tensor): Tensor => {
    if (!(x instanceof Tensor)) checkTensor(name, 'input', x)
    if (special !== undefined) {
      const answer = special(x)
      if (answer !== undefined) return answer
    }
    const out = unaryCall(code, float ? toFloat(x) : x)
    if (!mode.enabled || !needsGrad(x)) return out
    return record(backward, out, [x], keeps === undefined ? null : [keeps === 'input' ? x : out], gradientOf)
  }
  attach(name, function (this: Tensor) {
    return fn(this)
  })
  attach(`${name}_`, function (this: Tensor) {
    const answer = special === undefined ? undefined : special(this)
    return answer === undefined ? unaryInplace(code, this, fn, float) : answer === this ? this : assign(this, answer)
  })
  return fn
}

/** What of a binary operation a gradient reads. */
export const Uses = { nothing: 0, a: 1, b: 2, out: 4, ab: 3 } as const

export interface BinaryRule {
  /** Integers and bool are computed in the default floating-point dtype. */
  readonly float?: boolean
  readonly check?: (a: TensorOrScalar, b: TensorOrScalar) => void
  /** Has no methods: a part of another operation. */
  readonly internal?: boolean
  /** Gradients of the two operands; absent where they are zero or do not exist. */
  readonly left?: (g: Tensor, a: TensorOrScalar, b: TensorOrScalar, out: Tensor) => Tensor
  readonly right?: (g: Tensor, a: TensorOrScalar, b: TensorOrScalar, out: Tensor) => Tensor
  /** What they read, from {@link Uses}: the rest is not kept. */
  readonly leftUses?: number
  readonly rightUses?: number
}

/** The gradient of a binary operation. Made apart from the call, whose operands it would otherwise keep alive. */
function binaryGradient(
  left: BinaryRule['left'],
  right: BinaryRule['right'],
  uses: number,
  a: TensorOrScalar,
  b: TensorOrScalar,
): Gradient {
  return (g, node) => {
    const one = (uses & Uses.a) !== 0 ? node.saved(0) : a
    const two = (uses & Uses.b) !== 0 ? node.saved(1) : b
    const result = (uses & Uses.out) !== 0 ? node.saved(2) : g
    return [
      node.needs(0) ? (left === undefined ? zerosLike(g) : left(g, one, two, result)) : null,
      node.needs(1) ? (right === undefined ? zerosLike(g) : right(g, one, two, result)) : null,
    ]
  }
}

/** A binary function, and the methods `name(other)` and `name_(other)`. */
export function defineBinary(name: string, code: BinaryCode, rule: BinaryRule): BinaryFunction {
  const { float, check, left, right } = rule
  const leftUses = rule.leftUses ?? Uses.nothing
  const rightUses = rule.rightUses ?? Uses.nothing
  const backward = nodeName(name)
  const fn = (a: TensorOrScalar, b: TensorOrScalar): Tensor => {
    if (check !== undefined) check(a, b)
    const out =
      float === true ? binaryCall(name, code, a, b, floatType(resultType(a, b))) : binaryCall(name, code, a, b)
    if (!mode.enabled) return out
    const x = a instanceof Tensor ? a : null
    const y = b instanceof Tensor ? b : null
    const l = x !== null && needsGrad(x)
    const r = y !== null && needsGrad(y)
    if (!l && !r) return out
    // what is a number needs no keeping
    const keepable = (x === null ? 0 : Uses.a) | (y === null ? 0 : Uses.b) | Uses.out
    const uses = ((l ? leftUses : 0) | (r ? rightUses : 0)) & keepable
    const saved =
      uses === 0
        ? null
        : [(uses & Uses.a) !== 0 ? x : null, (uses & Uses.b) !== 0 ? y : null, (uses & Uses.out) !== 0 ? out : null]
    return record(
      backward,
      out,
      [x, y],
      saved,
      binaryGradient(left, right, uses, x === null ? a : 0, y === null ? b : 0),
    )
  }
  if (rule.internal === true) return fn
  attach(name, function (this: Tensor, other: TensorOrScalar) {
    return fn(this, other)
  })
  attach(`${name}_`, function (this: Tensor, other: TensorOrScalar) {
    if (check !== undefined) check(this, other)
    return float === true && !this.dtype.isFloatingPoint
      ? assign(this, fn(this, other))
      : binaryInplace(code, this, other, fn)
  })
  return fn
}
