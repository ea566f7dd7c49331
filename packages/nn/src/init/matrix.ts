/** Initialisations with a structure: identities, orthogonal and sparse matrices. */
import { bindOptions, empty, eye, fromTypedArray, noGrad, randperm, type Tensor, ValueError } from '@tsorch/core'
import { type GeneratorOptions, generatorOf, normal_ } from './fill.js'
import type { XavierOptions } from './variance.js'

/** The identity matrix, cut to the shape. @throws ValueError for other than 2 dimensions @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.eye_ */
export function eye_<T extends Tensor>(tensor: T): T {
  const [rows, columns] = matrixSizes(tensor)
  return noGrad(() => tensor.copy_(eye(rows, columns, { dtype: tensor.dtype, device: tensor.device })))
}

function matrixSizes(tensor: Tensor): [number, number] {
  if (tensor.ndim !== 2) throw new ValueError('Only tensors with 2 dimensions are supported')
  return tensor.shape as [number, number]
}

/**
 * A convolution's weight that passes its input on, as far as there are channels: 1 at the middle of the kernel, 0 elsewhere.
 *
 * @param groups - each group of outputs is an identity of its own
 * @throws ValueError for other than 3, 4 or 5 dimensions, or outputs that `groups` does not divide
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.dirac_
 */
export function dirac_<T extends Tensor>(tensor: T, groups?: number | { groups?: number }): T {
  const o = bindOptions<{ groups: number }>('dirac_', ['groups'], [groups])
  if (tensor.ndim < 3 || tensor.ndim > 5) throw new ValueError('Only tensors with 3, 4, or 5 dimensions are supported')
  const [outputs, inputs, ...kernel] = tensor.shape as [number, number, ...number[]]
  const count = o.groups ?? 1
  if (outputs % count !== 0) throw new ValueError('dim 0 must be divisible by groups')
  const perGroup = outputs / count
  return noGrad(() => {
    tensor.zero_()
    for (let out = 0; out < outputs; out++) {
      const channel = out % perGroup
      if (channel >= inputs) continue
      let middle = tensor.select(0, out).select(0, channel)
      for (const size of kernel) middle = middle.select(0, Math.floor(size / 2))
      middle.fill_(1)
    }
    return tensor
  })
}

/**
 * A matrix with orthogonal rows or columns, whichever are fewer, times `gain`: drawn evenly from all of them. Dimensions after
 * the first are taken as one.
 *
 * @throws ValueError below two dimensions
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.orthogonal_
 */
export function orthogonal_<T extends Tensor>(tensor: T, gain?: number | XavierOptions, options?: XavierOptions): T {
  const o = bindOptions<XavierOptions>('orthogonal_', ['gain', 'generator'], [gain, options])
  if (tensor.ndim < 2) throw new ValueError('Only tensors with 2 or more dimensions are supported')
  if (tensor.count === 0) return tensor
  const rows = tensor.shape[0]!
  const columns = tensor.count / rows
  const { dtype, device } = tensor
  const drawn = empty([rows, columns], { dtype, device }).normal_(0, 1, generatorOf(o))
  const q = drawn.toTypedArray() as Float32Array | Float64Array
  if (rows < columns) orthonormalise(q, rows, columns, columns, 1)
  else orthonormalise(q, columns, rows, 1, columns)
  const matrix = fromTypedArray(q, tensor.shape, { dtype, device })
  noGrad(() => tensor.copy_(matrix).mul_(o.gain ?? 1))
  return tensor
}

/**
 * Makes `count` vectors of `length` elements orthonormal, in place, by Gram and Schmidt: the Q of a QR decomposition whose R
 * has a positive diagonal, which is the one that is evenly distributed.
 */
function orthonormalise(
  values: Float32Array | Float64Array,
  count: number,
  length: number,
  vectorStride: number,
  elementStride: number,
): void {
  const done: Float64Array[] = []
  for (let i = 0; i < count; i++) {
    const at = i * vectorStride
    const v = new Float64Array(length)
    for (let k = 0; k < length; k++) v[k] = values[at + k * elementStride]!
    // a second time takes away what rounding left over
    for (let pass = 0; pass < 2; pass++) {
      for (const u of done) {
        let dot = 0
        for (let k = 0; k < length; k++) dot += u[k]! * v[k]!
        for (let k = 0; k < length; k++) v[k]! -= dot * u[k]!
      }
    }
    let squares = 0
    for (let k = 0; k < length; k++) squares += v[k]! * v[k]!
    const norm = Math.sqrt(squares)
    for (let k = 0; k < length; k++) v[k]! /= norm
    for (let k = 0; k < length; k++) values[at + k * elementStride] = v[k]!
    done.push(v)
  }
}

/** Options of {@link sparse_}. */
export interface SparseOptions extends GeneratorOptions {
  /** Standard deviation of what is not zero, 0.01 if not given. */
  std?: number
}

/**
 * The normal distribution, with a share of each column set to zero.
 *
 * @param sparsity - share of zeros in each column
 * @throws ValueError for other than 2 dimensions
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.sparse_
 */
export function sparse_<T extends Tensor>(
  tensor: T,
  sparsity: number,
  std?: number | SparseOptions,
  options?: SparseOptions,
): T {
  const o = bindOptions<SparseOptions>('sparse_', ['std', 'generator'], [std, options])
  const [rows, columns] = matrixSizes(tensor)
  const zeros = Math.ceil(sparsity * rows)
  normal_(tensor, 0, o.std ?? 0.01, generatorOf(o))
  const values = tensor.toTypedArray()
  for (let column = 0; column < columns; column++) {
    const order = randperm(rows).toTypedArray() as BigInt64Array
    for (let i = 0; i < zeros; i++) values[Number(order[i]!) * columns + column] = 0
  }
  const matrix = fromTypedArray(values, tensor.shape, { device: tensor.device })
  return noGrad(() => tensor.copy_(matrix))
}
