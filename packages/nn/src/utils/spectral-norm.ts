/** Spectral normalisation, by a hook before each call. `parametrizations.spectralNorm` is the newer form. */
import {
  bindOptions,
  div,
  dot,
  empty,
  flatten,
  mv,
  noGrad,
  permute,
  RuntimeError,
  type Tensor,
  t,
  ValueError,
} from '@tsorch/core'
import { normalize } from '../functional/normalization.js'
import { ConvTransposeNd } from '../layers/conv-transpose.js'
import type { AnyModule } from '../module/module.js'
import { Parameter } from '../parameter.js'
import { baseKey, type Recomputing, recomputeBeforeCalls, recomputingOf, stopRecomputing } from './before-call.js'
import { deleteMember, parameterNamed, properties } from './members.js'

/** Options of {@link spectralNorm}. */
export interface SpectralNormOptions {
  /** Name of the parameter, `'weight'` if not given. */
  name?: string
  /** Steps of the power iteration a call while training, 1 if not given. */
  nPowerIterations?: number
  /** Added where a norm is divided by, 1e-12 if not given. */
  eps?: number
  /** The dimension of the outputs; 1 for transposed convolutions and 0 for all others, if not given. */
  dim?: number | null
}
/** Names of {@link SpectralNormOptions}, in the order of positions. */
export const spectralNames = ['name', 'nPowerIterations', 'eps', 'dim'] as const

/** The dimension of a module's outputs in its weight. */
export function outputDim(module: AnyModule): number {
  return module instanceof ConvTransposeNd ? 1 : 0
}

/** A weight as a matrix with a row for each output. */
export function asMatrix(weight: Tensor, dim: number): Tensor {
  const others = weight.shape.map((_, d) => d).filter((d) => d !== dim)
  return flatten(dim === 0 ? weight : permute(weight, [dim, ...others]), 1)
}

/** A vector of length 1. */
export function unit(x: Tensor, eps: number): Tensor {
  return normalize(x, { dim: 0, eps })
}

/** A direction to start from. */
export function drawnUnit(like: Tensor, size: number, eps: number): Tensor {
  return unit(empty([size], { dtype: like.dtype, device: like.device }).normal_(0, 1), eps)
}

/** @throws ValueError unless there is at least one step */
export function checkIterations(n: number): void {
  if (n <= 0) throw new ValueError(`Expected n_power_iterations to be positive, but got n_power_iterations=${n}`)
}

class SpectralNorm implements Recomputing {
  readonly tensorName: string
  private readonly nPowerIterations: number
  private readonly eps: number
  private readonly dim: number

  constructor(tensorName: string, nPowerIterations: number, eps: number, dim: number) {
    this.tensorName = tensorName
    this.nPowerIterations = nPowerIterations
    this.eps = eps
    this.dim = dim
  }

  /** The names in a module of the weight as it is trained, and of its singular vectors. */
  private names(module: AnyModule): [original: string, u: string, v: string] {
    const key = baseKey(module, this.tensorName)
    return [`${key}_orig`, `${key}_u`, `${key}_v`]
  }

  private weight(module: AnyModule, iterate: boolean): Tensor {
    const [weight, u, v] = this.names(module).map((name) => properties(module)[name]) as [Tensor, Tensor, Tensor]
    const matrix = asMatrix(weight, this.dim)
    if (iterate) {
      noGrad(() => {
        for (let i = 0; i < this.nPowerIterations; i++) {
          v.copy_(unit(mv(t(matrix), u), this.eps))
          u.copy_(unit(mv(matrix, v), this.eps))
        }
      })
    }
    // copies: a second call before the backward pass of this one changes the buffers
    const sigma = dot(u.clone(), mv(matrix, v.clone()))
    return div(weight, sigma)
  }

  apply(module: AnyModule, weight: Parameter): void {
    const [original, u, v] = this.names(module)
    const [rows, columns] = asMatrix(weight.detach(), this.dim).shape as [number, number]
    const [left, right] = [drawnUnit(weight, rows, this.eps), drawnUnit(weight, columns, this.eps)]
    deleteMember(module, this.tensorName)
    module.registerParameter(original, weight)
    properties(module)[this.tensorName] = weight.detach()
    module.registerBuffer(u, left)
    module.registerBuffer(v, right)
    recomputeBeforeCalls(module, this)
  }

  recompute(module: AnyModule): void {
    properties(module)[this.tensorName] = this.weight(module, module.training)
  }

  remove(module: AnyModule): void {
    const weight = noGrad(() => this.weight(module, false))
    for (const name of [this.tensorName, ...this.names(module)]) deleteMember(module, name)
    module.registerParameter(this.tensorName, new Parameter(weight))
    stopRecomputing(module, this)
  }
}

/**
 * Divides a parameter by its largest singular value (Miyato et al., 2018): `weight` is computed before each call from the
 * parameter `weight_orig`, with the singular vectors in the buffers `weight_u` and `weight_v`, which a power iteration brings up
 * to date while training.
 *
 * @returns the module
 * @throws RuntimeError if that was done already
 * @throws ValueError if there is no such parameter, or `nPowerIterations` is not positive
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.spectral_norm.html
 */
export function spectralNorm<M extends AnyModule>(
  module: M,
  name?: string | SpectralNormOptions,
  nPowerIterations?: number | SpectralNormOptions,
  eps?: number | SpectralNormOptions,
  dim?: number | null | SpectralNormOptions,
): M {
  const o = bindOptions<SpectralNormOptions>('spectralNorm', spectralNames, [name, nPowerIterations, eps, dim])
  const { name: wanted = 'weight', nPowerIterations: n = 1 } = o
  if (recomputingOf(module, SpectralNorm, wanted) !== undefined)
    throw new RuntimeError(`Cannot register two spectral_norm hooks on the same parameter ${wanted}`)
  checkIterations(n)
  const own = parameterNamed(module, wanted)
  if (own === undefined)
    throw new ValueError(`\`SpectralNorm\` cannot be applied: module '${module}' has no parameter '${wanted}'`)
  new SpectralNorm(own.property, n, o.eps ?? 1e-12, o.dim ?? outputDim(module)).apply(module, own.value)
  return module
}

/**
 * Takes {@link spectralNorm} away from a parameter, which stays divided.
 *
 * @returns the module
 * @throws ValueError if the parameter is not divided
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.remove_spectral_norm.html
 */
export function removeSpectralNorm<M extends AnyModule>(module: M, name?: string | { name?: string }): M {
  const wanted = bindOptions<{ name: string }>('removeSpectralNorm', ['name'], [name]).name ?? 'weight'
  const found = recomputingOf(module, SpectralNorm, wanted)
  if (found === undefined) throw new ValueError(`spectral_norm of '${wanted}' not found in ${module}`)
  found.remove(module)
  return module
}
