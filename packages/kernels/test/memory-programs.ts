/**
 * Programs that keep tensors in all the ways that a user may think of. Each gives numbers that depend on all it kept; with any
 * memory they are the same to the last bit.
 */
import {
  autograd,
  conv2d,
  crossEntropy,
  dropGrad,
  dropout,
  enableGrad,
  gradOf,
  linear,
  manualSeed,
  maxPool2d,
  noGrad,
  randint,
  randn,
  relu,
  safePoint,
  stack,
  type Tensor,
  zeros,
} from '@tsorch/core'
import { sgdStepOp } from '@tsorch/core/backend'
import { elements } from './memory-device.js'

interface Layer {
  w: Tensor
  b: Tensor
}

function dense(inputs: number, outputs: number): Layer {
  return {
    w: randn([outputs, inputs]).mul(0.2).requiresGrad_(),
    b: zeros([outputs]).requiresGrad_(),
  }
}

const parametersOf = (layers: readonly Layer[]): Tensor[] => layers.flatMap(({ w, b }) => [w, b])

/** What an optimizer does. */
class Sgd {
  private readonly params: Tensor[]
  private buffers: Tensor[] | null = null

  constructor(params: Tensor[]) {
    this.params = params
  }

  zeroGrad(): void {
    for (const p of this.params) dropGrad(p)
    safePoint()
  }

  step(): void {
    noGrad(() => {
      const first = this.buffers === null
      this.buffers ??= this.params.map((p) => zeros(p.shape))
      const options = { lr: 0.05, momentum: 0.5, dampening: 0, weightDecay: 0, nesterov: false, maximize: false }
      sgdStepOp(
        this.params[0]!,
        this.params,
        this.params.map((p) => gradOf(p)!),
        this.buffers,
        { ...options, first },
      )
    })
    safePoint()
  }
}

function batch(n: number, inputs: number): [Tensor, Tensor] {
  return [randn([n, inputs]), randint(4, [n])]
}

/** A perceptron with a hidden layer, and what happens to the hidden values on the way. */
function perceptron(
  steps: number,
  onHidden: (h: Tensor, step: number) => Tensor | undefined = () => undefined,
): number[] {
  const layers = [dense(12, 20), dense(20, 4)]
  const optimizer = new Sgd(parametersOf(layers))
  const losses: number[] = []
  for (let i = 0; i < steps; i++) {
    const [x, y] = batch(8, 12)
    optimizer.zeroGrad()
    const h = relu(linear(x, layers[0]!.w, layers[0]!.b))
    const loss = crossEntropy(linear(onHidden(h, i) ?? h, layers[1]!.w, layers[1]!.b), y)
    loss.backward()
    optimizer.step()
    losses.push(loss.item())
  }
  return [...losses, ...elements(...parametersOf(layers))]
}

function convolutional(): number[] {
  const kernel = randn([3, 1, 3, 3]).requiresGrad_()
  const head = dense(3 * 3 * 3, 4)
  const params = [kernel, ...parametersOf([head])]
  const optimizer = new Sgd(params)
  const out: number[] = []
  for (let i = 0; i < 6; i++) {
    const x = randn([5, 1, 8, 8])
    optimizer.zeroGrad()
    const h = dropout(relu(maxPool2d(conv2d(x, kernel), 2)), 0.3).reshape([5, -1])
    const loss = crossEntropy(linear(h, head.w, head.b), randint(4, [5]))
    loss.backward()
    optimizer.step()
    out.push(loss.item())
  }
  return [...out, ...elements(...params)]
}

/** Hidden values kept by a closure, as they are, detached, and copied. */
function keptByClosure(): number[] {
  const kept: Tensor[] = []
  const out = perceptron(8, (h, i) => {
    if (i % 2 === 0) kept.push(h, h.detach(), h.detach().clone(), h.narrow(0, 1, 3))
    return undefined
  })
  return [...out, ...elements(...kept)]
}

/** A mask that the first call makes and all later ones use. */
function cachedMask(): number[] {
  let mask: Tensor | null = null
  return perceptron(6, (h) => {
    mask ??= randn(h.shape).gt(0).float()
    return h.mul(mask)
  })
}

function hooks(): number[] {
  const seen: Tensor[] = []
  const retained: Tensor[] = []
  const out = perceptron(6, (h, i) => {
    h.registerHook((g) => {
      seen.push(g)
      return i % 2 === 0 ? g.mul(0.5) : undefined
    })
    const next = h.mul(1.5)
    next.retainGrad()
    retained.push(next)
    return next
  })
  return [...out, ...elements(...seen, ...retained.map((x) => x.grad))]
}

function postAccumulateHooks(): number[] {
  const w = randn([6, 5]).requiresGrad_()
  const kept: Tensor[] = []
  w.registerPostAccumulateGradHook((x) => {
    kept.push(x.grad!, x.grad!.clone())
    x.grad = null
  })
  for (let i = 0; i < 4; i++) randn([3, 5]).mm(w.t()).pow(2).sum().backward()
  return elements(w, ...kept)
}

/** An error that carries a tensor out of a half finished pass. */
function exception(): number[] {
  const kept: Tensor[] = []
  for (let i = 0; i < 4; i++) {
    try {
      perceptron(2, (h, step) => {
        if (step === 1) throw Object.assign(new Error('stop'), { h, doubled: h.mul(2) })
        return undefined
      })
    } catch (error) {
      const { h, doubled } = error as { h: Tensor; doubled: Tensor }
      kept.push(h, doubled, doubled.add(h))
    }
  }
  // and one out of the backward pass itself
  const w = randn([4, 4]).requiresGrad_()
  const h = w.mul(2)
  h.registerHook((g) => {
    kept.push(g)
    throw new Error('in the hook')
  })
  for (let i = 0; i < 2; i++) {
    try {
      h.add(w).pow(2).sum().backward(null, { retainGraph: true })
    } catch {
      // as expected
    }
  }
  return elements(...kept, w.grad)
}

function graphsKept(): number[] {
  const w = randn([5, 5]).requiresGrad_()
  const x = randn([4, 5])
  const y = x.mm(w).tanh()
  const loss = y.mul(y).sum()
  loss.backward(null, { retainGraph: true })
  const first = w.grad!.clone()
  loss.backward(null, { retainGraph: true })
  const [g] = autograd.grad(loss, [w], { createGraph: true })
  const penalty = g!.pow(2).sum()
  penalty.backward()
  const [again] = autograd.grad(x.mm(w).pow(3).sum(), [w])
  return elements(first, w.grad, g!, penalty, again!, y)
}

function secondDerivatives(): number[] {
  const x = randn([2, 1, 6, 6]).requiresGrad_()
  const kernel = randn([2, 1, 3, 3]).requiresGrad_()
  // without keeping the first graph: the second one must not need what it saved
  const y = maxPool2d(conv2d(x, kernel), 2).pow(2).sum()
  const [gx, gk] = autograd.grad(y, [x, kernel], { createGraph: true, retainGraph: true })
  const z = gx!.pow(2).sum().add(gk!.pow(3).sum())
  z.backward()
  return elements(gx!, gk!, x.grad, kernel.grad)
}

class Scaled extends autograd.Function {
  static forward(ctx: autograd.FunctionContext, x: Tensor, w: Tensor): Tensor {
    ctx.saveForBackward(x, w)
    return x.mul(w)
  }

  static backward(ctx: autograd.FunctionContext, g: Tensor): Tensor[] {
    const [x, w] = ctx.savedTensors
    Scaled.seen.push(g, x!)
    return [g.mul(w!), g.mul(x!)]
  }

  static seen: Tensor[] = []
}

/** A part of the network that is computed again in the backward pass, which then has one of its own inside. */
class Checkpoint extends autograd.Function {
  static forward(ctx: autograd.FunctionContext, run: (x: Tensor) => Tensor, x: Tensor): Tensor {
    ctx.run = run
    ctx.saveForBackward(x)
    return run(x)
  }

  static backward(ctx: autograd.FunctionContext, g: Tensor): (Tensor | null)[] {
    const x = ctx.savedTensors[0]!.detach().requiresGrad_()
    // the pass around it runs unrecorded
    autograd.backward(
      enableGrad(() => (ctx.run as (x: Tensor) => Tensor)(x)),
      g,
    )
    return [null, x.grad]
  }
}

function customFunctions(): number[] {
  Scaled.seen = []
  const w = randn([8, 20]).requiresGrad_()
  const out = perceptron(5, (h) => Checkpoint.apply((x: Tensor) => x.mul(x).add(x), Scaled.apply(h, w)))
  return [...out, ...elements(w.grad, ...Scaled.seen)]
}

/** Gradients that users hold on to while new ones come. */
function heldGradients(): number[] {
  const w = randn([7, 3]).requiresGrad_()
  const kept: (Tensor | null)[] = []
  const step = () => randn([5, 7]).mm(w).pow(2).sum().backward()
  step()
  kept.push(w.grad)
  dropGrad(w)
  step()
  step()
  kept.push(w.grad, w.grad!.t())
  w.grad = null
  step()
  // nobody has read this one
  dropGrad(w)
  step()
  w.grad = w.grad!.mul(2)
  kept.push(w.grad)
  step()
  // the same memory under another tensor
  w.grad = gradOf(w)!.detach()
  kept.push(w.grad)
  step()
  kept.push(w.grad)
  return elements(...kept, w)
}

/** Other names for the same memory. */
function aliases(): number[] {
  const w = randn([6, 6]).requiresGrad_()
  const kept: Tensor[] = []
  for (let i = 0; i < 4; i++) {
    w.mul(w).sum().backward()
    const { data } = w
    data.sub_(w.grad!.data.mul(0.1))
    kept.push(data, w.data.narrow(0, 0, 2), w.grad!.data)
    w.grad = null
    if (i === 2) w.data = randn([6, 6])
  }
  const x = randn([4, 4])
  const row = x.select(0, 1)
  row.mul_(3)
  x.t().add_(1)
  kept.push(x, row, x.t())
  return elements(w, ...kept)
}

function manyOutputs(): number[] {
  const w = randn([6, 9]).requiresGrad_()
  const kept: Tensor[] = []
  for (let i = 0; i < 4; i++) {
    const [a, b, c] = randn([5, 6]).mm(w).chunk(3, 1) as [Tensor, Tensor, Tensor]
    const [values, indices] = a.max(1)
    const [pooled, places] = maxPool2d(b.reshape([1, 1, 5, 3]), 2, { returnIndices: true })
    const [sorted] = c.sort(1)
    stack([values.sum(), pooled.sum(), sorted.mul(sorted).sum(), b.unbind(1)[2]!.prod()])
      .sum()
      .backward()
    kept.push(indices.float(), places.float(), sorted, values)
  }
  return elements(w.grad, ...kept)
}

export const programs: Readonly<Record<string, () => number[]>> = {
  'a perceptron': () => perceptron(12),
  'a convolutional network with pooling and dropout': convolutional,
  'hidden values kept by a closure': keptByClosure,
  'a cached mask': cachedMask,
  'hooks and retained gradients': hooks,
  'hooks after accumulation': postAccumulateHooks,
  'tensors kept from errors': exception,
  'graphs that are kept and differentiated': graphsKept,
  'second derivatives of pooling and convolution': secondDerivatives,
  'functions with gradients of their own, and one that computes again': customFunctions,
  'gradients that are held': heldGradients,
  'other names for memory, and views': aliases,
  'operations with several results': manyOutputs,
}

/** The numbers of a program. */
export function numbersOf(name: string): number[] {
  manualSeed(3)
  return programs[name]!()
}
