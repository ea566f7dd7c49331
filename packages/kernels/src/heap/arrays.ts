import { type DType, dtypes, type StorageArray } from '@tsorch/core/backend'

/** Arrays of bytes are laid every so many bytes: positions in them stay below 2^31, which is as far as loops count. */
const WINDOW = 2 ** 30

/**
 * The heap as typed arrays: one for all storages of a dtype, so that plain TypeScript kernels work in it as in any other array.
 * They are never handed to users.
 */
export class HeapArrays {
  private readonly memory: WebAssembly.Memory
  /** By dtype id. */
  private whole: StorageArray[] = []
  /** By dtype id, for dtypes of one byte: the second gigabyte and those after it. */
  private windows: StorageArray[][] = []

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory
    this.refresh()
  }

  /** Looks at the memory anew, after it grew. Older arrays show the same memory up to their own end. */
  refresh(): void {
    this.whole = dtypes.map((dtype) => this.over(dtype, 0))
    this.windows = dtypes.map(() => [])
  }

  /** The array in which a storage that begins at `address` lies. */
  at(dtype: DType, address: number): StorageArray {
    return dtype.itemsize > 1 || address < WINDOW ? this.whole[dtype.id]! : this.window(dtype, address)
  }

  /** Where in that array it begins. */
  position(dtype: DType, address: number): number {
    if (dtype.itemsize > 1) return (address / dtype.itemsize) * dtype.words
    return address % WINDOW
  }

  /** The whole memory by dtype. */
  of(dtype: DType): StorageArray {
    return this.whole[dtype.id]!
  }

  private window(dtype: DType, address: number): StorageArray {
    const list = this.windows[dtype.id]!
    const index = Math.floor(address / WINDOW)
    list[index] ??= this.over(dtype, index * WINDOW)
    return list[index]
  }

  private over(dtype: DType, from: number): StorageArray {
    const Kind = dtype.allocate(0).constructor as Float32ArrayConstructor
    const { buffer } = this.memory
    return new Kind(buffer as ArrayBuffer, from, Math.floor((buffer.byteLength - from) / Kind.BYTES_PER_ELEMENT))
  }
}
