/** What the optimizers have in common: the memory of a parameter, and the checks of options. */
import { float32, float64, full, getDefaultDtype, gradOf, type Tensor, ValueError } from '@tsorch/core'
import type { ParamState } from './state-dict.js'

/** What an optimizer that counts its steps remembers of a parameter. */
export interface Counted {
  step: Tensor
}

/** A number of the state. On the CPU for parameters anywhere, since each step reads it. */
export function number(value: number): Tensor {
  return full([], value, { dtype: getDefaultDtype() === float64 ? float64 : float32, device: 'cpu' })
}

/** A count of steps. */
export function newStep(): Tensor {
  return number(0)
}

/** What is remembered of `p`, made when it is asked for the first time. */
export function remembered<S extends object>(state: Map<Tensor, ParamState>, p: Tensor, make: () => S): S {
  const known = state.get(p)
  if (known !== undefined) {
    // files of older versions of PyTorch have plain numbers
    if (typeof known.step === 'number')
      for (const [name, value] of Object.entries(known)) if (typeof value === 'number') known[name] = number(value)
    return known as unknown as S
  }
  const made = make()
  state.set(p, made as unknown as ParamState)
  return made
}

/** A parameter that has a gradient, what is remembered of it, and the number of this step, counted from 1. */
export interface Stepped<S extends Counted> {
  readonly p: Tensor
  readonly grad: Tensor
  readonly memory: S
  readonly step: number
}

/** Counts a step of each parameter that has a gradient. */
export function* stepped<S extends Counted>(
  state: Map<Tensor, ParamState>,
  params: readonly Tensor[],
  make: (p: Tensor, grad: Tensor) => Omit<S, 'step'>,
): IterableIterator<Stepped<S>> {
  for (const p of params) {
    const grad = gradOf(p)
    if (grad === null) continue
    const memory = remembered(state, p, () => ({ step: newStep(), ...make(p, grad) }) as unknown as S)
    yield { p, grad, memory, step: Number(memory.step.add_(1).item()) }
  }
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

/** Checks the options that Adam and its kin share. @throws ValueError for one out of its range */
export function checkAdam(o: { lr: number; betas: readonly [number, number]; eps: number; weightDecay: number }): void {
  checkFromZero('learning rate', o.lr)
  checkFromZero('epsilon value', o.eps)
  checkBetas(o.betas)
  checkFromZero('weight_decay value', o.weightDecay)
}

/** The gradient with the L2 penalty, or the opposite of it where the way is up. */
export function penalised(p: Tensor, grad: Tensor, weightDecay: number, maximize: boolean): Tensor {
  const g = maximize ? grad.neg() : grad
  return weightDecay === 0 ? g : g.add(p.mul(weightDecay))
}
