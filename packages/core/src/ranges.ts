/** Tensors of regular values, and tensors shaped like others. */
import { deviceFrom, finish, type TensorOptions, tensorOptions } from './create.js'
import { Category, type DType, getDefaultDtype, int64, toDType } from './dtype.js'
import { RuntimeError } from './errors.js'
import { setWord } from './host.js'
import { attach } from './ops/define.js'
import { allocateLike } from './ops/elementwise.js'
import { checkTensor, type Scalar } from './ops/promote.js'
import { bindOptions } from './options.js'
import { checkSizes, type Shape } from './shape.js'
import { allocate, type Method, type Tensor } from './tensor.js'

declare module './tensor.js' {
  interface Tensor {
    newZeros: Method<typeof newZeros>
    newOnes: Method<typeof newOnes>
    newEmpty: Method<typeof newEmpty>
    newFull: Method<typeof newFull>
  }
}

function written(values: ArrayLike<number>, shape: Shape, dtype: DType, options: Partial<TensorOptions>): Tensor {
  const out = allocate({ device: deviceFrom(options) }, dtype, shape)
  const words = dtype.allocate(values.length)
  for (let i = 0; i < values.length; i++) setWord(words, dtype, i, values[i]!)
  out.storage.device.memory.write(out, words)
  return finish(out, options)
}

type OrOptions<T> = T | TensorOptions

/**
 * `start`, `start + step`, ... before `end`. Whole numbers give int64.
 *
 * @example
 * ```ts
 * arange(3)            // tensor([0, 1, 2])
 * arange(1, 2.5, 0.5)  // tensor([1.0000, 1.5000, 2.0000])
 * ```
 * @throws RuntimeError if `step` is 0 or leads away from `end`
 * @see https://pytorch.org/docs/stable/generated/torch.arange.html
 */
export function arange(
  start: number,
  end?: OrOptions<number>,
  step?: OrOptions<number>,
  options?: TensorOptions,
): Tensor {
  const numbers = [start, end, step].filter((v): v is number => typeof v === 'number')
  const rest = [end, step, options].find((v) => typeof v === 'object') as TensorOptions | undefined
  const o = bindOptions<TensorOptions>('arange', tensorOptions, [rest])
  const [from, to, by] = numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1]
  if (by === 0) throw new RuntimeError('step must be nonzero')
  if (!Number.isFinite(from) || !Number.isFinite(to)) throw new RuntimeError(`unsupported range: ${from} -> ${to}`)
  if ((by > 0 && to < from) || (by < 0 && to > from))
    throw new RuntimeError('upper bound and lower bound inconsistent with step sign')
  const dtype = o.dtype === undefined ? (numbers.every(Number.isInteger) ? int64 : getDefaultDtype()) : toDType(o.dtype)
  const n = Math.ceil((to - from) / by)
  return written(
    Array.from({ length: n }, (_, i) => from + i * by),
    [n],
    dtype,
    o,
  )
}

/**
 * `steps` numbers from `start` to `end`, both included, evenly spaced.
 *
 * @throws RuntimeError for negative `steps`
 * @see https://pytorch.org/docs/stable/generated/torch.linspace.html
 */
export function linspace(start: number, end: number, steps: number, options?: TensorOptions): Tensor {
  const o = bindOptions<TensorOptions>('linspace', tensorOptions, [options])
  if (!Number.isInteger(steps))
    throw new TypeError(`linspace(): argument 'steps' (position 3) must be an integer, not ${steps}`)
  if (steps < 0) throw new RuntimeError('number of steps must be non-negative')
  const dtype = o.dtype === undefined ? getDefaultDtype() : toDType(o.dtype)
  const whole = dtype.category !== Category.float
  const single = dtype.name !== 'float64' && !whole
  const round = single ? Math.fround : (v: number) => v
  // integers: both ends are truncated first
  const from = whole ? Math.trunc(start) : round(start)
  const to = whole ? Math.trunc(end) : round(end)
  const step = steps > 1 ? round((to - from) / (steps - 1)) : 0
  const middle = Math.floor(steps / 2)
  const values = Array.from({ length: steps }, (_, i) => {
    // the second half counts back from the end, so that the end is exact; the product is not rounded by itself
    const value = i < middle ? from + step * i : to - step * (steps - i - 1)
    return whole ? Math.trunc(value) : value
  })
  if (steps === 1) values[0] = from
  return written(values, [steps], dtype, o)
}

/** The identity matrix, or its first rows and columns. @see https://pytorch.org/docs/stable/generated/torch.eye.html */
export function eye(n: number, m?: number | TensorOptions, options?: TensorOptions): Tensor {
  const o = bindOptions<TensorOptions>('eye', tensorOptions, [typeof m === 'object' ? m : options])
  const columns = typeof m === 'number' ? m : n
  if (n < 0) throw new RuntimeError(`n must be greater or equal to 0, got ${n}`)
  if (columns < 0) throw new RuntimeError(`m must be greater or equal to 0, got ${columns}`)
  const values = new Float64Array(n * columns)
  for (let i = 0; i < Math.min(n, columns); i++) values[i * columns + i] = 1
  return written(values, [n, columns], o.dtype === undefined ? getDefaultDtype() : toDType(o.dtype), o)
}

/** Options of the functions that take shape, dtype and device from another tensor. */
export interface LikeOptions extends TensorOptions {}

function like(name: string, x: Tensor, options: LikeOptions | undefined, value: Scalar | null): Tensor {
  checkTensor(name, 'input', x)
  const o = bindOptions<LikeOptions>(name, tensorOptions, [options])
  const dtype = o.dtype === undefined ? x.dtype : toDType(o.dtype)
  const out = allocateLike(x, dtype, x.shape, o.device === undefined ? x.storage.device : deviceFrom(o))
  if (value !== null) out.storage.device.primitives.fill(out, typeof value === 'boolean' ? Number(value) : value)
  return finish(out, o)
}

/** Zeros with the shape and dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.zeros_like.html */
export function zerosLike(x: Tensor, options?: LikeOptions): Tensor {
  return like('zerosLike', x, options, 0)
}

/** Ones with the shape and dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.ones_like.html */
export function onesLike(x: Tensor, options?: LikeOptions): Tensor {
  return like('onesLike', x, options, 1)
}

/** Undefined contents with the shape and dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.empty_like.html */
export function emptyLike(x: Tensor, options?: LikeOptions): Tensor {
  return like('emptyLike', x, options, null)
}

/** One value with the shape and dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.full_like.html */
export function fullLike(x: Tensor, fillValue: Scalar, options?: LikeOptions): Tensor {
  return like('fullLike', x, options, fillValue)
}

function fresh(name: string, x: Tensor, size: Shape, options: LikeOptions | undefined, value: Scalar | null): Tensor {
  checkTensor(name, 'self', x)
  const o = bindOptions<LikeOptions>(name, tensorOptions, [options])
  checkSizes(name, size)
  const device = o.device === undefined ? x.storage.device : deviceFrom(o)
  const out = allocate({ device }, o.dtype === undefined ? x.dtype : toDType(o.dtype), size.slice())
  if (value !== null) device.primitives.fill(out, typeof value === 'boolean' ? Number(value) : value)
  return finish(out, o)
}

/** Zeros of another shape with the dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.Tensor.new_zeros.html */
export function newZeros(x: Tensor, size: Shape, options?: LikeOptions): Tensor {
  return fresh('newZeros', x, size, options, 0)
}

/** Ones of another shape with the dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.Tensor.new_ones.html */
export function newOnes(x: Tensor, size: Shape, options?: LikeOptions): Tensor {
  return fresh('newOnes', x, size, options, 1)
}

/** Undefined contents of another shape with the dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.Tensor.new_empty.html */
export function newEmpty(x: Tensor, size: Shape, options?: LikeOptions): Tensor {
  return fresh('newEmpty', x, size, options, null)
}

/** One value in another shape with the dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.Tensor.new_full.html */
export function newFull(x: Tensor, size: Shape, fillValue: Scalar, options?: LikeOptions): Tensor {
  return fresh('newFull', x, size, options, fillValue)
}

for (const [name, fn] of Object.entries({ newZeros, newOnes, newEmpty, newFull }) as [
  string,
  (x: Tensor, a: never, b: never, c: never) => Tensor,
][]) {
  attach(name, function (this: Tensor, a: never, b: never, c: never) {
    return fn(this, a, b, c)
  })
}
