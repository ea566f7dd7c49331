/** In-place operations: what is written is what the out-of-place operation computes, and autograd follows the value. */
import { checkWritable } from '../autograd/inplace.js'
import { mode, withoutGrad } from '../autograd/mode.js'
import { historyOf, needsGrad, record, recording } from '../autograd/node.js'
import type { BinaryCode, UnaryCode } from '../dispatch/opcodes.js'
import { bool, canCast } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { broadcastShapes, formatShape, sameShape } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { binaryInto } from './elementwise.js'
import { resultType, type TensorOrScalar } from './promote.js'
import { intoRegion, regionOf } from './window.js'

/** A copy of the value of `x` with the history of `x`, for nodes that saved `x` before it is overwritten. */
function snapshot(x: Tensor): Tensor {
  const copy = allocate(x.storage, x.dtype, x.shape)
  x.storage.device.primitives.copy(x, copy)
  copy._node = historyOf(x)
  copy._slot = x._slot
  copy._requiresGrad = x._requiresGrad
  return copy
}

/** Whether the memory of `source` is that of `x` but laid out otherwise, so that writing `x` would change it midway. */
function overlapsOtherwise(x: Tensor, source: Tensor): boolean {
  return (
    x.storage.shares(source.storage) &&
    !(x.offset === source.offset && sameShape(x.shape, source.shape) && sameShape(x.strides, source.strides))
  )
}

/**
 * Makes `result`, computed from `x` by the out-of-place operation, the new value of `x`.
 *
 * @throws RuntimeError if its shape or dtype does not fit into `x`; nothing is written then
 */
export function assign(x: Tensor, result: Tensor): Tensor {
  checkWritable(x)
  checkFits(x, result.dtype, result.shape)
  const track = mode.enabled && (needsGrad(x) || needsGrad(result))
  if (track && result._node !== null) result._node.replaceSaved(x, () => snapshot(x))
  if (x.storage.device !== result.storage.device)
    throw new RuntimeError(
      `Expected all tensors to be on the same device, but found at least two devices, ${x.device} and ${result.device}!`,
    )
  x.storage.device.primitives.copy(result, x)
  wrote(x)
  if (track) follow(x, result)
  return x
}

/** Counts a write to `x`; views look at their history again when it is next used. */
export function wrote(x: Tensor): void {
  x.storage.version++
  const view = x._view
  // a view that needs no history stays as it is: nothing was recorded
  if (view !== null && !view.base._requiresGrad) view.version = x.storage.version
}

/** The history of `x` becomes that of `result`, which has just been copied into it. */
function follow(x: Tensor, result: Tensor): void {
  const view = x._view
  if (view?.differentiable) {
    rebase(x, view.base, result)
    return
  }
  const node = result._node
  if (node !== null && node.variable === null && result._view === null) {
    // computed for this purpose: nobody else knows it, so its node may stand for x
    x._node = node
    x._slot = result._slot
    x._requiresGrad = true
  } else {
    overwritten(x, result)
  }
}

/** `x` depends on `source` and no longer on its old value, whose gradient is zero. */
function overwritten(x: Tensor, source: Tensor): void {
  const old = remembered(x)
  x._view = null
  record('CopyBackwards', x, [old, source], null, (g, node) => [
    node.needs(0) ? zerosLike(g) : null,
    node.needs(1) ? g : null,
  ])
}

/** A stand-in for the value that `x` had, with its history. */
function remembered(x: Tensor): Tensor {
  const old = new Tensor(x.storage, x.dtype, x.shape, x.strides, x.offset, x.count)
  old._node = historyOf(x)
  old._slot = x._slot
  old._requiresGrad = x._requiresGrad
  return old
}

/** Zeros of the shape, dtype and device of `x`. */
export function zerosLike(x: Tensor): Tensor {
  return allocate(x.storage, x.dtype, x.shape, true)
}

/**
 * Copies `source` (broadcast, cast) into `x`; the gradient goes to `source`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.copy_.html
 */
export function copyInto(x: Tensor, source: Tensor): Tensor {
  checkWritable(x)
  if (!sameShape(broadcastShapes(x.shape, source.shape), x.shape)) {
    throw new RuntimeError(
      `The size of tensor a (${formatShape(x.shape)}) must match the size of tensor b (${formatShape(source.shape)})`,
    )
  }
  const track = recording(x, source)
  const from = overlapsOtherwise(x, source) ? snapshot(source) : source
  x.storage.device.primitives.copy(from, x)
  wrote(x)
  if (!track) return x
  const view = x._view
  if (view?.differentiable) rebase(x, view.base, source)
  else overwritten(x, source)
  return x
}

/** After a write through a view: the base now depends on its old value outside the view's region, on `result` inside. */
function rebase(x: Tensor, base: Tensor, result: Tensor): void {
  const old = remembered(base)
  const region = regionOf(x, base)
  const spread = intoRegion(x, base)
  const out = new Tensor(base.storage, base.dtype, base.shape, base.strides, base.offset, base.count)
  record('CopySlices', out, [old, result], null, (g, node) => {
    const inside = region(g)
    return [node.needs(0) ? outside(g, x, spread) : null, node.needs(1) ? inside : null]
  })
  base._node = out._node
  base._slot = 0
  base._requiresGrad = out._requiresGrad
  // the view's own history is made anew from the base when it is next asked for
  x._view = { base, version: -1, differentiable: true }
  x._requiresGrad = base._requiresGrad
  if (!base._requiresGrad) x._view.version = x.storage.version
}

/** `g` with zeros in the region of `view`. */
function outside(g: Tensor, view: Tensor, spread: (g: Tensor) => Tensor): Tensor {
  const ones = allocate(g.storage, bool, view.shape)
  g.storage.device.primitives.fill(ones, 1)
  return zeroWhere(g, withoutGrad(spread, [ones]))
}

/** `g` with zeros where `mask` is true. */
function zeroWhere(g: Tensor, mask: Tensor): Tensor {
  const out = allocate(g.storage, g.dtype, g.shape)
  g.storage.device.primitives.where(mask, 0, g, out)
  return record('MaskedFillBackward0', out, [g], null, (g2) => zeroWhere(g2, mask))
}

/** Whether a result of that dtype and shape fits into `x`. */
export function checkFits(x: Tensor, dtype: Tensor['dtype'], shape: Tensor['shape']): void {
  if (!canCast(dtype, x.dtype)) {
    throw new RuntimeError(`result type ${dtype.label} can't be cast to the desired output type ${x.dtype.label}`)
  }
  if (!sameShape(x.shape, shape)) {
    throw new RuntimeError(
      `output with shape ${formatShape(x.shape)} doesn't match the broadcast shape ${formatShape(shape)}`,
    )
  }
}

/** `x = op(x)` by the primitive itself where nothing is recorded, else through the out-of-place function. */
export function unaryInplace(code: UnaryCode, x: Tensor, fn: (x: Tensor) => Tensor, floatOnly: boolean): Tensor {
  if (recording(x) || (floatOnly && !x.dtype.isFloatingPoint)) return assign(x, fn(x))
  checkWritable(x)
  x.storage.device.primitives.unary(code, x, x)
  wrote(x)
  return x
}

/** `x = op(x, other)` by the primitive itself where nothing is recorded, else through the out-of-place function. */
export function binaryInplace(
  code: BinaryCode,
  x: Tensor,
  other: TensorOrScalar,
  fn: (x: Tensor, other: TensorOrScalar) => Tensor,
): Tensor {
  const tensor = other instanceof Tensor ? other : null
  if (
    recording(x, tensor) ||
    (tensor !== null && (overlapsOtherwise(x, tensor) || tensor.storage.device !== x.storage.device))
  ) {
    return assign(x, fn(x, other))
  }
  const common = tensor !== null && tensor.dtype === x.dtype ? x.dtype : resultType(x, other)
  // a wider common dtype must round only once, at the end
  if (common !== x.dtype) return assign(x, fn(x, other))
  checkWritable(x)
  checkFits(x, common, tensor === null ? x.shape : broadcastShapes(x.shape, tensor.shape))
  binaryInto(code, x, other)
  wrote(x)
  return x
}
