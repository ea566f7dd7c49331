/** The primitives of a kernel set: its own where they gain, the plain ones for the rest. */
import { type Primitives, referencePrimitives } from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { copyPrimitives } from './copy.js'
import { indexedPrimitives } from './indexed.js'
import { matmulPrimitives } from './matmul.js'
import { orderedPrimitives } from './ordered.js'
import { pointwisePrimitives } from './pointwise.js'
import { reducePrimitives } from './reduce.js'

export function primitivesOf(set: KernelSet): Primitives {
  return {
    ...referencePrimitives,
    ...copyPrimitives(set),
    ...indexedPrimitives(set),
    ...matmulPrimitives(set),
    ...orderedPrimitives(set),
    ...pointwisePrimitives(set),
    ...reducePrimitives(set),
  }
}
