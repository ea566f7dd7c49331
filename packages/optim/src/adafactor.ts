import { bindOptions, finfo, type Tensor, ValueError, zeros, zerosLike } from '@tsorch/core'
import { type ImplementationOptions, implementation } from './implementation.js'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { type Counted, stepped } from './state.js'

/** Options of {@link Adafactor}, for all parameters or for a group. */
export interface AdafactorOptions extends Pick<ImplementationOptions, 'foreach'> {
  /** The largest relative step, and what weights decay by; 0.01 if not given. */
  lr: number
  /** The average of squares decays by `1 - t ** beta2Decay` at step t; -0.8 if not given. */
  beta2Decay: number
  /**
   * The smallest root of a mean square that gradients are divided by (null: the precision of the dtype), and the smallest size
   * of a parameter that steps are relative to; `[null, 1e-3]` if not given.
   */
  eps: readonly [number | null, number]
  /** Root mean square beyond which steps are cut, 1 if not given. */
  d: number
  /** Shrinks the parameters themselves, 0 if not given. */
  weightDecay: number
  /** Goes up instead of down. */
  maximize: boolean
}

/** Of a matrix only the means of its rows and columns are kept; of what has less than two dimensions everything. */
interface Squares extends Counted {
  row_var?: Tensor
  col_var?: Tensor
  variance?: Tensor
}

const NAMES = ['lr', 'beta2Decay', 'eps', 'd', 'weightDecay', 'foreach', 'maximize'] as const

function checkOptions({ lr, beta2Decay, eps, d, weightDecay }: Omit<AdafactorOptions, 'foreach' | 'maximize'>): void {
  const [eps1, eps2] = eps
  if (!(lr >= 0)) throw new ValueError(`Learning rate should be >= 0 but is: ${lr}`)
  if (!(beta2Decay <= 0)) throw new ValueError(`beta2_decay should be <= 0 but is: ${beta2Decay}`)
  if (eps1 !== null && !(eps1 >= 0)) throw new ValueError(`epsilon1 should be >= 0 but is: ${eps1}`)
  if (!(eps2 >= 0)) throw new ValueError(`epsilon2 should be >= 0 but is: ${eps2}`)
  if (!(d >= 1)) throw new ValueError(`Clipping threshold d should be >= 1 but is: ${d}`)
  if (!(weightDecay >= 0)) throw new ValueError(`weight_decay should be >= 0 but is: ${weightDecay}`)
}

/**
 * Adam's scaling with a memory of one number a row and one a column of each matrix (Shazeer and Stern, 2018). Steps are relative
 * to the size of the parameters, and fall with the root of their number.
 *
 * @example
 * ```ts
 * const optimizer = new Adafactor(model.parameters(), { lr: 0.01 })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adafactor.html
 */
export class Adafactor extends Optimizer<AdafactorOptions> {
  /** @throws ValueError for an option out of its range */
  constructor(
    params: Params<AdafactorOptions>,
    lr?: number | Partial<AdafactorOptions>,
    options?: Partial<AdafactorOptions>,
  ) {
    const given = bindOptions<AdafactorOptions>('Adafactor', NAMES, options === undefined ? [lr] : [lr, options])
    const { lr: rate = 0.01, beta2Decay = -0.8, eps = [null, 1e-3], d = 1, weightDecay = 0, maximize = false } = given
    checkOptions({ lr: rate, beta2Decay, eps, d, weightDecay })
    const { foreach } = implementation('Adafactor', given)
    super(params, { lr: rate, beta2Decay, eps, d, weightDecay, foreach, maximize })
  }

  protected override updateGroup(group: ParamGroup<AdafactorOptions>): void {
    const { params, lr, beta2Decay, eps, d, weightDecay, maximize } = group
    for (const { p, grad, memory, step } of stepped<Squares>(this.state, params, newSquares)) {
      const g = maximize ? grad.neg() : grad
      const eps1 = eps[0] ?? finfo(p.dtype).eps
      const size = Number(p.norm(2).item()) / Math.sqrt(p.numel())
      const rate = Math.max(eps[1], size) * Math.min(lr, 1 / Math.sqrt(step))
      if (weightDecay !== 0) p.mul_(1 - lr * weightDecay)
      const squares = estimate(memory, g, step ** beta2Decay, eps1)
      // clamped by the square of eps1, whose root comes next
      const way = squares
        .clamp_({ min: eps1 * eps1 })
        .rsqrt_()
        .mul_(g)
      const cut = Math.max(1, Number(way.norm(2).item()) / (Math.sqrt(way.numel()) * d))
      p.add_(way, { alpha: -rate / cut })
    }
  }
}

function newSquares(_: Tensor, grad: Tensor): Omit<Squares, 'step'> {
  const { shape, dtype, device, ndim } = grad
  if (ndim < 2) return { variance: zerosLike(grad.detach()) }
  const one = (dim: number) =>
    zeros(
      shape.map((size, i) => (i === dim ? 1 : size)),
      { dtype, device },
    )
  return { row_var: one(ndim - 1), col_var: one(ndim - 2) }
}

/** Moves the averages by `weight` towards the squares of a gradient; gives what they say of each element, as a new tensor. */
function estimate({ row_var: rows, col_var: cols, variance }: Squares, g: Tensor, weight: number, eps: number): Tensor {
  if (rows === undefined || cols === undefined) return variance!.lerp_(g.mul(g), weight).clone()
  const mean = (dim: number) => g.norm({ p: 2, dim, keepdim: true }).square_().div_(g.size(dim))
  rows.lerp_(mean(-1), weight)
  cols.lerp_(mean(-2), weight)
  return rows.matmul(cols).div_(rows.mean(-2, true).clamp_({ min: eps }))
}
