import { tensor } from '@tsorch/core'
import { Adam, lrScheduler, SGD, swaUtils } from '@tsorch/optim'
import { expect, test } from 'vitest'
import { advance, make, makeParams, schedulers } from './zoo.js'

const sgd = (...lrs: number[]): SGD =>
  new SGD(
    lrs.map((lr) => ({ params: [tensor([1], { dtype: 'float32', requiresGrad: true })], lr })),
    { lr: 0.1, momentum: 0.9 },
  )

function rates(optimizer: SGD, scheduler: { step(): void }, epochs: number): number[] {
  return Array.from({ length: epochs }, () => {
    const { lr } = optimizer.paramGroups[0]!
    optimizer.step()
    scheduler.step()
    return Number(lr.toPrecision(6))
  })
}

test('rates fall at the end of every step', () => {
  const optimizer = sgd(1)
  expect(rates(optimizer, new lrScheduler.StepLR(optimizer, 2, { gamma: 0.5 }), 5)).toEqual([1, 1, 0.5, 0.5, 0.25])
})

test('going to an epoch gives what counting up to it gives', () => {
  const make = [
    (o: SGD) => new lrScheduler.StepLR(o, 3, 0.5),
    (o: SGD) => new lrScheduler.MultiStepLR(o, [2, 2, 5]),
    (o: SGD) => new lrScheduler.ExponentialLR(o, 0.9),
    (o: SGD) => new lrScheduler.ConstantLR(o, { factor: 0.5, totalIters: 4 }),
    (o: SGD) => new lrScheduler.LinearLR(o, { startFactor: 0.25, totalIters: 6 }),
    (o: SGD) => new lrScheduler.PolynomialLR(o, { totalIters: 9, power: 2 }),
    (o: SGD) => new lrScheduler.CosineAnnealingLR(o, 5, { etaMin: 0.01 }),
    (o: SGD) => new lrScheduler.CosineAnnealingWarmRestarts(o, 3, { TMult: 2 }),
    (o: SGD) => new lrScheduler.LambdaLR(o, [(epoch) => 1 / (1 + epoch), () => 1]),
  ]
  for (const build of make) {
    const [counted, jumped] = [sgd(1, 0.2), sgd(1, 0.2)]
    const [a, b] = [build(counted), build(jumped)]
    counted.step()
    jumped.step()
    for (let epoch = 0; epoch < 8; epoch++) a.step()
    b.step(8)
    expect(a.getLastLr()).toEqual(b.getLastLr().map((lr) => expect.closeTo(lr, 10)))
    expect(counted.paramGroups.map(({ lr }) => lr)).toEqual(a.getLastLr())
  }
})

test('a scheduler goes on where its state was saved', () => {
  const [optimizer, other] = [sgd(0.5), sgd(0.5)]
  const build = (o: SGD) =>
    new lrScheduler.SequentialLR(
      o,
      [new lrScheduler.LinearLR(o, { totalIters: 3 }), new lrScheduler.CosineAnnealingWarmRestarts(o, 4)],
      [3],
    )
  const scheduler = build(optimizer)
  rates(optimizer, scheduler, 5)
  const restored = build(other)
  restored.loadStateDict(JSON.parse(JSON.stringify(scheduler.stateDict())))
  other.loadStateDict(optimizer.stateDict())
  expect(rates(other, restored, 6)).toEqual(rates(optimizer, scheduler, 6))
})

test('momentum goes the opposite way, also that of Adam', () => {
  const adam = new Adam([tensor([1], { dtype: 'float32', requiresGrad: true })])
  const scheduler = new lrScheduler.OneCycleLR(adam, 0.1, { totalSteps: 11 })
  expect(adam.paramGroups[0]!.betas).toEqual([0.95, 0.999])
  adam.step()
  for (let i = 0; i < 10; i++) scheduler.step()
  expect(adam.paramGroups[0]!.betas[0]).toBeCloseTo(0.95, 10)
  expect(adam.paramGroups[0]!.lr).toBeCloseTo(0.1 / 25 / 1e4, 12)
  scheduler.step()
  expect(() => scheduler.step()).toThrow('Tried to step 12 times. The specified number of total steps is 11')
})

test('a plateau is told by numbers or tensors', () => {
  const optimizer = sgd(1)
  const scheduler = new lrScheduler.ReduceLROnPlateau(optimizer, 'max', { patience: 1, cooldown: 1, minLr: 0.05 })
  for (const metric of [0.5, tensor(0.6), 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]) scheduler.step(metric)
  expect(scheduler.best).toBeCloseTo(0.6, 6)
  expect(scheduler.getLastLr()).toEqual([0.05])
})

test('faults', () => {
  const optimizer = sgd(1, 2)
  const {
    CyclicLR,
    ChainedScheduler,
    ConstantLR,
    ExponentialLR,
    LambdaLR,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
  } = lrScheduler
  expect(() => new LambdaLR(optimizer, [() => 1])).toThrow('Expected 2 lr_lambdas, but got 1')
  expect(() => new ConstantLR(optimizer, { factor: 2 })).toThrow('expected to be between 0 and 1')
  expect(() => new ConstantLR(optimizer, { gamma: 2 } as never)).toThrow("ConstantLR(): unknown option 'gamma'")
  expect(() => new ExponentialLR(optimizer, 0.9, { lastEpoch: 3 })).not.toThrow()
  expect(() => new ExponentialLR(sgd(1), 0.9, { lastEpoch: 3 })).toThrow(
    "param 'initialLr' is not specified in paramGroups[0]",
  )
  expect(() => new LambdaLR(optimizer, 0.5 as never)).toThrow('lr_lambda should be a function, but got number')
  expect(() => new ExponentialLR({} as never, 0.5)).toThrow('Object is not an Optimizer')
  expect(() => new CyclicLR(optimizer, [0.1], 1)).toThrow(
    'base_lr must have the same length as optimizer.param_groups. base_lr has 1 values, param_groups has 2.',
  )
  expect(() => new OneCycleLR(optimizer, 0.1)).toThrow(
    'You must define either total_steps OR (epochs AND steps_per_epoch)',
  )
  expect(() => new CyclicLR(optimizer, 0.1, 1, { mode: 'round' as never })).toThrow('mode is invalid')
  expect(() => new ReduceLROnPlateau(optimizer, { factor: 1 })).toThrow('Factor should be < 1.0.')
  expect(() => new ReduceLROnPlateau(optimizer, { minLr: [1] })).toThrow('expected 2 min_lrs, got 1')
  const one = new ExponentialLR(optimizer, 0.9)
  expect(() => new SequentialLR(optimizer, [one], [2])).toThrow('one more than the number of milestone points')
  expect(() => new ChainedScheduler([one, new ExponentialLR(sgd(1), 0.9)])).toThrow('belong to the same optimizer')
  expect(() => new ChainedScheduler([])).toThrow('at least one scheduler to be chained, but got no scheduler')
  expect(() => new SequentialLR(optimizer, [], [])).toThrow('at least one scheduler, but got no scheduler')
  const plateau = new ReduceLROnPlateau(optimizer)
  expect(() => new ChainedScheduler([plateau as never])).toThrow('does not support `ReduceLROnPlateau` scheduler')
  expect(() => new swaUtils.SWALR(optimizer, 0.1, { annealStrategy: 'flat' as never })).toThrow('instead got flat')
  expect(() => new swaUtils.SWALR(optimizer, 0.1, -1)).toThrow('must be equal or greater than 0, got -1')
})

// Rates of PyTorch 2.13 after lastEpoch 1 or 2, by itself and then after each of three steps.
test.each<[string, (o: SGD) => lrScheduler.LRScheduler, number[]]>([
  ['ExponentialLR', (o) => new lrScheduler.ExponentialLR(o, 0.9, { lastEpoch: 2 }), [0.05, 0.045, 0.0405, 0.03645]],
  [
    'CosineAnnealingLR',
    (o) => new lrScheduler.CosineAnnealingLR(o, 7, { lastEpoch: 2 }),
    [0.05, 0.0317981903, 0.01539892642, 0.004050283694],
  ],
  [
    'LinearLR',
    (o) => new lrScheduler.LinearLR(o, { lastEpoch: 1 }),
    [0.05, 0.06111111111, 0.07222222222, 0.08333333333],
  ],
  [
    'PolynomialLR',
    (o) => new lrScheduler.PolynomialLR(o, { totalIters: 6, lastEpoch: 2 }),
    [0.05, 0.03333333333, 0.01666666667, 0],
  ],
  [
    'MultiplicativeLR',
    (o) => new lrScheduler.MultiplicativeLR(o, () => 0.5, { lastEpoch: 2 }),
    [0.05, 0.025, 0.0125, 0.00625],
  ],
  ['StepLR', (o) => new lrScheduler.StepLR(o, 2, { lastEpoch: 2 }), [0.05, 0.005, 0.005, 0.0005]],
  ['MultiStepLR', (o) => new lrScheduler.MultiStepLR(o, [3, 4], { lastEpoch: 2 }), [0.005, 0.0005, 0.0005, 0.0005]],
  ['ConstantLR', (o) => new lrScheduler.ConstantLR(o, { totalIters: 4, lastEpoch: 2 }), [0.05, 0.15, 0.15, 0.15]],
  [
    'CosineAnnealingWarmRestarts',
    (o) => new lrScheduler.CosineAnnealingWarmRestarts(o, 3, { lastEpoch: 2 }),
    [0.1, 0.075, 0.025, 0.1],
  ],
  [
    'LambdaLR',
    (o) => new lrScheduler.LambdaLR(o, (epoch) => 0.5 ** epoch, { lastEpoch: 2 }),
    [0.0125, 0.00625, 0.003125, 0.0015625],
  ],
])('%s resumes a run by its last epoch', (_, build, want) => {
  const optimizer = sgd(0.05)
  optimizer.paramGroups[0]!.initialLr = 0.1
  const scheduler = build(optimizer)
  expect(rates(optimizer, scheduler, 4)).toEqual(want.map((lr) => expect.closeTo(lr, 7)))
})

// Rates of PyTorch 2.13.
test.each<[string, (o: SGD) => { step(): void }, number[]]>([
  [
    'chained ones first',
    (o) => {
      const { ChainedScheduler, ConstantLR, ExponentialLR, SequentialLR, StepLR } = lrScheduler
      return new SequentialLR(
        o,
        [new ChainedScheduler([new ConstantLR(o), new ExponentialLR(o, 0.9)]), new StepLR(o, 2)],
        [3],
      )
    },
    [0.03, 0.027, 0.0243, 0.1, 0.1, 0.01, 0.01, 0.001],
  ],
  [
    'a sequence first',
    (o) => {
      const { ConstantLR, ExponentialLR, SequentialLR, StepLR } = lrScheduler
      const inner = new SequentialLR(
        o,
        [new ConstantLR(o, { factor: 0.5, totalIters: 2 }), new ExponentialLR(o, 0.9)],
        [2],
      )
      return new SequentialLR(o, [inner, new StepLR(o, 2)], [5])
    },
    [0.05, 0.1, 0.09, 0.081, 0.0729, 0.1, 0.1, 0.01],
  ],
  [
    'a milestone at 0',
    (o) => {
      const { ConstantLR, ExponentialLR, SequentialLR } = lrScheduler
      return new SequentialLR(o, [new ConstantLR(o), new ExponentialLR(o, 0.9)], [0])
    },
    [0.1, 0.09, 0.081, 0.0729],
  ],
  [
    'SWALR',
    (o) => new swaUtils.SWALR(o, 0.05, { annealEpochs: 4 }),
    [0.1, 0.09267766953, 0.075, 0.05732233047, 0.05, 0.05],
  ],
  ['SWALR at once', (o) => new swaUtils.SWALR(o, 0.5, { annealEpochs: 0 }), [0.5, 0.5, 0.5]],
  [
    'SWALR in a straight line',
    (o) => new swaUtils.SWALR(o, 0.5, { annealEpochs: 3, annealStrategy: 'linear' }),
    [0.1, 0.2333333333, 0.3666666667, 0.5, 0.5],
  ],
])('composed: %s', (_, build, want) => {
  const optimizer = sgd(0.1)
  const scheduler = build(optimizer)
  expect(rates(optimizer, scheduler, want.length)).toEqual(want.map((lr) => expect.closeTo(lr, 6)))
})

/** What every scheduler that counts epochs saves last. */
const common = 'base_lrs last_epoch _step_count _is_initial _get_lr_called_within_step _last_lr'

/** The names that PyTorch 2.13 saves of each scheduler, in its order. */
const keys: Record<string, string> = {
  StepLR: `step_size gamma ${common}`,
  MultiStepLR: `milestones gamma ${common}`,
  ConstantLR: `factor total_iters ${common}`,
  LinearLR: `start_factor end_factor total_iters ${common}`,
  ExponentialLR: `gamma ${common}`,
  PolynomialLR: `total_iters power ${common}`,
  CosineAnnealingLR: `T_max eta_min ${common}`,
  CosineAnnealingWarmRestarts: `T_0 T_i T_mult eta_min T_cur ${common}`,
  LambdaLR: `${common} lr_lambdas`,
  MultiplicativeLR: `${common} lr_lambdas`,
  CyclicLR: `max_lrs total_size step_ratio mode gamma scale_mode cycle_momentum use_beta1 base_momentums max_momentums ${common} _scale_fn_custom`,
  OneCycleLR: `total_steps _schedule_phases _anneal_func_type cycle_momentum use_beta1 ${common}`,
  ReduceLROnPlateau:
    'factor default_min_lr min_lrs patience cooldown eps last_epoch _last_lr mode_worse mode threshold threshold_mode best cooldown_counter num_bad_epochs',
  SequentialLR: '_milestones last_epoch _last_lr _schedulers',
  ChainedScheduler: '_last_lr _schedulers',
  SWALR: `_anneal_strategy anneal_epochs ${common}`,
}

test.each(Object.entries(keys))('%s is saved by the names of PyTorch', (name, want) => {
  const optimizer = make('SGD', makeParams())
  const scheduler = schedulers[name]!(optimizer)
  advance(optimizer, scheduler, 0, 3)
  expect(Object.keys(scheduler.stateDict())).toEqual(want.split(' '))
})

test('what is saved of a cycle, of milestones and of functions', () => {
  const optimizer = sgd(0.1)
  const { LambdaLR, MultiStepLR, OneCycleLR } = lrScheduler
  const cycle = new OneCycleLR(optimizer, 0.1, { totalSteps: 10 })
  optimizer.step()
  for (let i = 0; i < 3; i++) cycle.step()
  // as PyTorch 2.13 saves it
  expect(cycle.stateDict()).toEqual({
    total_steps: 10,
    _schedule_phases: [
      {
        end_step: 2,
        start_lr: 'initial_lr',
        end_lr: 'max_lr',
        start_momentum: 'max_momentum',
        end_momentum: 'base_momentum',
      },
      {
        end_step: 9,
        start_lr: 'max_lr',
        end_lr: 'min_lr',
        start_momentum: 'base_momentum',
        end_momentum: 'max_momentum',
      },
    ],
    _anneal_func_type: 'cos',
    cycle_momentum: true,
    use_beta1: false,
    base_lrs: [0.004],
    last_epoch: 3,
    _step_count: 4,
    _is_initial: false,
    _get_lr_called_within_step: false,
    _last_lr: [expect.closeTo(0.09504846320134738, 12)],
  })
  const { initial_lr, max_lr, min_lr, max_momentum, base_momentum } = optimizer.stateDict().param_groups[0] as never
  expect([initial_lr, max_lr, min_lr, max_momentum, base_momentum]).toEqual([0.004, 0.1, 4e-7, 0.95, 0.85])

  const steps = new MultiStepLR(sgd(1), [2, 2, 5])
  expect(steps.stateDict().milestones).toEqual(
    new Map([
      [2, 2],
      [5, 1],
    ]),
  )
  for (const saved of [{ 4: 2, 7: 1 }, new Map(Object.entries({ 4: 2, 7: 1 }))]) {
    steps.loadStateDict({ ...steps.stateDict(), milestones: saved })
    expect(steps.milestones).toEqual([4, 4, 7])
  }

  const decay = Object.assign((epoch: number): number => decay.base ** epoch, { base: 0.5 })
  const lambda = new LambdaLR(sgd(1, 2), [decay, () => 1])
  expect(lambda.stateDict().lr_lambdas).toEqual([{ base: 0.5 }, null])
  lambda.loadStateDict({ ...lambda.stateDict(), lr_lambdas: [{ base: 0.25 }, null] })
  expect([decay.base, typeof lambda.lrLambdas[0]]).toEqual([0.25, 'function'])
})

test.each<[string, (optimizer: SGD) => unknown, string]>([
  [
    'StepLR',
    (o) => new lrScheduler.StepLR(o, undefined as never),
    'StepLR(): stepSize must be a number, but got undefined',
  ],
  [
    'ExponentialLR',
    (o) => new lrScheduler.ExponentialLR(o, Number.NaN),
    'ExponentialLR(): gamma must be a number, but got NaN',
  ],
  [
    'MultiStepLR',
    (o) => new lrScheduler.MultiStepLR(o, 30 as never),
    'MultiStepLR(): milestones must be a list, but got 30',
  ],
  [
    'CosineAnnealingLR',
    (o) => new lrScheduler.CosineAnnealingLR(o, undefined as never),
    'CosineAnnealingLR(): TMax must be a number',
  ],
  [
    'CyclicLR',
    (o) => new lrScheduler.CyclicLR(o, 0.1, undefined as never),
    'CyclicLR(): maxLr must be a number or a list of them',
  ],
])('an argument that was left out is named: %s', (_, make, message) => {
  expect(() => make(sgd(0.1))).toThrow(message)
})
