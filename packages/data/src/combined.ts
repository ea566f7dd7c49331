/** Data sets made of data sets. */
import { ValueError } from '@tsorch/core'
import { Dataset, IterableDataset } from './dataset.js'
import { isPromise } from './fetch.js'
import { portable } from './workers/portable.js'

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

/**
 * Streams one behind the other.
 *
 * @throws TypeError, when it is gone through, for a data set that is no {@link IterableDataset}
 * @example
 * ```ts
 * for (const line of new ChainDataset([new Lines('a.txt'), new Lines('b.txt')])) console.log(line)
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.ChainDataset
 */
export class ChainDataset<T> extends IterableDataset<T> {
  readonly datasets: readonly IterableDataset<T>[]

  constructor(datasets: Iterable<IterableDataset<T>>) {
    super()
    this.datasets = [...datasets]
    if (!this.datasets.every((dataset) => dataset instanceof IterableDataset))
      throw new TypeError('ChainDataset only supports IterableDataset')
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (const dataset of this.datasets) yield* { [Symbol.iterator]: () => dataset[Symbol.iterator]() }
  }

  /** The sum of the lengths. @throws TypeError where one does not know its own */
  override get length(): number {
    return this.datasets.reduce((sum, dataset) => sum + dataset.length, 0)
  }
}

/** What a {@link StackDataset} puts together: data sets in a list, or by name. */
export type Stacked = readonly Dataset[] | Readonly<Record<string, Dataset>>

/** A sample of a {@link StackDataset}: the samples of all, in a list or by name; a promise of it if one of them is a promise. */
export type StackedSample<D extends Stacked> = true extends IsLater<D[keyof D]> ? Promise<Together<D>> : Together<D>

type Together<D extends Stacked> = {
  -readonly [K in keyof D]: D[K] extends Dataset<infer T> ? Awaited<T> : never
}

type IsLater<D> = D extends Dataset<infer T> ? (T extends Promise<unknown> ? true : false) : false

/**
 * Data sets side by side: a sample has the samples that all of them have at its index, in a list or by name.
 *
 * @throws ValueError if there are none, or their lengths differ
 * @example
 * ```ts
 * new StackDataset([images, labels]).getItem(0)                // [images.getItem(0), labels.getItem(0)]
 * new StackDataset({ image: images, text: texts }).getItem(0)  // { image: ..., text: ... }
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.StackDataset
 */
export class StackDataset<const D extends Stacked> extends Dataset<StackedSample<D>> {
  readonly datasets: D

  constructor(datasets: D) {
    super()
    const [first, ...others] = Object.values<Dataset>(datasets)
    if (first === undefined) throw new ValueError('At least one dataset should be passed')
    const { length } = first
    const other = others.find((dataset) => dataset.length !== length)
    if (other !== undefined) throw new ValueError(`Size mismatch between datasets: ${length} and ${other.length}`)
    this.datasets = datasets
  }

  get length(): number {
    return Object.values<Dataset>(this.datasets)[0]!.length
  }

  getItem(index: number): StackedSample<D> {
    return this.together((dataset) => dataset.getItem(index)) as StackedSample<D>
  }

  override getItems(indices: readonly number[]): StackedSample<D>[] | Promise<Awaited<StackedSample<D>>[]> {
    // a subclass that makes single samples in its own way means those of a batch too
    if (this.getItem !== StackDataset.prototype.getItem) return indices.map((index) => this.getItem(index))
    const datasets = Object.values<Dataset>(this.datasets)
    const columns = datasets.map(
      (dataset) => dataset.getItems?.(indices) ?? indices.map((index) => dataset.getItem(index)),
    )
    const rows = (columns: readonly (readonly unknown[])[]) => {
      const other = columns.find((items) => items.length !== indices.length)
      if (other !== undefined)
        throw new ValueError(`Nested dataset's output size mismatch. Expected ${indices.length}, got ${other.length}`)
      const of = new Map(datasets.map((dataset, k) => [dataset, columns[k]!]))
      return indices.map((_, i) => this.together((dataset) => of.get(dataset)![i]) as Awaited<StackedSample<D>>)
    }
    if (!columns.some(isPromise)) return rows(columns as unknown[][]) as StackedSample<D>[]
    return Promise.all(columns).then((columns) => Promise.all(rows(columns)))
  }

  private together(sampleOf: (dataset: Dataset) => unknown): unknown {
    const names = Object.keys(this.datasets)
    const samples = Object.values<Dataset>(this.datasets).map(sampleOf)
    const join = (samples: unknown[]) =>
      Array.isArray(this.datasets) ? samples : Object.fromEntries(names.map((name, i) => [name, samples[i]]))
    return samples.some(isPromise) ? Promise.all(samples).then(join) : join(samples)
  }
}

portable('@tsorch/data', { ChainDataset, ConcatDataset, StackDataset })
