/** Tensors of coordinates, and of all ways to choose from lists. */
import { RuntimeError, ValueError } from '../errors.js'
import { bindOptions, TypeError_ } from '../options.js'
import { formatShape, numelOf, type Shape } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { selected } from './index-select.js'
import { longTensor } from './index-tensor.js'
import { stack } from './join.js'
import { floorDivide } from './pointwise.js'
import { checkTensor } from './promote.js'
import { remainder } from './round.js'
import { expand, reshape } from './view.js'

/** Options of {@link meshgrid}. */
export interface MeshgridOptions {
  /** `'ij'`: the first list runs along rows; `'xy'`: along columns. `'ij'` if not given. */
  indexing?: 'ij' | 'xy'
}

type Tensors = readonly Tensor[]

/** Tensors one by one or as one list, with options behind them. */
function tensorsAndOptions<O extends object>(
  op: string,
  args: readonly unknown[],
  names: readonly (keyof O & string)[],
): [Tensors, Partial<O>] {
  const last = args.at(-1)
  const hasOptions = args.length > 0 && !(last instanceof Tensor) && !Array.isArray(last)
  const given = hasOptions ? args.slice(0, -1) : args
  const list = given.length === 1 && Array.isArray(given[0]) ? (given[0] as unknown[]) : given
  for (const x of list) checkTensor(op, 'tensors', x)
  return [list as Tensors, bindOptions<O>(op, names, hasOptions ? [last] : [])]
}

/**
 * Coordinate grids: for lists of n and m values two views of shape `[n, m]`, one constant along rows, one along columns.
 *
 * @param args - 1-d (or 0-d) tensors of one dtype, one by one or in a list; options last
 * @returns a view for each tensor
 * @throws RuntimeError without tensors, for more dimensions, or for different dtypes
 * @example
 * ```ts
 * const [rows, columns] = meshgrid(arange(2), arange(3), { indexing: 'ij' })
 * rows // tensor([[0, 0, 0], [1, 1, 1]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.meshgrid.html
 */
export function meshgrid(...args: readonly (Tensor | Tensors | MeshgridOptions)[]): Tensor[] {
  const [tensors, { indexing = 'ij' }] = tensorsAndOptions<MeshgridOptions>('meshgrid', args, ['indexing'])
  const [first] = tensors
  if (first === undefined) throw new RuntimeError('meshgrid expects a non-empty TensorList')
  for (const x of tensors) {
    if (x.ndim > 1) {
      throw new RuntimeError(
        `torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: shape ${formatShape(x.shape)}`,
      )
    }
    if (x.dtype !== first.dtype) throw new RuntimeError('meshgrid expects all tensors to have the same dtype')
    if (x.storage.device !== first.storage.device)
      throw new RuntimeError('meshgrid expects all tensors to have the same device')
  }
  if (indexing !== 'ij' && indexing !== 'xy')
    throw new RuntimeError(`torch.meshgrid: indexing must be one of "xy" or "ij", but received: ${indexing}`)
  const shape = tensors.map((x) => x.count)
  // with 'xy' the first list runs along dimension 1
  const place = (i: number) => (indexing === 'xy' && tensors.length > 1 && i < 2 ? 1 - i : i)
  const size = shape.map((_, d) => shape[place(d)]!)
  return tensors.map((x, i) =>
    expand(
      reshape(
        x,
        size.map((s, d) => (d === place(i) ? s : 1)),
      ),
      size,
    ),
  )
}

/**
 * All ways to take one element from each tensor, in rows.
 *
 * @param tensors - 1-d tensors of one dtype
 * @returns shape `[product of the sizes, number of tensors]`; of a single tensor itself
 * @throws RuntimeError for a tensor that is not 1-d
 * @see https://pytorch.org/docs/stable/generated/torch.cartesian_prod.html
 */
export function cartesianProd(...tensors: readonly Tensor[] | readonly [Tensors]): Tensor {
  const [list] = tensorsAndOptions<object>('cartesianProd', tensors, [])
  for (const x of list) checkVector(x)
  if (list.length === 1) return list[0]!
  const columns = meshgrid(...list).map((grid) => reshape(grid, [grid.count]))
  return stack(columns, 1)
}

function checkVector(x: Tensor): void {
  if (x.ndim !== 1) throw new RuntimeError(`Expect a 1D vector, but got shape ${formatShape(x.shape)}`)
}

/** Options of {@link combinations}. */
export interface CombinationsOptions {
  /** How many elements to choose, 2 if not given. */
  r?: number
  /** Whether an element may be chosen again. */
  withReplacement?: boolean
}

/** Rows of `r` positions below `n`, ascending (strictly without replacement), in lexicographic order. */
function choices(n: number, r: number, withReplacement: boolean): number[] {
  const flat: number[] = []
  const row: number[] = []
  const extend = (from: number): void => {
    if (row.length === r) {
      flat.push(...row)
      return
    }
    for (let i = from; i < n; i++) {
      row.push(i)
      extend(withReplacement ? i : i + 1)
      row.pop()
    }
  }
  extend(0)
  return flat
}

/**
 * All ways to choose `r` elements of a vector, in rows.
 *
 * @throws RuntimeError if `x` is not 1-d or `r` is negative
 * @example
 * ```ts
 * combinations(tensor([1, 2, 3])) // tensor([[1, 2], [1, 3], [2, 3]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.combinations.html
 */
export function combinations(
  x: Tensor,
  r?: number | CombinationsOptions,
  withReplacement?: boolean | CombinationsOptions,
): Tensor {
  checkTensor('combinations', 'input', x)
  const o = bindOptions<CombinationsOptions>('combinations', ['r', 'withReplacement'], [r, withReplacement])
  checkVector(x)
  const size = o.r ?? 2
  if (size < 0) throw new RuntimeError(`Expect a non-negative number, but got ${size}`)
  if (size === 0) return allocate(x.storage, x.dtype, [0])
  const flat = choices(x.count, size, o.withReplacement ?? false)
  return reshape(selected(x, 0, longTensor(flat, [flat.length], x.storage.device)), [flat.length / size, size])
}

/**
 * The coordinates, in a tensor of the given shape, of flat positions.
 *
 * @param indices - integer tensor
 * @param shape - sizes
 * @returns a tensor for each dimension, with the shape of `indices`
 * @throws TypeError if `indices` is not an integer tensor; ValueError for negative sizes
 * @example
 * ```ts
 * const [row, column] = unravelIndex(tensor([4, 1]), [2, 3]) // tensor([1, 0]), tensor([1, 1])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.unravel_index.html
 */
export function unravelIndex(indices: Tensor, shape: number | Shape): Tensor[] {
  checkTensor('unravelIndex', 'indices', indices)
  if (indices.dtype.isFloatingPoint || indices.dtype.name === 'bool')
    throw TypeError_("expected 'indices' to be integer dtype, but got", indices.dtype.name)
  const sizes = typeof shape === 'number' ? [shape] : shape
  if (!Array.isArray(sizes) || !sizes.every(Number.isInteger))
    throw TypeError_("expected 'shape' to be int or sequence of ints, but got", shape)
  if (sizes.some((size) => size < 0))
    throw new ValueError(`'shape' cannot have negative values, but got ${formatShape(sizes)}`)
  return sizes.map((size, d) => remainder(floorDivide(indices, numelOf(sizes.slice(d + 1))), size))
}
