/** Broadcasting as an operation of its own, and its opposite. */
import { RuntimeError, ValueError } from '../errors.js'
import { formatShape, type Shape } from '../shape.js'
import { Tensor } from '../tensor.js'
import { checkTensor } from './promote.js'
import { sum } from './reduce.js'
import { sizesOf, view } from './view.js'

declare module '../tensor.js' {
  interface Tensor {
    /** See {@link sumToSize}. Sizes as a list or one by one. */
    sumToSize(...size: readonly number[] | readonly [Shape]): Tensor
  }
}

/**
 * The shape that tensors of the given shapes broadcast to.
 *
 * @throws RuntimeError if a pair of sizes differs and neither is 1; ValueError for a negative size
 * @example
 * ```ts
 * broadcastShapes([2, 1], [3]) // [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.broadcast_shapes.html
 */
export function broadcastShapes(...shapes: readonly (Shape | number)[]): number[] {
  const out: number[] = []
  shapes.forEach((given, i) => {
    const shape = typeof given === 'number' ? [given] : given
    if (shape.some((size) => size < 0))
      throw new ValueError(`Attempting to broadcast a dimension with negative length! Got ${formatShape(shape)}`)
    while (out.length < shape.length) out.unshift(1)
    shape.forEach((size, k) => {
      const d = out.length - shape.length + k
      if (size === 1 || size === out[d]) return
      if (out[d] !== 1) {
        throw new RuntimeError(
          `Shape mismatch: objects cannot be broadcast to a single shape. Attempting to broadcast a dimension of length ${size} at ${d - out.length}! Mismatching argument at index ${i} had ${formatShape(shape)}; but expected shape should be broadcastable to ${formatShape(out)}`,
        )
      }
      out[d] = size
    })
  })
  return out
}

/**
 * `x` summed down to a shape that broadcasts to its own: the opposite of `expand`.
 *
 * @returns a tensor of that shape; sums of integers and bool are int64, and where nothing is summed a view of `x`
 * @throws RuntimeError if that shape does not broadcast to the shape of `x`
 * @example
 * ```ts
 * sumToSize(ones([2, 3]), [1, 3]) // tensor([[2., 2., 2.]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.sum_to_size.html
 */
export function sumToSize(x: Tensor, size: Shape): Tensor {
  checkTensor('sumToSize', 'self', x)
  const lead = x.ndim - size.length
  if (lead < 0 || size.some((s, i) => s !== 1 && s !== x.shape[lead + i]))
    throw new RuntimeError(`size ${formatShape(size)} is not expandable to size ${formatShape(x.shape)}.`)
  if (size.length === 0) return sum(x)
  const dims = x.shape.map((_, d) => d).filter((d) => d < lead || (size[d - lead] === 1 && x.shape[d] !== 1))
  return view(dims.length === 0 ? x : sum(x, dims, true), size)
}

Tensor.prototype.sumToSize = function (...size) {
  return sumToSize(this, sizesOf('sumToSize', size))
}
