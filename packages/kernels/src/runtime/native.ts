/** The native kernels: the addon of this platform, if it is installed, over the memory of the WebAssembly ones. */
import { type Kernels, nativeKernels, table } from '../generated/kernels.js'
import { builtin } from './settings.js'
import type { WasmRuntime } from './wasm.js'

/** What cc/napi/addon.cc exports. */
export interface Addon {
  /** Which kernels it has, and in which order. */
  readonly table: string
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

/** The addon, or null where the platform has none, it does not load, or it has other kernels than these. */
export function loadAddon(): Addon | null {
  const module = builtin('node:module')
  if (module === null) return null
  const name = `@tsorch/kernels-${process.platform}-${process.arch}`
  let addon: Addon
  try {
    addon = module.createRequire(import.meta.url)(name) as Addon
  } catch {
    return null
  }
  if (addon.table === table) return addon
  console.warn(
    `${name} was built for another version of @tsorch/kernels and is not used; pnpm build:native builds it anew`,
  )
  return null
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
