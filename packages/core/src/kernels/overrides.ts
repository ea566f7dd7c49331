/** The ops that the TypeScript kernels do in one piece: what allocates the result, calls the kernel, or declines. */
import { type Override, override } from '../dispatch/op.js'
import { bool, int64 } from '../dtype.js'
import { reluGradOp, sigmoidGradOp } from '../ops/activation.js'
import type { Bags } from '../ops/bag-arguments.js'
import { binaryCrossEntropyGradOp, binaryCrossEntropyOp } from '../ops/binary-cross-entropy.js'
import { type ConvGeometry, convolutionInputGradOp, convolutionOp, convolutionWeightGradOp } from '../ops/conv.js'
import { crossEntropyGradOp, crossEntropyOp } from '../ops/cross-entropy.js'
import { ctcLossGradOp, ctcLossOp } from '../ops/ctc.js'
import type { Alignment } from '../ops/ctc-lattice.js'
import { bagMaximaOp } from '../ops/embedding-bag.js'
import { adamStepOp, sgdStepOp } from '../ops/foreach.js'
import { gridSampleOp } from '../ops/grid-sample.js'
import type { Reduction } from '../ops/loss.js'
import { maxPoolGradOp, maxPoolOp } from '../ops/max-pool.js'
import { sumPoolGradOp, sumPoolOp } from '../ops/pool.js'
import { positionsAlong, type Window } from '../ops/sliding.js'
import { logSoftmaxGradOp, logSoftmaxOp, softmaxGradOp, softmaxOp } from '../ops/softmax.js'
import type { Shape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { conv2dForward, conv2dInputGrad, conv2dWeightGrad } from './conv.js'
import { ctcForward, ctcGrad } from './ctc.js'
import { bagMaxima } from './embedding-bag.js'
import { adamStep, sgdStep } from './foreach.js'
import { gridSample2d } from './grid-sample.js'
import { binaryCrossEntropy, binaryCrossEntropyGrad, reluGrad, sigmoidGrad } from './pointwise-fused.js'
import { avgPool2dForward, avgPool2dGrad, maxPool2dForward, maxPool2dGrad } from './pool.js'
import {
  crossEntropyForward,
  crossEntropyGrad,
  logSoftmaxForward,
  logSoftmaxGrad,
  softmaxForward,
  softmaxGrad,
} from './softmax.js'

/** A result of `like`'s dtype that `fill` computes, or undefined if it declines. */
function made(like: Tensor, shape: Shape, fill: (out: Tensor) => boolean): Tensor | undefined {
  if (!like.dtype.isFloatingPoint || like.dtype.staged) return undefined
  const out = allocate(like.storage, like.dtype, shape)
  return fill(out) ? out : undefined
}

function convolution(x: Tensor, weight: Tensor, bias: Tensor | null, geometry: ConvGeometry): Tensor | undefined {
  if (x.ndim !== 4) return undefined
  const { stride, padding, dilation, groups } = geometry
  const kernel = weight.shape.slice(2)
  const outputs = kernel.map((_, d) => positionsAlong(x.shape[2 + d]!, { kernel, stride, padding, dilation }, d))
  return made(x, [x.shape[0]!, weight.shape[0]!, ...outputs], (out) =>
    conv2dForward(x, weight, bias, out, stride, padding, dilation, groups),
  )
}

function convolutionInputGrad(g: Tensor, weight: Tensor, shape: Shape, geometry: ConvGeometry): Tensor | undefined {
  if (shape.length !== 4) return undefined
  const { stride, padding, dilation, groups } = geometry
  return made(g, shape, (out) => conv2dInputGrad(g, weight, out, stride, padding, dilation, groups))
}

function convolutionWeightGrad(g: Tensor, x: Tensor, shape: Shape, geometry: ConvGeometry): Tensor | undefined {
  if (shape.length !== 4) return undefined
  const { stride, padding, dilation, groups } = geometry
  return made(g, shape, (out) => conv2dWeightGrad(g, x, out, stride, padding, dilation, groups))
}

function maxPool(x: Tensor, outputs: readonly number[], window: Window): readonly [Tensor, Tensor] | undefined {
  if (x.ndim !== 4) return undefined
  const { kernel, stride, padding, dilation } = window
  const shape = [x.shape[0]!, x.shape[1]!, ...outputs]
  const indices = allocate(x.storage, int64, shape)
  const values = made(x, shape, (out) => maxPool2dForward(x, out, indices, kernel, stride, padding, dilation))
  return values === undefined ? undefined : [values, indices]
}

function maxPoolGrad(g: Tensor, indices: Tensor, shape: Shape, n: number): Tensor | undefined {
  if (n !== 2 || shape.length !== 4) return undefined
  return made(g, shape, (out) => maxPool2dGrad(g, indices, out))
}

function sumPool(x: Tensor, outputs: readonly number[], window: Window): Tensor | undefined {
  if (x.ndim !== 4) return undefined
  const { kernel, stride, padding } = window
  return made(x, [x.shape[0]!, x.shape[1]!, ...outputs], (out) =>
    avgPool2dForward(x, out, kernel, stride, padding, true, 1),
  )
}

function sumPoolGrad(g: Tensor, shape: Shape, window: Window): Tensor | undefined {
  if (shape.length !== 4 || window.kernel.length !== 2) return undefined
  const { kernel, stride, padding } = window
  return made(g, shape, (out) => avgPool2dGrad(g, out, kernel, stride, padding, true, 1))
}

/** Along the last dimension, where rows lie together. */
function alongLast(x: Tensor, dim: number, fill: (out: Tensor) => boolean): Tensor | undefined {
  return dim === x.ndim - 1 ? made(x, x.shape, fill) : undefined
}

function crossEntropy(
  logits: Tensor,
  target: Tensor,
  ignoreIndex: number,
  reduction: Reduction,
): readonly [Tensor, Tensor] | undefined {
  const logs = allocate(logits.storage, logits.dtype, logits.shape)
  const shape = reduction === 'none' ? [logits.shape[0]!] : []
  const loss = made(logits, shape, (out) =>
    crossEntropyForward(logits, target, null, ignoreIndex, reduction, logs, out),
  )
  return loss === undefined ? undefined : [loss, logs]
}

function ctcLoss(x: Tensor, alignment: Alignment): readonly [Tensor, Tensor] | undefined {
  const [steps, samples] = x.shape as [number, number]
  const forward = allocate(x.storage, x.dtype, [steps, samples, alignment.width])
  const losses = made(x, [samples], (out) => ctcForward(x, alignment, forward, out))
  return losses === undefined ? undefined : [losses, forward]
}

function maximaOfBags(weight: Tensor, bags: Bags): readonly [Tensor, Tensor] | undefined {
  const shape = [bags.count, weight.shape[1]!]
  const rows = allocate(weight.storage, int64, shape)
  const none = allocate(weight.storage, bool, shape)
  return bagMaxima(weight, bags, rows, none) ? [rows, none] : undefined
}

export const tsOverrides: readonly Override[] = [
  override(convolutionOp, convolution),
  override(convolutionInputGradOp, convolutionInputGrad),
  override(convolutionWeightGradOp, convolutionWeightGrad),
  override(maxPoolOp, maxPool),
  override(maxPoolGradOp, maxPoolGrad),
  override(sumPoolOp, sumPool),
  override(sumPoolGradOp, sumPoolGrad),
  override(softmaxOp, (x, dim) => alongLast(x, dim, (out) => softmaxForward(x, out))),
  override(softmaxGradOp, (g, y, dim) => alongLast(y, dim, (out) => softmaxGrad(g, y, out))),
  override(logSoftmaxOp, (x, dim) => alongLast(x, dim, (out) => logSoftmaxForward(x, out))),
  override(logSoftmaxGradOp, (g, y, dim) => alongLast(y, dim, (out) => logSoftmaxGrad(g, y, out))),
  override(reluGradOp, reluGrad),
  override(sigmoidGradOp, sigmoidGrad),
  override(binaryCrossEntropyOp, binaryCrossEntropy),
  override(binaryCrossEntropyGradOp, binaryCrossEntropyGrad),
  override(crossEntropyOp, crossEntropy),
  override(crossEntropyGradOp, (g, logs, target, ignoreIndex, reduction) =>
    made(logs, logs.shape, (out) => crossEntropyGrad(g, logs, target, null, ignoreIndex, reduction, out)),
  ),
  override(bagMaximaOp, maximaOfBags),
  override(gridSampleOp, (x, grid, mode, padding, alignCorners) =>
    x.ndim !== 4
      ? undefined
      : made(x, [x.shape[0]!, x.shape[1]!, grid.shape[1]!, grid.shape[2]!], (out) =>
          gridSample2d(x, grid, out, mode, padding, alignCorners),
        ),
  ),
  override(ctcLossOp, ctcLoss),
  override(ctcLossGradOp, (g, x, losses, forward, alignment, zeroInfinity) =>
    made(x, x.shape, (out) => ctcGrad(g, x, losses, forward, alignment, zeroInfinity, out)),
  ),
  override(sgdStepOp, sgdStep),
  override(adamStepOp, adamStep),
]
