/** Distinct elements, or slices: all of them, or runs of equal neighbours. */
import { record } from '../autograd/node.js'
import { ScatterMode } from '../dispatch/opcodes.js'
import { int64 } from '../dtype.js'
import { IndexError, RuntimeError } from '../errors.js'
import { wordAt } from '../host.js'
import { type NamedTuple, namedTuple } from '../named-tuple.js'
import { bindOptions } from '../options.js'
import { Selection } from '../selection.js'
import { wrapDim } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { hostWords } from './access.js'
import { ne } from './compare.js'
import { attach } from './define.js'
import { castTo } from './elementwise.js'
import { selected } from './index-select.js'
import { longTensor } from './index-tensor.js'
import { noDerivative } from './operands.js'
import { checkTensor } from './promote.js'
import { any } from './reduce.js'
import { cumsum } from './scan.js'
import { slice } from './slicing.js'
import { sortCall } from './sort.js'
import { movedim, reshape } from './view.js'

declare module '../tensor.js' {
  interface Tensor {
    unique<const O extends UniqueOptions = Record<never, never>>(options?: O): UniqueResult<O>
    uniqueConsecutive<const O extends UniqueConsecutiveOptions = Record<never, never>>(options?: O): UniqueResult<O>
  }
}

/** Options of {@link uniqueConsecutive}. */
export interface UniqueConsecutiveOptions {
  /** Also gives, for each element, where it went. */
  returnInverse?: boolean
  /** Also gives how often each one was there. */
  returnCounts?: boolean
  /** Compares the slices along this dimension; elements if not given. */
  dim?: number
}

/** Options of {@link unique}. */
export interface UniqueOptions extends UniqueConsecutiveOptions {
  /** false allows any order; here the result is always sorted. */
  sorted?: boolean
}

/** The distinct elements, followed by what else was asked for. */
export type UniqueResult<O extends UniqueConsecutiveOptions> = O['returnInverse'] extends true
  ? O['returnCounts'] extends true
    ? NamedTuple<['output', 'inverseIndices', 'counts'], [Tensor, Tensor, Tensor]>
    : NamedTuple<['output', 'inverseIndices'], [Tensor, Tensor]>
  : O['returnCounts'] extends true
    ? NamedTuple<['output', 'counts'], [Tensor, Tensor]>
    : Tensor

interface Groups {
  /** The first of each run. */
  readonly output: Tensor
  /** The number of the run that each element lies in. */
  readonly runs: Tensor
  readonly counts: Tensor
}

/** Runs of equal neighbours along the first dimension. */
function groupsOf(x: Tensor): Groups {
  const n = x.shape[0]!
  if (n === 0) {
    const nothing = allocate(x.storage, int64, [0])
    return { output: castTo(x, x.dtype), runs: nothing, counts: nothing }
  }
  const changes = ne(slice(x, 0, 1, n, 1), slice(x, 0, 0, n - 1, 1))
  const starts = x.ndim === 1 ? changes : any(reshape(changes, [n - 1, x.count / n]), 1)
  const runs = allocate(x.storage, int64, [n], true)
  const { primitives } = x.storage.device
  if (n > 1) primitives.copy(cumsum(starts, 0), slice(runs, 0, 1, n, 1))
  // how many there are decides the shape
  const total = Number(wordAt(hostWords(slice(runs, 0, n - 1, n, 1), 'unique'), int64, 0)) + 1
  const output = allocate(x.storage, x.dtype, [total, ...x.shape.slice(1)])
  primitives.indexPut(ScatterMode.set, output, 0, runs, x)
  const counts = allocate(x.storage, int64, [total], true)
  primitives.scatter(ScatterMode.add, counts, 0, runs, 1)
  return { output, runs, counts }
}

/** The number of each element's run, put back where the element was before it was sorted. */
function unsorted(runs: Tensor, order: Tensor): Tensor {
  const out = allocate(runs.storage, int64, runs.shape)
  runs.storage.device.primitives.scatter(ScatterMode.set, out, 0, order, runs)
  return out
}

/** The order of rows: by their first elements, where these are equal by the second, and so on. NaN decides nothing. */
function rowOrder(rows: Tensor): Tensor {
  const words = hostWords(rows, 'unique')
  const n = rows.shape[0]!
  const width = n === 0 ? 0 : rows.count / n
  const before = (i: number, j: number): boolean => {
    for (let k = 0; k < width; k++) {
      const a = wordAt(words, rows.dtype, i * width + k)
      const b = wordAt(words, rows.dtype, j * width + k)
      if (a < b) return true
      if (a > b) return false
    }
    return false
  }
  const selection = new Selection(
    Float64Array.from({ length: n }, (_, i) => i),
    before,
  )
  selection.sort(0, n)
  return longTensor(selection.order, [n], rows.storage.device)
}

function checkSlices(x: Tensor, dim: number): number {
  if (x.ndim === 0) throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`)
  const d = wrapDim(dim, x.ndim)
  const empty = x.shape.filter((size) => size === 0).length
  if (x.shape[d] === 0) {
    if (empty > 1)
      throw new RuntimeError('Number of zero sized dimensions is more than one, so unique cannot be applied ')
  } else if (empty > 0) {
    throw new RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")
  }
  return d
}

function result(backward: string, x: Tensor, g: Groups, inverse: Tensor, o: UniqueConsecutiveOptions): unknown {
  const output = record(`${backward}Backward0`, g.output, [x], null, noDerivative(backward))
  if (o.returnInverse === true && o.returnCounts === true)
    return namedTuple(['output', 'inverseIndices', 'counts'], [output, inverse, g.counts])
  if (o.returnInverse === true) return namedTuple(['output', 'inverseIndices'], [output, inverse])
  return o.returnCounts === true ? namedTuple(['output', 'counts'], [output, g.counts]) : output
}

/** Distinct slices along a dimension; `sort` first, or only neighbours. */
function uniqueSlices(backward: string, x: Tensor, o: UniqueConsecutiveOptions, sort: boolean): unknown {
  const d = checkSlices(x, o.dim!)
  const rows = movedim(bare(x), d, 0)
  const order = sort ? rowOrder(rows) : null
  const g = groupsOf(order === null ? rows : selected(rows, 0, order))
  const output = castTo(movedim(g.output, 0, d), x.dtype)
  return result(backward, x, { ...g, output }, order === null ? g.runs : unsorted(g.runs, order), o)
}

/** The same elements without history. */
function bare(x: Tensor): Tensor {
  return x.detach()
}

/**
 * The distinct elements in ascending order, or the distinct slices along a dimension.
 *
 * @param x - any shape and dtype; NaN equals nothing, so each is distinct
 * @param options - `returnInverse` and `returnCounts` ask for more, `dim` for slices
 * @returns a 1-d tensor; with more asked for a tuple: `[output, inverseIndices, counts]` as asked
 * @throws IndexError for a dimension out of range
 * @throws RuntimeError for slices of an empty tensor
 * @example
 * ```ts
 * const [values, counts] = unique(tensor([3, 1, 3]), { returnCounts: true }) // [1, 3], [1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.unique.html
 */
export function unique<const O extends UniqueOptions = Record<never, never>>(x: Tensor, options?: O): UniqueResult<O> {
  checkTensor('unique', 'input', x)
  const names = ['sorted', 'returnInverse', 'returnCounts', 'dim'] as const
  const o = bindOptions<UniqueOptions>('unique', names, [options])
  if (o.dim !== undefined) return uniqueSlices('UniqueDim', x, o, true) as UniqueResult<O>
  const [sorted, order] = sortCall(reshape(bare(x), [x.count]), 0, false)
  const g = groupsOf(sorted)
  return result('Unique2', x, g, reshape(unsorted(g.runs, order), x.shape), o) as UniqueResult<O>
}

/**
 * The elements without those that equal their predecessor, or slices along a dimension likewise.
 *
 * @param x - any shape and dtype
 * @param options - `returnInverse` and `returnCounts` ask for more, `dim` for slices
 * @returns a 1-d tensor; with more asked for a tuple: `[output, inverseIndices, counts]` as asked
 * @throws IndexError for a dimension out of range
 * @throws RuntimeError for slices of an empty tensor
 * @example
 * ```ts
 * uniqueConsecutive(tensor([1, 1, 2, 1])) // tensor([1, 2, 1])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.unique_consecutive.html
 */
export function uniqueConsecutive<const O extends UniqueConsecutiveOptions = Record<never, never>>(
  x: Tensor,
  options?: O,
): UniqueResult<O> {
  checkTensor('uniqueConsecutive', 'input', x)
  const names = ['returnInverse', 'returnCounts', 'dim'] as const
  const o = bindOptions<UniqueConsecutiveOptions>('uniqueConsecutive', names, [options])
  if (o.dim !== undefined) return uniqueSlices('UniqueConsecutive', x, o, false) as UniqueResult<O>
  const g = groupsOf(reshape(bare(x), [x.count]))
  return result('UniqueConsecutive', x, g, reshape(g.runs, x.shape), o) as UniqueResult<O>
}

attach('unique', function (this: Tensor, options?: UniqueOptions) {
  return unique(this, options)
})
attach('uniqueConsecutive', function (this: Tensor, options?: UniqueConsecutiveOptions) {
  return uniqueConsecutive(this, options)
})
