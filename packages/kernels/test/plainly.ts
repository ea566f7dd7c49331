import { currentKernelSet, type Tensor, useKernelSet } from '@tsorch/core'
import { expectClose } from './close.js'

/** What the plain TypeScript set answers. */
export function plainly<T>(run: () => T): T {
  const set = currentKernelSet('cpu')
  useKernelSet('cpu', 'ts')
  try {
    return run()
  } finally {
    useKernelSet('cpu', set)
  }
}

/** Expects of the kernels what the plain set answers. */
export function same(run: () => Tensor, tolerance = 0): void {
  const actual = run()
  expectClose(actual, plainly(run), tolerance)
}
