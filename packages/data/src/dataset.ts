import { NotImplementedError, ValueError } from '@tsorch/core'
import { portable } from './workers/portable.js'

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
  /** The samples of a batch, for a data set that makes several at once faster than one by one. */
  getItems?(indices: readonly number[]): T[]
}

/**
 * Samples that come one after the other, such as lines of a file: no index, and no length unless a subclass knows it.
 *
 * @example
 * ```ts
 * class Countdown extends IterableDataset<number> {
 *   *[Symbol.iterator]() { for (let i = 3; i > 0; i--) yield i }
 * }
 * [...new DataLoader<Tensor>(new Countdown(), { batchSize: 2 })] // tensor([3, 2]), tensor([1])
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset
 */
export abstract class IterableDataset<T = unknown> extends Dataset<T> implements Iterable<T> {
  abstract [Symbol.iterator](): Iterator<T>

  /** @throws TypeError unless a subclass gives it */
  get length(): number {
    throw new TypeError(`object of type '${this.constructor.name}' has no length`)
  }

  /** @throws NotImplementedError always */
  getItem(_index: number): T {
    throw new NotImplementedError(`${this.constructor.name} is an IterableDataset: its samples have no index`)
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

  override getItems(indices: readonly number[]): T[] {
    const { dataset } = this
    // a subclass that makes single samples in its own way means those of a batch too
    if (dataset.getItems === undefined || this.getItem !== Subset.prototype.getItem)
      return indices.map((index) => this.getItem(index))
    return dataset.getItems(indices.map((index) => this.indices[index]!))
  }
}

/**
 * Data sets one behind the other.
 *
 * @throws ValueError if there are none
 * @throws TypeError for an {@link IterableDataset}
 * @example
 * ```ts
 * new ConcatDataset([new TensorDataset(rand([3, 2])), new TensorDataset(rand([5, 2]))]).length // 8
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.ConcatDataset
 */
export class ConcatDataset<T> extends Dataset<T> {
  readonly datasets: readonly Dataset<T>[]
  /** Where each data set ends. */
  readonly cumulativeSizes: readonly number[]

  constructor(datasets: Iterable<Dataset<T>>) {
    super()
    this.datasets = [...datasets]
    if (this.datasets.length === 0) throw new ValueError('datasets should not be an empty iterable')
    if (this.datasets.some((dataset) => dataset instanceof IterableDataset))
      throw new TypeError('ConcatDataset does not support IterableDataset')
    let end = 0
    this.cumulativeSizes = this.datasets.map((dataset) => {
      end += dataset.length
      return end
    })
  }

  get length(): number {
    return this.cumulativeSizes.at(-1)!
  }

  /** The sample at `index`; negative ones count from the end. @throws ValueError if it is before the first */
  getItem(index: number): T {
    if (index < 0) {
      if (-index > this.length) throw new ValueError('absolute value of index should not exceed dataset length')
      return this.getItem(this.length + index)
    }
    const found = this.cumulativeSizes.findIndex((end) => index < end)
    // past the end, the last data set says so
    const k = found < 0 ? this.datasets.length - 1 : found
    return this.datasets[k]!.getItem(k === 0 ? index : index - this.cumulativeSizes[k - 1]!)
  }
}

portable('@tsorch/data', { ConcatDataset, Subset })
