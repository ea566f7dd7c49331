/** Weights that sum to 1, drawn as PyTorch draws them. */
import { rand, randn } from '@tsorch/core'

// single numbers: drawn as PyTorch's kernels draw one by one
const normal = (): number => randn([1], { dtype: 'float64' }).item() as number
const uniform = (): number => rand([1], { dtype: 'float64' }).item() as number

/** A number of the gamma distribution. @see https://doi.org/10.1145/358407.358414 Marsaglia and Tsang, 2000 */
function gamma(alpha: number): number {
  if (alpha === 0) return 0
  const boost = alpha < 1 ? (1 - uniform()) ** (1 / alpha) : 1
  // PyTorch's constants are float32
  const d = (alpha < 1 ? alpha + 1 : alpha) - Math.fround(1 / 3)
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    let x = normal()
    let y = 1 + c * x
    while (y <= 0) {
      x = normal()
      y = 1 + c * x
    }
    const v = y * y * y
    const u = 1 - uniform()
    const xx = x * x
    if (u < 1 - Math.fround(0.0331) * xx * xx || Math.log(u) < 0.5 * xx + d * (1 - v + Math.log(v)))
      return boost * d * v
  }
}

/** Numbers of the Dirichlet distribution whose parameters are all `alpha`, in float32. */
export function dirichlet(alpha: number, count: number): number[] {
  const parts = Array.from({ length: count }, () => Math.max(gamma(Math.fround(alpha)), 2.2250738585072014e-308))
  const sum = parts.reduce((a, b) => a + b, 0)
  // neither 0 nor 1
  return parts.map((part) => Math.min(Math.max(Math.fround(part / sum), 2 ** -126), 1 - 2 ** -24))
}
