/** The opposite of broadcasting: what the engine does to gradients that are too large. */
import { record } from '../autograd/node.js'
import { Reduce } from '../dispatch/opcodes.js'
import { RuntimeError } from '../errors.js'
import { formatShape, type Shape, sameShape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { expand, reshape } from './view.js'

/** `x` summed down to `shape`, from which it could have been broadcast. */
export function sumToShape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x
  const lead = x.ndim - shape.length
  const dims: number[] = []
  for (let d = 0; d < x.ndim; d++) {
    if (d < lead || (shape[d - lead] === 1 && x.shape[d] !== 1)) dims.push(d)
    else if (shape[d - lead] !== x.shape[d])
      throw new RuntimeError(`size ${formatShape(shape)} is not expandable to size ${formatShape(x.shape)}.`)
  }
  if (lead < 0) throw new RuntimeError(`size ${formatShape(shape)} is not expandable to size ${formatShape(x.shape)}.`)
  let out = x
  if (dims.length > 0) {
    const kept = x.shape.map((size, d) => (dims.includes(d) ? 1 : size))
    out = allocate(x.storage, x.dtype, kept)
    x.storage.device.primitives.reduce(Reduce.sum, x, dims, out)
    record('SumBackward0', out, [x], null, (g) => expand(g, x.shape))
  }
  return sameShape(out.shape, shape) ? out : reshape(out, shape)
}
