/** Softmax along the last dimension, where rows lie together. */
import {
  allocate,
  float32,
  logSoftmaxGradOp,
  logSoftmaxOp,
  type Override,
  override,
  softmaxGradOp,
  softmaxOp,
  type Tensor,
} from '@tsorch/core/backend'
import type { Pointer } from '../generated/kernels.js'
import type { KernelSet } from '../kernel-set.js'
import { dense } from '../primitives/geometry.js'

type Forward = (out: Pointer, x: Pointer, rows: number, n: number) => void
type Backward = (out: Pointer, g: Pointer, y: Pointer, rows: number, n: number) => void

export function softmaxOverrides(set: KernelSet): Override[] {
  const { kernels } = set
  /** An exponential is worth some ten additions. */
  const worth = (x: Tensor): boolean => x.count > 0 && set.worth(8 * x.count)
  const served = (x: Tensor): boolean => x.dtype === float32 && dense(x)

  const forward = (kernel: Forward, x: Tensor, dim: number): Tensor | undefined => {
    if (dim !== x.ndim - 1 || !worth(x) || !served(x)) return undefined
    const n = x.shape[dim]!
    const out = allocate(x.storage, float32, x.shape)
    set.begin()
    kernel(set.output(out), set.input(x), x.count / n, n)
    set.end()
    return out
  }

  const backward = (kernel: Backward, g: Tensor, y: Tensor, dim: number): Tensor | undefined => {
    if (dim !== y.ndim - 1 || !worth(y) || !served(y) || !served(g) || g.count !== y.count) return undefined
    const n = y.shape[dim]!
    const out = allocate(y.storage, float32, y.shape)
    set.begin()
    kernel(set.output(out), set.input(g), set.input(y), y.count / n, n)
    set.end()
    return out
  }

  return [
    override(softmaxOp, (x, dim) => forward(kernels.softmax, x, dim)),
    override(softmaxGradOp, (g, y, dim) => backward(kernels.softmaxGrad, g, y, dim)),
    override(logSoftmaxOp, (x, dim) => forward(kernels.logSoftmax, x, dim)),
    override(logSoftmaxGradOp, (g, y, dim) => backward(kernels.logSoftmaxGrad, g, y, dim)),
  ]
}
