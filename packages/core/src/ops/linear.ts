import { record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { RuntimeError } from '../errors.js'
import { formatShape, sameShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { mm } from './matmul.js'
import { add, mul } from './pointwise.js'
import { checkTensor } from './promote.js'
import { sum } from './reduce.js'
import { reshape, t } from './view.js'

/** Kernel key: `x @ weight^T + bias` for `x` [rows, in], `weight` [out, in], `bias` [out] or null. */
export const linearOp: Op<[x: Tensor, weight: Tensor, bias: Tensor | null], Tensor> = defineOp(
  'linear',
  (x: Tensor, weight: Tensor, bias: Tensor | null): Tensor => {
    const out = mm(x, t(weight))
    return bias === null ? out : add(out, bias)
  },
)

/**
 * `x @ weight^T + bias`.
 *
 * @param input - shape [..., in]
 * @param weight - shape [out, in], or [in] for a single output without its dimension
 * @param bias - shape [out], or none
 * @returns shape [..., out]
 * @throws RuntimeError if the sizes do not fit
 * @example
 * ```ts
 * linear(randn([5, 3]), randn([2, 3]), zeros([2])) // shape [5, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
 */
export function linear(input: Tensor, weight: Tensor, bias?: Tensor | null | { bias?: Tensor | null }): Tensor {
  checkTensor('linear', 'input', input)
  checkTensor('linear', 'weight', weight)
  const b = (bias !== null && bias !== undefined && !('shape' in bias) ? bias.bias : bias) ?? null
  if (weight.ndim === 1) return withBias(sum(mul(input, weight), -1), b)
  if (weight.ndim !== 2)
    throw new RuntimeError(`linear(): weight must be 1-D or 2-D, but got shape ${formatShape(weight.shape)}`)
  const [outputs, inputs] = weight.shape as [number, number]
  if (input.ndim === 0)
    throw new RuntimeError(`both arguments to linear need to be at least 1D, but they are 0D and ${weight.ndim}D`)
  const features = input.shape[input.ndim - 1]!
  const rows = input.ndim === 1 ? 1 : input.shape.slice(0, -1).reduce((x, y) => x * y, 1)
  if (features !== inputs)
    throw new RuntimeError(`mat1 and mat2 shapes cannot be multiplied (${rows}x${features} and ${inputs}x${outputs})`)
  if (input.dtype !== weight.dtype)
    throw new RuntimeError(
      `mat1 and mat2 must have the same dtype, but got ${input.dtype.label} and ${weight.dtype.label}`,
    )
  const x = input.ndim === 2 ? input : reshape(input, [rows, features])
  // a bias of another shape is broadcast like any addend
  const fused = b === null || sameShape(b.shape, [outputs])
  let out = record(
    'LinearBackward0',
    linearOp(x, weight, fused ? b : null),
    [x, weight, fused ? b : null],
    [x, weight],
    (g, node) => [
      node.needs(0) ? mm(g, node.saved(1)) : null,
      node.needs(1) ? mm(t(g), node.saved(0)) : null,
      node.needs(2) ? sum(g, 0) : null,
    ],
  )
  if (input.ndim !== 2) out = reshape(out, [...input.shape.slice(0, -1), outputs])
  return fused ? out : withBias(out, b)
}

function withBias(out: Tensor, bias: Tensor | null): Tensor {
  return bias === null ? out : add(out, bias)
}
