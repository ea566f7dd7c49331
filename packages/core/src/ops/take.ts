/** Elements picked and written by their position in the flattened tensor. */
import { record } from '../autograd/node.js'
import { ScatterMode } from '../dispatch/opcodes.js'
import { int64 } from '../dtype.js'
import { IndexError, RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { isContiguous } from '../shape.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { contiguous } from './cast.js'
import { selected } from './index-select.js'
import { wrapIndex } from './index-tensor.js'
import { assign } from './inplace.js'
import { attachMethods } from './methods.js'
import { checkTensor } from './promote.js'
import { checkSameDevice, updateInto } from './update.js'
import { reshape } from './view.js'

declare module '../tensor.js' {
  interface Tensor {
    take: Method<typeof take>
    put: Method<typeof put>
    put_(index: Tensor, source: Tensor, accumulate?: boolean | PutOptions): this
  }
}

function outOfRange(count: number): (value: number) => Error {
  return (value) => new IndexError(`out of range: tried to access index ${value} on a tensor of ${count} elements.`)
}

/**
 * The elements of `x`, taken as one row, at the positions that `index` names.
 *
 * @param index - int64 of any shape; negative values count from the end
 * @returns a tensor with the shape of `index` and the dtype of `x`
 * @throws RuntimeError if `index` is not int64; IndexError for a position out of range
 * @example
 * ```ts
 * take(tensor([[4, 3], [2, 1]]), tensor([0, 3])) // tensor([4, 1])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.take.html
 */
export function take(x: Tensor, index: Tensor): Tensor {
  checkTensor('take', 'input', x)
  checkTensor('take', 'index', index)
  if (index.dtype !== int64)
    throw new RuntimeError(`take(): Expected a long tensor for index, but got ${index.dtype.label}`)
  checkSameDevice(x, index)
  if (x.count === 0 && index.count > 0) throw new IndexError('take(): tried to take from an empty tensor')
  const positions = reshape(wrapIndex(index, x.count, outOfRange(x.count)), [-1])
  return reshape(selected(reshape(x, [x.count]), 0, positions), index.shape)
}

/** Options of {@link put}. */
export interface PutOptions {
  /** Adds to what is there instead of replacing it. */
  accumulate?: boolean
}

function checkPut(x: Tensor, index: Tensor, source: Tensor): Tensor {
  checkTensor('put', 'input', x)
  checkTensor('put', 'index', index)
  checkTensor('put', 'source', source)
  if (index.dtype !== int64)
    throw new RuntimeError(`put_(): Expected a long tensor for index, but got ${index.dtype.label}`)
  if (x.dtype !== source.dtype) {
    throw new RuntimeError(
      `put_(): self and source expected to have the same dtype, but got self.dtype = ${x.dtype.label} and source.dtype = ${source.dtype.label}`,
    )
  }
  if (source.count !== index.count) {
    throw new IndexError(
      `put_(): Expected source and index to have the same number of elements, but got source.numel() = ${source.count}, index.numel() = ${index.count}`,
    )
  }
  checkSameDevice(x, index, source)
  if (x.count === 0 && index.count > 0) throw new IndexError('put_(): Tried to put elements into an empty tensor')
  return reshape(wrapIndex(index, x.count, outOfRange(x.count)), [-1])
}

/** Writes a row of elements into the contiguous tensor `out`. */
function write(out: Tensor, positions: Tensor, source: Tensor | number, accumulate: boolean): void {
  const flat = new Tensor(out.storage, out.dtype, [out.count], [1], out.offset, out.count)
  const mode = accumulate ? ScatterMode.add : ScatterMode.set
  out.storage.device.primitives.indexPut(mode, flat, 0, positions, source)
}

/** `source` is a row with an element for each position, or null for zeros. */
function putted(x: Tensor, positions: Tensor, source: Tensor | null, accumulate: boolean): Tensor {
  const out = allocate(x.storage, x.dtype, x.shape)
  x.storage.device.primitives.copy(x, out)
  write(out, positions, source === null ? 0 : contiguous(source), accumulate)
  return record('PutBackward0', out, [x, source], [positions], (g, node) => [
    !node.needs(0) ? null : accumulate ? g : putted(g, node.saved(0), null, false),
    node.needs(1) ? selected(reshape(g, [g.count]), 0, node.saved(0)) : null,
  ])
}

/**
 * A copy of `x` with elements of `source` at the positions, in `x` taken as one row, that `index` names. Where a position comes
 * twice, the last one stays.
 *
 * @param index - int64 of any shape; negative values count from the end
 * @param source - as many elements as `index`, of the dtype of `x`
 * @throws RuntimeError for other dtypes; IndexError if sizes do not fit or a position is out of range
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.put_.html
 */
export function put(x: Tensor, index: Tensor, source: Tensor, accumulate?: boolean | PutOptions): Tensor {
  const o = bindOptions<PutOptions>('put', ['accumulate'], [accumulate])
  const positions = checkPut(x, index, source)
  return putted(x, positions, reshape(source, [-1]), o.accumulate ?? false)
}

attachMethods({ take, put })
Tensor.prototype.put_ = function (index, source, accumulate) {
  const o = bindOptions<PutOptions>('put_', ['accumulate'], [accumulate])
  const positions = checkPut(this, index, source)
  const add = o.accumulate ?? false
  const row = reshape(source, [-1])
  const outOfPlace = () => putted(this, positions, row, add)
  // positions count the elements row by row, which only in a contiguous tensor is the order of memory
  if (isContiguous(this.shape, this.strides))
    updateInto(this, [row, index], (x) => write(x, positions, contiguous(row), add), outOfPlace)
  else assign(this, outOfPlace())
  return this
}
