/** Training steps of W1 to W4 with js-pytorch, by Adam where PyTorch's are by SGD. */
import { torch } from 'js-pytorch'
import type { Prepared } from '../../measure.js'
import { fill, permuted } from '../../workloads/arrays.js'
import type { Training } from '../../workloads/training.js'
import { type JsTensor, type Nested, nested, numberOf, tensorOf } from './tensors.js'

type JsLinear = InstanceType<typeof torch.nn.Linear>
const BY_ADAM = 'Adam instead of SGD, which it does not have'

/** The layers of a workload in order, with its weights [in, out]. */
function layersOf(spec: Training): JsLinear[] {
  const layers: JsLinear[] = []
  for (let i = 0; i < spec.params.length; i += 2) {
    const [weight, bias] = [fill(spec.params[i]!), fill(spec.params[i + 1]!)]
    const { shape, data } = permuted(weight, [1, 0])
    const layer = new torch.nn.Linear(shape[0]!, shape[1]!)
    layer.W._data = nested(data, shape) as Nested[]
    layer.b._data = nested(bias.data, bias.shape) as Nested[]
    layers.push(layer)
  }
  return layers
}

/** @param ones - of the shape of `x`: a number cannot be divided by a tensor */
function sigmoid(x: JsTensor, ones: JsTensor): JsTensor {
  return ones.div(x.neg().exp().add(1))
}

function stepOf(parameters: JsTensor[], lr: number, loss: () => JsTensor): () => number {
  const optimizer = new torch.optim.Adam(parameters, lr)
  return () => {
    optimizer.zero_grad()
    const value = loss()
    value.backward()
    optimizer.step()
    return numberOf(value)
  }
}

function parametersOf(layers: readonly JsLinear[]): JsTensor[] {
  return layers.flatMap((layer) => [layer.W, layer.b])
}

function cubic(spec: Training): Prepared {
  const [a, b, c, d] = spec.params.map((p) => tensorOf(p, true)) as [JsTensor, JsTensor, JsTensor, JsTensor]
  // only a column broadcasts against one number
  const x = tensorOf({ ...spec.x, shape: [spec.x.shape[0]!, 1] })
  const y = torch.tensor((x.data as Nested[][]).map((row) => row.map((v) => Math.sin(v as number))))
  const loss = () => {
    const value = x.mul(b).add(x.pow(2).mul(c)).add(x.pow(3).mul(d)).add(a)
    return value.sub(y).pow(2).sum(0).sum()
  }
  return { run: stepOf([a, b, c, d], 1e-3, loss), compared: 1, note: BY_ADAM }
}

export function trainingStep(spec: Training): Prepared {
  if (spec.id === 'W2') return cubic(spec)
  const layers = layersOf(spec)
  const x = tensorOf(spec.x)
  const y = tensorOf(spec.y!)
  const parameters = parametersOf(layers)
  if (spec.id === 'W1') {
    const loss = () => layers[0]!.forward(x).sub(y).pow(2).sum(0).sum()
    return { run: stepOf(parameters, 0.01, loss), compared: 1, note: BY_ADAM }
  }
  if (spec.id === 'W3') {
    const all = layers.map((layer) => torch.ones([spec.x.shape[0]!, layer.b._data.length]))
    const ones = all.at(-1)!
    const loss = () => {
      const p = layers.reduce((h, layer, i) => sigmoid(layer.forward(h), all[i]!), x)
      const likelihood = y.mul(p.log()).add(ones.sub(y).mul(ones.sub(p).log()))
      return likelihood.mean(0).mean().neg()
    }
    return { run: stepOf(parameters, 0.01, loss), compared: 1, note: BY_ADAM }
  }
  const relu = new torch.nn.ReLU()
  const criterion = new torch.nn.CrossEntropyLoss()
  const loss = () => {
    const inner = layers.slice(0, -1).reduce((h, layer) => relu.forward(layer.forward(h)), x)
    return criterion.forward(layers.at(-1)!.forward(inner), y)
  }
  // its ReLU multiplies by 0.001 below zero
  return { run: stepOf(parameters, 1e-3, loss), compared: 0, note: `${BY_ADAM}; its ReLU leaks` }
}
