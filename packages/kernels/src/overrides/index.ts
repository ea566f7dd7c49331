/** All overrides of a kernel set, family by family. */
import type { Override } from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { activationOverrides } from './activation.js'
import { convOverrides } from './conv.js'
import { linearOverrides } from './linear.js'
import { lossOverrides } from './loss.js'
import { normOverrides } from './norm.js'
import { optimOverrides } from './optim.js'
import { poolOverrides } from './pool.js'
import { rnnOverrides } from './rnn.js'
import { selectOverrides } from './select.js'
import { softmaxOverrides } from './softmax.js'

export function overridesOf(set: KernelSet): Override[] {
  return [
    ...activationOverrides(set),
    ...convOverrides(set),
    ...linearOverrides(set),
    ...lossOverrides(set),
    ...normOverrides(set),
    ...optimOverrides(set),
    ...poolOverrides(set),
    ...rnnOverrides(set),
    ...selectOverrides(set),
    ...softmaxOverrides(set),
  ]
}
