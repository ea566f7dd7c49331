/** A device `cpu` whose tensors all lie in a heap, served by the plain TypeScript kernels: what is tested is the memory alone. */
import { deviceOf, type Tensor, useKernelSet } from '@tsorch/core'
import { referenceOverrides, referencePrimitives, registerBackend } from '@tsorch/core/backend'
import { collector } from '../src/heap/collector.js'
import { HeapMemory, type HeapMemoryOptions, type MemoryMode, type WeakReferences } from '../src/heap/index.js'
import { loadAddon } from '../src/runtime/native.js'

/** Modes that this runtime can have; what the addon does is imitated where there is none. */
export const modes: readonly MemoryMode[] = collector() === null ? ['copyout'] : ['napi', 'weakref', 'copyout']

/** The addon's weak references, made of WeakRef: objects die only in full collections then. */
class ImitatedReferences implements WeakReferences {
  private entries: { ref: WeakRef<object>; id: number }[] = []

  track(objects: readonly object[], ids: Int32Array): void {
    for (const [i, object] of objects.entries()) this.entries.push({ ref: new WeakRef(object), id: ids[i]! })
    collector()!.forgetKept()
  }

  sweep(dead: Int32Array): number {
    let n = 0
    this.entries = this.entries.filter(({ ref, id }) => {
      if (n === dead.length || ref.deref() !== undefined) return true
      dead[n++] = id
      return false
    })
    collector()!.forgetKept()
    return n
  }
}

const references: WeakReferences = loadAddon() ?? new ImitatedReferences()
let devices = 0

/** A heap that serves from now on, until {@link serveOrdinary}. Everything lies in it, and what is released turns to NaN. */
export function serveHeap(mode: MemoryMode, options: Partial<HeapMemoryOptions> = {}): HeapMemory {
  const memory = new HeapMemory({
    memory: new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: true }),
    base: 4096,
    mode,
    references: mode === 'napi' ? references : null,
    small: 0,
    poison: true,
    ...options,
  })
  const set = `heap-${++devices}`
  registerBackend({
    device: 'cpu',
    set,
    rank: 100 + devices,
    memory,
    primitives: referencePrimitives,
    overrides: referenceOverrides,
  })
  useKernelSet('cpu', set)
  return memory
}

/** Ordinary arrays again. */
export function serveOrdinary(): void {
  useKernelSet('cpu', 'ts')
}

/** Calls `f` with the memory of the device serving. */
export function heapInUse(): HeapMemory {
  return deviceOf('cpu').memory as HeapMemory
}

/** The elements of tensors, one after the other. */
export function elements(...tensors: readonly (Tensor | null)[]): number[] {
  return tensors.flatMap((x) => (x === null ? [] : Array.from(x.toTypedArray() as Float32Array)))
}
