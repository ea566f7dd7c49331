/** The public list of `@tsorch/optim`. */
export { Adam, type AdamOptions } from './adam.js'
export {
  Optimizer,
  type OptimizerState,
  type ParamGroup,
  type ParamGroupInit,
  type ParamState,
  type Params,
} from './optimizer.js'
export { SGD, type SGDOptions } from './sgd.js'
