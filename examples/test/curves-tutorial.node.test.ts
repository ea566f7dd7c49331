/** Both editions of PyTorch's `pytorch_with_examples` give the losses that PyTorch gives. */
import { optim, type Tensor } from 'tsorch'
import { train as trainAutograd } from '../src/tutorial/polynomial/autograd.js'
import { DynamicNet } from '../src/tutorial/polynomial/dynamic.js'
import { firstCoefficients, train as trainFunction } from '../src/tutorial/polynomial/function.js'
import { Polynomial3, train as trainModule } from '../src/tutorial/polynomial/module.js'
import { makeModel, train as trainLayers } from '../src/tutorial/polynomial/nn.js'
import { train as trainOptim } from '../src/tutorial/polynomial/optim.js'
import { type Coefficients, randomCoefficients, train as trainTensors } from '../src/tutorial/polynomial/tensor.js'
import { randomData } from '../src/tutorial/two-layer-net/data.js'
import { MyReLU, train as trainRelu } from '../src/tutorial/two-layer-net/function.js'
import { DynamicNet as DynamicTwoLayerNet, TwoLayerNet } from '../src/tutorial/two-layer-net/module.js'
import { makeModel as makeTwoLayers, train as trainTwoLayers } from '../src/tutorial/two-layer-net/nn.js'
import { randomWeights, train as trainWeights } from '../src/tutorial/two-layer-net/tensor.js'
import type { Recording } from './curves/recording.js'
import { type Run, replay } from './curves/replay.js'

/** Steps of the fast suite: a step of the polynomial takes about a millisecond, of the two-layer net some twenty. */
const polynomialSteps = { prefix: 400 }
const twoLayerSteps = { prefix: 8 }

function polynomial(train: (coefficients: Coefficients) => Iterable<number>): Run {
  const coefficients = randomCoefficients()
  return { state: { ...coefficients }, steps: train(coefficients) }
}

replay('tutN_tensor', () => polynomial(trainTensors), polynomialSteps)
replay('tutN_tensor', () => polynomial(trainAutograd), { ...polynomialSteps, as: 'with autograd' })

replay(
  'tutN_function',
  () => {
    const coefficients = firstCoefficients()
    return { state: { ...coefficients }, steps: trainFunction(coefficients) }
  },
  polynomialSteps,
)

replay('tutN_nn', () => {
  const model = makeModel()
  return { state: model.stateDict(), steps: trainLayers(model) }
})

replay(
  'tutN_nn',
  () => {
    const model = makeModel()
    const optimizer = new optim.SGD(model.parameters(), { lr: 1e-6 })
    return { state: model.stateDict(), steps: trainOptim(model, optimizer) }
  },
  { ...polynomialSteps, as: 'with plain SGD' },
)

replay(
  'tutN_optim_RMSprop',
  () => {
    const model = makeModel()
    const optimizer = new optim.RMSprop(model.parameters(), { lr: 1e-3 })
    return { state: model.stateDict(), steps: trainOptim(model, optimizer) }
  },
  polynomialSteps,
)

replay(
  'tutN_module',
  () => {
    const model = new Polynomial3()
    const optimizer = new optim.SGD(model.parameters(), { lr: 1e-6 })
    return { state: model.stateDict(), steps: trainModule(model, optimizer) }
  },
  polynomialSteps,
)

/** What Python's `random` drew in the recorded run. */
function draws({ extras }: Recording): () => number {
  const digits = extras!.python_draws!
  let next = 0
  return () => Number(digits[next++])
}

replay(
  'tutN_dynamic',
  (recording) => {
    const model = new DynamicNet(draws(recording))
    const optimizer = new optim.SGD(model.parameters(), { lr: 1e-8, momentum: 0.9 })
    return { state: model.stateDict(), steps: trainModule(model, optimizer, 1000) }
  },
  polynomialSteps,
)

replay(
  'tutO_tensor',
  () => {
    const [x, y] = randomData()
    const weights = randomWeights()
    return { state: { ...weights }, steps: trainWeights(x, y, weights) }
  },
  twoLayerSteps,
)

function relu(f: (x: Tensor) => Tensor): Run {
  const [x, y] = randomData()
  const weights = randomWeights()
  return { state: { ...weights }, steps: trainRelu(x, y, weights, f) }
}

replay('tutO_MyReLU', () => relu((x) => MyReLU.apply(x)), twoLayerSteps)
replay('tutO_MyReLU', () => relu((x) => x.clamp({ min: 0 })), { ...twoLayerSteps, as: 'with clamp' })

replay(
  'tutO_nn',
  () => {
    const [x, y] = randomData()
    const model = makeTwoLayers()
    return { state: model.stateDict(), steps: trainTwoLayers(x, y, model, null) }
  },
  twoLayerSteps,
)
replay(
  'tutO_nn',
  () => {
    const [x, y] = randomData()
    const model = new TwoLayerNet()
    const optimizer = new optim.SGD(model.parameters(), { lr: 1e-4 })
    return { state: model.stateDict(), steps: trainTwoLayers(x, y, model, optimizer) }
  },
  { ...twoLayerSteps, as: 'as a Module, with plain SGD', renamed: true },
)

replay(
  'tutO_adam',
  () => {
    const [x, y] = randomData()
    const model = makeTwoLayers()
    const optimizer = new optim.Adam(model.parameters(), { lr: 1e-4 })
    return { state: model.stateDict(), steps: trainTwoLayers(x, y, model, optimizer) }
  },
  twoLayerSteps,
)

replay(
  'tutO_dynamic',
  (recording) => {
    const [x, y] = randomData()
    const model = new DynamicTwoLayerNet(draws(recording))
    const optimizer = new optim.SGD(model.parameters(), { lr: 1e-4, momentum: 0.9 })
    return { state: model.stateDict(), steps: trainTwoLayers(x, y, model, optimizer, 200) }
  },
  twoLayerSteps,
)
