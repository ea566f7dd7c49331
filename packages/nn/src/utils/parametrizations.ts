/** `nn.utils.parametrizations`: weight and spectral normalisation as parametrizations. */
import { bindOptions, div, IndexError, mv, noGrad, Tensor, t, ValueError, vdot } from '@tsorch/core'
import { type AnyModule, Layer, Module } from '../module/module.js'
import { memberNamed, properties } from './members.js'
import { registerParametrization } from './parametrize/register.js'
import {
  asMatrix,
  checkIterations,
  drawnUnit,
  outputDim,
  type SpectralNormOptions,
  spectralNames,
  unit,
} from './spectral-norm.js'
import { normExceptDim, type WeightNormOptions, withNorm } from './weight-norm.js'

class _WeightNorm extends Module<[g: Tensor, v: Tensor], Tensor> {
  dim: number | null

  constructor(dim: number | null) {
    super()
    this.dim = dim
  }

  override forward(g: Tensor, v: Tensor): Tensor {
    return withNorm(v, g, this.dim)
  }

  rightInverse(weight: Tensor): readonly Tensor[] {
    return [normExceptDim(weight, this.dim), weight]
  }
}

/**
 * Splits a parameter into norm and direction (Salimans and Kingma, 2016), which are trained in its place: `original0` and
 * `original1` of the parametrization. States of models with the older `weightNorm` can be loaded.
 *
 * @returns the module
 * @throws ValueError if there is no such parameter
 * @example
 * ```ts
 * const layer = parametrizations.weightNorm(new Linear(20, 40))
 * Object.keys(layer.stateDict()) // bias, parametrizations.weight.original0, parametrizations.weight.original1
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.weight_norm.html
 */
export function weightNorm<M extends AnyModule>(
  module: M,
  name?: string | WeightNormOptions,
  dim?: number | null | WeightNormOptions,
): M {
  const o = bindOptions<WeightNormOptions>('weightNorm', ['name', 'dim'], [name, dim])
  const wanted = o.name ?? 'weight'
  const key = memberNamed(module, wanted)?.key ?? wanted
  registerParametrization(module, wanted, new _WeightNorm(o.dim === undefined ? 0 : o.dim), { unsafe: true })
  module.registerLoadStateDictPreHook((_module, state, prefix) => {
    const [g, v] = [`${prefix}${key}_g`, `${prefix}${key}_v`]
    const [norm, direction] = [state[g], state[v]]
    if (norm === undefined || direction === undefined) return
    delete state[g]
    delete state[v]
    state[`${prefix}parametrizations.${key}.original0`] = norm
    state[`${prefix}parametrizations.${key}.original1`] = direction
  })
  return module
}

class _SpectralNorm extends Layer {
  dim: number
  eps: number
  nPowerIterations: number
  declare _u: Tensor
  declare _v: Tensor

  constructor(weight: Tensor, nPowerIterations: number, dim: number, eps: number) {
    super()
    const { ndim } = weight
    if (dim >= ndim || dim < -ndim)
      throw new IndexError(`Dimension out of range (expected to be in range of [-${ndim}, ${ndim - 1}] but got ${dim})`)
    checkIterations(nPowerIterations)
    this.dim = dim < 0 ? dim + ndim : dim
    this.eps = eps
    this.nPowerIterations = nPowerIterations
    // the norm of a vector needs no iteration
    if (ndim === 1) return
    const matrix = asMatrix(weight.detach(), this.dim)
    const [rows, columns] = matrix.shape as [number, number]
    this.registerBuffer('_u', drawnUnit(weight, rows, eps))
    this.registerBuffer('_v', drawnUnit(weight, columns, eps))
    this.iterate(matrix, 15)
  }

  private iterate(matrix: Tensor, steps: number): void {
    noGrad(() => {
      for (let i = 0; i < steps; i++) {
        this._u.copy_(unit(mv(matrix, this._v), this.eps))
        this._v.copy_(unit(mv(t(matrix), this._u), this.eps))
      }
    })
  }

  override forward(weight: Tensor): Tensor {
    if (weight.ndim === 1) return unit(weight, this.eps)
    const matrix = asMatrix(weight, this.dim)
    if (this.training) this.iterate(matrix, this.nPowerIterations)
    // copies: a second call before the backward pass of this one changes the buffers
    const sigma = vdot(this._u.clone(), mv(matrix, this._v.clone()))
    return div(weight, sigma)
  }

  rightInverse(value: Tensor): Tensor {
    return value
  }
}

/**
 * Divides a parameter by its largest singular value (Miyato et al., 2018), which a power iteration approximates; while training
 * it takes `nPowerIterations` steps whenever the parameter is read.
 *
 * @returns the module
 * @throws ValueError if there is no such parameter, or `nPowerIterations` is not positive
 * @throws IndexError for a dimension that the parameter does not have
 * @example
 * ```ts
 * const layer = parametrizations.spectralNorm(new Linear(20, 40))
 * layer.weight // its largest singular value is about 1
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.spectral_norm.html
 */
export function spectralNorm<M extends AnyModule>(
  module: M,
  name?: string | SpectralNormOptions,
  nPowerIterations?: number | SpectralNormOptions,
  eps?: number | SpectralNormOptions,
  dim?: number | null | SpectralNormOptions,
): M {
  const o = bindOptions<SpectralNormOptions>('spectralNorm', spectralNames, [name, nPowerIterations, eps, dim])
  const wanted = o.name ?? 'weight'
  const weight = memberNamed(module, wanted)?.value ?? properties(module)[wanted]
  if (!(weight instanceof Tensor))
    throw new ValueError(`Module '${module}' has no parameter or buffer with name '${wanted}'`)
  const norm = new _SpectralNorm(weight, o.nPowerIterations ?? 1, o.dim ?? outputDim(module), o.eps ?? 1e-12)
  return registerParametrization(module, wanted, norm)
}
