/** The native kernels: the addon of this platform, if it is installed, over the memory of the WebAssembly ones. */
import { type Kernels, nativeKernels } from '../generated/kernels.js'
import { builtin } from './settings.js'
import type { WasmRuntime } from './wasm.js'

/** What cc/napi/addon.cc exports. */
export interface Addon {
  /** Kinds of processor code that run here, best first. */
  variants(): string[]
  attach(heap: Uint8Array, slots: number, variant: string): void
  run(kernel: number): void
  setThreads(count: number): void
  /** Remembers objects weakly, each under its id. */
  track(objects: readonly object[], ids: Int32Array): void
  /** Writes the ids of those that the collector took, forgets them, and gives their number. */
  sweep(dead: Int32Array): number
}

/** A running addon. */
export interface NativeRuntime {
  readonly variant: string
  readonly addon: Addon
  readonly kernels: Kernels
  readonly maxThreads: number
  setThreads(count: number): void
}

/** As cc/pool.cc allows. */
const MAX_THREADS = 64

/** The addon, or null where the platform has none or it does not load. */
export function loadAddon(): Addon | null {
  const module = builtin('node:module')
  if (module === null) return null
  try {
    const require = module.createRequire(import.meta.url)
    return require(`@tsorch/kernels-${process.platform}-${process.arch}`) as Addon
  } catch {
    return null
  }
}

/** Lets the addon work on a runtime's memory. */
export function startNative(addon: Addon, variant: string, { memory, slots }: WasmRuntime): NativeRuntime {
  const { buffer } = memory
  addon.attach(new Uint8Array(buffer), slots, variant)
  const views = {
    i32: new Int32Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    at: slots / 4,
  }
  return {
    variant,
    addon,
    kernels: nativeKernels(views, addon.run),
    maxThreads: MAX_THREADS,
    setThreads: (count) => addon.setThreads(count),
  }
}
