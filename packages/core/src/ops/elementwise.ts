/** What all pointwise operations share: promotion, broadcasting, layout of the result, the call of the primitive. */
import type { Operand } from '../dispatch/backend.js'
import { Binary, type BinaryCode, type UnaryCode } from '../dispatch/opcodes.js'
import type { Device } from '../dispatch/registry.js'
import { bool, Category, Compute, type DType, getDefaultDtype } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { TypeError_ } from '../options.js'
import { broadcastShapes, contiguousStrides, isContiguous, isDense, numelOf, type Shape, sameShape } from '../shape.js'
import { allocateStrided, Tensor } from '../tensor.js'
import { resultType, type Scalar, type TensorOrScalar } from './promote.js'

/** The device of two operands. @throws RuntimeError if they lie on different ones (a 0-d CPU tensor goes anywhere) */
export function commonDevice(a: TensorOrScalar, b: TensorOrScalar): Device {
  if (!(a instanceof Tensor)) return (b as Tensor).storage.device
  const device = a.storage.device
  if (!(b instanceof Tensor) || b.storage.device === device) return device
  const other = b.storage.device
  if (b.shape.length === 0 && other.name === 'cpu') return device
  if (a.shape.length === 0 && device.name === 'cpu') return other
  throw new RuntimeError(
    `Expected all tensors to be on the same device, but found at least two devices, ${device.name} and ${other.name}!`,
  )
}

/** Memory for a result of `shape`, laid out as `like` is if that is dense: PyTorch keeps the order of dimensions. */
export function allocateLike(
  like: Tensor,
  dtype: DType,
  shape: Shape = like.shape,
  device: Device = like.storage.device,
): Tensor {
  if (shape === like.shape || sameShape(shape, like.shape)) {
    const strides = like.strides
    if (isContiguous(like.shape, strides)) {
      return allocateStrided(device, dtype, like.shape, like.count > 1 ? strides : contiguousStrides(shape), like.count)
    }
    if (isDense(like.shape, strides)) return allocateStrided(device, dtype, like.shape, strides, like.count)
  }
  return allocateStrided(device, dtype, shape, contiguousStrides(shape), numelOf(shape))
}

/** `x` in another dtype, unrecorded. */
export function castTo(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x
  const out = allocateLike(x, dtype)
  x.storage.device.primitives.copy(x, out)
  return out
}

/** Calls a unary primitive on `x`, whose dtype it keeps. */
export function unaryCall(code: UnaryCode, x: Tensor): Tensor {
  const out = allocateLike(x, x.dtype)
  x.storage.device.primitives.unary(code, x, out)
  return out
}

/** An operand as the primitive takes it: of the common dtype, on the common device. */
function operand(value: TensorOrScalar, dtype: DType, device: Device): Operand {
  if (value instanceof Tensor) {
    const here = value.storage.device === device ? value : (moveScalar(value) as TensorOrScalar)
    if (here instanceof Tensor) return castTo(here, dtype)
    return operand(here, dtype, device)
  }
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'bigint') {
    if (dtype.compute !== Compute.i64 || (value >= -9007199254740991n && value <= 9007199254740991n))
      return Number(value)
    const exact = allocateStrided(device, dtype, [], [], 1)
    device.primitives.fill(exact, value)
    return exact
  }
  throw TypeError_('expected a Tensor or a number, but got', value)
}

/** The value of a 0-d CPU tensor that meets tensors of another device. */
function moveScalar(value: Tensor): Scalar {
  const device = value.storage.device
  const words = device.memory.readSync(value)
  if (words === null) throw new RuntimeError(`the 0-d tensor on ${device.name} cannot be read synchronously`)
  if (value.dtype.compute === Compute.i64) return words[1]! * 4294967296 + (words[0]! >>> 0)
  return words[0]!
}

function resultShape(a: TensorOrScalar, b: TensorOrScalar): Shape {
  if (!(a instanceof Tensor)) return (b as Tensor).shape
  if (!(b instanceof Tensor)) return a.shape
  return broadcastShapes(a.shape, b.shape)
}

/** The operand whose layout the result takes. */
function layoutOf(a: TensorOrScalar, b: TensorOrScalar, shape: Shape): Tensor {
  if (a instanceof Tensor && sameShape(a.shape, shape)) return a
  return b instanceof Tensor ? b : (a as Tensor)
}

function checkOperands(name: string, a: unknown, b: unknown): void {
  const bad = (v: unknown) =>
    !(v instanceof Tensor || typeof v === 'number' || typeof v === 'boolean' || typeof v === 'bigint')
  if (bad(a)) throw TypeError_(`${name}(): argument 'input' must be a Tensor or a number, not`, a)
  if (bad(b)) throw TypeError_(`${name}(): argument 'other' must be a Tensor or a number, not`, b)
  if (!(a instanceof Tensor) && !(b instanceof Tensor))
    throw TypeError_(`${name}(): one argument must be a Tensor, not`, [a, b])
}

/** `op(a, b)` in `dtype` (the promoted one if not given); comparisons give bool. */
export function binaryCall(
  name: string,
  code: BinaryCode,
  a: TensorOrScalar,
  b: TensorOrScalar,
  dtype?: DType,
): Tensor {
  if (a instanceof Tensor && b instanceof Tensor && a.dtype === b.dtype && a.storage.device === b.storage.device) {
    const common = dtype ?? a.dtype
    if (common === a.dtype && sameShape(a.shape, b.shape)) {
      // the common case, kept short: nothing to promote, nothing to broadcast
      const out = allocateLike(a, code >= Binary.eq ? bool : common)
      a.storage.device.primitives.binary(code, a, b, out)
      return out
    }
  } else {
    checkOperands(name, a, b)
  }
  const common = dtype ?? resultType(a, b)
  const device = commonDevice(a, b)
  const shape = resultShape(a, b)
  const out = allocateLike(layoutOf(a, b, shape), code >= Binary.eq ? bool : common, shape, device)
  device.primitives.binary(code, operand(a, common, device), operand(b, common, device), out)
  return out
}

/** `out = op(out, b)` in place: unrecorded, `b` broadcasts to `out` and is cast to its dtype. */
export function binaryInto(code: BinaryCode, out: Tensor, b: TensorOrScalar): void {
  const device = out.storage.device
  device.primitives.binary(code, out, operand(b, out.dtype, device), out)
}

/** `condition ? a : b`, unrecorded. */
export function whereCall(condition: Tensor, a: TensorOrScalar, b: TensorOrScalar): Tensor {
  const common = a instanceof Tensor && b instanceof Tensor && a.dtype === b.dtype ? a.dtype : resultType(a, b)
  let shape = condition.shape
  let like = condition
  for (const t of [b, a]) {
    if (!(t instanceof Tensor)) continue
    shape = broadcastShapes(t.shape, shape)
    like = t
  }
  const device = condition.storage.device
  const out = allocateLike(like, common, shape, device)
  device.primitives.where(condition, operand(a, common, device), operand(b, common, device), out)
  return out
}

/** `x` in floating point: integers and bool become the default dtype. */
export function toFloat(x: Tensor): Tensor {
  return x.dtype.category === Category.float ? x : castTo(x, getDefaultDtype())
}
