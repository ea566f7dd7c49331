/** Views in place: the tensor itself gets other sizes and strides over the same memory. */
import { mode } from '../autograd/mode.js'
import { isLeaf, needsGrad } from '../autograd/node.js'
import { RuntimeError } from '../errors.js'
import type { Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { attach } from './define.js'
import { wrote } from './inplace.js'
import { squeeze, t, transpose, unsqueeze } from './view.js'
import { asStrided } from './window.js'

declare module '../tensor.js' {
  interface Tensor {
    squeeze_(dim?: number | readonly number[] | { dim?: number | readonly number[] }): this
    unsqueeze_(dim: number): this
    transpose_(dim0: number, dim1: number): this
    swapaxes_(dim0: number, dim1: number): this
    swapdims_(dim0: number, dim1: number): this
    t_(): this
    asStrided_(size: Shape, stride: Shape, storageOffset?: number | { storageOffset?: number }): this
  }
}

/** Makes `x` what `view`, a view of it, is. */
function become(x: Tensor, viewOf: (x: Tensor) => Tensor): Tensor {
  if (mode.enabled && needsGrad(x) && isLeaf(x))
    throw new RuntimeError('a leaf Variable that requires grad is being used in an in-place operation.')
  const view = viewOf(x)
  const target = x as { -readonly [K in 'shape' | 'strides' | 'offset' | 'count']: Tensor[K] }
  target.shape = view.shape
  target.strides = view.strides
  target.offset = view.offset
  target.count = view.count
  // whoever saved x saved its old sizes: as after any change in place, its gradient can no longer be computed
  wrote(x)
  if (view._node !== null) {
    x._node = view._node
    x._slot = view._slot
    x._requiresGrad = view._requiresGrad
    if (x._view !== null) x._view.version = x.storage.version
  }
  return x
}

const views: Readonly<Record<string, (x: Tensor, ...args: never[]) => Tensor>> = {
  squeeze_: squeeze,
  unsqueeze_: unsqueeze,
  transpose_: transpose,
  swapaxes_: transpose,
  swapdims_: transpose,
  t_: t,
  asStrided_: asStrided,
}
for (const [name, viewOf] of Object.entries(views)) {
  attach(name, function (this: Tensor, ...args: never[]) {
    return become(this, (x) => viewOf(x, ...args))
  })
}
