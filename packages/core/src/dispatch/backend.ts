import type { DType } from '../dtype.js'
import type { Storage } from '../storage.js'
import type { Override } from './op.js'
import type { ArgReduceCode, BinaryCode, ReduceCode, ScanCode, ScatterCode, UnaryCode } from './opcodes.js'
import type { Device } from './registry.js'

/**
 * Everything that a backend author reads.
 *
 * A backend is a device name, memory, fourteen primitives and, where it can be faster, overrides. With the primitives alone
 * every operation of the library works on it: each other operation is a composite, written in terms of them. Register it with
 * `registerBackend(backend)`, prove it with `testBackend` of `@tsorch/conformance`.
 *
 * What holds in every call:
 * - All views of a call lie on the backend's device. Shapes fit, dtypes agree as stated, indices are in range: the caller has
 *   checked. A kernel reports nothing.
 * - Views are strided: any offset, any strides >= 0, 0 where a dimension is repeated. Outputs never overlap themselves. An
 *   output may be one of the inputs (same storage and the same geometry); it never overlaps one in another way.
 * - Any size may be 0, any shape may be `[]`.
 * - float16 and bfloat16 are stored as 16 bits and computed in float32; int64 wraps at 64 bits; bool is stored as 0 or 1.
 */
export interface Backend {
  /** Device name that users write: `'cpu'`, `'gpu'`. */
  readonly device: string
  /** Name of this kernel set among those of the device: `'ts'`, `'wasm'`. */
  readonly set: string
  /** Kernel sets of one device are tried from the highest rank down. */
  readonly rank: number
  readonly memory: Memory
  readonly primitives: Primitives
  /** Faster forms of composites, made with `override(op, kernel)`; a kernel that returns undefined declines the call. */
  readonly overrides: readonly Override[]
  /** dtypes that the device can hold; all if absent. */
  readonly dtypes?: readonly DType[]
}

/** A strided window of a storage: what kernels read and write. A Tensor is one. */
export interface View {
  readonly storage: Storage
  readonly dtype: DType
  readonly shape: readonly number[]
  /** In elements. */
  readonly strides: readonly number[]
  /** Of the first element from the start of the storage, in elements. */
  readonly offset: number
  /** Number of elements. */
  readonly count: number
}

/** An operand of a pointwise primitive: a view, or a number that stands for every element. */
export type Operand = View | number

/** Elements on the host, row-major, in the dtype's storage form (16-bit words for halves, pairs of int32 for int64). */
export type HostArray = Float32Array | Float64Array | Uint16Array | Int8Array | Uint8Array | Int16Array | Int32Array

/** What a device's memory holds. */
export interface MemoryUsage {
  /** Tensors' memories in use, views and other names not counted, without those that the garbage collector frees by itself. */
  readonly tensors: number
  /** Bytes that these take. */
  readonly bytes: number
  /** Bytes taken from the system for them, in use or not. */
  readonly reserved: number
}

/**
 * Memory of a device.
 *
 * Where it is not garbage-collected, `alloc` gives the storage a handle (`storage.ts`) and passes it to `adopt()`
 * (`nursery.ts`): temporaries of the library come back by `release` at once, everything else when the backend finds that its
 * storage is no longer used.
 */
export interface Memory {
  /** Memory for `numel` elements. `zeroed` asks for zeros, else the contents may be anything. */
  alloc(device: Device, dtype: DType, numel: number, zeroed: boolean): Storage
  /** Takes back the memory of a storage that nobody uses any more, and its handle; not called for storages without one. */
  release(storage: Storage): void
  /** Called between steps, when little is in use: a good moment to look for memory that is no longer used. */
  safePoint?(): void
  /** What is in use; looks first for what no longer is, if it can. Absent where the garbage collector does everything. */
  usage?(): MemoryUsage
  /** Fills a contiguous view from host values, one for each element. */
  write(target: View, values: HostArray): void
  /** The elements of a view, row-major. */
  read(source: View): Promise<HostArray>
  /** The same at once, or null if the device cannot. */
  readSync(source: View): HostArray | null
}

export interface Primitives {
  /** `out = op(x)`; `x` has the shape and dtype of `out`. */
  unary(op: UnaryCode, x: View, out: View): void
  /** `out = op(a, b)`, broadcast; `a`, `b` of one dtype, which is also `out`'s except for comparisons (bool). */
  binary(op: BinaryCode, a: Operand, b: Operand, out: View): void
  /** `out = condition ? a : b`, broadcast; `condition` is bool. */
  where(condition: View, a: Operand, b: Operand, out: View): void
  /** `out = x`, broadcast, converting between any two dtypes as PyTorch's `to` does. */
  copy(x: View, out: View): void
  /** Every element of `out`. A bigint where an int64 value passes 2^53. */
  fill(out: View, value: number | bigint): void
  /** Reduces over `dims` (sorted, without repeats); `out` has size 1 there. An empty region gives 0, 1 for prod. */
  reduce(op: ReduceCode, x: View, dims: readonly number[], out: View): void
  /** Index of the extreme along `dim`; `out` is int64 and has size 1 there. */
  argReduce(op: ArgReduceCode, x: View, dim: number, out: View): void
  /** `out[b] = x[b] @ y[b]` for 3-d views `[B, M, K]`, `[B, K, N]`, `[B, M, N]` of one dtype. `K` may be 0. */
  matmul(x: View, y: View, out: View): void
  /** `out[i, j, k] = x[i, index[i, j, k], k]` for `dim` 1, and so on; `index` is int64 with the shape of `out`. */
  gather(x: View, dim: number, index: View, out: View): void
  /** `out[i, index[i, j, k], k] (op)= x[i, j, k]`; `index` is int64, `x` has its shape. Later elements win for `set`. */
  scatter(mode: ScatterCode, out: View, dim: number, index: View, x: Operand): void
  /** `out[.., i, ..] = x[.., index[i], ..]` along `dim`; `index` is a 1-d int64 view. */
  indexSelect(x: View, dim: number, index: View, out: View): void
  /** `out[.., index[i], ..] (op)= x[.., i, ..]` along `dim`; `index` is a 1-d int64 view. */
  indexPut(mode: ScatterCode, out: View, dim: number, index: View, x: Operand): void
  /** Running reduction along `dim`; cummax and cummin also write the positions (int64). */
  scan(op: ScanCode, x: View, dim: number, out: View, indices: View | null): void
  /** Stable sort along `dim`, NaN last (first if descending); `indices` (int64) gets the original positions. */
  sort(x: View, dim: number, descending: boolean, values: View, indices: View): void
}
