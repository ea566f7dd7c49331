/** Weight normalisation, by a hook before each call. `parametrizations.weightNorm` is the newer form. */
import { bindOptions, div, mul, RuntimeError, type Tensor, ValueError, vectorNorm } from '@tsorch/core'
import type { AnyModule } from '../module/module.js'
import { Parameter } from '../parameter.js'
import { baseKey, type Recomputing, recomputeBeforeCalls, recomputingOf, stopRecomputing } from './before-call.js'
import { deleteMember, parameterNamed, properties } from './members.js'

/** Options of {@link weightNorm}. */
export interface WeightNormOptions {
  /** Name of the parameter, `'weight'` if not given. */
  name?: string
  /** The dimension along which each slice has a norm of its own, 0 if not given; null for one norm of all. */
  dim?: number | null
}

/** The 2-norm of each slice along a dimension, broadcasting to `v`; of all, without a dimension. */
export function normExceptDim(v: Tensor, dim: number | null): Tensor {
  // -1 has always meant the same as none
  if (dim === null || dim === -1) return vectorNorm(v)
  const along = dim < 0 ? dim + v.ndim : dim
  return vectorNorm(v, 2, { dim: v.shape.map((_, d) => d).filter((d) => d !== along), keepdim: true })
}

/** `g` in the direction of `v`. */
export function withNorm(v: Tensor, g: Tensor, dim: number | null): Tensor {
  return mul(v, div(g, normExceptDim(v, dim)))
}

class WeightNorm implements Recomputing {
  readonly tensorName: string
  private readonly dim: number | null

  constructor(tensorName: string, dim: number | null) {
    this.tensorName = tensorName
    this.dim = dim
  }

  /** The names of norm and direction in a module. */
  private names(module: AnyModule): [g: string, v: string] {
    const key = baseKey(module, this.tensorName)
    return [`${key}_g`, `${key}_v`]
  }

  private weight(module: AnyModule): Tensor {
    const [g, v] = this.names(module)
    return withNorm(properties(module)[v] as Tensor, properties(module)[g] as Tensor, this.dim)
  }

  apply(module: AnyModule, weight: Parameter): void {
    const [g, v] = this.names(module)
    deleteMember(module, this.tensorName)
    module.registerParameter(g, new Parameter(normExceptDim(weight.detach(), this.dim)))
    module.registerParameter(v, new Parameter(weight.detach()))
    this.recompute(module)
    recomputeBeforeCalls(module, this)
  }

  recompute(module: AnyModule): void {
    properties(module)[this.tensorName] = this.weight(module)
  }

  remove(module: AnyModule): void {
    const weight = this.weight(module)
    for (const name of [this.tensorName, ...this.names(module)]) deleteMember(module, name)
    module.registerParameter(this.tensorName, new Parameter(weight.detach()))
    stopRecomputing(module, this)
  }
}

/**
 * Splits a parameter into norm and direction (Salimans and Kingma, 2016): `weight` is computed before each call from the
 * parameters `weight_g` and `weight_v`.
 *
 * @returns the module
 * @throws RuntimeError if that was done already
 * @throws ValueError if there is no such parameter
 * @example
 * ```ts
 * const layer = weightNorm(new Linear(20, 40)) // weight_g has shape [40, 1], weight_v [40, 20]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.weight_norm.html
 */
export function weightNorm<M extends AnyModule>(
  module: M,
  name?: string | WeightNormOptions,
  dim?: number | null | WeightNormOptions,
): M {
  const o = bindOptions<WeightNormOptions>('weightNorm', ['name', 'dim'], [name, dim])
  const wanted = o.name ?? 'weight'
  if (recomputingOf(module, WeightNorm, wanted) !== undefined)
    throw new RuntimeError(`Cannot register two weight_norm hooks on the same parameter ${wanted}`)
  const own = parameterNamed(module, wanted)
  if (own === undefined) throw new ValueError(`Module '${module}' has no parameter with name '${wanted}'`)
  new WeightNorm(own.property, o.dim === undefined ? 0 : o.dim).apply(module, own.value)
  return module
}

/**
 * Makes one parameter again of what {@link weightNorm} split.
 *
 * @returns the module
 * @throws ValueError if the parameter is not split
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.remove_weight_norm.html
 */
export function removeWeightNorm<M extends AnyModule>(module: M, name?: string | { name?: string }): M {
  const wanted = bindOptions<{ name: string }>('removeWeightNorm', ['name'], [name]).name ?? 'weight'
  const found = recomputingOf(module, WeightNorm, wanted)
  if (found === undefined) throw new ValueError(`weight_norm of '${wanted}' not found in ${module}`)
  found.remove(module)
  return module
}
