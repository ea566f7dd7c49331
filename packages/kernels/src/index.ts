/**
 * Fast CPU kernels for `@tsorch/core`: importing this package registers them. WebAssembly SIMD everywhere, native code where
 * the package of the platform is installed.
 */
import { start } from './start.js'

export { type KernelTime, kernelTimes } from './profile.js'
export { getNumThreads, setNumThreads } from './runtime/threads.js'
export { forceKernels, type KernelInfo, kernelInfo, type PeakLoop, peakLoop } from './start.js'

await start()
