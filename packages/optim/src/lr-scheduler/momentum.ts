/** The momentum of a group, whatever its optimizer calls it. */
import { ValueError } from '@tsorch/core'
import { groupsOf, type Scheduled, type ScheduledGroup } from './scheduler.js'

/**
 * Whether the momentum of an optimizer is the first of its `betas`.
 *
 * @throws ValueError if it has neither `momentum` nor `betas`
 */
export function usesBeta1({ defaults }: Scheduled): boolean {
  if (!('momentum' in defaults) && !('betas' in defaults))
    throw new ValueError('optimizer must support momentum or beta1 with `cycle_momentum` option enabled')
  return 'betas' in defaults
}

/** Sets `momentum`, or the first of `betas`. */
export function setMomentum(group: ScheduledGroup, momentum: number): void {
  if ('betas' in group) group.betas = [momentum, ...(group.betas as number[]).slice(1)]
  else group.momentum = momentum
}

/** Begins at the highest momentum of each group, and leaves the bounds in the groups, as PyTorch does. */
export function beginMomenta(optimizer: Scheduled, base: readonly number[], max: readonly number[]): void {
  for (const [i, group] of groupsOf(optimizer).entries()) {
    setMomentum(group, max[i]!)
    group.maxMomentum = max[i]!
    group.baseMomentum = base[i]!
  }
}
