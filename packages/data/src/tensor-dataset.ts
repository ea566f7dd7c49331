import { fromTypedArray, indexSelect, type Tensor, ValueError } from '@tsorch/core'
import { Dataset, Subset } from './dataset.js'
import { portable } from './workers/portable.js'

/**
 * Samples that are rows of tensors: sample `i` is `[a[i], b[i], ...]`.
 *
 * @throws ValueError if the tensors differ in their first size
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset
 */
export class TensorDataset<T extends Tensor[] = Tensor[]> extends Dataset<T> {
  readonly tensors: Readonly<T>

  constructor(...tensors: T) {
    super()
    const sizes = tensors.map((x) => x.length)
    if (tensors.length === 0) throw new ValueError('TensorDataset needs at least one tensor')
    if (sizes.some((size) => size !== sizes[0])) {
      throw new ValueError(`Size mismatch between tensors: their first sizes are ${sizes.join(', ')}`)
    }
    this.tensors = tensors
  }

  get length(): number {
    return this.tensors[0]!.length
  }

  getItem(index: number): T {
    return this.tensors.map((x) => x.select(0, index)) as T
  }
}

/**
 * A batch of rows of tensors, picked by one call for each tensor instead of one for each sample, or null where the samples must
 * be made one by one: another kind of data set, or an index that is out of range and has to be told as always.
 */
export function batchOfRows(dataset: Dataset, indices: readonly number[]): Tensor[] | null {
  if (dataset instanceof Subset) {
    const { getItem, getItems } = Subset.prototype
    if (dataset.getItem !== getItem || dataset.getItems !== getItems) return null
    return batchOfRows(
      dataset.dataset,
      indices.map((index) => dataset.indices[index]!),
    )
  }
  if (!(dataset instanceof TensorDataset)) return null
  if (dataset.getItem !== TensorDataset.prototype.getItem || dataset.getItems !== undefined) return null
  const { length } = dataset
  const rows = new Int32Array(2 * indices.length)
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!
    if (!(Number.isInteger(index) && index >= 0 && index < length)) return null
    // the low word; no tensor has 2^31 rows
    rows[2 * i] = index
  }
  if (indices.length === 0) return null
  return (dataset.tensors as readonly Tensor[]).map((x) =>
    indexSelect(x, 0, fromTypedArray(rows, [indices.length], { dtype: 'int64', device: x.device })),
  )
}

portable('@tsorch/data', { TensorDataset })
