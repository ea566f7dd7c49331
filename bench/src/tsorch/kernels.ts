/** Which kernels serve this process: chosen by the environment, checked here. */
import { kernelInfo } from 'tsorch'

/**
 * The kernels that serve, in words, such as `wasm relaxed`.
 *
 * @param set - what `TSORCH_KERNELS` asked for, a set alone or one with its variant; null for the best
 * @throws Error if others serve
 */
export function servingKernels(set: string | null, threads: number | null): string {
  const info = kernelInfo()
  const name = [info.set, info.variant].filter((part) => part !== null)
  if (set !== null && set !== info.set && set !== name.join(':'))
    throw new Error(`asked for the kernels ${set}, but ${name.join(':')} serve`)
  if (threads !== null && threads !== info.threads)
    throw new Error(`asked for ${threads} threads, but there are ${info.threads}`)
  return name.join(' ')
}
