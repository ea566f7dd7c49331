import { record } from '../autograd/node.js'
import { type Device, deviceOf } from '../dispatch/registry.js'
import {
  bfloat16,
  bool as boolType,
  DType,
  type DTypeLike,
  float16,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  toDType,
  uint8,
} from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { contiguousStrides, formatShape, isContiguous, type Shape } from '../shape.js'
import { allocate, allocateStrided, type Method, Tensor } from '../tensor.js'
import { allocateLike } from './elementwise.js'
import { checkTensor } from './promote.js'

declare module '../tensor.js' {
  interface Tensor {
    to(target: DTypeLike | string | Tensor, ...rest: readonly unknown[]): Tensor
    to(options: ToOptions): Tensor
    /** See {@link cast}. */
    type(dtype: DTypeLike): Tensor
    typeAs(other: Tensor): Tensor
    float(options?: { memoryFormat?: MemoryFormat }): Tensor
    double(options?: { memoryFormat?: MemoryFormat }): Tensor
    half(options?: { memoryFormat?: MemoryFormat }): Tensor
    bfloat16(options?: { memoryFormat?: MemoryFormat }): Tensor
    char(options?: { memoryFormat?: MemoryFormat }): Tensor
    byte(options?: { memoryFormat?: MemoryFormat }): Tensor
    short(options?: { memoryFormat?: MemoryFormat }): Tensor
    int(options?: { memoryFormat?: MemoryFormat }): Tensor
    long(options?: { memoryFormat?: MemoryFormat }): Tensor
    bool(options?: { memoryFormat?: MemoryFormat }): Tensor
    clone: Method<typeof clone>
    contiguous: Method<typeof contiguous>
    cpu(): Tensor
  }
}

/** Where and in what form {@link Tensor.to} gives the data. */
export interface ToOptions {
  dtype?: DTypeLike
  device?: string
  /** Copies even where nothing changes. */
  copy?: boolean
  nonBlocking?: boolean
  memoryFormat?: MemoryFormat
}

/** Row-major, or the order of the input's own dimensions where that is dense. */
export type MemoryFormat = 'contiguous_format' | 'preserve_format' | 'channels_last' | 'channels_last_3d'

/** Strides of a shape in a memory format: channels last means that they vary fastest. */
function formatStrides(shape: Shape, format: MemoryFormat): Shape {
  const ndim = format === 'channels_last' ? 4 : 5
  if (format === 'contiguous_format') return contiguousStrides(shape)
  if (shape.length !== ndim)
    throw new RuntimeError(`required rank ${ndim} tensor to use ${format} format, but got shape ${formatShape(shape)}`)
  const order = [0, ...shape.slice(2).map((_, d) => d + 2), 1]
  const inner = contiguousStrides(order.map((d) => shape[d]!))
  const strides = new Array<number>(ndim)
  order.forEach((d, i) => {
    strides[d] = inner[i]!
  })
  return strides
}

function copied(name: string, x: Tensor, dtype: DType, format: MemoryFormat): Tensor {
  const out =
    format === 'preserve_format'
      ? allocateLike(x, dtype)
      : allocateStrided(x.storage.device, dtype, x.shape, formatStrides(x.shape, format), x.count)
  x.storage.device.primitives.copy(x, out)
  // a gradient in another dtype is cast back by the engine
  return record(name, out, [x], null, (g) => g)
}

/** `x` in another dtype; `x` itself if it has it. Differentiable between floating-point dtypes. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : copied('ToCopyBackward0', x, dtype, 'preserve_format')
}

/**
 * A copy with memory of its own, through which gradients flow.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.clone.html
 */
export function clone(x: Tensor, options?: { memoryFormat?: MemoryFormat }): Tensor {
  checkTensor('clone', 'input', x)
  const { memoryFormat } = bindOptions<{ memoryFormat: MemoryFormat }>('clone', ['memoryFormat'], [options])
  return copied('CloneBackward0', x, x.dtype, memoryFormat ?? 'preserve_format')
}

/**
 * `x` itself if its elements lie in the given order (row-major if none is given), else a copy whose elements do.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.contiguous.html
 */
export function contiguous(x: Tensor, options?: { memoryFormat?: MemoryFormat }): Tensor {
  if (options === undefined) {
    return isContiguous(x.shape, x.strides) ? x : copied('CloneBackward0', x, x.dtype, 'contiguous_format')
  }
  const { memoryFormat } = bindOptions<{ memoryFormat: MemoryFormat }>('contiguous', ['memoryFormat'], [options])
  return inFormat(x, memoryFormat ?? 'contiguous_format')
}

/** `x` itself if it lies in that format, else a copy that does. */
function inFormat(x: Tensor, format: MemoryFormat): Tensor {
  if (format === 'preserve_format') return x
  const strides = formatStrides(x.shape, format)
  const fits = x.shape.every((size, d) => size === 1 || strides[d] === x.strides[d])
  return fits ? x : copied('CloneBackward0', x, x.dtype, format)
}

/** `x` on another device; differentiable. @throws RuntimeError if the source device cannot be read at once */
export function moveTo(x: Tensor, device: Device): Tensor {
  if (x.storage.device === device) return x
  const host = x.storage.device.memory.readSync(x)
  if (host === null) {
    throw new RuntimeError(`a tensor on ${x.device} cannot be read synchronously, use: await x.data()`)
  }
  const out = allocate({ device }, x.dtype, x.shape)
  device.memory.write(out, host)
  const origin = x.storage.device
  return record('ToCopyBackward0', out, [x], null, (g) => moveTo(g, origin))
}

/**
 * `x` with another dtype, device, or both; `x` itself if nothing changes.
 *
 * @example
 * ```ts
 * x.to('float64'); x.to('cpu'); x.to(other); x.to({ dtype: 'int32', copy: true })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.to.html
 */
export function to(x: Tensor, target?: DTypeLike | string | Tensor | ToOptions, ...rest: readonly unknown[]): Tensor {
  checkTensor('to', 'self', x)
  let dtype = x.dtype
  let device = x.storage.device
  // what may follow by position depends on what comes first
  let names: readonly (keyof ToOptions)[] = ['nonBlocking', 'copy', 'memoryFormat', 'dtype', 'device']
  let args = rest
  if (target instanceof Tensor) {
    dtype = target.dtype
    device = target.storage.device
  } else if (target instanceof DType) {
    dtype = target
  } else if (typeof target === 'string') {
    if (isDTypeName(target)) dtype = toDType(target as DTypeLike)
    else {
      device = deviceOf(target)
      names = ['dtype', 'nonBlocking', 'copy', 'memoryFormat', 'device']
    }
  } else if (target !== undefined) {
    args = [target, ...rest]
  } else {
    throw new TypeError('to(): expected a dtype, a device, a Tensor or options')
  }
  const o = bindOptions<ToOptions>('to', names, args)
  if (o.dtype !== undefined) dtype = toDType(o.dtype)
  if (o.device !== undefined) device = deviceOf(o.device)
  const format = o.memoryFormat ?? 'preserve_format'
  // PyTorch only asks whether the strides suggest channels last; other gaps and orders count as contiguous
  const suggested = format !== 'contiguous_format' || (x.ndim !== 4 && x.ndim !== 5) || isContiguous(x.shape, x.strides)
  const moved = moveTo(cast(x, dtype), device)
  const out =
    format === 'contiguous_format' && moved === x && (suggested || x.strides[1] !== 1) ? x : inFormat(moved, format)
  return o.copy === true && out === x ? copied('ToCopyBackward0', x, x.dtype, format) : out
}

function isDTypeName(name: string): boolean {
  try {
    toDType(name as DTypeLike)
    return true
  } catch {
    return false
  }
}

const p = Tensor.prototype
p.to = function (target: DTypeLike | string | Tensor | ToOptions, ...rest: unknown[]) {
  return to(this, target, ...rest)
}
p.type = function (dtype) {
  return cast(this, toDType(dtype))
}
p.typeAs = function (other) {
  return to(this, other)
}
p.clone = function (options) {
  return clone(this, options)
}
p.contiguous = function (options) {
  return contiguous(this, options)
}
p.cpu = function () {
  return moveTo(this, deviceOf('cpu'))
}
const casts = {
  float: float32,
  double: float64,
  half: float16,
  bfloat16,
  char: int8,
  byte: uint8,
  short: int16,
  int: int32,
  long: int64,
  bool: boolType,
} as const
for (const [name, dtype] of Object.entries(casts) as [keyof typeof casts, DType][]) {
  p[name] = function (this: Tensor, options?: { memoryFormat?: MemoryFormat }) {
    return options === undefined ? cast(this, dtype) : to(this, dtype, options)
  }
}
