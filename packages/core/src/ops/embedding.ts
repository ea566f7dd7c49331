import { record } from '../autograd/node.js'
import { defineOp } from '../dispatch/op.js'
import { ScatterMode } from '../dispatch/opcodes.js'
import { int32, int64 } from '../dtype.js'
import { IndexError, RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { formatShape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { hostWords } from './access.js'
import { eq } from './compare.js'
import { castTo } from './elementwise.js'
import { div } from './pointwise.js'
import { checkTensor } from './promote.js'
import { reshape } from './view.js'
import { where } from './where.js'

/** Options of {@link embedding}. */
export interface EmbeddingOptions {
  /** A row whose gradient is zero. */
  paddingIdx?: number | null
  /** Rows that are looked up are first scaled down, in place, to at most this norm. */
  maxNorm?: number | null
  normType?: number
  /** Divides the gradient of a row by how often it was looked up. */
  scaleGradByFreq?: boolean
  /** Accepted for PyTorch's sake; gradients are dense. */
  sparse?: boolean
}

const lookUp = defineOp('embedding', (weight: Tensor, index: Tensor): Tensor => {
  const out = allocate(weight.storage, weight.dtype, [index.count, weight.shape[1]!])
  weight.storage.device.primitives.indexSelect(weight, 0, index, out)
  return out
})

/** Kernel key: rows of `g` added at `index` into zeros of `rows` rows. */
const addRows = defineOp('embeddingGrad', (g: Tensor, index: Tensor, rows: number): Tensor => {
  const out = allocate(g.storage, g.dtype, [rows, g.shape[1]!], true)
  g.storage.device.primitives.indexPut(ScatterMode.add, out, 0, index, g)
  return out
})

function rowsOf(weight: Tensor, index: Tensor): Tensor {
  const rows = weight.shape[0]!
  return record('EmbeddingBackward0', lookUp(weight, index), [weight], [index], (g, node) =>
    added(g, node.saved(0), rows),
  )
}

function added(g: Tensor, index: Tensor, rows: number): Tensor {
  return record('EmbeddingGradBackward0', addRows(g, index, rows), [g], [index], (h, node) => rowsOf(h, node.saved(0)))
}

/** Index words on the host, checked. @throws IndexError with the first one out of range */
function checkIndices(index: Tensor, rows: number): void {
  if (index.storage.device.memory.readSync(index) === null) return
  const words = hostWords(index, 'embedding')
  for (let i = 0; i < index.count; i++) {
    const value = words[2 * i + 1]! * 4294967296 + (words[2 * i]! >>> 0)
    if (value < 0 || value >= rows)
      throw new IndexError(`index out of range in self: index ${value} in a table of ${rows} rows`)
  }
}

/**
 * Rows of a table by their indices.
 *
 * @param input - indices (int64 or int32) of any shape
 * @param weight - table, shape [rows, features]
 * @returns shape [...input.shape, features]
 * @throws RuntimeError if input is not an integer tensor or weight is not a matrix
 * @throws IndexError for an index outside the table
 * @example
 * ```ts
 * embedding(tensor([[0, 2]]), randn([3, 4])) // shape [1, 2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html
 */
export function embedding(
  input: Tensor,
  weight: Tensor,
  paddingIdx?: number | null | EmbeddingOptions,
  options?: EmbeddingOptions,
): Tensor {
  checkTensor('embedding', 'input', input)
  checkTensor('embedding', 'weight', weight)
  const o = bindOptions<EmbeddingOptions>(
    'embedding',
    ['paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'sparse'],
    [paddingIdx ?? undefined, options],
  )
  if (input.dtype !== int64 && input.dtype !== int32) {
    throw new RuntimeError(
      `Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.${input.dtype.label}Tensor instead (while checking arguments for embedding)`,
    )
  }
  if (weight.ndim !== 2) throw new RuntimeError(`'weight' must be 2-D, but got shape ${formatShape(weight.shape)}`)
  const rows = weight.shape[0]!
  const index = reshape(castTo(input, int64), [input.count])
  checkIndices(index, rows)
  const padding = o.paddingIdx == null ? null : wrapPadding(o.paddingIdx, rows)
  if (o.maxNorm != null) limitNorms(weight, index, o.maxNorm, o.normType ?? 2)
  let out = rowsOf(weight, index)
  if (padding !== null || o.scaleGradByFreq === true)
    out = scaledGradient(out, index, padding, o.scaleGradByFreq ?? false, rows)
  return reshape(out, [...input.shape, weight.shape[1]!])
}

function wrapPadding(paddingIdx: number, rows: number): number {
  if (paddingIdx >= rows || paddingIdx < -rows)
    throw new RuntimeError(`Padding_idx must be within num_embeddings: got ${paddingIdx} for ${rows} rows`)
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx
}

/** `x` itself, whose gradient is zero at padding rows and divided by how often a row occurs. */
function scaledGradient(x: Tensor, index: Tensor, padding: number | null, byFrequency: boolean, rows: number): Tensor {
  const same = reshape(x, x.shape)
  const scale = (g: Tensor, idx: Tensor): Tensor => {
    let out = g
    if (byFrequency) out = div(out, reshape(castTo(frequencies(idx, rows), g.dtype), [idx.count, 1]))
    return padding === null ? out : where(reshape(eq(idx, padding), [idx.count, 1]), 0, out)
  }
  return record('EmbeddingScaleBackward0', same, [x], [index], (g, node) => scale(g, node.saved(0)))
}

/** For each index, how often it occurs. */
function frequencies(index: Tensor, rows: number): Tensor {
  const counts = allocate(index.storage, int64, [rows], true)
  const { primitives } = index.storage.device
  primitives.indexPut(ScatterMode.add, counts, 0, index, 1)
  const out = allocate(index.storage, int64, [index.count])
  primitives.indexSelect(counts, 0, index, out)
  return out
}

/** Scales the rows that are about to be looked up, in place and unrecorded, as PyTorch's `embedding_renorm_`. */
function limitNorms(weight: Tensor, index: Tensor, maxNorm: number, normType: number): void {
  const table = weight.detach()
  const rows = new Set<number>()
  const words = hostWords(index, 'embedding')
  for (let i = 0; i < index.count; i++) rows.add(words[2 * i]!)
  for (const row of rows) {
    const view = table.select(0, row)
    const values = view.toTypedArray() as Float32Array
    let total = 0
    for (const v of values)
      total = normType === Number.POSITIVE_INFINITY ? Math.max(total, Math.abs(v)) : total + Math.abs(v) ** normType
    const norm = normType === Number.POSITIVE_INFINITY ? total : total ** (1 / normType)
    if (norm > maxNorm) view.mul_(maxNorm / (norm + 1e-7))
  }
}
