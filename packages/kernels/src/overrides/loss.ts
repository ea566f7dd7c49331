/** Losses with their gradients. */
import {
  allocate,
  binaryCrossEntropyGradOp,
  binaryCrossEntropyOp,
  binaryCrossEntropyWithLogitsOp,
  crossEntropyGradOp,
  crossEntropyOp,
  float32,
  huberLossGradOp,
  huberLossOp,
  int64,
  l1LossGradOp,
  l1LossOp,
  mseLossGradOp,
  mseLossOp,
  type Override,
  override,
  type Reduction,
  sameShape,
  type Tensor,
} from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { Distance, type DistanceCode, FusedBinary, Ternary } from '../primitives/fused-codes.js'
import { alike, dense, like, packed } from '../primitives/geometry.js'
import { spanOf } from '../primitives/matmul.js'
import { stepBeside, stepOf } from '../primitives/pointwise.js'

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

  function binaryCrossEntropyGrad(g: Tensor, x: Tensor, y: Tensor): Tensor | undefined {
    const step = worth(x, 1) && floats(x, y) && sameShape(x.shape, y.shape) ? stepOf(g, x.count) : -1
    if (step < 0 || g.dtype !== float32) return undefined
    const code = Ternary.binaryCrossEntropyGrad
    const out = allocate(x.storage, float32, x.shape)
    set.begin()
    const [to, from] = [set.output(out), set.input(spanOf(g))]
    kernels.ternary(float32.id, code, to, from, step, set.input(x), 1, set.input(y), 1, x.count)
    set.end()
    return out
  }

  const paired = (x: Tensor, y: Tensor): boolean =>
    worth(x, 1) && x.dtype === float32 && y.dtype === float32 && packed(x) && alike(x, y)

  /** `a` and `b` are what a distance takes beside `x` and `y`: see cc/loss.cc. */
  const distance = (
    code: DistanceCode,
    x: Tensor,
    y: Tensor,
    reduction: Reduction,
    a = 0,
    b = 0,
  ): Tensor | undefined => {
    if (!paired(x, y)) return undefined
    const each = reduction === 'none'
    const out = each ? like(x) : allocate(x.storage, float32, [])
    set.begin()
    const [to, from, target] = [set.output(out), set.input(x), set.input(y)]
    if (each) kernels.distance(code, to, from, target, x.count, a, b)
    else kernels.distanceSum(code, to, from, target, x.count, reduction === 'mean' ? 1 / x.count : 1, a, b)
    set.end()
    return out
  }

  const distanceGrad = (
    code: DistanceCode,
    g: Tensor,
    x: Tensor,
    y: Tensor,
    reduction: Reduction,
    a = 0,
    scale = 1,
  ): Tensor | undefined => {
    if (!paired(x, y) || g.dtype !== float32) return undefined
    const step = stepBeside(g, x)
    if (step < 0) return undefined
    const out = like(x)
    const factor = reduction === 'mean' ? scale / x.count : scale
    set.begin()
    const [to, from] = [set.output(out), set.input(spanOf(g))]
    kernels.distanceGrad(code, to, from, step, set.input(x), set.input(y), x.count, factor, a)
    set.end()
    return out
  }

  return [
    override(crossEntropyOp, crossEntropy),
    override(crossEntropyGradOp, crossEntropyGrad),
    override(binaryCrossEntropyOp, (x, t) => elementwise(FusedBinary.binaryCrossEntropy, x, t, 16)),
    override(binaryCrossEntropyGradOp, binaryCrossEntropyGrad),
    override(binaryCrossEntropyWithLogitsOp, (x, y, posWeight) =>
      posWeight === null ? elementwise(FusedBinary.binaryCrossEntropyLogits, x, y, 16) : undefined,
    ),
    override(mseLossOp, (x, y, reduction) => distance(Distance.squared, x, y, reduction)),
    override(mseLossGradOp, (g, x, y, reduction) => distanceGrad(Distance.squared, g, x, y, reduction)),
    override(l1LossOp, (x, y, reduction) => distance(Distance.absolute, x, y, reduction)),
    override(l1LossGradOp, (g, x, y, reduction) => distanceGrad(Distance.absolute, g, x, y, reduction)),
    override(huberLossOp, (x, y, reduction, { delta, scale }) =>
      distance(Distance.huber, x, y, reduction, delta, scale),
    ),
    override(huberLossGradOp, (g, x, y, reduction, { delta, scale }) =>
      distanceGrad(Distance.huber, g, x, y, reduction, delta, scale),
    ),
  ]
}
