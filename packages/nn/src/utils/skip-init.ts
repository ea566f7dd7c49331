import { forkRng, RuntimeError } from '@tsorch/core'
import { withoutInit } from '../init/fill.js'
import { type AnyModule, Module } from '../module/module.js'

/**
 * Constructs a module without the work of initialising its parameters, whose values are undefined then, and without drawing
 * from the random stream: for weights that are loaded at once.
 *
 * @throws RuntimeError if it is no class of modules
 * @example
 * ```ts
 * const layer = skipInit(Linear, 4096, 4096, { bias: false })
 * layer.loadStateDict(state)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.skip_init.html
 */
export function skipInit<Args extends unknown[], M extends AnyModule>(
  moduleClass: new (...args: Args) => M,
  ...args: Args
): M {
  if (typeof moduleClass !== 'function' || !(moduleClass.prototype instanceof Module))
    throw new RuntimeError(`Expected a Module; got ${String(moduleClass)}`)
  return forkRng(() => withoutInit(() => new moduleClass(...args)))
}
