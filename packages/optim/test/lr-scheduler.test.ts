import { tensor } from '@tsorch/core'
import { Adam, lrScheduler, SGD } from '@tsorch/optim'
import { expect, test } from 'vitest'

const sgd = (...lrs: number[]): SGD =>
  new SGD(
    lrs.map((lr) => ({ params: [tensor([1], { dtype: 'float32', requiresGrad: true })], lr })),
    { lr: 0.1, momentum: 0.9 },
  )

function rates(optimizer: SGD, scheduler: { step(): void }, epochs: number): number[] {
  return Array.from({ length: epochs }, () => {
    const { lr } = optimizer.paramGroups[0]!
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
  expect(() => new LambdaLR(optimizer, [() => 1])).toThrow('expected 2 values for lrLambda, got 1')
  expect(() => new ConstantLR(optimizer, { factor: 2 })).toThrow('expected to be between 0 and 1')
  expect(() => new ConstantLR(optimizer, { gamma: 2 } as never)).toThrow("ConstantLR(): unknown option 'gamma'")
  expect(() => new ExponentialLR(optimizer, 0.9, { lastEpoch: 3 })).not.toThrow()
  expect(() => new ExponentialLR(sgd(1), 0.9, { lastEpoch: 3 })).toThrow(
    "param 'initialLr' is not specified in paramGroups[0]",
  )
  expect(() => new OneCycleLR(optimizer, 0.1)).toThrow(
    'You must define either total_steps OR (epochs AND steps_per_epoch)',
  )
  expect(() => new CyclicLR(optimizer, 0.1, 1, { mode: 'round' as never })).toThrow('mode is invalid')
  expect(() => new ReduceLROnPlateau(optimizer, { factor: 1 })).toThrow('Factor should be < 1.0.')
  const one = new ExponentialLR(optimizer, 0.9)
  expect(() => new SequentialLR(optimizer, [one], [2])).toThrow('one more than the number of milestone points')
  expect(() => new ChainedScheduler([one, new ExponentialLR(sgd(1), 0.9)])).toThrow('belong to the same optimizer')
})
