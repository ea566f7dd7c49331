import type { Tensor } from '@tsorch/core'
import { init } from '@tsorch/nn'

/** Sets the bias of a layer to zero, where it has one. */
export function zeroBias({ bias }: { readonly bias: Tensor | null }): void {
  if (bias !== null) init.zeros_(bias)
}
