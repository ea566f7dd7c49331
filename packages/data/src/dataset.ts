import { type Tensor, ValueError } from '@tsorch/core'

/**
 * A collection of samples by index. Subclasses say how many there are and how one is made.
 *
 * @example
 * ```ts
 * class Squares extends Dataset<number> {
 *   get length() { return 10 }
 *   getItem(index: number) { return index * index }
 * }
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.Dataset
 */
export abstract class Dataset<T = unknown> {
  /** Number of samples. */
  abstract get length(): number
  /** The sample at `index`, 0 <= index < length. */
  abstract getItem(index: number): T
}

/**
 * Samples that are rows of tensors: sample `i` is `[a[i], b[i], ...]`.
 *
 * @throws ValueError if the tensors differ in their first size
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset
 */
export class TensorDataset extends Dataset<Tensor[]> {
  readonly tensors: readonly Tensor[]

  constructor(...tensors: Tensor[]) {
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

  getItem(index: number): Tensor[] {
    return this.tensors.map((x) => x.select(0, index))
  }
}

/**
 * Some samples of another data set, by their indices.
 *
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.Subset
 */
export class Subset<T> extends Dataset<T> {
  readonly dataset: Dataset<T>
  readonly indices: readonly number[]

  constructor(dataset: Dataset<T>, indices: readonly number[]) {
    super()
    this.dataset = dataset
    this.indices = indices
  }

  get length(): number {
    return this.indices.length
  }

  getItem(index: number): T {
    return this.dataset.getItem(this.indices[index]!)
  }
}
