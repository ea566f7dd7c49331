/** Linear layers. */
import { allocate, linearOp, type Override, override, type Tensor } from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { multiplyWith, spanOf, worthMultiplying } from '../primitives/matmul.js'

export function linearOverrides(set: KernelSet): Override[] {
  const multiply = multiplyWith(set)

  function linear(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor | undefined {
    const [m, k] = x.shape as [number, number]
    const n = weight.shape[0]!
    // one call in place of several
    if (!worthMultiplying(set, x, 8 * m * n * k)) return undefined
    if (bias !== null && (bias.dtype !== x.dtype || (n > 1 && bias.strides[0] !== 1))) return undefined
    const out = allocate(x.storage, x.dtype, [m, n])
    set.begin()
    const a = set.input(spanOf(x))
    const b = set.input(spanOf(weight))
    const added = bias === null ? 0 : set.input(bias)
    const turned = [0, weight.strides[1]!, weight.strides[0]!]
    multiply(x.dtype, [1, m, n, k], a, [0, ...x.strides], b, turned, set.output(out), [0, n, 1], added)
    set.end()
    return out
  }

  return [override(linearOp, linear)]
}
