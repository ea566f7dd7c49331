import type { Bench } from './calls/decoder.js'
import type { Case, Group } from './cases/group.js'
import { type ClipGradCase, runClipGrad } from './kinds/clip-grad.js'
import { type ErrorCase, runError } from './kinds/error.js'
import { type FileCase, runFile } from './kinds/file.js'
import { type InitCase, type InitModuleCase, runInit, runInitModule } from './kinds/init.js'
import { type LbfgsCase, runLbfgs } from './kinds/lbfgs.js'
import { type ModelCase, runModel } from './kinds/model.js'
import { type ModuleCase, runModule } from './kinds/module.js'
import { type OpCase, runOp } from './kinds/op.js'
import { type OptimizerCase, runOptimizer } from './kinds/optimizer.js'
import { type ProgramCase, runProgram } from './kinds/program.js'
import { type PromotionCase, runPromotion } from './kinds/promotion.js'
import { type ReprCase, runRepr } from './kinds/repr.js'
import { type RngCase, type RngModuleCase, runRng, runRngModule } from './kinds/rng.js'
import { runScheduler, type SchedulerCase } from './kinds/scheduler.js'
import { runTraining, type TrainingCase } from './kinds/training.js'
import { type PipelineCase, runPipeline, runTransform, type TransformCase } from './kinds/transform.js'
import { type Library, NotCovered, Superseded } from './library.js'
import { type CaseResult, verdict } from './verdict.js'

/** Which library runs, and where. */
export interface RunOptions {
  /** The names of `@tsorch/core`, and further packages under `nn`, `optim`, ... */
  readonly library: Library
  /** The device that tensors are put on; `'cpu'` if absent. */
  readonly device?: string
  /** Runs only cases that it accepts. */
  readonly only?: (c: Case) => boolean
}

/**
 * Runs the cases of a group. What the library lacks is reported as not covered; whatever it has must be right.
 *
 * @example
 * ```ts
 * import * as torch from '@tsorch/core'
 * const group = new Group(manifest, tensorBytes)
 * for (const result of await runGroup(group, { library: torch })) {
 *   if (result.status === 'failed') console.log(result.id, result.message)
 * }
 * ```
 */
export async function runGroup(
  group: Group,
  { library, device = 'cpu', only = () => true }: RunOptions,
): Promise<CaseResult[]> {
  const bench: Bench = { library, group, device }
  const results: CaseResult[] = []
  for (const c of group.cases)
    if (only(c))
      results.push({
        group: group.name,
        id: c.id,
        subject: subjectOf(c),
        ...(await verdict(async () => (driftOf(bench, c) ?? dispatch)(bench, c))),
      })
  return results
}

/** How to run a case whose recorded value is not 2.x's, undefined for all others. */
function driftOf(bench: Bench, c: Case): ((bench: Bench, c: Case) => Promise<void>) | undefined {
  const drift = bench.group.drift.cases[c.id]
  if (drift === undefined || drift.text !== undefined) return undefined
  const [, type, message] = /^(\w+Error): (.*)$/s.exec(drift.what ?? '') ?? []
  if (type !== undefined && message !== undefined && c.kind === 'function')
    return (b, d) => runError(b, { ...(d as ErrorCase), error: { type, message } })
  throw new Superseded(`PyTorch 2.x answers differently (${drift.what})`)
}

function dispatch(bench: Bench, c: Case): Promise<void> {
  switch (c.kind) {
    case undefined:
      return runPromotion(bench, c as PromotionCase)
    case 'function':
    case 'method':
    case 'property':
    case 'operator':
      return 'error' in c ? runError(bench, c as ErrorCase) : runOp(bench, c as OpCase)
    case 'module':
      return runModule(bench, c as ModuleCase)
    case 'model':
      return runModel(bench, c as ModelCase)
    case 'program':
      return runProgram(bench, c as ProgramCase)
    case 'optimizer':
      return runOptimizer(bench, c as OptimizerCase)
    case 'lbfgs':
      return runLbfgs(bench, c as LbfgsCase)
    case 'clip_grad':
      return runClipGrad(bench, c as ClipGradCase)
    case 'lr_scheduler':
      return runScheduler(bench, c as SchedulerCase)
    case 'training':
      return runTraining(bench, c as TrainingCase)
    case 'repr':
      return runRepr(bench, c as ReprCase)
    case 'rng':
      return runRng(bench, c as RngCase)
    case 'rng_module':
      return runRngModule(bench, c as RngModuleCase)
    case 'init':
      return runInit(bench, c as InitCase)
    case 'init_module':
      return runInitModule(bench, c as InitModuleCase)
    case 'file':
      return runFile(bench, c as FileCase)
    case 'transform':
      return runTransform(bench, c as TransformCase)
    case 'transform_pipeline':
      return runPipeline(bench, c as unknown as PipelineCase)
    default:
      throw new NotCovered(`cases of kind ${c.kind}`)
  }
}

/** What a case is about. */
export function subjectOf(c: Case): string {
  const { op, module, model, scheduler, optimizer, fn, call, format } = c as unknown as Readonly<
    Record<string, unknown>
  >
  const named = [op, module, model, scheduler, optimizer, fn, call, format].find((name) => typeof name === 'string')
  return (named as string | undefined) ?? c.id.split('/')[0]!
}
