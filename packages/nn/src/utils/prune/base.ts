import {
  IndexError,
  indexSelect,
  maskedSelect,
  mul,
  nonzero,
  onesLike,
  RuntimeError,
  type Tensor,
  ValueError,
} from '@tsorch/core'
import type { AnyModule } from '../../module/module.js'
import type { Parameter } from '../../parameter.js'
import { baseKey, type Recomputing, recomputeBeforeCalls, recomputingOf, stopRecomputing } from '../before-call.js'
import { deleteMember, parameterNamed, properties } from '../members.js'

/** What parts of a tensor a method prunes: single elements, whole channels, or what it likes. */
export type PruningType = 'unstructured' | 'structured' | 'global'

/** Options of {@link BasePruningMethod.apply}. */
export interface PruneOptions {
  /** By what elements are judged, in the place of their values: a tensor of the parameter's shape. */
  importanceScores?: Tensor
}

function sizeText(x: Tensor): string {
  return `torch.Size([${x.shape.join(', ')}])`
}

/**
 * A way of pruning: subclasses say which elements are kept. The parameter is then called `weight_orig`, what is kept of it is a
 * buffer of zeros and ones, `weight_mask`, and `weight` is their product, computed before each call.
 *
 * @example
 * ```ts
 * class EveryOther extends BasePruningMethod {
 *   override readonly pruningType = 'unstructured'
 *   override computeMask(_t: Tensor, defaultMask: Tensor): Tensor {
 *     return defaultMask.clone().flatten().indexFill_(0, arange(0, defaultMask.numel(), 2), 0).viewAs(defaultMask)
 *   }
 * }
 * EveryOther.apply(layer, 'bias')
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.prune.BasePruningMethod.html
 */
export abstract class BasePruningMethod implements Recomputing {
  abstract readonly pruningType: PruningType
  /** The property that is pruned. */
  tensorName = ''

  /**
   * What is kept.
   *
   * @param t - importance scores of the tensor, or its values
   * @param defaultMask - what was kept before, of the same shape
   * @returns zeros and ones
   */
  abstract computeMask(t: Tensor, defaultMask: Tensor): Tensor

  /** Names of the original and of the mask in a module. */
  names(module: AnyModule): [original: string, mask: string] {
    const key = baseKey(module, this.tensorName)
    return [`${key}_orig`, `${key}_mask`]
  }

  /** The tensor as it is pruned. */
  applyMask(module: AnyModule): Tensor {
    const [original, mask] = this.names(module).map((name) => properties(module)[name]) as [Tensor, Tensor]
    return mul(mask.to(original.dtype), original)
  }

  recompute(module: AnyModule): void {
    properties(module)[this.tensorName] = this.applyMask(module)
  }

  /**
   * Prunes a parameter, on top of what was pruned of it before.
   *
   * @param name - name of the parameter
   * @param args - what the method is constructed with, and {@link PruneOptions}
   * @returns the method, or the container with those before it
   * @throws RuntimeError if there is no such parameter, or the scores have another shape
   */
  static apply<Args extends unknown[], M extends BasePruningMethod>(
    this: new (
      ...args: Args
    ) => M,
    module: AnyModule,
    name: string,
    ...args: [...Args] | [...Args, PruneOptions]
  ): BasePruningMethod {
    const { importanceScores, rest } = separated(args)
    return pruneParameter(module, name, new this(...(rest as Args)), importanceScores)
  }

  /**
   * Any tensor as this method prunes it.
   *
   * @throws RuntimeError if the scores have another shape
   */
  prune(t: Tensor, defaultMask?: Tensor, importanceScores?: Tensor): Tensor {
    if (importanceScores !== undefined && importanceScores.shape.join() !== t.shape.join()) {
      throw new RuntimeError(
        `importance_scores should have the same shape as tensor t, got ${sizeText(importanceScores)} vs ${sizeText(t)}`,
      )
    }
    return mul(t, this.computeMask(importanceScores ?? t, defaultMask ?? onesLike(t)))
  }

  /** Makes what is left of a parameter its value, which is not pruned any more. */
  remove(module: AnyModule): void {
    const [original, mask] = this.names(module)
    const weight = this.applyMask(module)
    const parameter = properties(module)[original] as Parameter
    parameter.data = weight.detach()
    for (const name of [this.tensorName, original, mask]) deleteMember(module, name)
    module.registerParameter(this.tensorName, parameter)
    stopRecomputing(module, this)
  }
}

/** Arguments of `apply`, without what is not for the constructor. */
function separated(args: readonly unknown[]): { importanceScores: Tensor | undefined; rest: unknown[] } {
  const last = args.at(-1)
  const isOptions = typeof last === 'object' && last !== null && Object.getPrototypeOf(last) === Object.prototype
  if (!isOptions) return { importanceScores: undefined, rest: [...args] }
  const { importanceScores, ...others } = last as PruneOptions
  const rest = args.slice(0, -1)
  return { importanceScores, rest: Object.keys(others).length === 0 ? rest : [...rest, others] }
}

/** Several methods, one after the other, that prune one tensor. */
export class PruningContainer extends BasePruningMethod {
  override readonly pruningType = 'global'
  private readonly methods: BasePruningMethod[] = []

  constructor(...methods: BasePruningMethod[]) {
    super()
    this.tensorName = methods[0]?.tensorName ?? ''
    for (const method of methods) this.addPruningMethod(method)
  }

  /** @throws TypeError, ValueError if it is no method, or one of another tensor */
  addPruningMethod(method: BasePruningMethod): void {
    if (!(method instanceof BasePruningMethod))
      throw new TypeError(`${typeof method} is not a BasePruningMethod subclass`)
    if (method.tensorName !== this.tensorName)
      throw new ValueError(
        `Can only add pruning methods acting on the parameter named '${this.tensorName}' to PruningContainer. Found '${method.tensorName}'`,
      )
    this.methods.push(method)
  }

  get length(): number {
    return this.methods.length
  }

  *[Symbol.iterator](): IterableIterator<BasePruningMethod> {
    yield* this.methods
  }

  /** The last method prunes what those before it have left. */
  override computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    return combined(this.methods.at(-1)!, t, defaultMask)
  }
}

/** What is kept after `method` pruned what `mask` had kept. */
function combined(method: BasePruningMethod, t: Tensor, mask: Tensor): Tensor {
  const next = mask.to(t.dtype).clone()
  switch (method.pruningType) {
    case 'unstructured': {
      const kept = mask.eq(1)
      return next.maskedScatter_(kept, method.computeMask(maskedSelect(t, kept), maskedSelect(mask, kept)).to(t.dtype))
    }
    case 'structured': {
      const { dim } = method as BasePruningMethod & { dim?: number }
      if (dim === undefined)
        throw new RuntimeError('Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.')
      const along = dim < 0 ? dim + t.ndim : dim
      if (along < 0) throw new IndexError(`Index is out of bounds for tensor with dimensions ${t.ndim}`)
      // channels that are gone altogether are not counted again
      const others = t.shape.map((_, d) => d).filter((d) => d !== along)
      const kept = nonzero(mask.sum(others).ne(0)).flatten()
      const part = method.computeMask(indexSelect(t, along, kept), indexSelect(mask, along, kept))
      return next.indexCopy_(along, kept, part.to(t.dtype))
    }
    case 'global':
      return method.computeMask(t, mask).to(t.dtype)
    default:
      throw new ValueError(`Unrecognized PRUNING_TYPE ${String(method.pruningType)}`)
  }
}

/** Prunes a parameter by a method; nothing is changed if that fails. */
function pruneParameter(
  module: AnyModule,
  name: string,
  method: BasePruningMethod,
  importanceScores: Tensor | undefined,
): BasePruningMethod {
  const before = recomputingOf(module, BasePruningMethod, name)
  const own = before === undefined ? parameterNamed(module, name) : undefined
  const property = before?.tensorName ?? own?.property
  if (property === undefined) throw new RuntimeError(`Module '${module}' has no parameter '${name}' to be pruned`)
  method.tensorName = property
  const [original, mask] = method.names(module)
  const now = properties(module)[property] as Tensor
  if (importanceScores !== undefined && importanceScores.shape.join() !== now.shape.join()) {
    throw new RuntimeError(
      `importance_scores should have the same shape as parameter ${name} of ${module}, got ${sizeText(importanceScores)} vs ${sizeText(now)}`,
    )
  }
  const scores = (importanceScores ?? now).detach()
  const acting = before === undefined ? method : new PruningContainer(...methodsOf(before), method)
  const kept = before === undefined ? onesLike(scores) : (properties(module)[mask] as Tensor).detach().clone()
  const next = acting.computeMask(scores, kept)
  if (before !== undefined) stopRecomputing(module, before)
  if (own !== undefined) {
    deleteMember(module, property)
    module.registerParameter(original, own.value)
  }
  module.registerBuffer(mask, next)
  acting.recompute(module)
  recomputeBeforeCalls(module, acting)
  return acting
}

function methodsOf(method: BasePruningMethod): Iterable<BasePruningMethod> {
  return method instanceof PruningContainer ? method : [method]
}
