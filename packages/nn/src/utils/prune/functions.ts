import { onesLike, RuntimeError, type Tensor, ValueError } from '@tsorch/core'
import { isModule } from '../../module/entries.js'
import type { AnyModule } from '../../module/module.js'
import { recomputingOf, recomputingsOf } from '../before-call.js'
import { parametersToVector } from '../convert-parameters.js'
import { parameterNamed, properties } from '../members.js'
import { BasePruningMethod, type PruneOptions, PruningContainer } from './base.js'
import {
  CustomFromMask,
  Identity,
  L1Unstructured,
  LnStructured,
  RandomStructured,
  RandomUnstructured,
} from './methods.js'

/**
 * Makes a mask for a parameter, of ones: nothing is pruned yet.
 *
 * @returns the module
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.identity.html
 */
export function identity<M extends AnyModule>(module: M, name: string): M {
  Identity.apply(module, name)
  return module
}

/**
 * Prunes elements of a parameter at random.
 *
 * @param amount - a share below 1, or how many
 * @returns the module
 * @throws ValueError for an amount that is negative, or more than there are
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.random_unstructured.html
 */
export function randomUnstructured<M extends AnyModule>(module: M, name: string, amount: number): M {
  RandomUnstructured.apply(module, name, amount)
  return module
}

/**
 * Prunes the elements of a parameter with the smallest absolute values.
 *
 * @param amount - a share below 1, or how many
 * @returns the module
 * @throws ValueError for an amount that is negative, or more than there are
 * @example
 * ```ts
 * prune.l1Unstructured(layer, 'weight', 0.3) // 30 % of layer.weight are 0
 * prune.remove(layer, 'weight') // and stay so
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.l1_unstructured.html
 */
export function l1Unstructured<M extends AnyModule>(
  module: M,
  name: string,
  amount: number,
  options: PruneOptions = {},
): M {
  L1Unstructured.apply(module, name, amount, options)
  return module
}

/**
 * Prunes channels of a parameter at random.
 *
 * @param amount - a share below 1, or how many
 * @param dim - the dimension of the channels
 * @returns the module
 * @throws ValueError, IndexError for amounts and dimensions that do not fit
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.random_structured.html
 */
export function randomStructured<M extends AnyModule>(module: M, name: string, amount: number, dim: number): M {
  RandomStructured.apply(module, name, amount, dim)
  return module
}

/**
 * Prunes the channels of a parameter with the smallest n-norm.
 *
 * @param amount - a share below 1, or how many
 * @param n - which norm
 * @param dim - the dimension of the channels
 * @returns the module
 * @throws ValueError, IndexError for amounts and dimensions that do not fit
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.ln_structured.html
 */
export function lnStructured<M extends AnyModule>(
  module: M,
  name: string,
  amount: number,
  n: number,
  dim: number,
  options: PruneOptions = {},
): M {
  LnStructured.apply(module, name, amount, n, dim, options)
  return module
}

/**
 * Prunes what a mask of zeros and ones says.
 *
 * @returns the module
 * @throws RuntimeError if the mask has another shape than the parameter
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.custom_from_mask.html
 */
export function customFromMask<M extends AnyModule>(module: M, name: string, mask: Tensor): M {
  CustomFromMask.apply(module, name, mask)
  return module
}

/** A parameter by its module and name. */
export type ModuleParameter = readonly [module: AnyModule, name: string]

/**
 * Prunes several parameters as if they were one: the smallest of all go, wherever they are.
 *
 * @param pruningMethod - an unstructured method
 * @param options - `amount`, a share below 1 or how many; `importanceScores` of parameters, in their order
 * @throws TypeError for a method that is not unstructured
 * @example
 * ```ts
 * prune.globalUnstructured([[model.fc1, 'weight'], [model.fc2, 'weight']], prune.L1Unstructured, { amount: 0.2 })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.global_unstructured.html
 */
export function globalUnstructured(
  parameters: Iterable<ModuleParameter>,
  pruningMethod: new (amount: number) => BasePruningMethod,
  options: { amount: number; importanceScores?: readonly (Tensor | null)[] },
): void {
  const list = [...parameters]
  const tensors = list.map(([module, name]) => tensorOf(module, name))
  const method = new pruningMethod(options.amount)
  if (method.pruningType !== 'unstructured') {
    throw new TypeError(
      `Only "unstructured" PRUNING_TYPE supported for the \`pruning_method\`. Found method ${pruningMethod.name} of type ${method.pruningType}`,
    )
  }
  const scores = parametersToVector(tensors.map((x, i) => options.importanceScores?.[i] ?? x.detach()))
  const masks = parametersToVector(
    list.map(([module, name], i) => {
      const before = recomputingOf(module, BasePruningMethod, name)
      return before === undefined ? onesLike(tensors[i]!) : (properties(module)[before.names(module)[1]] as Tensor)
    }),
  )
  const kept = new PruningContainer(method).computeMask(scores, masks)
  let start = 0
  for (const [i, [module, name]] of list.entries()) {
    const { count, shape } = tensors[i]!
    customFromMask(module, name, kept.narrow(0, start, count).view(shape))
    start += count
  }
}

/** The tensor as it is now. */
function tensorOf(module: AnyModule, name: string): Tensor {
  const property = recomputingOf(module, BasePruningMethod, name)?.tensorName ?? parameterNamed(module, name)?.property
  if (property === undefined) throw new RuntimeError(`Module '${module}' has no parameter '${name}' to be pruned`)
  return properties(module)[property] as Tensor
}

/**
 * Makes what is left of a parameter its value, which is not pruned any more.
 *
 * @returns the module
 * @throws ValueError if the parameter is not pruned
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.remove.html
 */
export function remove<M extends AnyModule>(module: M, name: string): M {
  const method = recomputingOf(module, BasePruningMethod, name)
  if (method === undefined)
    throw new ValueError(`Parameter '${name}' of module ${module} has to be pruned before pruning can be removed`)
  method.remove(module)
  return module
}

/** Whether any parameter of a model is pruned. @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.is_pruned.html */
export function isPruned(module: AnyModule): boolean {
  if (!isModule(module)) throw new TypeError(`expected a Module, but got ${typeof module}`)
  for (const part of module.modules())
    for (const recomputing of recomputingsOf(part)) if (recomputing instanceof BasePruningMethod) return true
  return false
}
