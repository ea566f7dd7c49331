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
import { contiguousStrides, isContiguous } from '../shape.js'
import { allocate, allocateStrided, type Method, Tensor } from '../tensor.js'
import { allocateLike } from './elementwise.js'
import { checkTensor } from './promote.js'

declare module '../tensor.js' {
  interface Tensor {
    to(target: DTypeLike | string | Tensor, options?: ToOptions): Tensor
    to(options: ToOptions): Tensor
    /** See {@link cast}. */
    type(dtype: DTypeLike): Tensor
    typeAs(other: Tensor): Tensor
    float(): Tensor
    double(): Tensor
    half(): Tensor
    bfloat16(): Tensor
    char(): Tensor
    byte(): Tensor
    short(): Tensor
    int(): Tensor
    long(): Tensor
    bool(): Tensor
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
export type MemoryFormat = 'contiguousFormat' | 'preserveFormat'

function copied(name: string, x: Tensor, dtype: DType, contiguousResult: boolean): Tensor {
  const out = contiguousResult
    ? allocateStrided(x.storage.device, dtype, x.shape, contiguousStrides(x.shape), x.count)
    : allocateLike(x, dtype)
  x.storage.device.primitives.copy(x, out)
  // a gradient in another dtype is cast back by the engine
  return record(name, out, [x], null, (g) => g)
}

/** `x` in another dtype; `x` itself if it has it. Differentiable between floating-point dtypes. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : copied('ToCopyBackward0', x, dtype, false)
}

/**
 * A copy with memory of its own, through which gradients flow.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.clone.html
 */
export function clone(x: Tensor, options?: { memoryFormat?: MemoryFormat }): Tensor {
  checkTensor('clone', 'input', x)
  const { memoryFormat } = bindOptions<{ memoryFormat: MemoryFormat }>('clone', ['memoryFormat'], [options])
  return copied('CloneBackward0', x, x.dtype, memoryFormat === 'contiguousFormat')
}

/**
 * `x` itself if its elements lie row-major, else a copy that does.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.contiguous.html
 */
export function contiguous(x: Tensor): Tensor {
  return isContiguous(x.shape, x.strides) ? x : copied('CloneBackward0', x, x.dtype, true)
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

const toNames = ['dtype', 'device', 'copy', 'nonBlocking', 'memoryFormat'] as const

/**
 * `x` with another dtype, device, or both; `x` itself if nothing changes.
 *
 * @example
 * ```ts
 * x.to('float64'); x.to('cpu'); x.to(other); x.to({ dtype: 'int32', copy: true })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.to.html
 */
export function to(x: Tensor, target?: DTypeLike | string | Tensor | ToOptions, options?: ToOptions): Tensor {
  checkTensor('to', 'self', x)
  let dtype = x.dtype
  let device = x.storage.device
  let rest: unknown = options
  if (target instanceof Tensor) {
    dtype = target.dtype
    device = target.storage.device
  } else if (target instanceof DType) {
    dtype = target
  } else if (typeof target === 'string') {
    if (isDTypeName(target)) dtype = toDType(target as DTypeLike)
    else device = deviceOf(target)
  } else if (target !== undefined) {
    rest = target
  } else if (options === undefined) {
    throw new TypeError('to(): expected a dtype, a device, a Tensor or options')
  }
  const bound = bindOptions<ToOptions>('to', toNames, rest === undefined ? [] : [rest])
  if (bound.dtype !== undefined) dtype = toDType(bound.dtype)
  if (bound.device !== undefined) device = deviceOf(bound.device)
  let out = moveTo(cast(x, dtype), device)
  if (bound.memoryFormat === 'contiguousFormat') out = contiguous(out)
  return bound.copy === true && out === x ? clone(x) : out
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
p.to = function (target: DTypeLike | string | Tensor | ToOptions, options?: ToOptions) {
  return to(this, target, options)
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
p.contiguous = function () {
  return contiguous(this)
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
  p[name] = function (this: Tensor) {
    return cast(this, dtype)
  }
}
