import { checkWritable } from '../autograd/inplace.js'
import { withoutGrad } from '../autograd/mode.js'
import { record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { ScatterMode } from '../dispatch/opcodes.js'
import { int32, int64 } from '../dtype.js'
import { IndexError, RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { contiguousStrides, formatShape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { eq, gt } from './compare.js'
import { castTo } from './elementwise.js'
import { writeSlices } from './index-select.js'
import { wrote } from './inplace.js'
import { checkIndices } from './int64-words.js'
import { vectorNorm } from './norms.js'
import { add, div, mul } from './pointwise.js'
import { checkTensor } from './promote.js'
import { bareWindow } from './sliding.js'
import { reshape } from './view.js'
import { where } from './where.js'

/** Options of {@link embedding}. */
export interface EmbeddingOptions {
  /** A row whose gradient is zero. */
  paddingIdx?: number | null
  /** Rows that are looked up are first scaled down, in place, to at most this norm. */
  maxNorm?: number | null
  /** The p of that norm, 2 if not given. */
  normType?: number
  /** Divides the gradient of a row by how often it was looked up. */
  scaleGradByFreq?: boolean
  /** Accepted for PyTorch's sake; the gradient holds the same numbers, but is dense. */
  sparse?: boolean
}

/** Kernel key: rows of `weight` [rows, features] at an int64 `index` [N], all in range. */
export const embeddingOp: Op<[weight: Tensor, index: Tensor], Tensor> = defineOp(
  'embedding',
  (weight: Tensor, index: Tensor): Tensor => {
    const out = allocate(weight.storage, weight.dtype, [index.count, weight.shape[1]!])
    weight.storage.device.primitives.indexSelect(weight, 0, index, out)
    return out
  },
)

/** How rows of the gradient are weighed. */
export interface EmbeddingRule {
  /** Number of rows of the table. */
  readonly rows: number
  /** The row whose gradient is zero, -1 if there is none. */
  readonly padding: number
  /** Divides the gradient of a row by how often it was looked up. */
  readonly byFrequency: boolean
}

/** Kernel key: rows of `g` [N, features] added at `index` [N] into zeros [rows, features], each weighed by the rule. */
export const embeddingGradOp: Op<[g: Tensor, index: Tensor, rule: EmbeddingRule], Tensor> = defineOp(
  'embeddingGrad',
  (g: Tensor, index: Tensor, rule: EmbeddingRule): Tensor => {
    const out = allocate(g.storage, g.dtype, [rule.rows, g.shape[1]!], true)
    g.storage.device.primitives.indexPut(ScatterMode.add, out, 0, index, weighed(g, index, rule))
    return out
  },
)

/** Rows [N, features] that belong to `index`, times their weight in the gradient. Unrecorded. */
function weighed(x: Tensor, index: Tensor, { rows, padding, byFrequency }: EmbeddingRule): Tensor {
  const n = index.count
  const out = byFrequency ? div(x, reshape(castTo(frequencies(index, rows), x.dtype), [n, 1])) : x
  return padding < 0 ? out : where(reshape(eq(index, padding), [n, 1]), 0, out)
}

/** {@link embeddingGradOp}, recorded. */
export function addedRows(g: Tensor, index: Tensor, rule: EmbeddingRule): Tensor {
  return record('EmbeddingGradBackward0', embeddingGradOp(g, index, rule), [g], [index], (h, node) =>
    weighedRows(h, node.saved(0), rule),
  )
}

/** The adjoint of {@link addedRows}. */
function weighedRows(table: Tensor, index: Tensor, rule: EmbeddingRule): Tensor {
  const out = withoutGrad(weighed, [embeddingOp(table, index), index, rule])
  return record('EmbeddingBackward0', out, [table], [index], (g, node) => addedRows(g, node.saved(0), rule))
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
  const [rows, features] = weight.shape as [number, number]
  const index = reshape(castTo(input, int64), [input.count])
  checkIndices(
    index,
    rows,
    (value) => new IndexError(`index out of range in self: index ${value} in a table of ${rows} rows`),
  )
  const padding = o.paddingIdx == null ? -1 : wrapPadding(o.paddingIdx, rows)
  if (o.maxNorm != null) limitNorms(weight, index, o.maxNorm, o.normType ?? 2)
  const rule = { rows, padding, byFrequency: o.scaleGradByFreq ?? false }
  const found = embeddingOp(weight, index)
  const shape = [...input.shape, features]
  const out = bareWindow(found, shape, contiguousStrides(shape), found.offset)
  return record('EmbeddingBackward0', out, [weight], [index], (g, node) =>
    addedRows(reshape(g, [node.saved(0).count, features]), node.saved(0), rule),
  )
}

function wrapPadding(paddingIdx: number, rows: number): number {
  if (paddingIdx >= rows || paddingIdx < -rows)
    throw new RuntimeError(`Padding_idx must be within num_embeddings: got ${paddingIdx} for ${rows} rows`)
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx
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

/** Scales the rows of `weight` that are about to be looked up, in place and unrecorded, as PyTorch's `embedding_renorm_`. */
export function limitNorms(weight: Tensor, index: Tensor, maxNorm: number, normType: number): void {
  const table = weight.detach()
  const rows = embeddingOp(table, index)
  const norms = vectorNorm(rows, normType, 1, true)
  const factors = where(gt(norms, maxNorm), div(maxNorm, add(norms, 1e-7)), 1)
  checkWritable(table)
  // a row that is looked up twice is written twice, with the same numbers
  writeSlices(ScatterMode.set, table, 0, index, mul(rows, factors))
  wrote(table)
}
