/** All overrides of a kernel set, family by family. */
import type { Override } from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { convOverrides } from './conv.js'
import { linearOverrides } from './linear.js'
import { lossOverrides } from './loss.js'
import { normOverrides } from './norm.js'
import { optimOverrides } from './optim.js'
import { pointwiseOverrides } from './pointwise.js'
import { poolOverrides } from './pool.js'
import { rnnOverrides } from './rnn.js'
import { selectOverrides } from './select.js'
import { softmaxOverrides } from './softmax.js'

export function overridesOf(set: KernelSet): Override[] {
  return [
    ...convOverrides(set),
    ...linearOverrides(set),
    ...lossOverrides(set),
    ...normOverrides(set),
    ...optimOverrides(set),
    ...pointwiseOverrides(set),
    ...poolOverrides(set),
    ...rnnOverrides(set),
    ...selectOverrides(set),
    ...softmaxOverrides(set),
  ]
}
