import { bindOptions, gradOf, type SgdStep, sgdStepOp, type Tensor, ValueError, zerosLike } from '@tsorch/core'
import { type ImplementationOptions, implementation } from './implementation.js'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { checkFromZero } from './state.js'

/** Options of {@link SGD}, for all parameters or for a group. */
export interface SGDOptions extends Pick<ImplementationOptions, 'foreach' | 'differentiable' | 'fused'> {
  /** Learning rate, 1e-3 if not given. */
  lr: number
  /** Share of the previous steps that is kept, 0 if not given. */
  momentum: number
  /** Share of the gradient that is kept out of the momentum, 0 if not given. */
  dampening: number
  /** L2 penalty, 0 if not given. */
  weightDecay: number
  /** Looks ahead along the momentum. */
  nesterov: boolean
  /** Goes up instead of down. */
  maximize: boolean
}

const NAMES = [
  'lr',
  'momentum',
  'dampening',
  'weightDecay',
  'nesterov',
  'maximize',
  'foreach',
  'differentiable',
  'fused',
] as const

/**
 * Stochastic gradient descent, with momentum if asked for.
 *
 * @example
 * ```ts
 * const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
 * optimizer.zeroGrad()
 * lossFn(model(input), target).backward()
 * optimizer.step()
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 */
export class SGD extends Optimizer<SGDOptions> {
  /** @throws ValueError for an option out of its range */
  constructor(params: Params<SGDOptions>, lr?: number | Partial<SGDOptions>, options?: Partial<SGDOptions>) {
    const { lr: rate = 1e-3, ...given } = bindOptions<SGDOptions>(
      'SGD',
      NAMES,
      options === undefined ? [lr] : [lr, options],
    )
    const { momentum = 0, dampening = 0, weightDecay = 0, nesterov = false, maximize = false } = given
    checkFromZero('learning rate', rate)
    checkFromZero('momentum value', momentum)
    checkFromZero('weight_decay value', weightDecay)
    if (nesterov && (momentum <= 0 || dampening !== 0))
      throw new ValueError('Nesterov momentum requires a momentum and zero dampening')
    const { foreach, differentiable, fused } = implementation('SGD', given)
    super(params, {
      lr: rate,
      momentum,
      dampening,
      weightDecay,
      nesterov,
      maximize,
      foreach,
      differentiable,
      fused,
    })
  }

  protected override updateGroup(group: ParamGroup<SGDOptions>): void {
    const { lr, momentum, dampening, weightDecay, nesterov, maximize } = group
    const options = { lr, momentum, dampening, weightDecay, nesterov, maximize }
    const params = group.params.filter((p) => gradOf(p) !== null)
    if (momentum === 0) {
      step(params, null, { ...options, first: false })
      return
    }
    const hasBuffer = (p: Tensor) => this.state.get(p)?.momentum_buffer != null
    const known = params.filter(hasBuffer)
    const fresh = params.filter((p) => !hasBuffer(p))
    // the first gradient enters whole, without dampening
    for (const p of fresh) this.state.set(p, { momentum_buffer: zerosLike(gradOf(p)!.detach()) })
    const buffers = (list: Tensor[]) => list.map((p) => this.state.get(p)!.momentum_buffer as Tensor)
    step(known, buffers(known), { ...options, first: false })
    step(fresh, buffers(fresh), { ...options, first: true })
  }
}

function step(params: Tensor[], buffers: Tensor[] | null, options: SgdStep): void {
  const [first] = params
  if (first === undefined) return
  const grads = params.map((p) => gradOf(p)!)
  sgdStepOp(first, params, grads, buffers, options)
}
