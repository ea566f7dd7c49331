/** Arguments of `embeddingBag`: what they are, what fits together, and which rows they put into which bag. */
import { int32, int64, promoteTypes } from '../dtype.js'
import { NotImplementedError, RuntimeError, ValueError } from '../errors.js'
import { formatShape, type Shape, sameShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { hostWords } from './access.js'
import { castTo } from './elementwise.js'
import { longTensor, longValues } from './index-tensor.js'
import { narrow } from './slicing.js'
import { reshape } from './view.js'

/** What becomes of the rows in a bag. */
export type BagMode = 'sum' | 'mean' | 'max'

/** Options of {@link embeddingBag}. */
export interface EmbeddingBagOptions {
  /** Where each bag starts (int64 or int32), for a 1-d input. */
  offsets?: Tensor | null
  /** Rows that are looked up are first scaled down, in place, to at most this norm. */
  maxNorm?: number | null
  /** The p of that norm, 2 if not given. */
  normType?: number
  /** Divides the gradient of a row by how often it was looked up (as CUDA does: PyTorch's CPU kernel counts another row); not for `'max'`. */
  scaleGradByFreq?: boolean
  /** `'mean'` if not given. */
  mode?: BagMode
  /** Accepted for PyTorch's sake, but not for `'max'`; the gradient holds the same numbers, but is dense. */
  sparse?: boolean
  /** Factor of each row, of the shape of the input; only for `'sum'`. */
  perSampleWeights?: Tensor | null
  /** Whether `offsets` ends with where the last bag ends. */
  includeLastOffset?: boolean
  /** A row that does not count: not in the bags that hold it, nor for its gradient. */
  paddingIdx?: number | null
}
/** Names of {@link EmbeddingBagOptions} in their order. */
export const embeddingBagNames = [
  'offsets',
  'maxNorm',
  'normType',
  'scaleGradByFreq',
  'mode',
  'sparse',
  'perSampleWeights',
  'includeLastOffset',
  'paddingIdx',
] as const

/** Which rows are in which bag; those of a bag stand together. */
export interface Bags {
  /** Rows, int64 [N], all in range. */
  readonly index: Tensor
  /** The bag of each, int64 [N]. */
  readonly bag: Tensor
  /** Number of bags. */
  readonly count: number
  /** The row that does not count, -1 if there is none. */
  readonly padding: number
}

/** @throws what PyTorch throws for arguments that do not fit together */
export function checkArguments(input: Tensor, weight: Tensor, o: Partial<EmbeddingBagOptions>): void {
  const [offsets, factors] = [o.offsets ?? null, o.perSampleWeights ?? null]
  checkShapes(input, weight, offsets, factors)
  checkMode(o.mode ?? 'mean', o)
  checkTypes(input, weight, offsets, factors)
}

function checkShapes(input: Tensor, weight: Tensor, offsets: Tensor | null, factors: Tensor | null): void {
  if (factors !== null && !sameShape(factors.shape, input.shape)) {
    throw new ValueError(
      `embedding_bag: If per_sample_weights (${formatShape(factors.shape)}) is not null, then it must have the same shape as the input (${formatShape(input.shape)})`,
    )
  }
  if (weight.ndim !== 2)
    throw new ValueError(`weight has to be a 2D Tensor, but got Tensor of dimension ${weight.ndim}`)
  if (input.ndim !== 1 && input.ndim !== 2)
    throw new ValueError(`input has to be 1D or 2D Tensor, but got Tensor of dimension ${input.ndim}`)
  if (input.ndim === 2 && offsets !== null) {
    throw new ValueError(
      `if input is 2D, then offsets has to be null, as input is treated is a mini-batch of fixed length sequences. However, found offsets of shape ${formatShape(offsets.shape)}`,
    )
  }
  if (input.ndim === 1 && offsets === null) throw new ValueError('offsets has to be a 1D Tensor but got null')
  if (offsets !== null && offsets.ndim !== 1)
    throw new ValueError(`offsets has to be a 1D Tensor, but got shape ${formatShape(offsets.shape)}`)
}

function checkMode(mode: BagMode, o: Partial<EmbeddingBagOptions>): void {
  if (mode === 'max') {
    if (o.scaleGradByFreq ?? false)
      throw new ValueError('max mode does not support scaling the gradient by the frequency')
    if (o.sparse ?? false) throw new ValueError('max mode does not support sparse weights')
  } else if (mode !== 'sum' && mode !== 'mean') {
    throw new ValueError(`mode has to be one of sum, mean or max, but got ${String(mode)}`)
  }
  if (o.perSampleWeights != null && mode !== 'sum') {
    throw new NotImplementedError(
      `embedding_bag: per_sample_weights was not null. per_sample_weights is only supported for mode='sum' (got mode='${mode}').`,
    )
  }
}

function checkTypes(input: Tensor, weight: Tensor, offsets: Tensor | null, factors: Tensor | null): void {
  const where = '(while checking arguments for embedding_bag)'
  const type = offsets === null ? input.dtype : promoteTypes(input.dtype, offsets.dtype)
  if (type !== int64 && type !== int32) {
    throw new RuntimeError(
      `Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.${type.label}Tensor instead ${where}`,
    )
  }
  if (!weight.dtype.isFloatingPoint) {
    throw new RuntimeError(
      `Expected tensor for argument #1 'weight' to have one of the following scalar types: Half, BFloat16, Float, Double; but got torch.${weight.dtype.label}Tensor instead ${where}`,
    )
  }
  if (factors !== null && factors.dtype !== weight.dtype) {
    throw new RuntimeError(
      `Expected tensor for argument #1 'weight' to have the same type as tensor for argument #1 'per_sample_weights'; but type torch.${weight.dtype.label}Tensor does not equal torch.${factors.dtype.label}Tensor ${where}`,
    )
  }
}

/** The row that does not count, from the front; -1 if there is none. @throws RuntimeError for one outside the table */
export function wrapPadding(paddingIdx: number | null | undefined, rows: number): number {
  if (paddingIdx == null) return -1
  if (paddingIdx < -rows || paddingIdx >= rows) {
    throw new RuntimeError(
      `padding_idx must be within the number of embeddings, ${-rows} through ${rows - 1}, but got ${paddingIdx}`,
    )
  }
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx
}

/** The bag of each row. Rows behind the last offset, where that is where the last bag ends, are in none. */
export function bagsOf(input: Tensor, offsets: Tensor | null, includesLast: boolean, padding: number): Bags {
  const { device } = input.storage
  const index = castTo(reshape(input, [input.count]), int64)
  const starts = offsets === null ? rowStarts(input.shape) : checkedOffsets(offsets, input.count, includesLast)
  const end = includesLast && offsets !== null ? starts.pop()! : input.count
  const used = starts.length === 0 ? 0 : end
  const bag = new Int32Array(used)
  for (let b = 0; b < starts.length; b++) bag.fill(b, starts[b]!, starts[b + 1] ?? used)
  return {
    index: used === input.count ? index : narrow(index, 0, 0, used),
    bag: longTensor(bag, [used], device),
    count: starts.length,
    padding,
  }
}

function rowStarts([bags, size]: Shape): number[] {
  return Array.from({ length: bags! }, (_, b) => b * size!)
}

/** Offsets as a list. @throws RuntimeError if they do not start at 0, decrease or go beyond the input */
function checkedOffsets(offsets: Tensor, n: number, includesLast: boolean): number[] {
  const values = longValues(castTo(offsets, int64))
  if (values === null) hostWords(offsets, 'embeddingBag')
  const starts = Array.from(values!)
  if (includesLast && starts.length === 0)
    throw new RuntimeError('include_last_offset: number of offset should be at least 1')
  if (starts.length === 0) return starts
  if (starts[0] !== 0) {
    throw new RuntimeError(
      `offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got ${starts[0]}`,
    )
  }
  const last = starts.at(-1)!
  if (last > n)
    throw new RuntimeError(`offsets[-1] can not be greater than input's length ${n} but got offsets[-1] of ${last}`)
  const drop = starts.findIndex((start, i) => i > 0 && start < starts[i - 1]!)
  if (drop >= 0)
    throw new RuntimeError(`offsets must not decrease, but got ${starts[drop - 1]} and after it ${starts[drop]}`)
  return starts
}
