import { NotImplementedError, RuntimeError } from '@tsorch/core'

/** Options by which PyTorch chooses between implementations of the same step. They are saved with the others. */
export interface ImplementationOptions {
  /** Changes nothing: all parameters of a group are stepped together in any case. */
  foreach: boolean | null
  /** Changes nothing: a step is one kernel wherever the backend has one. */
  fused: boolean | null
  /** Whether a step can be captured in a graph of kernels. No device here captures any. */
  capturable: false
  /** Whether a step can be differentiated. It cannot yet. */
  differentiable: false
}

/**
 * The options as given, with their defaults.
 *
 * @throws RuntimeError for two that exclude each other
 * @throws NotImplementedError for `capturable` or `differentiable`
 */
export function implementation(name: string, given: Partial<ImplementationOptions>): ImplementationOptions {
  const { foreach = null, fused = null, capturable = false, differentiable = false } = given
  if (fused === true && (differentiable as boolean)) throw new RuntimeError('`fused` does not support `differentiable`')
  if (fused === true && foreach === true) throw new RuntimeError('`fused` and `foreach` cannot be `True` together.')
  if (capturable) throw new NotImplementedError(`${name}(): capturable needs a device that captures graphs of kernels`)
  if (differentiable) throw new NotImplementedError(`${name}(): steps cannot be differentiated yet`)
  return { foreach, capturable, differentiable, fused }
}
