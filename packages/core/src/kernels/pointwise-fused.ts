/**
 * Pointwise gradients and losses in one pass. Contiguous float32; anything else is declined. The result is allocated before the
 * operands are looked at: an allocation may move them.
 */
import { float32 } from '../dtype.js'
import { sameShape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { flatStep, start } from './iterate.js'

/** Whether `x` is a contiguous float32 tensor of the shape of `like`. */
function isFlat(x: Tensor, like: Tensor): boolean {
  return x.dtype === float32 && sameShape(x.shape, like.shape) && flatStep(x, x.count) === 1
}

function result(like: Tensor): { out: Tensor; o: Float32Array; oI: number } {
  const out = allocate(like.storage, float32, like.shape)
  return { out, o: out.storage.array as Float32Array, oI: start(out) }
}

/** `y > 0 ? g : 0`; NaN passes. */
export function reluGrad(g: Tensor, y: Tensor): Tensor | undefined {
  if (!isFlat(g, y) || !isFlat(y, y)) return undefined
  let { out, o, oI } = result(y)
  let gI = start(g)
  let yI = start(y)
  const a = g.storage.array
  const b = y.storage.array
  for (const end = oI + y.count; oI < end; oI++, gI++, yI++) o[oI] = b[yI]! <= 0 ? 0 : a[gI]!
  return out
}

/** `g (1 - y) y` */
export function sigmoidGrad(g: Tensor, y: Tensor): Tensor | undefined {
  if (!isFlat(g, y) || !isFlat(y, y)) return undefined
  let { out, o, oI } = result(y)
  let gI = start(g)
  let yI = start(y)
  const a = g.storage.array
  const b = y.storage.array
  for (const end = oI + y.count; oI < end; oI++, gI++, yI++) o[oI] = a[gI]! * (1 - b[yI]!) * b[yI]!
  return out
}

/** `-(t max(log x, -100) + (1 - t) max(log(1 - x), -100))` */
export function binaryCrossEntropy(x: Tensor, t: Tensor): Tensor | undefined {
  if (!isFlat(x, x) || !isFlat(t, x)) return undefined
  let { out, o, oI } = result(x)
  let xI = start(x)
  let tI = start(t)
  const a = x.storage.array
  const b = t.storage.array
  for (const end = oI + x.count; oI < end; oI++, xI++, tI++) {
    const p = a[xI]!
    const target = b[tI]!
    o[oI] = (target - 1) * Math.max(Math.log1p(-p), -100) - target * Math.max(Math.log(p), -100)
  }
  return out
}

/** `g (x - t) / max((1 - x) x, 1e-12)`; `g` may be one element for all. */
export function binaryCrossEntropyGrad(g: Tensor, x: Tensor, t: Tensor): Tensor | undefined {
  const expanded =
    g.dtype === float32 && sameShape(g.shape, x.shape) && g.strides.every((s, d) => s === 0 || g.shape[d] === 1)
  if (!(expanded || isFlat(g, x)) || !isFlat(x, x) || !isFlat(t, x)) return undefined
  const gS = expanded ? 0 : 1
  let { out, o, oI } = result(x)
  let gI = start(g)
  let xI = start(x)
  let tI = start(t)
  const c = g.storage.array
  const a = x.storage.array
  const b = t.storage.array
  for (const end = oI + x.count; oI < end; oI++, gI += gS, xI++, tI++) {
    const p = a[xI]!
    o[oI] = (c[gI]! * (p - b[tI]!)) / Math.max((1 - p) * p, 1e-12)
  }
  return out
}
