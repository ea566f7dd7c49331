/** The primitives of a kernel set: its own where they gain, the plain ones for the rest. */
import { type Primitives, referencePrimitives } from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { indexedPrimitives } from './indexed.js'
import { matmulPrimitives } from './matmul.js'
import { orderedPrimitives } from './ordered.js'

export function primitivesOf(set: KernelSet): Primitives {
  return { ...referencePrimitives, ...indexedPrimitives(set), ...matmulPrimitives(set), ...orderedPrimitives(set) }
}
