import { float32, type Tensor, ValueError, zeros } from '@tsorch/core'
import type { ParamState } from './optimizer.js'

/** A count of steps. On the CPU for parameters anywhere, since each step reads it. */
export function newStep(): Tensor {
  return zeros([], { dtype: float32, device: 'cpu' })
}

/** What is remembered of `p`, made when it is asked for the first time. */
export function remembered<S extends object>(state: Map<Tensor, ParamState>, p: Tensor, make: () => S): S {
  const known = state.get(p)
  if (known !== undefined) return known as unknown as S
  const made = make()
  state.set(p, made as unknown as ParamState)
  return made
}

/** @throws ValueError unless the number is from 0 on */
export function checkFromZero(what: string, value: number): void {
  if (!(value >= 0)) throw new ValueError(`Invalid ${what}: ${value}`)
}

/** @throws ValueError unless both are from 0 on and below 1 */
export function checkBetas(betas: readonly [number, number]): void {
  for (const i of [0, 1] as const)
    if (!(betas[i] >= 0 && betas[i] < 1)) throw new ValueError(`Invalid beta parameter at index ${i}: ${betas[i]}`)
}

/** The gradient with the L2 penalty, or the opposite of it where the way is up. */
export function penalised(p: Tensor, grad: Tensor, weightDecay: number, maximize: boolean): Tensor {
  const g = maximize ? grad.neg() : grad
  return weightDecay === 0 ? g : g.add(p.mul(weightDecay))
}
