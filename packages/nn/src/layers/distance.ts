/** Distances and angles between vectors. */
import {
  bindOptions,
  type CosineSimilarityOptions,
  cosineSimilarity,
  type PairwiseDistanceOptions,
  pairwiseDistance,
  type Tensor,
} from '@tsorch/core'
import { Module } from '../module/module.js'

/**
 * The p-norms of the differences of vectors, which lie along the last dimension.
 *
 * @example
 * ```ts
 * new PairwiseDistance(2)(randn([100, 128]), randn([100, 128])) // shape [100]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PairwiseDistance.html
 */
export class PairwiseDistance extends Module<[x1: Tensor, x2: Tensor], Tensor> {
  norm: number
  eps: number
  keepdim: boolean

  constructor(
    p?: number | PairwiseDistanceOptions,
    eps?: number | PairwiseDistanceOptions,
    keepdim?: boolean | PairwiseDistanceOptions,
  ) {
    super()
    const names = ['p', 'eps', 'keepdim'] as const
    const o = bindOptions<PairwiseDistanceOptions>('PairwiseDistance', names, [p, eps, keepdim])
    this.norm = o.p ?? 2
    this.eps = o.eps ?? 1e-6
    this.keepdim = o.keepdim ?? false
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, this.norm, this.eps, this.keepdim)
  }
}

/**
 * The cosine of the angle between vectors.
 *
 * @example
 * ```ts
 * new CosineSimilarity({ dim: 1, eps: 1e-6 })(randn([100, 128]), randn([100, 128])) // shape [100]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CosineSimilarity.html
 */
export class CosineSimilarity extends Module<[x1: Tensor, x2: Tensor], Tensor> {
  dim: number
  eps: number

  constructor(dim?: number | CosineSimilarityOptions, eps?: number | CosineSimilarityOptions) {
    super()
    const o = bindOptions<CosineSimilarityOptions>('CosineSimilarity', ['dim', 'eps'], [dim, eps])
    this.dim = o.dim ?? 1
    this.eps = o.eps ?? 1e-8
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, this.dim, this.eps)
  }
}
