import { type Bench, Decoder } from '../calls/decoder.js'
import { find } from '../calls/find.js'
import { type Encoded, type EncodedArgs, form, items, number, type Tolerance } from '../cases/encoded.js'
import type { Case } from '../cases/group.js'
import { compareValues } from '../compare/values.js'
import { attempt, Mismatch, required, type TensorLike } from '../library.js'
import { makeOptimizer, type OptimizerLike, optionsOf, step } from './optimizer-like.js'

/** Learning rates under a scheduler. */
export interface SchedulerCase extends Case {
  readonly scheduler: string
  readonly optimizer: string
  readonly groups: readonly EncodedArgs[]
  readonly kwargs: EncodedArgs
  readonly steps: number
  readonly metrics?: readonly Encoded[]
  readonly lr: readonly (readonly Encoded[])[]
  readonly momentum_or_beta1?: readonly (readonly Encoded[])[]
  readonly tol: Tolerance
}

interface SchedulerLike {
  step(metric?: number): unknown
}

/** Runs a scheduler: the rates after its construction and after each of its steps. */
export async function runScheduler(bench: Bench, c: SchedulerCase): Promise<void> {
  const zeros = required(bench.library, 'zeros')
  const groups = c.groups.map((options) => ({
    params: [zeros([1], { requiresGrad: true, device: bench.device }) as TensorLike],
    options,
  }))
  const optimizer = makeOptimizer(bench, c.optimizer, groups, { lr: { float: 0.1 } })
  const scheduler = build(new Decoder(bench), c.scheduler, c.kwargs, optimizer)
  expectRates(optimizer, c, 0)
  for (let n = 1; n <= c.steps; n++) {
    step(c.optimizer, optimizer)
    step(c.scheduler, scheduler, ...(c.metrics === undefined ? [] : [number(c.metrics[n - 1]!)]))
    expectRates(optimizer, c, n)
  }
}

/** Builds a scheduler, and before it those that it is given. */
function build(decoder: Decoder, path: string, kwargs: EncodedArgs, optimizer: OptimizerLike): SchedulerLike {
  const { schedulers, ...others } = kwargs
  const nested = items(schedulers)?.map((s) =>
    build(
      decoder,
      `torch.optim.lr_scheduler.${form(s, 'scheduler') as string}`,
      form(s, 'kwargs') as EncodedArgs,
      optimizer,
    ),
  )
  const Scheduler = find(decoder.bench.library, path) as unknown as new (...args: unknown[]) => SchedulerLike
  // ChainedScheduler takes its schedulers first, SequentialLR after the optimizer
  const variables: Record<string, Encoded> = {}
  if (nested !== undefined) {
    decoder.variables.set('schedulers', nested)
    variables.schedulers = { var: 'schedulers' }
  }
  decoder.variables.set('optimizer', optimizer)
  const chained = path.endsWith('.ChainedScheduler')
  if (chained && nested !== undefined)
    return attempt(
      path,
      () => new Scheduler(nested, ...[optionsOf(decoder, others)].filter((o) => Object.keys(o).length > 0)),
    )
  return decoder.construct(path, [{ var: 'optimizer' }], { ...variables, ...others }) as SchedulerLike
}

function expectRates(optimizer: OptimizerLike, c: SchedulerCase, n: number): void {
  expectColumn(
    optimizer.paramGroups.map((group) => group.lr as number),
    c.lr[n]!,
    c.tol,
    `lr after ${n} steps`,
  )
  const recorded = c.momentum_or_beta1?.[n]
  if (recorded === undefined) return
  const momentum = optimizer.paramGroups.map(
    (group) => (group.betas as number[] | undefined)?.[0] ?? (group.momentum as number),
  )
  expectColumn(momentum, recorded, c.tol, `momentum after ${n} steps`)
}

function expectColumn(got: number[], want: readonly Encoded[], tol: Tolerance, what: string): void {
  const difference = compareValues(got, Float64Array.from(want, number), tol)
  if (difference !== null) throw new Mismatch(`${what}${difference}`)
}
