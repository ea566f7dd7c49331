/** The public list of `@tsorch/optim`. */

export { Adadelta, type AdadeltaOptions } from './adadelta.js'
export { Adafactor, type AdafactorOptions } from './adafactor.js'
export { Adagrad, type AdagradOptions } from './adagrad.js'
export { Adam, type AdamOptions, AdamW, type AdamWOptions } from './adam.js'
export { Adamax, type AdamaxOptions } from './adamax.js'
export { ASGD, type ASGDOptions } from './asgd.js'
export {
  type HookOptions,
  type LoadStateDictPostHook,
  type LoadStateDictPreHook,
  type RemovableHandle,
  registerOptimizerStepPostHook,
  registerOptimizerStepPreHook,
  type StateDictPostHook,
  type StateDictPreHook,
  type StepArgs,
  type StepPostHook,
  type StepPreHook,
} from './hooks.js'
export type { ImplementationOptions } from './implementation.js'
export { LBFGS, type LBFGSOptions } from './lbfgs.js'
export { Lion, type LionOptions } from './lion.js'
export * as lrScheduler from './lr-scheduler/index.js'
export { type AdjustLr, Muon, type MuonOptions } from './muon.js'
export { NAdam, type NAdamOptions } from './nadam.js'
export { type NamedTensor, Optimizer, type ParamGroup, type ParamGroupInit, type Params } from './optimizer.js'
export { RAdam, type RAdamOptions } from './radam.js'
export { RMSprop, type RMSpropOptions } from './rmsprop.js'
export { Rprop, type RpropOptions } from './rprop.js'
export { SGD, type SGDOptions } from './sgd.js'
export type {
  Dictionary,
  LoadableState,
  OptimizerState,
  ParamState,
  RestoredState,
  SavedGroup,
} from './state-dict.js'
export * as swaUtils from './swa-utils/index.js'
