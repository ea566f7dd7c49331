/** Activations and their gradients in one pass. */
import {
  allocate,
  float32,
  geluGradOp,
  geluOp,
  type Override,
  override,
  reluGradOp,
  sameShape,
  sigmoidGradOp,
  siluGradOp,
  siluOp,
  type Tensor,
  tanhGradOp,
} from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { FusedBinary, FusedUnary } from '../primitives/fused-codes.js'
import { dense } from '../primitives/geometry.js'
import { spanOf } from '../primitives/matmul.js'
import { stepOf } from '../primitives/pointwise.js'

export function pointwiseOverrides(set: KernelSet): Override[] {
  const { kernels } = set

  const unary = (code: number, x: Tensor): Tensor | undefined => {
    if (x.dtype !== float32 || !set.worth(x.count) || x.count === 0 || !dense(x)) return undefined
    const out = allocate(x.storage, float32, x.shape)
    set.begin()
    kernels.unary(float32.id, code, set.output(out), set.input(x), x.count)
    set.end()
    return out
  }

  /** `g` may be one number for all elements, as the gradient of a sum is. */
  const gradient = (code: number, g: Tensor, x: Tensor): Tensor | undefined => {
    const n = x.count
    if (x.dtype !== float32 || g.dtype !== float32 || !set.worth(n) || n === 0) return undefined
    const step = sameShape(g.shape, x.shape) ? stepOf(g, n) : -1
    if (step < 0 || !dense(x)) return undefined
    const out = allocate(x.storage, float32, x.shape)
    set.begin()
    kernels.binaryOne(float32.id, code, set.output(out), set.input(spanOf(g)), step, set.input(x), 1, n)
    set.end()
    return out
  }

  return [
    override(reluGradOp, (g, y) => gradient(FusedBinary.reluGrad, g, y)),
    override(sigmoidGradOp, (g, y) => gradient(FusedBinary.sigmoidGrad, g, y)),
    override(tanhGradOp, (g, y) => gradient(FusedBinary.tanhGrad, g, y)),
    override(siluOp, (x) => unary(FusedUnary.silu, x)),
    override(siluGradOp, (g, x) => gradient(FusedBinary.siluGrad, g, x)),
    override(geluOp, (x, approximate) => unary(approximate === 'tanh' ? FusedUnary.geluTanh : FusedUnary.gelu, x)),
    override(geluGradOp, (g, x, approximate) =>
      gradient(approximate === 'tanh' ? FusedBinary.geluTanhGrad : FusedBinary.geluGrad, g, x),
    ),
  ]
}
