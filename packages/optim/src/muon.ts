import { addmm, bfloat16, bindOptions, float32, gradOf, lerp, type Tensor, ValueError, zerosLike } from '@tsorch/core'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { remembered } from './state.js'

/** How the rate of {@link Muon} follows from the shape of a matrix. */
export type AdjustLr = 'original' | 'match_rms_adamw'

/** Options of {@link Muon}, for all parameters or for a group. */
export interface MuonOptions {
  /** Learning rate, 1e-3 if not given. */
  lr: number
  /** Shrinks the parameters themselves, 0.1 if not given. */
  weightDecay: number
  /** Decay of the average of gradients, 0.95 if not given. */
  momentum: number
  /** Looks ahead along the momentum; true if not given. */
  nesterov: boolean
  /** Coefficients of the polynomial `a x + b x^3 + c x^5`, `[3.4445, -4.775, 2.0315]` if not given. */
  nsCoefficients: readonly [a: number, b: number, c: number]
  /** The smallest norm that a matrix is divided by, 1e-7 if not given. */
  eps: number
  /** How often the polynomial is applied, below 100; 5 if not given. */
  nsSteps: number
  /**
   * `'original'` (and null, if not given): times `sqrt(max(1, rows / columns))`. `'match_rms_adamw'`: times
   * `0.2 sqrt(max(rows, columns))`, so that rate and weight decay of AdamW can stay.
   */
  adjustLrFn: AdjustLr | null
}

const NAMES = ['lr', 'weightDecay', 'momentum', 'nesterov', 'nsCoefficients', 'eps', 'nsSteps', 'adjustLrFn'] as const

/**
 * Momentum for the matrices of hidden layers, each step made orthogonal (Jordan et al., 2024). Biases, embeddings and other
 * parameters are for another optimizer.
 *
 * @example
 * ```ts
 * const parameters = [...model.parameters()]
 * const muon = new Muon(parameters.filter((p) => p.ndim === 2), { lr: 0.02 })
 * const adamw = new AdamW(parameters.filter((p) => p.ndim !== 2), { lr: 3e-4 })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Muon.html
 */
export class Muon extends Optimizer<MuonOptions> {
  /** @throws ValueError for an option out of its range, or for a parameter that is not a matrix */
  constructor(params: Params<MuonOptions>, lr?: number | Partial<MuonOptions>, options?: Partial<MuonOptions>) {
    const given = bindOptions<MuonOptions>('Muon', NAMES, options === undefined ? [lr] : [lr, options])
    const { lr: rate = 1e-3, weightDecay = 0.1, momentum = 0.95, nesterov = true, adjustLrFn = null } = given
    const { nsCoefficients = [3.4445, -4.775, 2.0315], eps = 1e-7, nsSteps = 5 } = given
    if (!(rate >= 0)) throw new ValueError(`Learning rate should be >= 0 but is: ${rate}`)
    if (!(momentum >= 0)) throw new ValueError(`momentum should be >= 0 but is: ${momentum}`)
    if (!(weightDecay >= 0)) throw new ValueError(`weight decay should be >= 0 but is: ${weightDecay}`)
    if (adjustLrFn !== null && adjustLrFn !== 'original' && adjustLrFn !== 'match_rms_adamw')
      throw new ValueError(`Adjust learning rate function ${String(adjustLrFn)} is not supported`)
    super(params, { lr: rate, weightDecay, momentum, nesterov, nsCoefficients, eps, nsSteps, adjustLrFn })
    for (const p of this.paramGroups.flatMap((group) => group.params))
      if (p.ndim !== 2)
        throw new ValueError(
          `Muon only supports 2D parameters whereas we found a parameter with size: [${p.shape.join(', ')}]`,
        )
  }

  protected override updateGroup(group: ParamGroup<MuonOptions>): void {
    const { params, lr, weightDecay, momentum, nesterov, nsCoefficients, eps, nsSteps, adjustLrFn } = group
    for (const p of params) {
      const grad = gradOf(p)
      if (grad === null) continue
      const memory = remembered<{ momentum_buffer: Tensor }>(this.state, p, () => ({
        momentum_buffer: zerosLike(grad.detach()),
      }))
      const buffer = memory.momentum_buffer.lerp_(grad, 1 - momentum)
      const way = orthogonal(nesterov ? lerp(grad, buffer, momentum) : buffer, nsCoefficients, nsSteps, eps)
      p.mul_(1 - lr * weightDecay)
      p.add_(way, { alpha: -adjusted(lr, adjustLrFn, p.shape) })
    }
  }
}

/** About the nearest orthogonal matrix: the iteration of Newton and Schulz, which needs products only, in bfloat16. */
function orthogonal(matrix: Tensor, [a, b, c]: MuonOptions['nsCoefficients'], steps: number, eps: number): Tensor {
  if (steps >= 100) throw new ValueError('Number of steps must be less than 100 for computational efficiency')
  if (matrix.ndim !== 2) throw new ValueError('Input tensor gradient must be a 2D matrix')
  const isTall = matrix.size(0) > matrix.size(1)
  // values of bfloat16 in float32: PyTorch too rounds only what a whole product and its addend give
  let x = rounded(isTall ? matrix.t() : matrix)
  // no singular value beyond 1
  x = rounded(x.div(rounded(x.norm()).clamp({ min: eps })))
  for (let i = 0; i < steps; i++) {
    const gram = rounded(x.matmul(x.t()))
    const factor = rounded(addmm(gram, gram, gram, { beta: b, alpha: c }))
    x = rounded(addmm(x, factor, x, { beta: a }))
  }
  return isTall ? x.t() : x
}

function rounded(x: Tensor): Tensor {
  return x.to(bfloat16).to(float32)
}

function adjusted(lr: number, how: AdjustLr | null, [rows = 1, columns = 1]: readonly number[]): number {
  return (
    lr * (how === 'match_rms_adamw' ? 0.2 * Math.sqrt(Math.max(rows, columns)) : Math.sqrt(Math.max(1, rows / columns)))
  )
}
