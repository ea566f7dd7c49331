/** Lectures 2 to 8 give the losses that PyTorch gives. */
import { type nn, optim } from 'tsorch'
import { grid } from '../src/course/02-linear-model.js'
import { train as descend, Line } from '../src/course/03-gradient-descent.js'
import { initialWeight, train as propagate } from '../src/course/04-back-propagation.js'
import {
  LinearModel,
  predict,
  train as regress,
  trainWithClosure as regressByClosure,
} from '../src/course/05-linear-regression.js'
import { LogisticRegressionModel, train as regressLogistically } from '../src/course/06-logistic-regression.js'
import { accuracy, DiabetesModel, train as trainWhole } from '../src/course/07-multiple-dimension-input.js'
import { train as trainInBatches } from '../src/course/08-dataset-and-dataloader.js'
import { readDiabetes } from '../src/course/diabetes.js'
import { type Run, replay } from './curves/replay.js'

function* second<T>(pairs: Iterable<readonly [unknown, T]>): Generator<T> {
  for (const [, value] of pairs) yield value
}

replay('L02_grid', () => ({ steps: second(grid()) }))

replay('L03_gd', () => {
  const line = new Line()
  return { steps: descend(line), metrics: () => ({ w: line.w, pred4: line.forward(4) }) }
})

replay('L04_autograd', () => {
  const w = initialWeight()
  return { state: { w }, steps: propagate(w), metrics: () => ({ pred4: w.mul(4).item() }) }
})

function linearRegression(make: (parameters: Iterable<nn.Parameter>) => optim.Optimizer): Run {
  const model = new LinearModel()
  const steps = regress(model, make(model.parameters()))
  return { state: model.stateDict(), steps, metrics: () => ({ pred4: predict(model, 4) }) }
}

replay('L05_SGD', () => linearRegression((parameters) => new optim.SGD(parameters, { lr: 0.01 })))

const optimizers = {
  Adadelta: optim.Adadelta,
  Adagrad: optim.Adagrad,
  Adam: optim.Adam,
  AdamW: optim.AdamW,
  Adamax: optim.Adamax,
  ASGD: optim.ASGD,
  NAdam: optim.NAdam,
  RAdam: optim.RAdam,
  RMSprop: optim.RMSprop,
  Rprop: optim.Rprop,
} as const
for (const [name, Optimizer] of Object.entries(optimizers))
  replay(`L05_${name}`, () => linearRegression((parameters) => new Optimizer(parameters, { lr: 0.01 })))

replay('L05_LBFGS', () => {
  const model = new LinearModel()
  const steps = regressByClosure(model, new optim.LBFGS(model.parameters(), { lr: 0.01 }))
  return { state: model.stateDict(), steps, metrics: () => ({ pred4: predict(model, 4) }) }
})

function firstPatients(make: (parameters: Iterable<nn.Parameter>) => optim.Optimizer): Run {
  const [x, y] = readDiabetes()
  const model = new DiabetesModel('relu')
  const steps = trainWhole(model, x.at(':64'), y.at(':64'), make(model.parameters()), 150)
  return { state: model.stateDict(), steps }
}

replay('L05x_SGD_momentum_nesterov_weight_decay', () =>
  firstPatients((p) => new optim.SGD(p, { lr: 0.2, momentum: 0.9, nesterov: true, weightDecay: 1e-3 })),
)
replay('L05x_Adam_amsgrad_weight_decay', () =>
  firstPatients((p) => new optim.Adam(p, { lr: 0.01, amsgrad: true, weightDecay: 0.01 })),
)

replay('L05x_Adadelta_rho', () => firstPatients((p) => new optim.Adadelta(p, { lr: 1, rho: 0.8 })))
replay('L05x_Adamax_betas', () => firstPatients((p) => new optim.Adamax(p, { lr: 0.02, betas: [0.7, 0.95] })))
replay('L05x_RAdam_weight_decay', () => firstPatients((p) => new optim.RAdam(p, { lr: 0.02, weightDecay: 1e-3 })))
replay('L05x_RMSprop_centered_momentum_alpha', () =>
  firstPatients((p) => new optim.RMSprop(p, { lr: 0.005, centered: true, momentum: 0.5, alpha: 0.9 })),
)

replay('L06_logistic', () => {
  const model = new LogisticRegressionModel()
  const metrics = () => ({ 'p(4)': predict(model, 4) })
  return { state: model.stateDict(), steps: regressLogistically(model), metrics }
})

function wholeData(activation: 'relu' | 'sigmoid', epochs: number): Run {
  const [x, y] = readDiabetes()
  const model = new DiabetesModel(activation)
  const steps = trainWhole(model, x, y, new optim.SGD(model.parameters(), { lr: 0.1 }), epochs)
  return { state: model.stateDict(), steps, metrics: () => ({ accuracy: accuracy(model, x, y) }) }
}

replay('L07_sigmoid', () => wholeData('sigmoid', 100))
replay('L07_relu', () => wholeData('relu', 1000))

function miniBatches(activation: 'relu' | 'sigmoid', lr: number): Run {
  const model = new DiabetesModel(activation)
  const metrics = () => ({ accuracy: accuracy(model, ...readDiabetes()) })
  return { state: model.stateDict(), steps: trainInBatches(model, 20, lr), metrics }
}

replay('L08_sigmoid', () => miniBatches('sigmoid', 0.01))
replay('L08_relu', () => miniBatches('relu', 0.1))
