import { aminmax, bindOptions, int64, RuntimeError, scatter, type Tensor, unsqueeze, zeros } from '@tsorch/core'

/**
 * For each class number a vector with 1 at its place and 0 elsewhere.
 *
 * @param tensor - int64 tensor of any shape with values from 0 to `numClasses - 1`
 * @param numClasses - length of the vectors; the largest value plus 1 if not given or -1
 * @returns an int64 tensor of shape [...tensor.shape, numClasses]
 * @throws RuntimeError for other dtypes and for values outside the range
 * @example
 * ```ts
 * oneHot(tensor([0, 2])) // tensor([[1, 0, 0], [0, 0, 1]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html
 */
export function oneHot(tensor: Tensor, numClasses?: number | { numClasses?: number }): Tensor {
  const o = bindOptions<{ numClasses: number }>('oneHot', ['numClasses'], [numClasses])
  if (tensor.dtype !== int64) throw new RuntimeError('one_hot is only applicable to index tensor of type LongTensor.')
  const classes = countOf(tensor, o.numClasses ?? -1)
  const out = zeros([...tensor.shape, classes], { dtype: int64, device: tensor.device })
  return tensor.count === 0 ? out : scatter(out, -1, unsqueeze(tensor, -1), 1)
}

function countOf(tensor: Tensor, wanted: number): number {
  if (tensor.count === 0) {
    if (wanted <= 0) throw new RuntimeError('Can not infer total number of classes from empty tensor.')
    return wanted
  }
  const { min, max } = aminmax(tensor)
  const largest = Number(max.item())
  if (Number(min.item()) < 0) throw new RuntimeError('Class values must be non-negative.')
  if (wanted === -1) return largest + 1
  if (largest >= wanted) throw new RuntimeError('Class values must be smaller than num_classes.')
  return wanted
}
