import { bindOptions, maximum, type Tensor, ValueError, zerosLike } from '@tsorch/core'
import { checkNotNegative, Optimizer, type ParamGroup, type ParamsOrGroups } from './optimizer.js'

/** Options of {@link Adam}. */
export interface AdamOptions {
  /** Learning rate, 0.001 if not given. */
  lr?: number
  /** Decay of the running means of the gradient and of its square, [0.9, 0.999] if not given. */
  betas?: readonly [number, number]
  /** Added to the denominator, 1e-8 if not given. */
  eps?: number
  weightDecay?: number
  /** Divides by the largest running mean so far. */
  amsgrad?: boolean
  maximize?: boolean
}
type Settings = Required<AdamOptions>
const names = ['lr', 'betas', 'eps', 'weightDecay', 'amsgrad', 'maximize'] as const

/**
 * Adam (Kingma and Ba, 2015).
 *
 * @throws ValueError for options out of range
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
 */
export class Adam extends Optimizer<Settings> {
  constructor(params: ParamsOrGroups<Settings>, options: AdamOptions = {}) {
    const o = bindOptions<AdamOptions>('Adam', names, [options])
    const settings: Settings = {
      lr: 1e-3,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      amsgrad: false,
      maximize: false,
      ...o,
    }
    checkNotNegative('learning rate', settings.lr)
    checkNotNegative('epsilon value', settings.eps)
    settings.betas.forEach((beta, i) => {
      if (!(beta >= 0 && beta < 1)) throw new ValueError(`Invalid beta parameter at index ${i}: ${beta}`)
    })
    checkNotNegative('weight_decay value', settings.weightDecay)
    super(params, settings)
  }

  protected update({ params, lr, betas, eps, weightDecay, amsgrad, maximize }: ParamGroup<Settings>): void {
    const [beta1, beta2] = betas
    for (const p of params) {
      if (p.grad === null) continue
      const state = this.stateOf(p)
      if (state.step === undefined) {
        state.step = 0
        state.expAvg = zerosLike(p.detach())
        state.expAvgSq = zerosLike(p.detach())
        if (amsgrad) state.maxExpAvgSq = zerosLike(p.detach())
      }
      state.step = (state.step as number) + 1
      let g: Tensor = maximize ? p.grad.neg() : p.grad
      if (weightDecay !== 0) g = g.add(p, { alpha: weightDecay })
      const mean = state.expAvg as Tensor
      const square = state.expAvgSq as Tensor
      // a step towards the gradient, as PyTorch's lerp
      mean.add_(g.sub(mean), { alpha: 1 - beta1 })
      square.mul_(beta2).add_(g.mul(g), { alpha: 1 - beta2 })
      const correction1 = 1 - beta1 ** state.step
      const correction2 = Math.sqrt(1 - beta2 ** state.step)
      let second = square
      if (amsgrad) {
        const largest = state.maxExpAvgSq as Tensor
        largest.copy_(maximum(largest, square))
        second = largest
      }
      const denominator = second.sqrt().div_(correction2).add_(eps)
      p.add_(mean.div(denominator), { alpha: -lr / correction1 })
    }
  }
}
