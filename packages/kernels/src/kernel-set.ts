/** What overrides and primitives are written against: one set of kernels over the heap. */
import type { View } from '@tsorch/core/backend'
import type { Kernels, Pointer } from './generated/kernels.js'

/**
 * Addresses for a kernel call, asked between `begin` and `end`:
 *
 * ```ts
 * const out = allocate(x.storage, float32, x.shape) // before begin: an allocation may move what has an address
 * set.begin()
 * set.kernels.relu(set.input(x), set.output(out), x.count)
 * set.end()
 * ```
 *
 * Memory that is not in the heap (small tensors, evicted ones) is staged there for the call: a contiguous view only.
 */
export interface Operands {
  begin(): void
  /** Address of the first element of a view that is read. */
  input(view: View): Pointer
  /** Address of the first element of a view that is written whole. */
  output(view: View): Pointer
  /** Address of the first element of a view that is read and written. */
  update(view: View): Pointer
  /** Scratch memory until `end`, aligned to 64 bytes, contents undefined. */
  workspace(bytes: number): Pointer
  /** The whole heap in words, as it is now: for tables that a kernel reads. Element `pointer / 4`. */
  readonly words: Int32Array
  readonly floats: Float32Array
  end(): void
}

/** One set of kernels: `wasm` or `native`. */
export interface KernelSet extends Operands {
  readonly name: 'wasm' | 'native'
  /** `relaxed`, `simd`, `avx512`, ... */
  readonly variant: string
  readonly kernels: Kernels
  /** Whether `elements` (or multiply-adds / 4) are enough that the call pays; always true when tests force the kernels. */
  worth(elements: number): boolean
}
