/** Views with at least one, two or three dimensions. */
import { Tensor } from '../tensor.js'
import { checkTensor } from './promote.js'
import { reshape, unsqueeze } from './view.js'

/** One tensor gives one, several (or a list) give a list. */
interface AtLeast {
  (x: Tensor): Tensor
  (...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor[]
}

function forEach(op: string, one: (x: Tensor) => Tensor): AtLeast {
  const each = (...args: readonly (Tensor | readonly Tensor[])[]): Tensor | Tensor[] => {
    const [first] = args
    if (args.length === 1 && first instanceof Tensor) return one(first)
    const list = (args.length === 1 && Array.isArray(first) ? first : args) as readonly Tensor[]
    return list.map((x) => {
      checkTensor(op, 'tensors', x)
      return one(x)
    })
  }
  return each as AtLeast
}

/**
 * A 0-d tensor as one of one dimension; others as they are.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.atleast_1d.html
 */
export const atleast1d: AtLeast = forEach('atleast1d', (x) => (x.ndim === 0 ? reshape(x, [1]) : x))

/**
 * A 0-d or 1-d tensor as a matrix of one row; others as they are.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.atleast_2d.html
 */
export const atleast2d: AtLeast = forEach('atleast2d', (x) =>
  x.ndim === 0 ? reshape(x, [1, 1]) : x.ndim === 1 ? unsqueeze(x, 0) : x,
)

/**
 * A vector as `[1, n, 1]`, a matrix as `[m, n, 1]`; tensors of three and more dimensions as they are.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.atleast_3d.html
 */
export const atleast3d: AtLeast = forEach('atleast3d', (x) =>
  x.ndim === 0
    ? reshape(x, [1, 1, 1])
    : x.ndim === 1
      ? unsqueeze(unsqueeze(x, 0), -1)
      : x.ndim === 2
        ? unsqueeze(x, -1)
        : x,
)
