/** The memory of the CPU device: a heap in WebAssembly memory, and how what is no longer used comes back to it. */
import type { Memory } from '@tsorch/core/backend'
import type { Operands } from '../kernel-set.js'
import { HeapMemory } from './memory.js'
import { HeapOperands } from './operands.js'
import type { WeakReferences } from './proof-napi.js'

export { Heap } from './heap.js'
export { HeapMemory, type HeapMemoryOptions, type MemoryMode } from './memory.js'
export { HeapOperands } from './operands.js'
export type { WeakReferences } from './proof-napi.js'

/** The heap in the memory of the kernels, and the addresses that their calls need. */
export function createHeap(
  runtime: { readonly memory: WebAssembly.Memory; readonly heapBase: number },
  references: WeakReferences | null,
): { memory: Memory; operands: Operands } {
  const memory = new HeapMemory({ memory: runtime.memory, base: runtime.heapBase, references })
  return { memory, operands: new HeapOperands(memory) }
}
