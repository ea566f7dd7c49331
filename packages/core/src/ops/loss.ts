/** What all losses share: how the values of single samples become one number. */
import { ValueError } from '../errors.js'
import type { Tensor } from '../tensor.js'
import { warnOnce } from '../warn.js'
import { mean, sum } from './reduce.js'

/** What becomes of the values of single samples. */
export type Reduction = 'none' | 'mean' | 'sum'

/** Options that all losses share. */
export interface ReductionOptions {
  /** `'mean'` if not given. */
  reduction?: Reduction
  /** Deprecated in PyTorch, kept for old scripts: false means `'sum'`. */
  sizeAverage?: boolean | null
  /** Deprecated in PyTorch, kept for old scripts: false means `'none'`. */
  reduce?: boolean | null
}
/** Names of {@link ReductionOptions} in PyTorch's order. */
export const reductionNames = ['sizeAverage', 'reduce', 'reduction'] as const

/** The reduction that options ask for, with the legacy flags. @throws ValueError for one that does not exist */
export function reductionOf(o: Partial<ReductionOptions>): Reduction {
  if (o.reduce != null || o.sizeAverage != null) {
    const meant = (o.reduce ?? true) ? ((o.sizeAverage ?? true) ? 'mean' : 'sum') : 'none'
    warnOnce(`size_average and reduce args will be deprecated, please use reduction='${meant}' instead.`)
    return meant
  }
  const reduction = o.reduction ?? 'mean'
  if (reduction !== 'none' && reduction !== 'mean' && reduction !== 'sum')
    throw new ValueError(`${String(reduction)} is not a valid value for reduction`)
  return reduction
}

/** Reduces the values of single elements. */
export function reduced(x: Tensor, reduction: Reduction): Tensor {
  return reduction === 'none' ? x : reduction === 'mean' ? mean(x) : sum(x)
}
