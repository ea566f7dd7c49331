/** Finds the best kernels that run here and registers them with the device `cpu`. */
import { currentKernelSet, RuntimeError, registerBackend, useKernelSet, ValueError } from '@tsorch/core'
import type { Kernels } from './generated/kernels.js'
import { createHeap } from './heap/index.js'
import type { KernelSet, Operands } from './kernel-set.js'
import { overridesOf } from './overrides/index.js'
import { primitivesOf } from './primitives/index.js'
import { timedKernels } from './profile.js'
import { loadAddon, startNative } from './runtime/native.js'
import { setting } from './runtime/settings.js'
import { followThreads, getNumThreads } from './runtime/threads.js'
import { startWasm, wasmVariants } from './runtime/wasm.js'

/** Elements from which on a call into the kernels is faster than a loop in TypeScript. */
const WORTH = 1024

/** What is running, by set. */
const variants = new Map<string, string>()
const force = { always: false }
/** Which kernels each set runs. */
const running = new Map<string, Kernels>()

interface Choice {
  readonly set: string
  readonly variant: string | undefined
}

/** `TSORCH_KERNELS=ts|wasm|native`, with a variant if one is to be forced: `wasm:simd`, `native:avx2`. */
function choice(): Choice | null {
  const given = setting('TSORCH_KERNELS')
  if (given === undefined) return null
  const [set = '', variant] = given.split(':')
  if (!['ts', 'wasm', 'native'].includes(set))
    throw new ValueError(`TSORCH_KERNELS must be ts, wasm or native, with a variant as in wasm:simd; got '${given}'`)
  return { set, variant }
}

function setOf(name: KernelSet['name'], variant: string, kernels: Kernels, operands: Operands): KernelSet {
  running.set(name, kernels)
  return Object.assign(Object.create(operands) as Operands, {
    name,
    variant,
    kernels,
    worth: (elements: number): boolean => elements >= WORTH || force.always,
  })
}

function pick<V extends string>(found: readonly V[], wanted: Choice | null, set: string): V | undefined {
  if (wanted?.set !== set || wanted.variant === undefined) return found[0]
  const variant = found.find((v) => v === wanted.variant)
  if (variant === undefined)
    throw new RuntimeError(
      `TSORCH_KERNELS=${set}:${wanted.variant}: this machine runs ${found.map((v) => `${set}:${v}`).join(', ') || `no ${set} kernels`}`,
    )
  return variant
}

/** Registers what runs here: WebAssembly, and native code over the same memory where it is installed. */
export async function start(): Promise<void> {
  const wanted = choice()
  if (wanted?.set === 'ts') return
  const variant = pick(await wasmVariants(), wanted, 'wasm')
  const timed = await timedKernels()
  if (variant === undefined) {
    if (wanted !== null) throw new RuntimeError(`TSORCH_KERNELS=${wanted.set}: this runtime has no WebAssembly SIMD`)
    return
  }
  const runtime = await startWasm(variant)
  const addon = wanted?.set === 'wasm' ? null : loadAddon()
  const { memory, operands } = createHeap(runtime, addon)
  const wasm = setOf('wasm', variant, timed(runtime.kernels), operands)
  variants.set('wasm', variant)
  followThreads(runtime)
  registerBackend({
    device: 'cpu',
    set: 'wasm',
    rank: 10,
    memory,
    primitives: primitivesOf(wasm),
    overrides: overridesOf(wasm),
  })
  const native = addon === null ? undefined : pick(addon.variants(), wanted, 'native')
  if (addon !== null && native !== undefined) {
    const started = startNative(addon, native, runtime)
    const set = setOf('native', native, timed(started.kernels), operands)
    variants.set('native', native)
    followThreads(started)
    registerBackend({
      device: 'cpu',
      set: 'native',
      rank: 20,
      memory,
      primitives: primitivesOf(set),
      overrides: overridesOf(set),
    })
  } else if (wanted?.set === 'native') {
    throw new RuntimeError('TSORCH_KERNELS=native: there are no native kernels for this platform, or they do not load')
  }
  if (wanted !== null) useKernelSet('cpu', wanted.set)
}

/** Which kernels serve the device `cpu`. */
export interface KernelInfo {
  /** `ts` (plain TypeScript), `wasm` or `native`. */
  readonly set: 'ts' | 'wasm' | 'native'
  /** `relaxed` or `simd` for WebAssembly; `avx512`, `avx2` or `neon` for native code; null for plain TypeScript. */
  readonly variant: string | null
  readonly threads: number
}

/**
 * Which kernels serve the device `cpu` now.
 *
 * @example
 * ```ts
 * kernelInfo() // { set: 'native', variant: 'avx512', threads: 2 }
 * ```
 */
export function kernelInfo(): KernelInfo {
  const set = currentKernelSet('cpu') as KernelInfo['set']
  return { set, variant: variants.get(set) ?? null, threads: set === 'ts' ? 1 : getNumThreads() }
}

/**
 * Lets the kernels serve tensors of any size, not only those that are large enough to gain: for tests of the kernels.
 *
 * @param always - false restores the usual limits
 */
export function forceKernels(always = true): void {
  force.always = always
}

/** A loop of multiply-adds on registers alone. */
export interface PeakLoop {
  /** Floating-point operations of one round. */
  readonly flops: number
  run(rounds: number): void
}

/**
 * What the processor can do at most, for benchmarks: a loop that touches no memory, on one thread, in the kernels that serve
 * now. Null for plain TypeScript.
 */
export function peakLoop(): PeakLoop | null {
  const kernels = running.get(currentKernelSet('cpu'))
  if (kernels === undefined) return null
  return { flops: kernels.peakFlops(), run: (rounds) => void kernels.peakF32(rounds) }
}
