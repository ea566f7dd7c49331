/** Ways of pruning. An amount below 1 is a share, a whole number is a count (1 is one of them). */
import {
  bindOptions,
  IndexError,
  kthvalue,
  mul,
  RuntimeError,
  rand,
  randLike,
  type Tensor,
  topk,
  ValueError,
  vectorNorm,
  zerosLike,
} from '@tsorch/core'
import { BasePruningMethod } from './base.js'

function checkAmount(amount: number): void {
  if (typeof amount !== 'number')
    throw new TypeError(`Invalid type for amount: ${String(amount)}. Must be int or float.`)
  if (amount >= 0 && (amount < 1 || Number.isInteger(amount))) return
  throw new ValueError(`amount=${amount} should either be a float in the range [0, 1] or a non-negative integer`)
}

/** How many of `size` an amount is. @throws ValueError if more than there are */
function countOf(amount: number, size: number): number {
  if (Number.isInteger(amount)) {
    if (amount > size)
      throw new ValueError(`amount=${amount} should be smaller than the number of parameters to prune=${size}`)
    return amount
  }
  // halves go to the even number, as in Python
  const share = amount * size
  const below = Math.floor(share)
  return share - below === 0.5 ? below + (below % 2) : Math.round(share)
}

/** A copy of a mask, with zeros at flat indices. */
function without(mask: Tensor, indices: Tensor): Tensor {
  return mask.clone().flatten().indexFill_(0, indices, 0).view(mask.shape)
}

/** A mask that keeps the channels along a dimension that `indices` names, of those that `mask` keeps. */
function channels(mask: Tensor, dim: number, indices: Tensor, like: Tensor): Tensor {
  return mul(zerosLike(like).indexFill_(dim, indices, 1), mask.to(like.dtype))
}

/** The dimension of the channels, counted from the front. @throws ValueError, IndexError if there are none */
function channelDim(t: Tensor, dim: number): number {
  if (t.ndim <= 1) {
    throw new ValueError(
      `Structured pruning can only be applied to multidimensional tensors. Found tensor of shape torch.Size([${t.shape.join(', ')}]) with ${t.ndim} dims`,
    )
  }
  if (dim >= t.ndim || dim < -t.ndim)
    throw new IndexError(`Invalid index ${dim} for tensor of size torch.Size([${t.shape.join(', ')}])`)
  return dim < 0 ? dim + t.ndim : dim
}

/** Prunes nothing: makes the mask, for what prunes on. @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.Identity.html */
export class Identity extends BasePruningMethod {
  override readonly pruningType = 'unstructured'

  override computeMask(_t: Tensor, defaultMask: Tensor): Tensor {
    return defaultMask
  }
}

/** Prunes elements at random. @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.RandomUnstructured.html */
export class RandomUnstructured extends BasePruningMethod {
  override readonly pruningType = 'unstructured'
  amount: number

  constructor(amount: number) {
    super()
    checkAmount(amount)
    this.amount = amount
  }

  override computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    const count = countOf(this.amount, t.count)
    return count === 0 ? defaultMask.clone() : without(defaultMask, topk(randLike(t).flatten(), count).indices)
  }
}

/** Prunes the elements with the smallest absolute values. @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.L1Unstructured.html */
export class L1Unstructured extends BasePruningMethod {
  override readonly pruningType = 'unstructured'
  amount: number

  constructor(amount: number) {
    super()
    checkAmount(amount)
    this.amount = amount
  }

  override computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    const count = countOf(this.amount, t.count)
    if (count === 0) return defaultMask.clone()
    return without(defaultMask, topk(t.abs().flatten(), count, { largest: false }).indices)
  }
}

/** Prunes whole channels at random. @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.RandomStructured.html */
export class RandomStructured extends BasePruningMethod {
  override readonly pruningType = 'structured'
  amount: number
  dim: number

  /** @param dim - the dimension of the channels, the last one if not given */
  constructor(amount: number, dim?: number | { dim?: number }) {
    super()
    checkAmount(amount)
    this.amount = amount
    this.dim = bindOptions<{ dim: number }>('RandomStructured', ['dim'], [dim]).dim ?? -1
  }

  override computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    const dim = channelDim(t, this.dim)
    const size = t.shape[dim]!
    const count = countOf(this.amount, size)
    if (count === 0) return defaultMask
    const drawn = rand([size])
    const kept = drawn.gt(kthvalue(drawn, count).values).nonzero().flatten()
    return channels(defaultMask, dim, kept, t)
  }
}

/** Prunes the channels with the smallest n-norm. @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.LnStructured.html */
export class LnStructured extends BasePruningMethod {
  override readonly pruningType = 'structured'
  amount: number
  n: number
  dim: number

  /** @param n - which norm @param dim - the dimension of the channels, the last one if not given */
  constructor(amount: number, n: number, dim?: number | { dim?: number }) {
    super()
    checkAmount(amount)
    this.amount = amount
    this.n = n
    this.dim = bindOptions<{ dim: number }>('LnStructured', ['dim'], [dim]).dim ?? -1
  }

  override computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    const dim = channelDim(t, this.dim)
    const size = t.shape[dim]!
    const count = countOf(this.amount, size)
    if (count === 0) return defaultMask
    const norms = vectorNorm(t, this.n, { dim: t.shape.map((_, d) => d).filter((d) => d !== dim) })
    return channels(defaultMask, dim, topk(norms, size - count).indices, t)
  }
}

/** Prunes what a mask says. @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.CustomFromMask.html */
export class CustomFromMask extends BasePruningMethod {
  override readonly pruningType = 'global'
  mask: Tensor

  constructor(mask: Tensor) {
    super()
    this.mask = mask
  }

  override computeMask(_t: Tensor, defaultMask: Tensor): Tensor {
    if (defaultMask.shape.join() !== this.mask.shape.join()) {
      throw new RuntimeError(
        `default_mask shape torch.Size([${defaultMask.shape.join(', ')}]) must match self.mask shape torch.Size([${this.mask.shape.join(', ')}])`,
      )
    }
    return mul(defaultMask, this.mask.to(defaultMask.dtype))
  }
}
