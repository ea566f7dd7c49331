import {
  bindOptions,
  cat,
  enableGrad,
  gradOf,
  keep,
  noGrad,
  RuntimeError,
  Tensor,
  ValueError,
  zeros,
} from '@tsorch/core'
import { type Place, strongWolfe } from './line-search.js'
import { Optimizer, type Params } from './optimizer.js'
import { isAtMost, isGreater, over, type Scalar, smaller, times, toNumber } from './scalar.js'

/** Options of {@link LBFGS}. */
export interface LBFGSOptions {
  /** Learning rate, 1 if not given. */
  lr: number
  /** Directions in a step, 20 if not given. */
  maxIter: number
  /** Evaluations of the closure in a step, 1.25 times `maxIter` if not given. */
  maxEval: number
  /** Ends a step where no element of the gradient is larger, 1e-7 if not given. */
  toleranceGrad: number
  /** Ends a step where neither loss nor parameters change by more, 1e-9 if not given. */
  toleranceChange: number
  /** How many directions are remembered, 100 if not given. */
  historySize: number
  /** How far a direction is followed: by `lr` (null, if not given), or until the strong Wolfe conditions hold. */
  lineSearchFn: 'strong_wolfe' | null
}

/** What is remembered, all of it with the first parameter: vectors over all of them, one after the other. */
interface Memory {
  func_evals: number
  n_iter: number
  /** Shares of the remembered directions in the last one. */
  al?: (Tensor | null)[]
  /** The last direction, and how far it was followed. */
  d?: Tensor
  t?: Scalar
  /** Changes of the gradient, of the parameters, and the reciprocals of their products. */
  old_dirs?: Tensor[]
  old_stps?: Tensor[]
  ro?: Tensor[]
  /** What the inverse of the Hessian is taken for at first. */
  H_diag?: Scalar
  prev_flat_grad?: Tensor
  prev_loss?: number
}

const NAMES = ['lr', 'maxIter', 'maxEval', 'toleranceGrad', 'toleranceChange', 'historySize', 'lineSearchFn'] as const

/**
 * Quasi-Newton steps along directions that remember the last changes of the gradient (Liu and Nocedal, 1989). One step goes along
 * several of them, and evaluates the loss as often as that takes; all parameters form one group.
 *
 * @example
 * ```ts
 * const optimizer = new LBFGS(model.parameters(), { lineSearchFn: 'strong_wolfe' })
 * optimizer.step(() => {
 *   optimizer.zeroGrad()
 *   const loss = lossFn(model(input), target)
 *   loss.backward()
 *   return loss
 * })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.LBFGS.html
 */
export class LBFGS extends Optimizer<LBFGSOptions> {
  /** @throws ValueError for an option out of its range, or for more than one group */
  constructor(params: Params<LBFGSOptions>, lr?: number | Partial<LBFGSOptions>, options?: Partial<LBFGSOptions>) {
    const given = bindOptions<LBFGSOptions>('LBFGS', NAMES, options === undefined ? [lr] : [lr, options])
    const { lr: rate = 1, maxIter = 20, toleranceGrad = 1e-7 } = given
    const { toleranceChange = 1e-9, historySize = 100, lineSearchFn = null } = given
    const maxEval = given.maxEval ?? Math.floor((maxIter * 5) / 4)
    if (!(rate >= 0)) throw new ValueError(`Invalid learning rate: ${rate}`)
    super(params, { lr: rate, maxIter, maxEval, toleranceGrad, toleranceChange, historySize, lineSearchFn })
    if (this.paramGroups.length !== 1)
      throw new ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
  }

  protected override takeStep<T>(closure?: () => T): T {
    if (typeof closure !== 'function') throw new TypeError("step() missing 1 required positional argument: 'closure'")
    if (this.paramGroups.length !== 1)
      throw new RuntimeError(`Expected exactly one param_group, but got ${this.paramGroups.length}`)
    const { lineSearchFn } = this.paramGroups[0]!
    if (lineSearchFn !== null && lineSearchFn !== 'strong_wolfe')
      throw new RuntimeError("only 'strong_wolfe' is supported")
    return noGrad(() => {
      const loss = enableGrad(closure)
      this.#descend(toNumber(loss), () => toNumber(enableGrad(closure)))
      // the state lives longer than a scope in which the step is taken
      for (const value of Object.values(this.#memory()).flat()) if (value instanceof Tensor) keep(value)
      return loss
    })
  }

  #memory(): Memory {
    const { state } = this
    const p = this.#params[0]!
    if (!state.has(p)) state.set(p, { func_evals: 0, n_iter: 0 })
    return state.get(p) as unknown as Memory
  }

  get #params(): readonly Tensor[] {
    return this.paramGroups[0]!.params
  }

  /** Goes from the present place, whose gradient is known, until something says that it is enough. */
  #descend(firstLoss: number, evaluate: () => number): void {
    const { lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize, lineSearchFn } = this.paramGroups[0]!
    const memory = this.#memory()
    let loss = firstLoss
    let evaluations = 1
    memory.func_evals++
    let grad = this.#gradient()
    const isOptimal = () => isAtMost(grad.abs().max(), toleranceGrad)
    if (isOptimal()) return

    for (let n = 1; n <= maxIter; n++) {
      memory.n_iter++
      memory.d = memory.n_iter === 1 ? begin(memory, grad) : nextDirection(memory, grad, historySize)
      memory.prev_flat_grad = memory.prev_flat_grad?.copy_(grad) ?? grad.clone()
      memory.prev_loss = loss
      const direction = memory.d
      // the first direction is no better than the gradient, whose size says nothing
      memory.t = memory.n_iter === 1 ? times(smaller(1, over(1, grad.abs().sum())), lr) : lr
      const slope = grad.dot(direction)
      if (isGreater(slope, -toleranceChange)) break

      let isEnough = false
      if (lineSearchFn !== null) {
        const start: Place = { t: 0, loss, grad: grad.clone(), slope }
        const look = (t: Scalar) => this.#look(t, direction, evaluate)
        const found = strongWolfe(start, memory.t, look, direction, toleranceChange, maxEval - evaluations)
        memory.t = found.place.t
        loss = found.place.loss
        grad = found.place.grad
        evaluations += found.evaluations
        memory.func_evals += found.evaluations
        this.#move(memory.t, direction)
        isEnough = isOptimal()
      } else {
        this.#move(memory.t, direction)
        // after the last move nobody asks for the loss
        if (n < maxIter) {
          loss = evaluate()
          grad = this.#gradient()
          evaluations++
          memory.func_evals++
          isEnough = isOptimal()
        }
      }
      if (isEnough || n === maxIter || evaluations >= maxEval) break
      if (isAtMost(direction.mul(memory.t).abs().max(), toleranceChange)) break
      if (Math.abs(loss - memory.prev_loss) < toleranceChange) break
    }
  }

  /** All gradients in one vector, zeros for those that are missing. */
  #gradient(): Tensor {
    return cat(
      this.#params.map((p) => gradOf(p)?.reshape(-1) ?? zeros([p.numel()], { dtype: p.dtype, device: p.device })),
    )
  }

  #move(t: Scalar, direction: Tensor): void {
    let start = 0
    for (const p of this.#params) {
      p.add_(direction.narrow(0, start, p.numel()).viewAs(p), { alpha: toNumber(t) })
      start += p.numel()
    }
  }

  /** What there is at a distance; the parameters stay where they are. */
  #look(t: Scalar, direction: Tensor, evaluate: () => number): Place {
    const here = this.#params.map((p) => p.clone())
    this.#move(t, direction)
    const loss = evaluate()
    const grad = this.#gradient()
    for (const [i, p] of this.#params.entries()) p.copy_(here[i]!)
    return { t, loss, grad, slope: grad.dot(direction) }
  }
}

/** The first direction: down the gradient. */
function begin(memory: Memory, grad: Tensor): Tensor {
  memory.old_dirs = []
  memory.old_stps = []
  memory.ro = []
  memory.H_diag = 1
  return grad.neg()
}

/** Remembers the last step, and multiplies the gradient by what all of them say of the inverse of the Hessian. */
function nextDirection(memory: Memory, grad: Tensor, historySize: number): Tensor {
  const { old_dirs: changes, old_stps: moves, ro } = memory as Required<Memory>
  const change = grad.sub(memory.prev_flat_grad!)
  const move = memory.d!.mul(memory.t!)
  const product = change.dot(move)
  if (isGreater(product, 1e-10)) {
    if (changes.length === historySize) for (const list of [changes, moves, ro]) list.shift()
    changes.push(change)
    moves.push(move)
    ro.push(product.reciprocal())
    memory.H_diag = product.div(change.dot(change))
  }
  memory.al ??= Array.from({ length: historySize }, () => null)
  const shares = memory.al
  const q = grad.neg()
  for (let i = changes.length - 1; i >= 0; i--) {
    const share = moves[i]!.dot(q).mul(ro[i]!)
    shares[i] = share
    q.add_(changes[i]!, { alpha: -Number(share.item()) })
  }
  const direction = q.mul(memory.H_diag!)
  for (let i = 0; i < changes.length; i++) {
    const share = changes[i]!.dot(direction).mul(ro[i]!)
    direction.add_(moves[i]!, { alpha: Number(shares[i]!.sub(share).item()) })
  }
  return direction
}
