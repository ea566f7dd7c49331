import type { Library } from '@tsorch/conformance'
import { UsageError } from './arguments.js'

/** What `--set` takes. */
export const setsUsage = '[--set ts|wasm[:relaxed|:simd]|native[:avx512|:avx2|:neon]] [--threads N]'

/**
 * All packages as Python's `torch` has them: `nn`, `optim`, `utils.data`, `io` below the tensor library, and torchvision's
 * `models` and `transforms`. A kernel set that is named serves tensors of every size, so that cases with three elements reach its
 * kernels too.
 *
 * @throws UsageError if this machine does not have the set
 */
export async function openLibrary(set: string | undefined, threads: string | undefined): Promise<Library> {
  if (set !== undefined) process.env.TSORCH_KERNELS = set
  if (threads !== undefined) process.env.TSORCH_THREADS = threads
  const kernels = await import('@tsorch/kernels').catch((error: Error) => {
    throw new UsageError(error.message)
  })
  if (set !== undefined && set !== 'ts') kernels.forceKernels()
  const { set: serving, variant, threads: count } = kernels.kernelInfo()
  console.error(`kernels: ${serving}${variant === null ? '' : ` ${variant}`}, ${count} thread${count === 1 ? '' : 's'}`)
  const [core, nn, optim, data, models, io, vision] = await Promise.all([
    import('@tsorch/core'),
    import('@tsorch/nn'),
    import('@tsorch/optim'),
    import('@tsorch/data'),
    import('@tsorch/models'),
    import('@tsorch/io'),
    import('@tsorch/vision'),
  ])
  return { ...core, nn, optim, utils: { data }, models, io, transforms: vision.transforms }
}
