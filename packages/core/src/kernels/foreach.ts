/** Steps of optimizers as one loop a parameter. Contiguous float32; anything else is declined before anything is written. */
import { float32 } from '../dtype.js'
import type { SgdStep } from '../ops/foreach.js'
import { wrote } from '../ops/inplace.js'
import type { Tensor } from '../tensor.js'
import { flatStep, start } from './iterate.js'

function plain(x: Tensor): boolean {
  return x.dtype === float32 && (x.count === 0 || flatStep(x, x.count) === 1)
}

/** One step of SGD; every intermediate is rounded to float32 where PyTorch rounds. */
export function sgdStep(
  _first: Tensor,
  params: readonly Tensor[],
  grads: readonly Tensor[],
  buffers: readonly Tensor[] | null,
  step: SgdStep,
): true | undefined {
  if (!params.every(plain) || !grads.every(plain) || (buffers !== null && !buffers.every(plain))) return undefined
  for (let i = 0; i < params.length; i++) {
    const p = params[i]!
    if (buffers === null) plainStep(p, grads[i]!, step)
    else {
      momentumStep(p, grads[i]!, buffers[i]!, step)
      wrote(buffers[i]!)
    }
    wrote(p)
  }
  return true
}

function plainStep(p: Tensor, g: Tensor, { lr, weightDecay, maximize }: SgdStep): void {
  const x = p.storage.array
  const d = g.storage.array
  let at = start(p)
  let from = start(g)
  const sign = maximize ? -1 : 1
  const rate = Math.fround(-lr)
  const decay = Math.fround(weightDecay)
  for (const end = at + p.count; at < end; at++, from++) {
    let grad = sign * d[from]!
    if (decay !== 0) grad = Math.fround(grad + decay * x[at]!)
    x[at] = x[at]! + rate * grad
  }
}

function momentumStep(p: Tensor, g: Tensor, b: Tensor, step: SgdStep): void {
  const { nesterov, first } = step
  const x = p.storage.array
  const d = g.storage.array
  const m = b.storage.array
  let at = start(p)
  let from = start(g)
  let to = start(b)
  const sign = step.maximize ? -1 : 1
  const rate = Math.fround(-step.lr)
  const decay = Math.fround(step.weightDecay)
  const momentum = Math.fround(step.momentum)
  const share = Math.fround(1 - step.dampening)
  for (const end = at + p.count; at < end; at++, from++, to++) {
    let grad = sign * d[from]!
    if (decay !== 0) grad = Math.fround(grad + decay * x[at]!)
    const moved = first ? grad : Math.fround(Math.fround(m[to]! * momentum) + share * grad)
    m[to] = moved
    const way = nesterov ? Math.fround(grad + momentum * moved) : moved
    x[at] = x[at]! + rate * way
  }
}
