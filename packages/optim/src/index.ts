/** The public list of `@tsorch/optim`. */
export { Adadelta, type AdadeltaOptions } from './adadelta.js'
export { Adagrad, type AdagradOptions } from './adagrad.js'
export { Adam, type AdamOptions, AdamW, type AdamWOptions } from './adam.js'
export { Adamax, type AdamaxOptions } from './adamax.js'
export { ASGD, type ASGDOptions } from './asgd.js'
export * as lrScheduler from './lr-scheduler/index.js'
export { NAdam, type NAdamOptions } from './nadam.js'
export {
  Optimizer,
  type OptimizerState,
  type ParamGroup,
  type ParamGroupInit,
  type ParamState,
  type Params,
} from './optimizer.js'
export { RAdam, type RAdamOptions } from './radam.js'
export { RMSprop, type RMSpropOptions } from './rmsprop.js'
export { Rprop, type RpropOptions } from './rprop.js'
export { SGD, type SGDOptions } from './sgd.js'
