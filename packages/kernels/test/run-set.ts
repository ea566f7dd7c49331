import { describe, expect, test } from 'vitest'

/**
 * Runs all suites on one kind of kernels: `wasm:simd`, `native:avx2`. A test file is a module graph of its own, so that each
 * kind has its own file; where the machine does not have it, the file says so.
 */
export async function runSet(kind: string): Promise<void> {
  ;(globalThis as Record<string, unknown>).TSORCH_KERNELS = kind
  const [set, variant] = kind.split(':')
  let missing: string | null = null
  try {
    const kernels = await import('../src/index.js')
    kernels.forceKernels()
    test('these kernels serve', () => expect(kernels.kernelInfo()).toMatchObject({ set, variant }))
    test('as many threads as are asked for, or one where memory cannot be shared', () => {
      const before = kernels.getNumThreads()
      const canShare = typeof document === 'undefined' || globalThis.crossOriginIsolated
      kernels.setNumThreads(3)
      expect(kernels.getNumThreads()).toBe(canShare ? 3 : 1)
      kernels.setNumThreads(before)
      expect(() => kernels.setNumThreads(0)).toThrow('must be a positive integer, but got 0')
    })
  } catch (error) {
    // what this machine lacks is said so; anything else is a fault
    missing = (error as Error).message
    if (!missing.startsWith('TSORCH_KERNELS=')) throw error
  }
  if (missing !== null) {
    test.skip(`${kind}: ${missing}`, () => {})
    return
  }
  const { allSuites } = await import('./suites/index.js')
  describe(kind, allSuites)
}
