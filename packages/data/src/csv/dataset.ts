import { bindOptions, type DTypeLike, getDefaultDtype, type Tensor } from '@tsorch/core'
import { TensorDataset } from '../tensor-dataset.js'
import { portable } from '../workers/portable.js'
import { type CsvOptions, csvOptionNames, loadCsv } from './load.js'
import type { CsvSource } from './source.js'
import type { CsvTable } from './table.js'

/** Which columns of a table are what. */
export interface CsvColumns {
  /** Names of the columns of `x`, in their order; all but the target if not given. */
  features?: readonly string[]
  /** The column of `y`, or several; without it a sample is `[x]`. */
  target?: string | readonly string[] | null
  /** The dtype of `x`, the default dtype if not given. */
  dtype?: DTypeLike
  /** The dtype of `y`: if not given, int64 of categories and of columns read as integers, else the default dtype. */
  targetDtype?: DTypeLike
  /** Features to give as one column of 0 and 1 for each category: those that are named, or with true all that are no numbers. */
  oneHot?: boolean | readonly string[]
}

/** Options of {@link CSVDataset.load}. */
export interface CSVDatasetOptions extends Omit<CsvOptions, 'columns'>, CsvColumns {}
const own = ['features', 'target', 'dtype', 'targetDtype', 'oneHot'] as const
const optionNames = [...csvOptionNames.filter((name) => name !== 'columns'), ...own] as const

/** Options with a target. */
type WithTarget = { target: string | readonly string[] }

/**
 * The rows of a table as samples `[x, y]`: `x` the features, of shape [columns], `y` the target, a 0-d tensor or of shape
 * [columns] for a list of names. A target of text is the index of its class, see {@link classes}.
 *
 * @example
 * ```ts
 * const titanic = await CSVDataset.load('titanic.csv.gz', {
 *   features: ['pclass', 'sex', 'age', 'fare'],
 *   target: 'survived',
 *   oneHot: ['sex'],
 *   missing: { age: 'median', fare: 'mean' },
 * })
 * for (const [x, y] of new DataLoader(titanic, { batchSize: 32, shuffle: true })) train(x, y) // [32, 5], [32]
 * ```
 * @see https://pytorch.org/tutorials/beginner/data_loading_tutorial.html
 */
export class CSVDataset<T extends [Tensor] | [Tensor, Tensor] = [Tensor, Tensor]> extends TensorDataset<T> {
  /** Names of the columns of `x`: `embarked=S` for one of a one-hot column. */
  readonly features: readonly string[]
  /** What the indices of a target of categories mean; empty for other targets. */
  readonly classes: readonly string[]

  /** @throws RuntimeError that names a cell that is missing or no number; ValueError for an unknown column */
  constructor(table: CsvTable, options?: CsvColumns) {
    const o = bindOptions<CsvColumns>('CSVDataset', own, [options])
    const { target = null, oneHot = false } = o
    const targets = target === null ? [] : typeof target === 'string' ? [target] : target
    const features = o.features ?? table.columns.filter((name) => !targets.includes(name))
    const isClass = typeof target === 'string' && table.isCategorical(target)
    const classes = isClass ? table.categories(target) : []
    const tensors = [table.tensor(features, { dtype: o.dtype ?? getDefaultDtype(), oneHot })]
    if (target !== null) tensors.push(table.tensor(target, o.targetDtype === undefined ? {} : { dtype: o.targetDtype }))
    super(...(tensors as T))
    this.features = table.names(features, oneHot)
    this.classes = classes
  }

  /** All features: of shape [rows, columns]. */
  get x(): Tensor {
    return this.tensors[0]
  }

  /** All targets, null if there are none. */
  get y(): T[1] extends Tensor ? Tensor : null {
    return (this.tensors[1] ?? null) as T[1] extends Tensor ? Tensor : null
  }

  /**
   * Reads a table and takes the named columns of it; the others are not looked at.
   *
   * @throws what {@link loadCsv} throws; RuntimeError for a value that is missing or no number
   */
  static load(source: CsvSource, options: CSVDatasetOptions & WithTarget): Promise<CSVDataset<[Tensor, Tensor]>>
  static load(source: CsvSource, options?: CSVDatasetOptions): Promise<CSVDataset<[Tensor]>>
  static async load(
    source: CsvSource,
    options: CSVDatasetOptions = {},
  ): Promise<CSVDataset<[Tensor, Tensor] | [Tensor]>> {
    const o = bindOptions<CSVDatasetOptions>('CSVDataset.load', optionNames, [options])
    const { features, target = null, dtype, targetDtype, oneHot, ...reading } = o
    const targets = target === null ? [] : typeof target === 'string' ? [target] : target
    const columns = features === undefined ? {} : { columns: [...new Set([...features, ...targets])] }
    const table = await loadCsv(source, { ...reading, ...columns, ...withOneHot(reading.categories, oneHot) })
    const given = Object.entries({ features, target, dtype, targetDtype, oneHot }).filter(([, v]) => v !== undefined)
    return new CSVDataset(table, Object.fromEntries(given) as CsvColumns)
  }
}

/** Columns that shall be one-hot hold categories, whether they are numbers or not. */
function withOneHot(
  categories: CsvOptions['categories'],
  oneHot: CsvColumns['oneHot'],
): Pick<CsvOptions, 'categories'> | undefined {
  if (typeof oneHot !== 'object') return undefined
  // where all names of some are listed, those of the others are to be listed too
  if (categories !== undefined && !Array.isArray(categories)) return undefined
  return { categories: [...((categories as readonly string[] | undefined) ?? []), ...oneHot] }
}

portable('@tsorch/data', { CSVDataset })
