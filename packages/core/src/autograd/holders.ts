/**
 * Who holds the gradients of a running backward pass: each is known to the pass alone until a user is shown it, and its memory
 * comes back when the last node that waits for it has run.
 */
import { release } from '../nursery.js'
import { Owner } from '../storage.js'
import { Tensor } from '../tensor.js'
import { mode } from './mode.js'

/**
 * Counts a gradient that waits at a node: several may show the same memory, and the last one to be used up gives it back.
 * Memory that anybody else may know has another owner and stays.
 */
export function hold(g: Tensor): void {
  const { handle } = g.storage
  if (handle !== null) handle.holders++
}

/** Opposite of {@link hold}. */
export function drop(g: Tensor): void {
  const { handle } = g.storage
  if (handle !== null && --handle.holders === 0 && handle.owner === Owner.pass) release(g.storage)
}

/** Leaves a gradient to the garbage collector: users are about to see it. */
export function handOut(g: Tensor): void {
  const { handle } = g.storage
  if (handle !== null && handle.owner === Owner.pass) handle.owner = Owner.user
}

/** Whether `g`, which only this pass knows, is also the only one of its gradients in that memory. */
export function isAlone(g: Tensor): boolean {
  const { handle } = g.storage
  return handle === null || handle.holders === 1
}

/** A tensor that only this pass knows, unless it is recorded. */
export function ours(g: Tensor): Tensor {
  const { handle } = g.storage
  if (handle !== null && !mode.enabled) handle.owner = Owner.pass
  return g
}

/** What reaches a node: one gradient, or one for each output. */
export type Incoming = Tensor | readonly (Tensor | null)[]

/** Calls `f` with each gradient. */
export function each(grads: Incoming, f: (g: Tensor) => void): void {
  if (grads instanceof Tensor) f(grads)
  else for (const g of grads) if (g !== null) f(g)
}
