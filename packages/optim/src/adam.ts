import { adamStepOp, bindOptions, float32, gradOf, type Tensor, ValueError, zeros, zerosLike } from '@tsorch/core'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'

/** Options of {@link Adam}, for all parameters or for a group. */
export interface AdamOptions {
  /** Learning rate, 1e-3 if not given. */
  lr: number
  /** Decay of the averages of the gradient and of its square, `[0.9, 0.999]` if not given. */
  betas: readonly [number, number]
  /** Added to the denominator, 1e-8 if not given. */
  eps: number
  /** L2 penalty, 0 if not given. */
  weightDecay: number
  /** Divides by the greatest average of squares so far instead of the present one. */
  amsgrad: boolean
  /** Goes up instead of down. */
  maximize: boolean
}

interface Moments {
  step: Tensor
  exp_avg: Tensor
  exp_avg_sq: Tensor
  max_exp_avg_sq?: Tensor
}

const NAMES = ['lr', 'betas', 'eps', 'weightDecay', 'amsgrad', 'maximize'] as const

/**
 * Adam: steps scaled by running averages of the gradient and of its square (Kingma and Ba, 2014).
 *
 * @example
 * ```ts
 * const optimizer = new Adam(model.parameters(), { lr: 1e-3 })
 * optimizer.zeroGrad()
 * lossFn(model(input), target).backward()
 * optimizer.step()
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
 */
export class Adam extends Optimizer<AdamOptions> {
  /** @throws ValueError for an option out of its range */
  constructor(params: Params<AdamOptions>, lr?: number | Partial<AdamOptions>, options?: Partial<AdamOptions>) {
    const given = bindOptions<AdamOptions>('Adam', NAMES, options === undefined ? [lr] : [lr, options])
    const { lr: rate = 1e-3, betas = [0.9, 0.999], eps = 1e-8 } = given
    const { weightDecay = 0, amsgrad = false, maximize = false } = given
    if (!(rate >= 0)) throw new ValueError(`Invalid learning rate: ${rate}`)
    if (!(eps >= 0)) throw new ValueError(`Invalid epsilon value: ${eps}`)
    for (const i of [0, 1] as const)
      if (!(betas[i] >= 0 && betas[i] < 1)) throw new ValueError(`Invalid beta parameter at index ${i}: ${betas[i]}`)
    if (!(weightDecay >= 0)) throw new ValueError(`Invalid weight_decay value: ${weightDecay}`)
    super(params, { lr: rate, betas, eps, weightDecay, amsgrad, maximize })
  }

  protected override updateGroup(group: ParamGroup<AdamOptions>): void {
    const { lr, betas, eps, weightDecay, amsgrad, maximize } = group
    const params = group.params.filter((p) => gradOf(p) !== null)
    const [first] = params
    if (first === undefined) return
    const moments = params.map((p) => this.#moments(p, amsgrad))
    const steps = moments.map(({ step }) => Number(step.add_(1).item()))
    adamStepOp(
      first,
      params,
      params.map((p) => gradOf(p)!),
      moments.map((m) => m.exp_avg),
      moments.map((m) => m.exp_avg_sq),
      amsgrad ? moments.map((m) => m.max_exp_avg_sq!) : null,
      { lr, beta1: betas[0], beta2: betas[1], eps, weightDecay, decoupledWeightDecay: false, maximize, steps },
    )
  }

  #moments(p: Tensor, amsgrad: boolean): Moments {
    let entry = this.state.get(p)
    if (entry === undefined) {
      // On the CPU for parameters anywhere, since each step reads it.
      entry = { step: zeros([], { dtype: float32, device: 'cpu' }), exp_avg: zerosLike(p), exp_avg_sq: zerosLike(p) }
      this.state.set(p, entry)
    }
    if (amsgrad) entry.max_exp_avg_sq ??= zerosLike(p)
    return entry as unknown as Moments
  }
}
