/** Arithmetic of three operands: a product or a quotient added, and interpolation. */
import { record, recording } from '../autograd/node.js'
import { defineOp } from '../dispatch/op.js'
import { Binary } from '../dispatch/opcodes.js'
import { bool, Category, type DType, float32 } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { broadcastShapes } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { lt } from './compare.js'
import { attach, type BinaryFunction } from './define.js'
import { castTo } from './elementwise.js'
import { assign, binaryInplace } from './inplace.js'
import { attachMethods, attachWithInplace } from './methods.js'
import { notImplemented } from './operands.js'
import { abs, add, div, mul, neg, sub } from './pointwise.js'
import { checkTensor, isTensor, resultType, type Scalar, type TensorOrScalar } from './promote.js'
import { where } from './where.js'

/** Options of {@link addcmul} and {@link addcdiv}. */
export interface ValueOptions {
  /** Factor of the product or quotient, 1 if not given. */
  value?: number
}

type AddTerm = (x: Tensor, tensor1: Tensor, tensor2: Tensor, options?: ValueOptions) => Tensor

declare module '../tensor.js' {
  interface Tensor {
    addcmul(tensor1: Tensor, tensor2: Tensor, options?: ValueOptions): Tensor
    addcmul_(tensor1: Tensor, tensor2: Tensor, options?: ValueOptions): Tensor
    addcdiv(tensor1: Tensor, tensor2: Tensor, options?: ValueOptions): Tensor
    addcdiv_(tensor1: Tensor, tensor2: Tensor, options?: ValueOptions): Tensor
    lerp(end: Tensor, weight: TensorOrScalar): Tensor
    lerp_(end: Tensor, weight: TensorOrScalar): Tensor
  }
}

/** The half types are computed in float32 and rounded once, at the end. */
function wide(dtype: DType): DType {
  return dtype.category === Category.float && dtype.staged ? float32 : dtype
}

/** `x * value`, without work for 1. */
function times(x: Tensor, value: number): Tensor {
  return value === 1 ? x : mul(x, value)
}

interface TermRule {
  readonly name: string
  /** What it refuses itself. */
  readonly check?: (tensor1: Tensor, tensor2: Tensor) => void
  /** Product or quotient. */
  readonly term: BinaryFunction
  /** Gradients of the two tensors, from that of the result. */
  readonly left: (g: Tensor, tensor2: Tensor, value: number) => Tensor
  readonly right: (g: Tensor, tensor1: Tensor, tensor2: Tensor, value: number) => Tensor
}

/** `x + value * term(tensor1, tensor2)` and its methods. */
function defineAddTerm({ name, check, term, left, right }: TermRule): AddTerm {
  const backward = `${name[0]!.toUpperCase()}${name.slice(1)}Backward0`
  const scaled = (tensor1: Tensor, tensor2: Tensor, value: number): Tensor => term(times(tensor1, value), tensor2)
  const compute = defineOp(name, (x: Tensor, tensor1: Tensor, tensor2: Tensor, value: number): Tensor => {
    const dtype = wide(x.dtype)
    const sum = add(castTo(x, dtype), scaled(castTo(tensor1, dtype), castTo(tensor2, dtype), value))
    return castTo(sum, x.dtype)
  })
  const prepare = (x: Tensor, tensor1: Tensor, tensor2: Tensor, options: ValueOptions | undefined) => {
    checkTensor(name, 'input', x)
    checkTensor(name, 'tensor1', tensor1)
    checkTensor(name, 'tensor2', tensor2)
    const { value = 1 } = bindOptions<ValueOptions>(name, ['value'], [options])
    const dtype = resultType(x, tensor1, tensor2)
    check?.(tensor1, tensor2)
    broadcastShapes(broadcastShapes(x.shape, tensor1.shape), tensor2.shape)
    if (dtype === bool) throw notImplemented(`${name}_cpu_out`, bool)
    return { dtype, value: dtype.category === Category.float ? value : Math.trunc(value) }
  }
  const fn: AddTerm = (x, tensor1, tensor2, options) => {
    const { dtype, value } = prepare(x, tensor1, tensor2, options)
    const out = compute(castTo(x, dtype), castTo(tensor1, dtype), castTo(tensor2, dtype), value)
    return record(backward, out, [x, tensor1, tensor2], [tensor1, tensor2], (g, node) => [
      node.needs(0) ? g : null,
      node.needs(1) ? left(g, node.saved(1), value) : null,
      node.needs(2) ? right(g, node.saved(0), node.saved(1), value) : null,
    ])
  }
  attachMethods({ [name]: fn })
  attach(`${name}_`, function (this: Tensor, tensor1: Tensor, tensor2: Tensor, options?: ValueOptions) {
    const { dtype, value } = prepare(this, tensor1, tensor2, options)
    if (recording(this, tensor1, tensor2) || dtype !== this.dtype || wide(dtype) !== dtype) {
      return assign(this, fn(this, tensor1, tensor2, options))
    }
    return binaryInplace(Binary.add, this, scaled(castTo(tensor1, dtype), castTo(tensor2, dtype), value), add)
  })
  return fn
}

/**
 * `x + value * tensor1 * tensor2`, broadcast.
 *
 * @throws RuntimeError for bool
 * @example
 * ```ts
 * addcmul(tensor([1]), tensor([2]), tensor([3]), { value: 10 }) // tensor([61])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.addcmul.html
 */
export const addcmul: AddTerm = defineAddTerm({
  name: 'addcmul',
  term: mul,
  left: (g, tensor2, value) => mul(g, times(tensor2, value)),
  right: (g, tensor1, _, value) => mul(g, times(tensor1, value)),
})

/**
 * `x + value * tensor1 / tensor2`, broadcast.
 *
 * @throws RuntimeError if `tensor1` and `tensor2` are both integers
 * @see https://pytorch.org/docs/stable/generated/torch.addcdiv.html
 */
export const addcdiv: AddTerm = defineAddTerm({
  name: 'addcdiv',
  check: (tensor1, tensor2) => {
    if (tensor1.dtype.category === Category.float || tensor2.dtype.category === Category.float) return
    throw new RuntimeError(
      'Integer division with addcdiv is no longer supported, and in a future release addcdiv will perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes.',
    )
  },
  term: div,
  left: (g, tensor2, value) => mul(g, div(value, tensor2)),
  right: (g, tensor1, tensor2, value) => mul(neg(g), div(times(tensor1, value), mul(tensor2, tensor2))),
})

/** From the nearer end, so that weights 0 and 1 give the ends themselves. */
const lerpOf = defineOp('lerp', (start: Tensor, end: Tensor, weight: TensorOrScalar): Tensor => {
  const dtype = wide(start.dtype)
  const from = castTo(start, dtype)
  const to = castTo(end, dtype)
  const distance = sub(to, from)
  const forward = (w: TensorOrScalar): Tensor => add(from, mul(distance, w))
  const backward = (w: TensorOrScalar): Tensor => sub(to, mul(distance, isTensor(w) ? sub(1, w) : 1 - Number(w)))
  if (!isTensor(weight)) return castTo(Math.abs(Number(weight)) < 0.5 ? forward(weight) : backward(weight), start.dtype)
  const w = castTo(weight, dtype)
  return castTo(where(lt(abs(w), 0.5), forward(w), backward(w)), start.dtype)
})

function checkLerp(start: Tensor, end: Tensor, weight: TensorOrScalar): void {
  checkTensor('lerp', 'input', start)
  checkTensor('lerp', 'end', end)
  const { dtype } = start
  const others: [string, unknown][] = [
    ['end', end],
    ['weight', weight],
  ]
  for (const [name, other] of others) {
    if (isTensor(other) && other.dtype !== dtype) {
      throw new RuntimeError(`expected dtype ${dtype.name} for \`${name}\` but got dtype ${other.dtype.name}`)
    }
  }
  if (dtype.category !== Category.float) {
    throw notImplemented(isTensor(weight) ? 'lerp_kernel_tensor' : 'lerp_kernel_scalar', dtype)
  }
  broadcastShapes(broadcastShapes(start.shape, end.shape), isTensor(weight) ? weight.shape : [])
}

/**
 * `start + weight * (end - start)`: between the two for weights in [0, 1], beyond them for others.
 *
 * @param start - floating-point tensor
 * @param end - tensor of the same dtype that broadcasts
 * @param weight - number, or tensor of the same dtype that broadcasts
 * @throws RuntimeError if the dtypes differ or are not floating point
 * @example
 * ```ts
 * lerp(zeros([2]), ones([2]), 0.25) // tensor([0.2500, 0.2500])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.lerp.html
 */
export function lerp(start: Tensor, end: Tensor, weight: TensorOrScalar): Tensor {
  checkLerp(start, end, weight)
  const tensor = isTensor(weight) ? weight : null
  const saved = tensor === null ? null : [start, end, tensor]
  return record('LerpBackward0', lerpOf(start, end, weight), [start, end, tensor], saved, (g, node) => {
    const w = tensor === null ? (weight as Scalar) : node.saved(2)
    const rest = isTensor(w) ? sub(1, w) : 1 - Number(w)
    return [
      node.needs(0) ? mul(g, rest) : null,
      node.needs(1) ? mul(g, w) : null,
      node.needs(2) ? mul(g, sub(node.saved(1), node.saved(0))) : null,
    ]
  })
}

attachWithInplace({ lerp })
