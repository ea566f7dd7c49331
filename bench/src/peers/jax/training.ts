/** One training step of W1 to W12 with jax-js: a function from parameters and state to new ones, compiled by `jit`. */
import { blockUntilReady, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax'
import type { Prepared } from '../../measure.js'
import { fill, meanOfAbsolutes, oneHot } from '../../workloads/arrays.js'
import type { OptimizerSpec, Training } from '../../workloads/training.js'
import { type Forward, plainNetworks, resnet18 } from './networks.js'
import { sequenceNetworks } from './sequences.js'
import { arrayOf, type Tree, Weights } from './weights.js'

/** Where a compiled step is slower than its parts one by one: `jit` computes a convolution's padding and input anew for each tap. */
const EAGER: readonly string[] = ['W5', 'W6', 'W7', 'W11']
const WITHOUT_JIT = 'without jit, which is slower here'

function networkOf(id: string): Forward {
  if (id === 'W10' || id === 'W11') return resnet18(id === 'W11')
  return plainNetworks[id] ?? sequenceNetworks[id]!
}

function targetsOf(spec: Training, x: np.Array): np.Array {
  if (spec.y === null) return np.sin(x.ref)
  const given = fill(spec.y)
  const { shape, data } = spec.loss === 'classes' ? oneHot(given, spec.params.at(-1)!.shape[0]!) : given
  return np.array(Float32Array.from(data), { shape: [...shape] })
}

/** Consumes both. */
function lossOf(spec: Training, out: np.Array, y: np.Array): np.Array {
  if (spec.loss === 'classes') {
    const rows = out.shape[0]!
    return nn
      .logSoftmax(out, 1)
      .mul(y)
      .sum()
      .mul(-1 / rows)
  }
  if (spec.loss === 'squares') return np.square(out.sub(y)).sum()
  const ones = y.ref.mul(np.log(out.ref))
  const zeros = np.subtract(1, y).mul(np.log(np.subtract(1, out)))
  return ones.add(zeros).mean().mul(-1)
}

/** What an optimizer keeps: the momentum, or Adam's averages and number of steps. */
type State = Record<string, Tree>
type Updated = [loss: np.Array, params: Tree, state: State]

function mapped(names: readonly string[], make: (name: string) => np.Array): Tree {
  return Object.fromEntries(names.map((name) => [name, make(name)]))
}

function stateOf(spec: OptimizerSpec, names: readonly string[], params: Tree): State {
  const zeros = () => mapped(names, (name) => np.zeros([...params[name]!.shape]))
  if (spec.kind === 'adam') return { first: zeros(), second: zeros(), steps: { count: np.array(0) } }
  return spec.momentum > 0 ? { first: zeros() } : {}
}

/** Consumes parameters, state and gradients. */
function updated(
  spec: OptimizerSpec,
  names: readonly string[],
  params: Tree,
  state: State,
  grads: Tree,
): [Tree, State] {
  if (spec.kind === 'sgd' && spec.momentum === 0)
    return [mapped(names, (name) => params[name]!.sub(grads[name]!.mul(spec.lr))), {}]
  if (spec.kind === 'sgd') {
    const first = mapped(names, (name) => state.first![name]!.mul(spec.momentum).add(grads[name]!))
    return [mapped(names, (name) => params[name]!.sub(first[name]!.ref.mul(spec.lr))), { first }]
  }
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8]
  const count = state.steps!.count!.add(1)
  const [scale1, scale2] = [beta1, beta2].map((beta) => np.subtract(1, np.power(beta, count.ref)))
  const first = mapped(names, (name) => state.first![name]!.mul(beta1).add(grads[name]!.ref.mul(1 - beta1)))
  const second = mapped(names, (name) => state.second![name]!.mul(beta2).add(np.square(grads[name]!).mul(1 - beta2)))
  const next = mapped(names, (name) => {
    const step = first[name]!.ref.div(scale1!.ref).mul(spec.lr)
    return params[name]!.sub(step.div(np.sqrt(second[name]!.ref.div(scale2!.ref)).add(epsilon)))
  })
  scale1!.dispose()
  scale2!.dispose()
  return [next, { first, second, steps: { count } }]
}

function forwardOnly(network: Forward, params: Tree, x: np.Array): Prepared {
  const weights = new Weights(params)
  return { run: async () => meanOfAbsolutes(await network(weights, x.ref).data()), note: WITHOUT_JIT }
}

export function trainingStep(spec: Training): Prepared {
  const network = networkOf(spec.id)
  const names = spec.params.map(({ name }) => name)
  let params: Tree = Object.fromEntries(spec.params.map((p) => [p.name, arrayOf(p)]))
  const x = arrayOf(spec.x)
  const { optimizer } = spec
  if (optimizer === null) return forwardOnly(network, params, x)
  const y = targetsOf(spec, x)
  const gradients = valueAndGrad((tree_: Tree, input: np.Array, target: np.Array) => {
    const loss = lossOf(spec, network(new Weights(tree_), input), target)
    tree.dispose(tree_)
    return loss
  })
  const isEager = EAGER.includes(spec.id)
  const step = (own: Tree, state: State, input: np.Array, target: np.Array): Updated => {
    const [loss, grads] = gradients(tree.ref(own), input, target)
    return [loss, ...updated(optimizer, names, own, state, grads as Tree)]
  }
  const update = isEager ? step : (jit(step) as typeof step)
  let state = stateOf(optimizer, names, params)
  return {
    run: async () => {
      const [loss, nextParams, nextState] = update(params, state, x.ref, y.ref)
      params = nextParams
      state = nextState
      const value = (await loss.data())[0] as number
      // reading the loss computes the loss only: the new parameters are waited for as well
      await blockUntilReady(params)
      return value
    },
    ...(isEager ? { note: WITHOUT_JIT } : {}),
  }
}
