/** Writing into tensors: whole values, in place. */
import { checkWritable } from '../autograd/inplace.js'
import { recording } from '../autograd/node.js'
import { full } from '../create/fill.js'
import { RuntimeError } from '../errors.js'
import { Tensor } from '../tensor.js'
import { copyInto, wrote } from './inplace.js'
import type { Scalar } from './promote.js'
import { checkHolds } from './update.js'

declare module '../tensor.js' {
  interface Tensor {
    /** Every element becomes `value`. See https://pytorch.org/docs/stable/generated/torch.Tensor.fill_.html */
    fill_(value: Scalar | Tensor): this
    /** Every element becomes 0. See https://pytorch.org/docs/stable/generated/torch.Tensor.zero_.html */
    zero_(): this
    /** The elements of `source`, broadcast and cast. See https://pytorch.org/docs/stable/generated/torch.Tensor.copy_.html */
    copy_(source: Tensor, options?: { nonBlocking?: boolean }): this
  }
}

/** Makes every element of `x` the value. @throws RuntimeError if its dtype cannot hold it */
export function fillInto(x: Tensor, value: Scalar): Tensor {
  checkHolds(x.dtype, value)
  // recorded, it is a copy of a constant: the old value's gradient is zero
  if (recording(x))
    return copyInto(
      x,
      full([], typeof value === 'boolean' ? Number(value) : value, { dtype: x.dtype, device: x.device }),
    )
  checkWritable(x)
  x.storage.device.primitives.fill(x, typeof value === 'boolean' ? Number(value) : value)
  wrote(x)
  return x
}

Tensor.prototype.fill_ = function (value) {
  if (value instanceof Tensor) {
    if (value.ndim !== 0)
      throw new RuntimeError(
        `fill_ only supports 0-dimension value tensor but got tensor with ${value.ndim} dimensions.`,
      )
    copyInto(this, value)
  } else {
    fillInto(this, value)
  }
  return this
}
Tensor.prototype.zero_ = function () {
  fillInto(this, 0)
  return this
}
Tensor.prototype.copy_ = function (source) {
  if (!(source instanceof Tensor)) throw new TypeError(`copy_(): argument 'other' must be Tensor, not ${typeof source}`)
  copyInto(this, source)
  return this
}
