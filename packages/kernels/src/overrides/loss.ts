/** Losses with their gradients. */
import {
  allocate,
  binaryCrossEntropyGradOp,
  binaryCrossEntropyOp,
  binaryCrossEntropyWithLogitsOp,
  crossEntropyGradOp,
  crossEntropyOp,
  float32,
  int64,
  mseLossGradOp,
  mseLossOp,
  type Override,
  override,
  type Reduction,
  sameShape,
  type Tensor,
} from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { FusedBinary, Ternary } from '../primitives/fused-codes.js'
import { dense } from '../primitives/geometry.js'
import { spanOf } from '../primitives/matmul.js'
import { stepOf } from '../primitives/pointwise.js'

/** As cc/softmax.def numbers them. */
const codes = { none: 0, mean: 1, sum: 2 } as const

const floats = (...all: Tensor[]): boolean => all.every((x) => x.dtype === float32 && dense(x))

export function lossOverrides(set: KernelSet): Override[] {
  const { kernels } = set
  const worth = (x: Tensor, cost: number): boolean => x.count > 0 && set.worth(cost * x.count)

  function crossEntropy(
    logits: Tensor,
    target: Tensor,
    ignore: number,
    reduction: Reduction,
  ): readonly [Tensor, Tensor] | undefined {
    if (!worth(logits, 8) || !floats(logits) || target.dtype !== int64 || !dense(target)) return undefined
    const [rows, n] = logits.shape as [number, number]
    const logs = allocate(logits.storage, float32, logits.shape)
    const loss = allocate(logits.storage, float32, reduction === 'none' ? [rows] : [])
    set.begin()
    const [to, all] = [set.output(loss), set.output(logs)]
    kernels.crossEntropy(to, all, set.input(logits), set.input(target), rows, n, ignore, codes[reduction])
    set.end()
    return [loss, logs]
  }

  function crossEntropyGrad(
    g: Tensor,
    logs: Tensor,
    target: Tensor,
    ignore: number,
    reduction: Reduction,
  ): Tensor | undefined {
    if (!worth(logs, 8) || !floats(logs) || target.dtype !== int64 || !dense(target)) return undefined
    const [rows, n] = logs.shape as [number, number]
    const step = g.dtype === float32 ? stepOf(g, reduction === 'none' ? rows : 1) : -1
    if (step < 0) return undefined
    const out = allocate(logs.storage, float32, logs.shape)
    set.begin()
    const [to, from] = [set.output(out), set.input(spanOf(g))]
    const each = reduction === 'none' ? step : 0
    kernels.crossEntropyGrad(to, from, each, set.input(logs), set.input(target), rows, n, ignore, codes[reduction])
    set.end()
    return out
  }

  const elementwise = (code: number, x: Tensor, y: Tensor, cost: number): Tensor | undefined => {
    if (!worth(x, cost) || !floats(x, y) || !sameShape(x.shape, y.shape)) return undefined
    const out = allocate(x.storage, float32, x.shape)
    set.begin()
    kernels.binary(float32.id, code, set.output(out), set.input(x), set.input(y), x.count)
    set.end()
    return out
  }

  /** Of `g`, one number or one an element, and two tensors. */
  const gradient = (code: number, g: Tensor, x: Tensor, y: Tensor, factor: number): Tensor | undefined => {
    const n = x.count
    if (!worth(x, 1) || !floats(x, y) || g.dtype !== float32 || !sameShape(x.shape, y.shape)) return undefined
    const step = stepOf(g, n)
    if (step < 0) return undefined
    const out = allocate(x.storage, float32, x.shape)
    set.begin()
    const [to, from] = [set.output(out), set.input(spanOf(g))]
    kernels.ternary(float32.id, code, to, from, step, set.input(x), 1, set.input(y), 1, n, factor)
    set.end()
    return out
  }

  function mseLoss(x: Tensor, y: Tensor, reduction: Reduction): Tensor | undefined {
    if (reduction === 'none') return elementwise(FusedBinary.squaredError, x, y, 1)
    if (!worth(x, 1) || !floats(x, y) || !sameShape(x.shape, y.shape)) return undefined
    const out = allocate(x.storage, float32, [])
    set.begin()
    const factor = reduction === 'mean' ? 1 / x.count : 1
    kernels.squaredErrorSum(set.output(out), set.input(x), set.input(y), x.count, factor)
    set.end()
    return out
  }

  return [
    override(crossEntropyOp, crossEntropy),
    override(crossEntropyGradOp, crossEntropyGrad),
    override(binaryCrossEntropyOp, (x, t) => elementwise(FusedBinary.binaryCrossEntropy, x, t, 16)),
    override(binaryCrossEntropyGradOp, (g, x, t) => gradient(Ternary.binaryCrossEntropyGrad, g, x, t, 0)),
    override(binaryCrossEntropyWithLogitsOp, (x, y, posWeight) =>
      posWeight === null ? elementwise(FusedBinary.binaryCrossEntropyLogits, x, y, 16) : undefined,
    ),
    override(mseLossOp, mseLoss),
    override(mseLossGradOp, (g, x, y, reduction) =>
      gradient(Ternary.squaredErrorGrad, g, x, y, reduction === 'mean' ? 2 / x.count : 2),
    ),
  ]
}
