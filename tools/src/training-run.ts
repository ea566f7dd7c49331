import { getRngState, randint, randn, setRngState, type Tensor } from '@tsorch/core'
import { load, save } from '@tsorch/io'
import * as nn from '@tsorch/nn'
import * as optim from '@tsorch/optim'

/** What is trained with: PyTorch's classes, and what they are made with behind the parameters or the optimizer. */
export interface RunDescription {
  readonly optimizer: string
  readonly options: object
  readonly scheduler: string
  /** Positional arguments, and then options. */
  readonly scheduling: readonly unknown[]
}

function run(optimizer: string, options: object, scheduler: string, ...scheduling: unknown[]): RunDescription {
  return { optimizer, options, scheduler, scheduling }
}

/** Every optimizer with a scheduler, each scheduler at least once. */
export const runs: Readonly<Record<string, RunDescription>> = {
  sgd: run('SGD', { lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3 }, 'StepLR', 4, { gamma: 0.5 }),
  plain: run('SGD', { lr: 0.1 }, 'ReduceLROnPlateau', { patience: 1, factor: 0.5, threshold: 0.5 }),
  adam: run('Adam', { lr: 0.01, weightDecay: 1e-3 }, 'CosineAnnealingLR', 10),
  adamw: run('AdamW', { lr: 0.01, amsgrad: true }, 'OneCycleLR', 0.02, { totalSteps: 20 }),
  rmsprop: run('RMSprop', { lr: 0.002, momentum: 0.5, centered: true }, 'ExponentialLR', 0.9),
  adagrad: run('Adagrad', { lr: 0.05 }, 'MultiStepLR', [3, 7], { gamma: 0.3 }),
  adadelta: run('Adadelta', { lr: 0.5 }, 'LinearLR', { totalIters: 8 }),
  adamax: run('Adamax', { lr: 0.01 }, 'PolynomialLR', { totalIters: 20, power: 2 }),
  nadam: run('NAdam', { lr: 0.01 }, 'CosineAnnealingWarmRestarts', 4),
  radam: run('RAdam', { lr: 0.02 }, 'ConstantLR', { factor: 0.5, totalIters: 6 }),
  asgd: run('ASGD', { lr: 0.05, t0: 3 }, 'CyclicLR', 0.01, 0.05, { stepSizeUp: 3, cycleMomentum: false }),
  rprop: run('Rprop', { lr: 0.01 }, 'StepLR', 3),
}

interface Stateful {
  stateDict(): unknown
  loadStateDict(state: never): unknown
}

interface Stepping extends Stateful {
  step(metric?: number): void
}

type Checkpoint = Readonly<Record<'model' | 'optimizer' | 'scheduler', never>> &
  Readonly<Record<'rng' | 'x' | 'y', Tensor>>

/** The optimizer or scheduler of a name. */
function construct<T>(name: string, ...args: unknown[]): T {
  const found = { ...optim, ...optim.lrScheduler }[name as never] as (new (...args: unknown[]) => T) | undefined
  if (found === undefined) throw new Error(`there is no ${name}`)
  return new found(...args)
}

/** A small network with what training it needs; the same as in `pytorch-roundtrip.py`. */
export class TrainingRun {
  private readonly model: nn.Sequential
  private readonly optimizer: optim.Optimizer
  private readonly scheduler: Stepping
  private readonly isPlateau: boolean

  constructor({ optimizer, options, scheduler, scheduling }: RunDescription) {
    this.model = new nn.Sequential(
      new nn.Conv2d(1, 4, 3, { padding: 1 }),
      new nn.BatchNorm2d(4),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Dropout(0.25),
      new nn.Linear(64, 10),
    )
    this.optimizer = construct<optim.Optimizer>(optimizer, this.model.parameters(), options)
    this.scheduler = construct<Stepping>(scheduler, this.optimizer, ...scheduling)
    this.isPlateau = scheduler === 'ReduceLROnPlateau'
  }

  /** Inputs and classes to train on. */
  static data(): [x: Tensor, y: Tensor] {
    return [randn([16, 1, 8, 8]), randint(0, 10, [16])]
  }

  async save(path: string, x: Tensor, y: Tensor): Promise<void> {
    const { model, optimizer, scheduler } = this
    const state = { model: model.stateDict(), optimizer: optimizer.stateDict(), scheduler: scheduler.stateDict() }
    await save({ ...state, rng: getRngState(), x, y }, path)
  }

  /** Takes everything from a checkpoint, the state of the random numbers too, and gives the data. */
  async load(path: string): Promise<[x: Tensor, y: Tensor]> {
    const checkpoint = await load<Checkpoint>(path)
    this.model.loadStateDict(checkpoint.model)
    this.optimizer.loadStateDict(checkpoint.optimizer)
    this.scheduler.loadStateDict(checkpoint.scheduler)
    setRngState(checkpoint.rng)
    return [checkpoint.x, checkpoint.y]
  }

  /** The loss of each step. */
  train(x: Tensor, y: Tensor, steps: number): number[] {
    return Array.from({ length: steps }, () => {
      this.optimizer.zeroGrad()
      const loss = nn.functional.crossEntropy(this.model(x), y)
      loss.backward()
      this.optimizer.step()
      this.isPlateau ? this.scheduler.step(loss.item()) : this.scheduler.step()
      return loss.item()
    })
  }
}
