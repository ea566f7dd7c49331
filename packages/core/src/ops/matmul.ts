/** Products of matrices and vectors, all on one batched primitive. */
import { record } from '../autograd/node.js'
import { bool } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { broadcastShapes, formatShape, type Shape, sameShape } from '../shape.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { attach } from './define.js'
import { castTo } from './elementwise.js'
import { assign } from './inplace.js'
import { add, mul } from './pointwise.js'
import { checkTensor } from './promote.js'
import { expand, reshape, squeeze, transpose, unsqueeze, view } from './view.js'
import { alias } from './window.js'

declare module '../tensor.js' {
  interface Tensor {
    matmul: Method<typeof matmul>
    mm: Method<typeof mm>
    bmm: Method<typeof bmm>
    mv: Method<typeof mv>
    dot: Method<typeof dot>
    vdot: Method<typeof vdot>
    inner: Method<typeof inner>
    outer: Method<typeof outer>
    ger: Method<typeof outer>
    addmm: Method<typeof addmm>
    addmm_: Method<typeof addmm>
    addmv: Method<typeof addmv>
    addmv_: Method<typeof addmv>
    addr: Method<typeof addr>
    addr_: Method<typeof addr>
    addbmm: Method<typeof addbmm>
    addbmm_: Method<typeof addbmm>
    baddbmm: Method<typeof baddbmm>
    baddbmm_: Method<typeof baddbmm>
  }
}

const typeName: Record<string, string> = {
  float32: 'float',
  float64: 'double',
  float16: 'c10::Half',
  bfloat16: 'c10::BFloat16',
  int8: 'signed char',
  uint8: 'unsigned char',
  int16: 'short int',
  int32: 'int',
  int64: 'long int',
  bool: 'bool',
}

function checkDTypes(a: Tensor, b: Tensor, kernel: string): void {
  if (a.dtype !== b.dtype) {
    throw new RuntimeError(
      `expected m1 and m2 to have the same dtype, but got: ${typeName[a.dtype.name]} != ${typeName[b.dtype.name]}`,
    )
  }
  if (a.dtype === bool) throw new RuntimeError(`"${kernel}" not implemented for '${a.dtype.label}'`)
  if (a.storage.device !== b.storage.device)
    throw new RuntimeError(
      `Expected all tensors to be on the same device, but found at least two devices, ${a.device} and ${b.device}!`,
    )
}

/** `a` as one batch for the primitive: a window, not a view that autograd would know. */
function batched(a: Tensor): Tensor {
  if (a.shape.length === 3) return a
  return new Tensor(
    a.storage,
    a.dtype,
    [1, a.shape[0]!, a.shape[1]!],
    [0, a.strides[0]!, a.strides[1]!],
    a.offset,
    a.count,
  )
}

/** The product of two matrices, unrecorded. Sizes and dtypes fit. */
function rawMm(a: Tensor, b: Tensor): Tensor {
  const out = allocate(a.storage, a.dtype, [a.shape[0]!, b.shape[1]!])
  a.storage.device.primitives.matmul(batched(a), batched(b), batched(out))
  return out
}

/** The transpose of a matrix or of each matrix of a batch. */
function flipped(a: Tensor): Tensor {
  return transpose(a, -2, -1)
}

/**
 * The product of two matrices.
 *
 * @param input - shape [n, m]
 * @param mat2 - shape [m, p]
 * @returns shape [n, p]
 * @throws RuntimeError if they are not matrices of one dtype whose inner sizes agree
 * @see https://pytorch.org/docs/stable/generated/torch.mm.html
 */
export function mm(input: Tensor, mat2: Tensor): Tensor {
  checkTensor('mm', 'input', input)
  checkTensor('mm', 'mat2', mat2)
  if (input.shape.length !== 2) throw new RuntimeError('self must be a matrix')
  if (mat2.shape.length !== 2) throw new RuntimeError('mat2 must be a matrix')
  return matrices(input, mat2)
}

function matrices(a: Tensor, b: Tensor): Tensor {
  if (a.shape[1] !== b.shape[0]) {
    throw new RuntimeError(`mat1 and mat2 shapes cannot be multiplied (${a.shape.join('x')} and ${b.shape.join('x')})`)
  }
  checkDTypes(a, b, 'addmm_impl_cpu_')
  return record('MmBackward0', rawMm(a, b), [a, b], [a, b], (g, node) => [
    node.needs(0) ? matrices(g, flipped(node.saved(1))) : null,
    node.needs(1) ? matrices(flipped(node.saved(0)), g) : null,
  ])
}

/**
 * The products of two batches of matrices.
 *
 * @param input - shape [b, n, m]
 * @param mat2 - shape [b, m, p]
 * @returns shape [b, n, p]
 * @see https://pytorch.org/docs/stable/generated/torch.bmm.html
 */
export function bmm(input: Tensor, mat2: Tensor): Tensor {
  checkTensor('bmm', 'input', input)
  checkTensor('bmm', 'mat2', mat2)
  if (input.shape.length !== 3) throw new RuntimeError('batch1 must be a 3D tensor')
  if (mat2.shape.length !== 3) throw new RuntimeError('batch2 must be a 3D tensor')
  const [b, n, m] = input.shape as [number, number, number]
  if (mat2.shape[0] !== b || mat2.shape[1] !== m) {
    throw new RuntimeError(
      `Expected size for first two dimensions of batch2 tensor to be: [${b}, ${m}] but got: [${mat2.shape[0]}, ${mat2.shape[1]}].`,
    )
  }
  checkDTypes(input, mat2, 'baddbmm_with_gemm')
  const out = allocate(input.storage, input.dtype, [b, n, mat2.shape[2]!])
  input.storage.device.primitives.matmul(input, mat2, out)
  return record('BmmBackward0', out, [input, mat2], [input, mat2], (g, node) => [
    node.needs(0) ? bmm(g, flipped(node.saved(1))) : null,
    node.needs(1) ? bmm(flipped(node.saved(0)), g) : null,
  ])
}

/** A matrix times a vector. @see https://pytorch.org/docs/stable/generated/torch.mv.html */
export function mv(input: Tensor, vec: Tensor): Tensor {
  checkTensor('mv', 'input', input)
  checkTensor('mv', 'vec', vec)
  if (input.ndim !== 2 || vec.ndim !== 1)
    throw new RuntimeError(`vector + matrix @ vector expected, got 1, ${input.ndim}, ${vec.ndim}`)
  if (input.shape[1] !== vec.shape[0])
    throw new RuntimeError(
      `size mismatch, got input (${input.shape[0]}), mat (${input.shape.join('x')}), vec (${vec.shape[0]})`,
    )
  return squeeze(matrices(input, unsqueeze(vec, 1)), 1)
}

/** The sum of the products of two vectors' elements. @see https://pytorch.org/docs/stable/generated/torch.dot.html */
export function dot(input: Tensor, tensor: Tensor): Tensor {
  return dotOf('dot', input, tensor)
}

/** {@link dot}: the data are real. @see https://pytorch.org/docs/stable/generated/torch.vdot.html */
export function vdot(input: Tensor, tensor: Tensor): Tensor {
  return dotOf('vdot', input, tensor)
}

function dotOf(name: string, a: Tensor, b: Tensor): Tensor {
  checkTensor(name, 'input', a)
  checkTensor(name, 'tensor', b)
  if (a.ndim !== 1 || b.ndim !== 1)
    throw new RuntimeError(`1D tensors expected, but got ${a.ndim}D and ${b.ndim}D tensors`)
  if (a.dtype !== b.dtype)
    throw new RuntimeError(
      `dot : expected both vectors to have same dtype, but found ${a.dtype.label} and ${b.dtype.label}`,
    )
  if (a.count !== b.count) {
    throw new RuntimeError(
      `inconsistent tensor size, expected tensor [${a.count}] and src [${b.count}] to have the same number of elements, but got ${a.count} and ${b.count} elements respectively`,
    )
  }
  return reshape(matrices(unsqueeze(a, 0), unsqueeze(b, 1)), [])
}

/** All products of two vectors' elements. @see https://pytorch.org/docs/stable/generated/torch.outer.html */
export function outer(input: Tensor, vec2: Tensor): Tensor {
  checkTensor('outer', 'input', input)
  checkTensor('outer', 'vec2', vec2)
  if (input.ndim !== 1) throw new RuntimeError(`outer: Expected 1-D argument self, but got ${input.ndim}-D`)
  if (vec2.ndim !== 1) throw new RuntimeError(`outer: Expected 1-D argument vec2, but got ${vec2.ndim}-D`)
  return mul(unsqueeze(input, 1), vec2)
}

/** Sums of products over the last dimensions. @see https://pytorch.org/docs/stable/generated/torch.inner.html */
export function inner(input: Tensor, other: Tensor): Tensor {
  checkTensor('inner', 'input', input)
  checkTensor('inner', 'other', other)
  if (input.ndim === 0 || other.ndim === 0) return mul(input, other)
  const last = input.shape[input.ndim - 1]!
  if (last !== other.shape[other.ndim - 1]) {
    throw new RuntimeError(
      `inner() the last dimension must match on both input tensors but got shapes ${formatShape(input.shape)} and ${formatShape(other.shape)}`,
    )
  }
  if (last === 0)
    return allocate(input.storage, input.dtype, [...input.shape.slice(0, -1), ...other.shape.slice(0, -1)], true)
  const a = reshape(input, [input.count / last, last])
  const b = reshape(other, [other.count / last, last])
  return reshape(matrices(a, flipped(b)), [...input.shape.slice(0, -1), ...other.shape.slice(0, -1)])
}

/**
 * The matrix product, by the numbers of dimensions: dot product, matrix times vector, matrix times matrix, or batches of these
 * with broadcast leading dimensions.
 *
 * @throws RuntimeError for 0-d tensors, and if inner sizes or batches do not fit
 * @example
 * ```ts
 * matmul(randn([8, 1, 3, 4]), randn([5, 4, 2])) // shape [8, 5, 3, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.matmul.html
 */
export function matmul(input: Tensor, other: Tensor): Tensor {
  checkTensor('matmul', 'input', input)
  checkTensor('matmul', 'other', other)
  const n = input.ndim
  const m = other.ndim
  if (n === 0 || m === 0)
    throw new RuntimeError(`both arguments to matmul need to be at least 1D, but they are ${n}D and ${m}D`)
  if (n === 1 && m === 1) return dot(input, other)
  if (n === 2 && m === 1) return mv(input, other)
  if (n === 1 && m === 2) return squeeze(matrices(unsqueeze(input, 0), other), 0)
  if (n === 2 && m === 2) return matrices(input, other)
  if (m <= 2) {
    // a batch against one matrix is one large product
    const right = m === 1 ? unsqueeze(other, 1) : other
    const rows = input.shape.slice(0, -1)
    const k = input.shape[n - 1]!
    const flat = reshape(input, [rows.reduce((a, b) => a * b, 1), k])
    return reshape(matrices(flat, right), m === 1 ? rows : [...rows, right.shape[1]!])
  }
  const left = n === 1 ? unsqueeze(input, 0) : input
  const batch = broadcastShapes(left.shape.slice(0, -2), other.shape.slice(0, -2))
  const count = batch.reduce((a, b) => a * b, 1)
  const [rows, k] = left.shape.slice(-2) as [number, number]
  const [k2, columns] = other.shape.slice(-2) as [number, number]
  if (k !== k2)
    throw new RuntimeError(
      `Expected size for first two dimensions of batch2 tensor to be: [${count}, ${k}] but got: [${count}, ${k2}].`,
    )
  const a = reshape(expand(left, [...batch, rows, k]), [count, rows, k])
  const b = reshape(expand(other, [...batch, k2, columns]), [count, k2, columns])
  return view(bmm(a, b), n === 1 ? [...batch, columns] : [...batch, rows, columns])
}

/** Factors of {@link addmm} and its kin. */
export interface BetaAlpha {
  /** Factor of the addend, 1 if not given; with 0 the addend is ignored, NaN and all. */
  beta?: number
  /** Factor of the product, 1 if not given. */
  alpha?: number
}

/** `beta * input + alpha * product`, for a product of shape `shape`. */
function combine(
  name: string,
  input: Tensor,
  shape: Shape,
  options: BetaAlpha | undefined,
  product: () => Tensor,
): Tensor {
  checkTensor(name, 'input', input)
  const { beta = 1, alpha = 1 } = bindOptions<BetaAlpha>(name, ['beta', 'alpha'], [options])
  if (!sameShape(input.shape, shape)) expand(alias(input, input.shape, input.strides, input.offset), shape)
  const whole = !input.dtype.isFloatingPoint
  // integer factors are truncated, as PyTorch's C++ does
  const factor = (value: number) => (whole ? Math.trunc(Number(value)) : Number(value))
  const isBool = input.dtype === bool
  let out = product()
  if (out.dtype !== input.dtype)
    throw new RuntimeError(
      `self and mat2 must have the same dtype, but got ${input.dtype.label} and ${out.dtype.label}`,
    )
  if (isBool ? !alpha : false) out = castTo(mul(out, 0), bool)
  else if (!isBool && factor(alpha) !== 1) out = mul(out, factor(alpha))
  if (factor(beta) === 0) return out
  return add(isBool || factor(beta) === 1 ? input : mul(input, factor(beta)), out)
}

/** `beta * input + alpha * (mat1 @ mat2)`. @see https://pytorch.org/docs/stable/generated/torch.addmm.html */
export function addmm(input: Tensor, mat1: Tensor, mat2: Tensor, options?: BetaAlpha): Tensor {
  checkTensor('addmm', 'mat1', mat1)
  checkTensor('addmm', 'mat2', mat2)
  if (mat1.ndim !== 2) throw new RuntimeError(`mat1 must be a matrix, got ${mat1.ndim}-D tensor`)
  if (mat2.ndim !== 2) throw new RuntimeError(`mat2 must be a matrix, got ${mat2.ndim}-D tensor`)
  if (mat1.shape[1] !== mat2.shape[0]) {
    throw new RuntimeError(
      `mat1 and mat2 shapes cannot be multiplied (${mat1.shape.join('x')} and ${mat2.shape.join('x')})`,
    )
  }
  return combine('addmm', input, [mat1.shape[0]!, mat2.shape[1]!], options, () => matrices(mat1, mat2))
}

/** `beta * input + alpha * (mat @ vec)`. @see https://pytorch.org/docs/stable/generated/torch.addmv.html */
export function addmv(input: Tensor, mat: Tensor, vec: Tensor, options?: BetaAlpha): Tensor {
  checkTensor('addmv', 'mat', mat)
  return combine('addmv', input, [mat.shape[0] ?? 1], options, () => mv(mat, vec))
}

/** `beta * input + alpha * outer(vec1, vec2)`. @see https://pytorch.org/docs/stable/generated/torch.addr.html */
export function addr(input: Tensor, vec1: Tensor, vec2: Tensor, options?: BetaAlpha): Tensor {
  checkTensor('addr', 'vec1', vec1)
  checkTensor('addr', 'vec2', vec2)
  return combine('addr', input, [vec1.count, vec2.count], options, () => outer(vec1, vec2))
}

/** `beta * input + alpha * sum_i(batch1[i] @ batch2[i])`. @see https://pytorch.org/docs/stable/generated/torch.addbmm.html */
export function addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, options?: BetaAlpha): Tensor {
  checkBatches('addbmm', batch1, batch2)
  const [b, n, m] = batch1.shape as [number, number, number]
  const p = batch2.shape[2]!
  // the sum over the batch is a product over a longer inner dimension
  return combine('addbmm', input, [n, p], options, () =>
    matrices(reshape(transpose(batch1, 0, 1), [n, b * m]), reshape(batch2, [b * m, p])),
  )
}

/** `beta * input + alpha * bmm(batch1, batch2)`. @see https://pytorch.org/docs/stable/generated/torch.baddbmm.html */
export function baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, options?: BetaAlpha): Tensor {
  checkBatches('baddbmm', batch1, batch2)
  return combine('baddbmm', input, [batch1.shape[0]!, batch1.shape[1]!, batch2.shape[2]!], options, () =>
    bmm(batch1, batch2),
  )
}

function checkBatches(name: string, a: Tensor, b: Tensor): void {
  checkTensor(name, 'batch1', a)
  checkTensor(name, 'batch2', b)
  if (a.ndim !== 3) throw new RuntimeError('batch1 must be a 3D tensor')
  if (b.ndim !== 3) throw new RuntimeError('batch2 must be a 3D tensor')
  if (a.shape[0] !== b.shape[0] || a.shape[2] !== b.shape[1]) {
    throw new RuntimeError(
      `Expected size for first two dimensions of batch2 tensor to be: [${a.shape[0]}, ${a.shape[2]}] but got: [${b.shape[0]}, ${b.shape[1]}].`,
    )
  }
}

const binary = { matmul, mm, bmm, mv, dot, vdot, inner, outer, ger: outer }
for (const [name, fn] of Object.entries(binary)) {
  attach(name, function (this: Tensor, other: Tensor) {
    return fn(this, other)
  })
}
const ternary = { addmm, addmv, addr, addbmm, baddbmm }
for (const [name, fn] of Object.entries(ternary)) {
  attach(name, function (this: Tensor, a: Tensor, b: Tensor, options?: BetaAlpha) {
    return fn(this, a, b, options)
  })
  attach(`${name}_`, function (this: Tensor, a: Tensor, b: Tensor, options?: BetaAlpha) {
    return assign(this, fn(this, a, b, options))
  })
}
