import type { Library } from '@tsorch/conformance'
import * as core from '@tsorch/core'
import * as data from '@tsorch/data'
import * as nn from '@tsorch/nn'
import * as optim from '@tsorch/optim'
import { UsageError } from './arguments.js'

/** All packages as Python's `torch` has them: `nn`, `optim`, `utils.data` below the tensor library. */
export const library: Library = { ...core, nn, optim, utils: { data } }

/**
 * Lets one kernel set of the CPU serve alone.
 *
 * @throws UsageError if there is no such set
 */
export function useKernelSet(set: string): void {
  const sets = core.kernelSets('cpu')
  if (!sets.includes(set)) throw new UsageError(`--set ${set}: device cpu has the kernel sets ${sets.join(', ')}`)
  core.useKernelSet('cpu', set)
}
