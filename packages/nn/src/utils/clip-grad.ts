/** Limits for gradients, applied between `backward()` and the optimizer's step. */
import { bindOptions, div, gradOf, noGrad, RuntimeError, stack, Tensor, tensor, vectorNorm } from '@tsorch/core'

/** One tensor, or several. */
export type Tensors = Tensor | Iterable<Tensor>

function listOf(tensors: Tensors): Tensor[] {
  return tensors instanceof Tensor ? [tensors] : [...tensors]
}

function gradsOf(parameters: Tensors): Tensor[] {
  return listOf(parameters).flatMap((p) => gradOf(p) ?? [])
}

/** Options of the norms of gradients. */
export interface NormOptions {
  /** Which p-norm, 2 if not given; `Infinity` is the largest element. */
  normType?: number
  /** Throws if the norm is NaN or infinite, instead of scaling by it. */
  errorIfNonfinite?: boolean
  /** Accepted for PyTorch's sake. */
  foreach?: boolean | null
}
const normNames = ['normType', 'errorIfNonfinite', 'foreach'] as const

/**
 * The norm of several tensors taken together as one vector.
 *
 * @throws RuntimeError if it is not finite, with `errorIfNonfinite`
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.get_total_norm.html
 */
export function getTotalNorm(tensors: Tensors, normType?: number | NormOptions, options?: NormOptions): Tensor {
  const o = bindOptions<NormOptions>('getTotalNorm', normNames, [normType, options])
  const list = listOf(tensors)
  const p = o.normType ?? 2
  if (list.length === 0) return tensor(0, { dtype: 'float32' })
  return noGrad(() => {
    const { device } = list[0]!
    const norms = list.map((x) => {
      const norm = vectorNorm(x, p)
      return norm.device === device ? norm : norm.to(device)
    })
    const total = vectorNorm(stack(norms), p)
    if (o.errorIfNonfinite === true && !Number.isFinite(total.item())) {
      throw new RuntimeError(
        `The total norm of order ${p} for gradients from \`parameters\` is non-finite, so it cannot be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set errorIfNonfinite: false`,
      )
    }
    return total
  })
}

/**
 * Scales gradients, in place, as if their norm `totalNorm` had been at most `maxNorm`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grads_with_norm_.html
 */
export function clipGradsWithNorm_(parameters: Tensors, maxNorm: number, totalNorm: Tensor): void {
  noGrad(() => {
    const grads = gradsOf(parameters)
    if (grads.length === 0) return
    // multiplied even where nothing is to be clipped: asking would have to wait for the device
    const factor = div(maxNorm, totalNorm.add(1e-6)).clamp({ max: 1 })
    for (const grad of grads) grad.mul_(factor.to({ device: grad.device, dtype: grad.dtype }))
  })
}

/**
 * Limits the norm of all gradients taken together as one vector, in place.
 *
 * @param maxNorm - the largest norm that is left as it is
 * @returns the norm before
 * @throws RuntimeError if it is not finite, with `errorIfNonfinite`
 * @example
 * ```ts
 * loss.backward()
 * clipGradNorm_(model.parameters(), 1)
 * optimizer.step()
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 */
export function clipGradNorm_(
  parameters: Tensors,
  maxNorm: number,
  normType?: number | NormOptions,
  options?: NormOptions,
): Tensor {
  const o = bindOptions<NormOptions>('clipGradNorm_', normNames, [normType, options])
  const list = listOf(parameters)
  const total = getTotalNorm(gradsOf(list), o)
  clipGradsWithNorm_(list, maxNorm, total)
  return total
}

/**
 * Limits every element of every gradient to [-clipValue, clipValue], in place.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
 */
export function clipGradValue_(parameters: Tensors, clipValue: number, _options?: { foreach?: boolean | null }): void {
  noGrad(() => {
    for (const grad of gradsOf(parameters)) grad.clamp_({ min: -clipValue, max: clipValue })
  })
}
