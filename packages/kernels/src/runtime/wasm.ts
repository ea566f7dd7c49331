/** The WebAssembly kernels: the best variant that this runtime has, over a memory that everything else shares. */
import { relaxedSimd, simd } from 'wasm-feature-detect'
import type { Kernels, Pointer } from '../generated/kernels.js'
import { canShare, startHelper } from './helper.js'
import { builtin, cores } from './settings.js'

/** Names of the variants, best first. */
export type WasmVariant = 'relaxed' | 'simd'

/** 8-byte slots through which native kernels get their arguments. */
const SLOT_BYTES = 512
/** As the main thread's own stack (scripts/build-wasm.mjs). */
const STACK_BYTES = 262144
const PAGE = 65536
/** 4 GB, or what a small device lets one reserve. */
const MAXIMUM_PAGES = [65536, 32768, 16384, 8192]

/** A running instance. */
export interface WasmRuntime {
  readonly variant: WasmVariant
  readonly memory: WebAssembly.Memory
  readonly kernels: Kernels
  /** Where {@link SLOT_BYTES} bytes for arguments are. */
  readonly slots: Pointer
  /** From here on memory is free. */
  readonly heapBase: Pointer
  /** How many threads can be had. */
  readonly maxThreads: number
  setThreads(count: number): void
}

interface Exports {
  readonly __heap_base: WebAssembly.Global<'i32'>
  poolSetThreads(count: number): void
}

/** The variants that run here, best first. */
export async function wasmVariants(): Promise<WasmVariant[]> {
  if (typeof WebAssembly === 'undefined') return []
  // Node.js 20 has relaxed SIMD behind a flag, which may still be set at run time
  if (/^v?20\./.test(globalThis.process?.versions?.node ?? ''))
    builtin('node:v8')?.setFlagsFromString('--experimental-wasm-relaxed-simd')
  const found: WasmVariant[] = []
  if (await relaxedSimd()) found.push('relaxed')
  if (await simd()) found.push('simd')
  return found
}

async function bytesOf(variant: WasmVariant): Promise<Uint8Array<ArrayBuffer>> {
  const { wasm } =
    variant === 'relaxed' ? await import('../generated/wasm-relaxed.js') : await import('../generated/wasm-simd.js')
  const text = atob(wasm)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

function reserve(initial: number): WebAssembly.Memory {
  for (const maximum of MAXIMUM_PAGES) {
    try {
      return new WebAssembly.Memory({ initial, maximum, shared: true })
    } catch (error) {
      if (maximum === MAXIMUM_PAGES.at(-1)) throw error
    }
  }
  throw new RangeError('unreachable')
}

/** Instantiates a variant over a memory of its own. */
export async function startWasm(variant: WasmVariant): Promise<WasmRuntime> {
  const module = await WebAssembly.compile(await bytesOf(variant))
  const memory = reserve(64)
  const maxThreads = canShare() ? Math.min(32, Math.max(8, cores())) : 1
  let stacks = 0
  const poolStart = (threads: number): void => {
    for (let thread = started; thread < threads; thread++) {
      if (!startHelper({ module, memory, thread, stack: stacks + thread * STACK_BYTES })) return
      started = thread + 1
    }
  }
  let started = 1
  const instance = await WebAssembly.instantiate(module, {
    env: { memory, poolStart, poolNow: () => performance.now() },
  })
  const exports = instance.exports as unknown as Exports & Kernels
  const slots = Math.ceil(Number(exports.__heap_base.value) / 64) * 64
  stacks = slots + SLOT_BYTES
  const heapBase = stacks + (maxThreads - 1) * STACK_BYTES
  const missing = heapBase + PAGE - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE))
  return {
    variant,
    memory,
    kernels: exports,
    slots,
    heapBase,
    maxThreads,
    setThreads: (count) => exports.poolSetThreads(Math.min(count, maxThreads)),
  }
}
