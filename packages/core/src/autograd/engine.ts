/** The backward pass: nodes in reverse order of creation, each once, with the sum of all gradients that reach it. */
import { Binary } from '../dispatch/opcodes.js'
import { RuntimeError } from '../errors.js'
import { compact, enter, leave, mark, nursery, safePoint, sweepPass } from '../nursery.js'
import { cast, clone } from '../ops/cast.js'
import { add } from '../ops/pointwise.js'
import { sumToShape } from '../ops/sum-to.js'
import { formatShape, isContiguous, sameShape } from '../shape.js'
import { Owner, type Storage } from '../storage.js'
import { allocate, Tensor } from '../tensor.js'
import { anomaly, reportNaN } from './anomaly.js'
import { drop, each, handOut, hold, type Incoming, isAlone, ours } from './holders.js'
import { mode } from './mode.js'
import {
  type Gradient,
  type Grads,
  historyOf,
  type ManyGradient,
  type Node,
  needsGrad,
  type OutputMeta,
} from './node.js'
import { Queue } from './queue.js'

/** What one backward pass is to do. */
interface Task {
  readonly keepGraph: boolean
  readonly createGraph: boolean
  /** Only these nodes lie between the outputs and the wanted inputs; all if null. */
  readonly needed: ReadonlySet<Node> | null
  /** Gradients to hand out instead of accumulating: by node and output. */
  readonly captures: ReadonlyMap<Node, readonly Capture[]> | null
  /** Leaves whose `.grad` is accumulated; all if null. */
  readonly leaves: ReadonlySet<Tensor> | null
}

interface Capture {
  readonly slot: number
  readonly index: number
  readonly into: (Tensor | null)[]
}

function fit(g: Tensor, meta: OutputMeta, from: string): Tensor {
  let out = g
  if (!sameShape(g.shape, meta.shape)) {
    try {
      out = sumToShape(g, meta.shape)
    } catch {
      throw new RuntimeError(
        `Function ${from} returned an invalid gradient: got ${formatShape(g.shape)} but expected shape compatible with ${formatShape(meta.shape)}`,
      )
    }
  }
  return out.dtype === meta.dtype ? out : cast(out, meta.dtype)
}

/** The sum of what waits and what comes: in place where nobody else sees it. */
function accumulated(before: Tensor, g: Tensor, owned: boolean): Tensor {
  if (owned && !mode.enabled && isAlone(before) && isContiguous(before.shape, before.strides)) {
    before.storage.device.primitives.binary(Binary.add, before, g, before)
    return before
  }
  const sum = add(before, g)
  hold(sum)
  drop(before)
  return sum
}

/** Adds a gradient to what waits at a node. `owned`: nobody else holds it. */
function deliver(node: Node, slot: number, g: Tensor, owned: boolean, queue: Queue): void {
  if (node.more === null) {
    if (node.pending === null) {
      hold(g)
      node.pending = g
      node.owned = owned
    } else {
      node.pending = accumulated(node.pending, g, node.owned)
      node.owned = true
    }
  } else {
    node.pendingMore ??= new Array<Tensor | null>(node.outputCount).fill(null)
    const before = node.pendingMore[slot] ?? null
    if (before === null) hold(g)
    node.pendingMore[slot] = before === null ? g : accumulated(before, g, false)
  }
  if (!node.queued) {
    node.queued = true
    queue.push(node)
  }
}

function runHooks(node: Node, slot: number, g: Tensor): Tensor {
  let out = g
  const hooks = node.hooks!
  const set = hooks.tensor.get(slot)
  if (set !== undefined && set.size > 0) {
    handOut(g)
    for (const hook of [...set]) {
      const replaced = hook(out)
      if (replaced === undefined || replaced === null) continue
      if (!(replaced instanceof Tensor))
        throw new TypeError(`hook must return a Tensor or nothing, but got ${typeof replaced}`)
      if (!sameShape(replaced.shape, out.shape))
        throw new RuntimeError(
          `hook has changed the size of value: from ${formatShape(out.shape)} to ${formatShape(replaced.shape)}`,
        )
      out = replaced
    }
  }
  if (out !== g) {
    hold(out)
    drop(g)
  }
  const kept = hooks.retain.get(slot)
  if (kept !== undefined) {
    handOut(out)
    kept._grad = kept._grad === null ? out : add(kept._grad, out)
  }
  return out
}

/** Adds to a leaf's `.grad`: in place if nothing is recorded, so that whoever holds it sees it grow. */
function accumulate(node: Node, g: Tensor, owned: boolean, task: Task): void {
  const x = node.variable!
  if (task.leaves !== null && !task.leaves.has(x)) return
  const grad = x._grad
  if (grad === null) {
    if (task.createGraph) x._grad = g
    else {
      x._grad = owned && isAlone(g) ? g : clone(g)
      // until somebody reads it, it is ours to give back
      const { handle } = x._grad.storage
      if (handle !== null) handle.owner = Owner.grad
    }
  } else if (task.createGraph || grad._requiresGrad) {
    const { handle } = grad.storage
    if (handle !== null && handle.owner === Owner.grad) handle.owner = Owner.seen
    x._grad = add(grad, g)
  } else {
    grad.storage.device.primitives.binary(Binary.add, grad, g, grad)
    grad.storage.version++
  }
  if (node.hooks !== null) for (const hook of [...node.hooks.accumulated]) hook(x)
}

function isList(grads: Grads): grads is readonly (Tensor | null | undefined)[] {
  return Array.isArray(grads)
}

function liesIn(storage: Storage, grads: Incoming): boolean {
  if (grads instanceof Tensor) return grads.storage === storage
  return grads.some((g) => g !== null && g.storage === storage)
}

/** Whether result `i` of a node is in nobody else's hands: not what came in, nor a view, nor shared with another result. */
function isFresh(node: Node, i: number, result: Tensor, incoming: Incoming, results: Grads): boolean {
  const { storage } = result
  if (node.custom || result._view !== null || liesIn(storage, incoming)) return false
  if (isList(results)) {
    for (let j = 0; j < results.length; j++) if (j !== i && results[j]?.storage === storage) return false
  }
  return true
}

/** Hands a node's results to its inputs. */
function pass(node: Node, incoming: Incoming, results: Grads, task: Task, queue: Queue): void {
  const { inputs, slots } = node
  const list = isList(results)
  if (list && results.length > inputs.length && results.slice(inputs.length).some((r) => r != null)) {
    throw new RuntimeError(
      `function ${node.name} returned an incorrect number of gradients (expected ${inputs.length}, got ${results.length})`,
    )
  }
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]
    if (input == null || (task.needed !== null && !task.needed.has(input))) continue
    const result = list ? results[i] : i === 0 ? results : null
    if (result == null) continue
    if (anomaly.enabled) reportNaN(node, i, result)
    const g = fit(result, input.output(slots[i]!), node.name)
    deliver(input, slots[i]!, g, g !== result || isFresh(node, i, result, incoming, results), queue)
  }
}

function gradientOf(node: Node, incoming: Incoming, task: Task): Grads {
  const results =
    node.more === null
      ? (node.gradient as Gradient)(incoming as Tensor, node)
      : (node.gradient as ManyGradient)(incoming as readonly (Tensor | null)[], node)
  if (!task.keepGraph) node.release()
  return results
}

/** Runs a node: from the gradients of its outputs to those of its inputs, which go on to their nodes. */
function runNode(node: Node, incoming: Incoming, task: Task, queue: Queue): void {
  if (task.createGraph) {
    // everything may become part of a graph
    pass(node, incoming, gradientOf(node, incoming, task), task, queue)
    return
  }
  let results: Grads = null
  if (node.custom) {
    each(incoming, handOut)
    results = gradientOf(node, incoming, task)
  }
  // what is made from here on is ours alone, and goes unless it waits at a node
  const start = enter()
  try {
    if (!node.custom) results = gradientOf(node, incoming, task)
    pass(node, incoming, results, task, queue)
  } finally {
    leave()
  }
  if (mark() !== start) sweepPass(start)
}

function run(queue: Queue, task: Task): void {
  const start = mark()
  nursery.held++
  try {
    while (queue.size > 0) {
      const node = queue.pop()
      node.queued = false
      let incoming: Incoming = (node.pending ?? node.pendingMore)!
      node.pending = null
      node.pendingMore = null
      let { owned } = node
      if (node.hooks !== null) {
        if (incoming instanceof Tensor) {
          incoming = runHooks(node, 0, incoming)
          owned = false
        } else {
          incoming = incoming.map((one, slot) => (one === null ? null : runHooks(node, slot, one)))
        }
      }
      const captures = task.captures?.get(node)
      if (captures !== undefined) {
        each(incoming, handOut)
        for (const { slot, index, into } of captures)
          into[index] = incoming instanceof Tensor ? incoming : (incoming[slot] ?? null)
      }
      if (node.variable !== null) {
        if (task.captures === null) accumulate(node, incoming as Tensor, owned, task)
      } else if (task.captures === null || node.inputs.some((input) => input != null && task.needed!.has(input))) {
        runNode(node, incoming, task, queue)
      }
      each(incoming, drop)
    }
  } finally {
    // after an error no gradient may stay behind for the next pass
    while (queue.size > 0) {
      const node = queue.pop()
      each((node.pending ?? node.pendingMore)!, drop)
      node.pending = null
      node.pendingMore = null
      node.queued = false
    }
    if (--nursery.held === 0) compact(start)
  }
}

/** The nodes between `roots` and `targets`, both included. */
function between(roots: readonly Node[], targets: ReadonlySet<Node>): Set<Node> {
  const reached: Node[] = []
  const seen = new Set<Node>(roots)
  const stack = [...roots]
  while (stack.length > 0) {
    const node = stack.pop()!
    reached.push(node)
    for (const input of node.inputs) {
      if (input != null && !seen.has(input)) {
        seen.add(input)
        stack.push(input)
      }
    }
  }
  // inputs were made before what uses them
  reached.sort((a, b) => a.seq - b.seq)
  const needed = new Set<Node>()
  for (const node of reached) {
    if (targets.has(node) || node.inputs.some((input) => input != null && needed.has(input))) needed.add(node)
  }
  return needed
}

function onesLike(x: Tensor): Tensor {
  const out = allocate(x.storage, x.dtype, x.shape)
  x.storage.device.primitives.fill(out, 1)
  return out
}

function start(outputs: readonly Tensor[], gradOutputs: readonly (Tensor | null | undefined)[], queue: Queue): Node[] {
  if (gradOutputs.length > 0 && gradOutputs.length !== outputs.length) {
    throw new RuntimeError(`got ${outputs.length} tensors and ${gradOutputs.length} gradients`)
  }
  const roots: Node[] = []
  const first: [Node, number, Tensor][] = []
  outputs.forEach((out, i) => {
    if (!needsGrad(out))
      throw new RuntimeError(`element ${i} of tensors does not require grad and does not have a grad_fn`)
    const node = historyOf(out)!
    let g = gradOutputs[i] ?? null
    if (g === null) {
      if (out.count !== 1) throw new RuntimeError('grad can be implicitly created only for scalar outputs')
      g = ours(onesLike(out))
    } else if (!sameShape(g.shape, out.shape)) {
      throw new RuntimeError(
        `Mismatch in shape: grad_output[${i}] has a shape of ${formatShape(g.shape)} and output[${i}] has a shape of ${formatShape(out.shape)}.`,
      )
    }
    if (g.dtype !== out.dtype) g = ours(cast(g, out.dtype))
    roots.push(node)
    first.push([node, out._slot, g])
  })
  for (const [node, slot, g] of first) deliver(node, slot, g, false, queue)
  return roots
}

function withMode(createGraph: boolean, body: () => void): void {
  const before = mode.enabled
  mode.enabled = createGraph
  try {
    body()
  } finally {
    mode.enabled = before
  }
}

/** Options of {@link backward}. */
export interface BackwardOptions {
  /** Gradient of the tensor itself; 1 for a single element if not given. */
  gradient?: Tensor | null
  /** Keeps what was saved, for another pass. */
  retainGraph?: boolean
  /** Records the pass itself, for higher derivatives. */
  createGraph?: boolean
  /** Only these leaves accumulate; all if not given. */
  inputs?: Tensor | readonly Tensor[]
}

/**
 * Adds the gradients of `tensors` to the `.grad` of the leaves they were computed from.
 *
 * @throws RuntimeError if a tensor needs no gradient, has several elements and no gradient is given, or the graph was freed
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.backward.html
 */
export function backward(
  tensors: Tensor | readonly Tensor[],
  gradTensors?: Tensor | readonly (Tensor | null)[] | null,
  options: Omit<BackwardOptions, 'gradient'> = {},
): void {
  const outputs = tensors instanceof Tensor ? [tensors] : tensors
  const grads = gradTensors == null ? [] : gradTensors instanceof Tensor ? [gradTensors] : gradTensors
  const createGraph = options.createGraph ?? false
  const keepGraph = options.retainGraph ?? createGraph
  const inputs =
    options.inputs === undefined ? null : options.inputs instanceof Tensor ? [options.inputs] : options.inputs
  if (inputs !== null && inputs.length === 0) throw new RuntimeError("'inputs' argument to backward() cannot be empty.")
  withMode(createGraph, () => {
    const queue = new Queue()
    const roots = start(outputs, grads, queue)
    let needed: Set<Node> | null = null
    let leaves: Set<Tensor> | null = null
    if (inputs !== null) {
      const targets = new Set<Node>()
      leaves = new Set(inputs)
      for (const x of inputs) {
        if (!needsGrad(x)) throw new RuntimeError('One of the differentiated Tensors does not require grad')
        const node = historyOf(x)!
        targets.add(node)
        // gradients of tensors in the middle are kept as if retainGrad() had been called
        if (node.variable === null) node.ensureHooks().retain.set(x._slot, x)
      }
      needed = between(roots, targets)
    }
    run(queue, { keepGraph, createGraph, needed, captures: null, leaves })
  })
  safePoint()
}

/** Options of {@link grad}. */
export interface GradOptions {
  /** Gradients of the outputs; 1 for single elements if not given. */
  gradOutputs?: Tensor | readonly (Tensor | null)[] | null
  retainGraph?: boolean
  createGraph?: boolean
  /** Gives null for inputs that the outputs do not depend on, instead of an error. */
  allowUnused?: boolean
  /** Gives zeros instead of null. */
  materializeGrads?: boolean
}

/**
 * The gradients of `outputs` with respect to `inputs`; no `.grad` is touched.
 *
 * @returns one gradient for each input
 * @throws RuntimeError if an input was not used, unless `allowUnused`
 * @example
 * ```ts
 * const [gx] = grad(x.pow(3).sum(), [x], { createGraph: true })
 * const [gxx] = grad(gx!.sum(), [x]) // 6x
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.grad.html
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const outs = outputs instanceof Tensor ? [outputs] : outputs
  const wrt = inputs instanceof Tensor ? [inputs] : inputs
  const given = options.gradOutputs
  const gradOutputs = given == null ? [] : given instanceof Tensor ? [given] : given
  const createGraph = options.createGraph ?? false
  const keepGraph = options.retainGraph ?? createGraph
  const found = new Array<Tensor | null>(wrt.length).fill(null)
  const captures = new Map<Node, Capture[]>()
  wrt.forEach((x, index) => {
    if (!needsGrad(x)) throw new RuntimeError('One of the differentiated Tensors does not require grad')
    const node = historyOf(x)!
    const list = captures.get(node) ?? []
    list.push({ slot: x._slot, index, into: found })
    captures.set(node, list)
  })
  withMode(createGraph, () => {
    const queue = new Queue()
    const roots = start(outs, gradOutputs, queue)
    const needed = between(roots, new Set(captures.keys()))
    run(queue, { keepGraph, createGraph, needed, captures, leaves: null })
  })
  found.forEach((g, i) => {
    if (g !== null) return
    if (options.materializeGrads === true) found[i] = allocate(wrt[i]!.storage, wrt[i]!.dtype, wrt[i]!.shape, true)
    else if (options.allowUnused !== true) {
      throw new RuntimeError(
        'One of the differentiated Tensors appears to not have been used in the graph. Set allowUnused: true if this is the desired behavior.',
      )
    }
  })
  return found
}

declare module '../tensor.js' {
  interface Tensor {
    /**
     * Adds the gradients of this tensor to the `.grad` of the leaves it was computed from.
     *
     * @param gradient - gradient of this tensor; 1 if it has one element
     * @see https://pytorch.org/docs/stable/generated/torch.Tensor.backward.html
     */
    backward(gradient?: Tensor | null | BackwardOptions, options?: BackwardOptions): void
  }
}

Tensor.prototype.backward = function (gradient, options) {
  if (gradient === undefined && options === undefined) {
    backward(this)
    return
  }
  const given =
    gradient instanceof Tensor || gradient == null
      ? { ...options, ...(gradient instanceof Tensor ? { gradient } : {}) }
      : gradient
  backward(this, given.gradient ?? null, given)
}
