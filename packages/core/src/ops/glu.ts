/** Gated linear units. */
import { record } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { wrapDim } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { checkFloating, sigmoid } from './activation.js'
import { cat } from './join.js'
import { mul, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { narrow } from './slicing.js'
import { inFloat } from './wide.js'

function halves(x: Tensor, dim: number): [values: Tensor, gates: Tensor] {
  const size = x.shape[dim]! / 2
  return [narrow(x, dim, 0, size), narrow(x, dim, size, size)]
}

/** Kernel key: {@link glu} of a floating-point tensor along a dimension of even size. */
export const gluOp: Op<[x: Tensor, dim: number], Tensor> = defineOp(
  'glu',
  (x: Tensor, dim: number): Tensor => inFloat((values, gates) => mul(values, sigmoid(gates)), ...halves(x, dim)),
)

/** Kernel key: gradient of {@link glu} from that of its output and the input. */
export const gluGradOp: Op<[g: Tensor, x: Tensor, dim: number], Tensor> = defineComposite(
  'gluGrad',
  (g: Tensor, x: Tensor, dim: number): Tensor =>
    inFloat(
      (h, values, gates) => {
        const open = sigmoid(gates)
        const passed = mul(h, open)
        return cat([passed, mul(mul(passed, sub(1, open)), values)], dim)
      },
      g,
      ...halves(x, dim),
    ),
)

/**
 * The first half of a dimension times the sigmoid of the second (Dauphin et al., 2017).
 *
 * @param x - floating-point tensor with at least one dimension
 * @param dim - the dimension that is halved, of even size; -1 if not given
 * @returns a tensor with half the size in `dim`
 * @throws RuntimeError for a scalar, or for an odd size
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * glu(tensor([1.5, -2.5, 0.0, 0.0])) // tensor([ 0.7500, -1.2500])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.glu.html
 */
export function glu(x: Tensor, dim?: number | { dim?: number }): Tensor {
  checkTensor('glu', 'input', x)
  const o = bindOptions<{ dim: number }>('glu', ['dim'], [dim])
  if (x.ndim === 0) throw new RuntimeError('glu does not support scalars because halving size must be even')
  const d = wrapDim(o.dim ?? -1, x.ndim)
  if (x.shape[d]! % 2 !== 0)
    throw new RuntimeError(`Halving dimension must be even, but dimension ${d} is size ${x.shape[d]}`)
  checkFloating('glu_cpu', x)
  return record('GluBackward0', gluOp(x, d), [x], [x], (g, node) => gluGradOp(g, node.saved(0), d))
}
