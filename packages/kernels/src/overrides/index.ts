/** All overrides of a kernel set, family by family. */
import type { Override } from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { linearOverrides } from './linear.js'
import { optimOverrides } from './optim.js'
import { selectOverrides } from './select.js'

export function overridesOf(set: KernelSet): Override[] {
  return [...linearOverrides(set), ...optimOverrides(set), ...selectOverrides(set)]
}
