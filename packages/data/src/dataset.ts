import { NotImplementedError } from '@tsorch/core'
import { portable } from './workers/portable.js'

/**
 * A collection of samples by index. Subclasses say how many there are and how one is made. Samples that are made asynchronously,
 * of type `Promise<...>`, come in batches in `for await` loops and from workers.
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
  getItems?(indices: readonly number[]): T[] | Promise<NoInfer<Awaited<T>>[]>
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

  override getItems(indices: readonly number[]): T[] | Promise<Awaited<T>[]> {
    const { dataset } = this
    // a subclass that makes single samples in its own way means those of a batch too
    if (dataset.getItems === undefined || this.getItem !== Subset.prototype.getItem)
      return indices.map((index) => this.getItem(index))
    return dataset.getItems(indices.map((index) => this.indices[index]!))
  }
}

portable('@tsorch/data', { Subset })
