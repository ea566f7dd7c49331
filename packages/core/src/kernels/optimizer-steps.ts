/** Steps of the optimizers over whole lists of parameters, one pass over the memory of each. */
import type { View } from '../dispatch/backend.js'
import { float32, float64 } from '../dtype.js'
import { adamF32, sgdF32 } from './generated/foreach-f32.js'
import { adamF64, sgdF64 } from './generated/foreach-f64.js'
import { flatStep, start } from './iterate.js'

/** Settings of {@link sgdUpdate}, as those of `torch.optim.SGD`. */
export interface SgdSettings {
  lr: number
  momentum: number
  dampening: number
  weightDecay: number
  nesterov: boolean
  maximize: boolean
  /** The buffers hold nothing yet: they become the gradients. */
  first: boolean
}

type Views = readonly View[]

/** Whether every list goes with the parameters: float32 or float64, contiguous, and as long. */
function served(params: Views, ...lists: (Views | null)[]): boolean {
  for (let i = 0; i < params.length; i++) {
    const { dtype, count } = params[i]!
    if (dtype !== float32 && dtype !== float64) return false
    for (const list of [params, ...lists]) {
      if (list === null) continue
      const view = list[i]!
      if (view.dtype !== dtype || view.count !== count) return false
      if (count > 0 && flatStep(view, count) < 0) return false
    }
  }
  return true
}

/**
 * One step of stochastic gradient descent, in place, in the order and with the roundings of PyTorch.
 *
 * @param momentumBuffers - null without momentum
 * @returns whether it was done: only for contiguous float32 and float64; else nothing was written
 */
export function sgdUpdate(params: Views, grads: Views, momentumBuffers: Views | null, options: SgdSettings): boolean {
  if (!served(params, grads, momentumBuffers)) return false
  const { lr, momentum, dampening, weightDecay, nesterov, maximize, first } = options
  for (let i = 0; i < params.length; i++) {
    const p = params[i]!
    const g = grads[i]!
    const b = momentumBuffers?.[i] ?? null
    const single = p.dtype === float32
    // numbers are rounded to the dtype before anything is computed with them
    const as = single ? Math.fround : Number
    const loop = (single ? sgdF32 : sgdF64) as typeof sgdF32
    loop(
      p.storage.array as Float32Array,
      start(p),
      g.storage.array as Float32Array,
      start(g),
      (b?.storage.array ?? null) as Float32Array | null,
      b === null ? 0 : start(b),
      p.count,
      as(lr),
      as(momentum),
      as(1 - dampening),
      as(weightDecay),
      nesterov,
      maximize,
      first,
    )
  }
  return true
}

/** Settings of {@link adamUpdate}, as those of `torch.optim.Adam`. */
export interface AdamSettings {
  lr: number
  beta1: number
  beta2: number
  eps: number
  weightDecay: number
  /** Decays the parameters themselves, as AdamW, not the gradients. */
  decoupledWeightDecay: boolean
  maximize: boolean
  /** Number of each parameter's step, counted from 1. */
  steps: readonly number[]
}

/**
 * One step of Adam, in place, in the order and with the roundings of PyTorch.
 *
 * @param maxExpAvgSqs - the largest second moments so far (amsgrad), or null
 * @returns whether it was done: only for contiguous float32 and float64; else nothing was written
 */
export function adamUpdate(
  params: Views,
  grads: Views,
  expAvgs: Views,
  expAvgSqs: Views,
  maxExpAvgSqs: Views | null,
  options: AdamSettings,
): boolean {
  if (!served(params, grads, expAvgs, expAvgSqs, maxExpAvgSqs)) return false
  const { lr, beta1, beta2, eps, weightDecay, decoupledWeightDecay, maximize, steps } = options
  for (let i = 0; i < params.length; i++) {
    const p = params[i]!
    const g = grads[i]!
    const m = expAvgs[i]!
    const v = expAvgSqs[i]!
    const x = maxExpAvgSqs?.[i] ?? null
    const single = p.dtype === float32
    const as = single ? Math.fround : Number
    const loop = (single ? adamF32 : adamF64) as typeof adamF32
    loop(
      p.storage.array as Float32Array,
      start(p),
      g.storage.array as Float32Array,
      start(g),
      m.storage.array as Float32Array,
      start(m),
      v.storage.array as Float32Array,
      start(v),
      (x?.storage.array ?? null) as Float32Array | null,
      x === null ? 0 : start(x),
      p.count,
      as(lr / (1 - beta1 ** steps[i]!)),
      as(1 - beta1),
      as(beta2),
      as(1 - beta2),
      as(Math.sqrt(1 - beta2 ** steps[i]!)),
      as(eps),
      decoupledWeightDecay ? 0 : as(weightDecay),
      decoupledWeightDecay ? as(1 - lr * weightDecay) : 1,
      maximize,
    )
  }
  return true
}
