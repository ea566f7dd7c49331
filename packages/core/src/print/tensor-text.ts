/** `tensor.toString()`: what PyTorch prints. */
import { gradFnOf, needsGrad } from '../autograd/node.js'
import { getDefaultDevice } from '../create/fill.js'
import { getDefaultDtype } from '../dtype.js'
import { wordAt } from '../host.js'
import { Tensor } from '../tensor.js'
import { formatTensor, type PrintValue } from './format.js'

/** The text of a tensor, as PyTorch's `repr`. */
export function tensorText(x: Tensor): string {
  const words = x.storage.device.memory.readSync(x)
  if (words === null) return `tensor(..., shape=[${x.shape.join(', ')}], dtype=${x.dtype}, device='${x.device}')`
  return formatTensor({
    shape: x.shape,
    dtype: x.dtype.name,
    device: x.device,
    value: (i: number): PrintValue => {
      const value = wordAt(words, x.dtype, i)
      return x.dtype.name === 'bool' ? value !== 0 : value
    },
    requiresGrad: needsGrad(x),
    gradFn: gradFnOf(x)?.name ?? null,
    defaultDtype: getDefaultDtype().name,
    defaultDevice: getDefaultDevice(),
  })
}

Tensor.prototype.toString = function () {
  return tensorText(this)
}
// Node's console shows tensors as their text
Object.defineProperty(Tensor.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Tensor) {
    return tensorText(this)
  },
})
