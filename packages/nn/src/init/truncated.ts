import { bindOptions, emptyLike, noGrad, type Tensor, tensor as tensorOf, where } from '@tsorch/core'
import { type GeneratorOptions, generatorOf } from './fill.js'

/** Options of {@link truncNormal_}. */
export interface TruncNormalOptions extends GeneratorOptions {
  /** 0 if not given. */
  mean?: number
  /** Standard deviation before the cut, 1 if not given. */
  std?: number
  /** Lower bound, -2 if not given. */
  a?: number
  /** Upper bound, 2 if not given. */
  b?: number
}

/**
 * The normal distribution cut off to [a, b]: what falls outside is drawn again.
 *
 * Where most of the normal distribution lies outside, candidates are drawn from the uniform one over [a, b] and accepted by
 * their density. Both as PyTorch does it since version 2.
 *
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.trunc_normal_
 */
export function truncNormal_<T extends Tensor>(
  tensor: T,
  mean?: number | TruncNormalOptions,
  std?: number | TruncNormalOptions,
  a?: number | TruncNormalOptions,
  b?: number | TruncNormalOptions,
  options?: TruncNormalOptions,
): T {
  const names = ['mean', 'std', 'a', 'b', 'generator'] as const
  const o = bindOptions<TruncNormalOptions>('truncNormal_', names, [mean, std, a, b, options])
  const normal = { mean: o.mean ?? 0, std: o.std ?? 1 }
  const range = { low: o.a ?? -2, high: o.b ?? 2 }
  const cdf = (x: number): number => normalCdf((x - normal.mean) / normal.std)
  noGrad(() => {
    if (cdf(range.high) - cdf(range.low) > 0.3) rejectNormals(tensor, normal, range, generatorOf(o))
    else rejectUniforms(tensor, normal, range, generatorOf(o))
  })
  return tensor
}

interface Normal {
  readonly mean: number
  readonly std: number
}

interface Range {
  readonly low: number
  readonly high: number
}

function rejectNormals(x: Tensor, { mean, std }: Normal, range: Range, options: GeneratorOptions): void {
  // the bounds as the dtype has them, so that a value that was rounded to one is inside
  const [low, high] = [range.low, range.high].map((bound) => tensorOf(bound, { dtype: x.dtype }).item()) as [
    number,
    number,
  ]
  let result: Tensor = x.normal_(mean, std, options)
  for (;;) {
    const outside = result.lt(low).logicalOr(result.gt(high))
    if (!outside.any().item()) break
    result = where(outside, emptyLike(result).normal_(mean, std, options), result)
  }
  if (result !== x) x.copy_(result)
}

function rejectUniforms(x: Tensor, { mean, std }: Normal, { low, high }: Range, options: GeneratorOptions): void {
  const mode = Math.max(low, Math.min(mean, high))
  const logPeak = -0.5 * ((mode - mean) / std) ** 2
  const candidates = emptyLike(x)
  const accept = emptyLike(x)
  let result: Tensor = x
  let pending: Tensor | null = null
  do {
    candidates.uniform_(low, high, options)
    result = pending === null ? x.copy_(candidates) : where(pending, candidates, result)
    const logDensity = candidates.sub(mean).div(std).pow(2).mul(-0.5).sub(logPeak)
    const rejected = accept.uniform_(0, 1, options).log().gt(logDensity)
    pending = pending === null ? rejected : pending.logicalAnd(rejected)
  } while (pending.any().item())
  if (result !== x) x.copy_(result)
}

/** How much of the standard normal distribution lies below `x`, by the series of the error function. */
function normalCdf(x: number): number {
  // beyond that a double knows no difference
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0
  let term = x
  let sum = x
  for (let n = 3; Math.abs(term) > 1e-17; n += 2) {
    term *= (x * x) / n
    sum += term
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)
}
