/** The momentum of a group, whatever its optimizer calls it. */
import { ValueError } from '@tsorch/core'
import { groupsOf, type Scheduled, type ScheduledGroup } from './scheduler.js'

/** @throws ValueError if the optimizer has neither `momentum` nor `betas` */
export function checkMomentum(optimizer: Scheduled): void {
  if (!('momentum' in optimizer.defaults) && !('betas' in optimizer.defaults))
    throw new ValueError('optimizer must support momentum or beta1 with `cycle_momentum` option enabled')
}

/** Sets `momentum`, or the first of `betas`. */
export function setMomentum(group: ScheduledGroup, momentum: number): void {
  if ('betas' in group) group.betas = [momentum, ...(group.betas as number[]).slice(1)]
  else group.momentum = momentum
}

/** Sets the momentum of each group. */
export function setMomenta(optimizer: Scheduled, momenta: readonly number[]): void {
  for (const [i, group] of groupsOf(optimizer).entries()) setMomentum(group, momenta[i]!)
}
