/** Schedulers of learning rates, `torch.optim.lr_scheduler`. */
export { ChainedScheduler, SequentialLR } from './compose.js'
export {
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  type CosineOptions,
  type WarmRestartOptions,
} from './cosine.js'
export { CyclicLR, type CyclicMode, type CyclicOptions } from './cyclic.js'
export {
  ConstantLR,
  type ConstantOptions,
  ExponentialLR,
  type GammaOptions,
  LinearLR,
  type LinearOptions,
  MultiStepLR,
  PolynomialLR,
  type PolynomialOptions,
  StepLR,
} from './decay.js'
export { type Factor, LambdaLR, MultiplicativeLR } from './lambda.js'
export { OneCycleLR, type OneCycleOptions } from './one-cycle.js'
export { type PlateauOptions, ReduceLROnPlateau } from './plateau.js'
export {
  type Composable,
  type LoadableSchedulerState,
  LRScheduler,
  type Scheduled,
  Scheduler,
  type SchedulerOptions,
  type SchedulerState,
} from './scheduler.js'
