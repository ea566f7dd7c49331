/** One optimizer and one scheduler of each kind, for tests that hold for all of them. */
import { type Tensor, tensor } from '@tsorch/core'
import * as optim from '@tsorch/optim'

const { lrScheduler, swaUtils } = optim

/** Any optimizer; its options are not looked at. */
export type AnyOptimizer = optim.Optimizer<{ lr: number }>

type Groups = { params: Tensor[]; lr?: number }[]

/** Every class, with options that make it keep all the state that it can keep. */
export const optimizers: Record<string, (groups: Groups) => unknown> = {
  SGD: (groups) => new optim.SGD(groups, { lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  Adam: (groups) => new optim.Adam(groups, { lr: 0.05, amsgrad: true }),
  AdamW: (groups) => new optim.AdamW(groups, { lr: 0.05 }),
  Adamax: (groups) => new optim.Adamax(groups, { lr: 0.05 }),
  NAdam: (groups) => new optim.NAdam(groups, { lr: 0.05 }),
  RAdam: (groups) => new optim.RAdam(groups, { lr: 0.05, decoupledWeightDecay: true, weightDecay: 0.1 }),
  RMSprop: (groups) => new optim.RMSprop(groups, { lr: 0.02, momentum: 0.9, centered: true }),
  Adagrad: (groups) => new optim.Adagrad(groups, { lr: 0.05, lrDecay: 0.1 }),
  Adadelta: (groups) => new optim.Adadelta(groups),
  ASGD: (groups) => new optim.ASGD(groups, { lr: 0.05, t0: 2 }),
  Rprop: (groups) => new optim.Rprop(groups, { lr: 0.05 }),
  Adafactor: (groups) => new optim.Adafactor(groups, { lr: 0.05 }),
  Muon: (groups) => new optim.Muon(groups, { lr: 0.05 }),
  Lion: (groups) => new optim.Lion(groups, { lr: 0.05, weightDecay: 0.1 }),
  LBFGS: (groups) =>
    new optim.LBFGS(
      groups.flatMap((group) => group.params),
      { lr: 0.5, maxIter: 3, historySize: 4, lineSearchFn: 'strong_wolfe' },
    ),
}

/** An optimizer over two groups, the second with a rate of its own. */
export function make(name: string, [a, b]: readonly Tensor[]): AnyOptimizer {
  return optimizers[name]!([{ params: [a!] }, { params: [b!], lr: 0.03 }]) as AnyOptimizer
}

/** Two matrices, [3, 4] and [4, 2]. */
export function makeParams(): Tensor[] {
  const filled = (rows: number, columns: number) =>
    Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => Math.sin(3 * i + 5 * j + rows)))
  return [filled(3, 4), filled(4, 2)].map((values) => tensor(values, { dtype: 'float32', requiresGrad: true }))
}

/** Steps of a small regression, with other data at each of them. */
export function train(optimizer: AnyOptimizer, [a, b]: readonly Tensor[], from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const x = tensor(
      [1, 2, 3, 4].map((k) => [Math.sin(k * i), Math.cos(k + i), k / 4]),
      { dtype: 'float32' },
    )
    optimizer.step(() => {
      optimizer.zeroGrad()
      const loss = x
        .matmul(a!)
        .tanh()
        .matmul(b!)
        .sub(x.narrow(1, 0, 2))
        .pow(2)
        .mean()
      loss.backward()
      return loss
    })
  }
}

/** Every scheduler, for an optimizer with momentum. */
export const schedulers: Record<string, (optimizer: AnyOptimizer) => optim.lrScheduler.Scheduler> = {
  StepLR: (o) => new lrScheduler.StepLR(o, 2, { gamma: 0.5 }),
  MultiStepLR: (o) => new lrScheduler.MultiStepLR(o, [2, 2, 6], { gamma: 0.5 }),
  ConstantLR: (o) => new lrScheduler.ConstantLR(o),
  LinearLR: (o) => new lrScheduler.LinearLR(o),
  ExponentialLR: (o) => new lrScheduler.ExponentialLR(o, 0.9),
  PolynomialLR: (o) => new lrScheduler.PolynomialLR(o, { totalIters: 7, power: 2 }),
  CosineAnnealingLR: (o) => new lrScheduler.CosineAnnealingLR(o, 5, { etaMin: 0.001 }),
  CosineAnnealingWarmRestarts: (o) => new lrScheduler.CosineAnnealingWarmRestarts(o, 2, { TMult: 2 }),
  LambdaLR: (o) => new lrScheduler.LambdaLR(o, (epoch) => 0.9 ** epoch),
  MultiplicativeLR: (o) => new lrScheduler.MultiplicativeLR(o, (epoch) => 0.9 ** epoch),
  CyclicLR: (o) => new lrScheduler.CyclicLR(o, 0.01, 0.1, { stepSizeUp: 3, mode: 'exp_range', gamma: 0.9 }),
  OneCycleLR: (o) => new lrScheduler.OneCycleLR(o, 0.1, { totalSteps: 12 }),
  ReduceLROnPlateau: (o) => new lrScheduler.ReduceLROnPlateau(o, { patience: 1, cooldown: 1 }),
  SequentialLR: (o) =>
    new lrScheduler.SequentialLR(
      o,
      [new lrScheduler.ConstantLR(o), new lrScheduler.ExponentialLR(o, 0.9), new lrScheduler.MultiStepLR(o, [2])],
      [3, 5],
    ),
  ChainedScheduler: (o) =>
    new lrScheduler.ChainedScheduler([new lrScheduler.ConstantLR(o), new lrScheduler.ExponentialLR(o, 0.9)]),
  SWALR: (o) => new swaUtils.SWALR(o, 0.05, { annealEpochs: 3 }),
}

/** Goes on by `epochs`, with a metric for who wants one; the rates on the way. */
export function advance(
  optimizer: AnyOptimizer,
  scheduler: optim.lrScheduler.Scheduler,
  from: number,
  epochs: number,
): number[][] {
  return Array.from({ length: epochs }, (_, i) => {
    optimizer.step()
    if (scheduler instanceof lrScheduler.ReduceLROnPlateau) scheduler.step((from + i) % 3)
    else (scheduler as optim.lrScheduler.Composable).step()
    return optimizer.paramGroups.map(({ lr }) => lr)
  })
}
