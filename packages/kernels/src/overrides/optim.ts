/**
 * Steps of optimizers: the parameters of a group that lie in the heap in one kernel call, the small ones by the plain set.
 */
import {
  type AdagradArguments,
  type AdamArguments,
  adagradStepOp,
  adamStepOp,
  flatStep,
  float32,
  type Op,
  type OpArgs,
  type Override,
  override,
  type RmspropArguments,
  referenceOverrides,
  rmspropStepOp,
  type SgdArguments,
  sgdStepOp,
  type Tensor,
  wrote,
} from '@tsorch/core/backend'
import type { Pointer } from '../generated/kernels.js'
import type { KernelSet } from '../kernel-set.js'

const NESTEROV = 1
const MAXIMIZE = 2
const FIRST = 4
/** Words of a line of the table: see cc/optim.def. */
const LINE = 8

type List = readonly Tensor[] | null

/** Which parameters the kernel takes: dense float32 in the heap, with all their states. */
function taken(set: KernelSet, params: readonly Tensor[], lists: readonly List[]): number[] {
  const found: number[] = []
  params.forEach((p, i) => {
    if (p.dtype !== float32 || !set.worth(p.count) || p.count === 0) return
    const fits = [params, ...lists].every((list) => {
      const x = list?.[i]
      return x === undefined || (x.dtype === float32 && x.count === p.count && flatStep(x, x.count) === 1)
    })
    if (fits) found.push(i)
  })
  return found
}

/** A step by the plain set, or by the definition where that has none. */
function plain<A extends OpArgs>(op: Op<A, true>, args: A): void {
  const known = referenceOverrides.find((o) => o.op.id === op.id)?.kernel as
    | ((...args: A) => true | undefined)
    | undefined
  if (known?.(...args) === undefined) op.composite(...args)
}

const without = (list: List, gone: ReadonlySet<number>): List => list?.filter((_, i) => !gone.has(i)) ?? null

/** Writes the table, calls the kernel, and marks everything but the gradients as written. */
function call(
  set: KernelSet,
  at: readonly number[],
  params: readonly Tensor[],
  grads: readonly Tensor[],
  states: readonly List[],
  own: (i: number) => readonly [number, number],
  kernel: (table: Pointer) => void,
): void {
  set.begin()
  const table = set.workspace(at.length * LINE * 4)
  const rows = at.map((i) => [
    set.update(params[i]!),
    set.input(grads[i]!),
    ...states.map((list) => (list === null ? 0 : set.update(list[i]!))),
  ])
  const { words, floats } = set
  rows.forEach((row, k) => {
    const line = table / 4 + k * LINE
    const [x, y] = own(at[k]!)
    for (let j = 0; j < 5; j++) words[line + j] = row[j] ?? 0
    words[line + 5] = params[at[k]!]!.count
    floats[line + 6] = x
    floats[line + 7] = y
  })
  kernel(table)
  set.end()
  for (const list of [params, ...states]) {
    if (list !== null) for (const i of at) wrote(list[i]!)
  }
}

const nothing = (): readonly [number, number] => [0, 0]

export function optimOverrides(set: KernelSet): Override[] {
  const { kernels } = set

  /** Splits a step: `run` does the parameters at the given places, `rest` the others. */
  function split(
    params: readonly Tensor[],
    lists: readonly List[],
    run: (at: number[]) => void,
    rest: (gone: ReadonlySet<number>) => void,
  ): true | undefined {
    const at = taken(set, params, lists)
    if (at.length === 0) return undefined
    run(at)
    if (at.length < params.length) rest(new Set(at))
    return true
  }

  function sgd(...args: SgdArguments): true | undefined {
    const [, params, grads, buffers, step] = args
    const { lr, momentum, dampening, weightDecay, nesterov, maximize, first } = step
    const flags = (nesterov ? NESTEROV : 0) | (maximize ? MAXIMIZE : 0) | (first ? FIRST : 0)
    return split(
      params,
      [grads, buffers],
      (at) =>
        call(set, at, params, grads, [buffers], nothing, (table) =>
          kernels.sgdStep(table, table, at.length, lr, momentum, 1 - dampening, weightDecay, flags),
        ),
      (gone) => {
        const p = without(params, gone)!
        plain(sgdStepOp, [p[0]!, p, without(grads, gone)!, without(buffers, gone), step])
      },
    )
  }

  function adam(...args: AdamArguments): true | undefined {
    const [, params, grads, means, squares, largest, step] = args
    const { lr, beta1, beta2, eps, weightDecay, decoupledWeightDecay, maximize, steps } = step
    const decay = decoupledWeightDecay ? 1 - lr * weightDecay : 1
    const own = (i: number) => [lr / (1 - beta1 ** steps[i]!), Math.sqrt(1 - beta2 ** steps[i]!)] as const
    return split(
      params,
      [grads, means, squares, largest],
      (at) =>
        call(set, at, params, grads, [means, squares, largest], own, (table) =>
          kernels.adamStep(
            table,
            table,
            at.length,
            1 - beta1,
            beta2,
            1 - beta2,
            eps,
            decoupledWeightDecay ? 0 : weightDecay,
            decay,
            maximize ? MAXIMIZE : 0,
          ),
        ),
      (gone) => {
        const p = without(params, gone)!
        const others = { ...step, steps: steps.filter((_, i) => !gone.has(i)) }
        plain(adamStepOp, [
          p[0]!,
          p,
          without(grads, gone)!,
          without(means, gone)!,
          without(squares, gone)!,
          without(largest, gone),
          others,
        ])
      },
    )
  }

  function rmsprop(...args: RmspropArguments): true | undefined {
    const [, params, grads, squares, buffers, means, step] = args
    const { lr, alpha, eps, weightDecay, momentum, maximize } = step
    return split(
      params,
      [grads, squares, buffers, means],
      (at) =>
        call(set, at, params, grads, [squares, buffers, means], nothing, (table) =>
          kernels.rmspropStep(
            table,
            table,
            at.length,
            lr,
            alpha,
            1 - alpha,
            eps,
            weightDecay,
            momentum,
            maximize ? MAXIMIZE : 0,
          ),
        ),
      (gone) => {
        const p = without(params, gone)!
        plain(rmspropStepOp, [
          p[0]!,
          p,
          without(grads, gone)!,
          without(squares, gone)!,
          without(buffers, gone),
          without(means, gone),
          step,
        ])
      },
    )
  }

  function adagrad(...args: AdagradArguments): true | undefined {
    const [, params, grads, sums, step] = args
    const { lr, lrDecay, eps, weightDecay, maximize, steps } = step
    const own = (i: number) => [lr / (1 + (steps[i]! - 1) * lrDecay), 0] as const
    return split(
      params,
      [grads, sums],
      (at) =>
        call(set, at, params, grads, [sums], own, (table) =>
          kernels.adagradStep(table, table, at.length, eps, weightDecay, maximize ? MAXIMIZE : 0),
        ),
      (gone) => {
        const p = without(params, gone)!
        const others = { ...step, steps: steps.filter((_, i) => !gone.has(i)) }
        plain(adagradStepOp, [p[0]!, p, without(grads, gone)!, without(sums, gone)!, others])
      },
    )
  }

  return [
    override(sgdStepOp, sgd),
    override(adamStepOp, adam),
    override(rmspropStepOp, rmsprop),
    override(adagradStepOp, adagrad),
  ]
}
