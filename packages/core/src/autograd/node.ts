import type { Device } from '../dispatch/registry.js'
import { Category, type DType } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { release } from '../nursery.js'
import { formatShape, type Shape } from '../shape.js'
import { Owner } from '../storage.js'
import type { Tensor } from '../tensor.js'
import { mode } from './mode.js'

/** A gradient for each input: null or undefined where there is none. */
export type Grads = Tensor | null | undefined | readonly (Tensor | null | undefined)[]

/**
 * The gradient of an operation: from the gradient of its output to those of its inputs, written with differentiable
 * operations, so that it has derivatives of its own.
 *
 * A result may have the broadcast shape or a wider dtype: the engine sums and casts it. It is a fresh tensor, or `grad` itself,
 * or a view of it, and never a saved tensor: the engine may keep it as `.grad`. Whatever else was made on the way is given back
 * at once, so that nothing of it, nor `grad`, may be kept in any other place.
 */
export type Gradient = (grad: Tensor, node: Node) => Grads

/** The gradient of an operation with several outputs; null for outputs that nothing depends on. */
export type ManyGradient = (grads: readonly (Tensor | null)[], node: Node) => Grads

/** What the engine must know of an output, to check and to fill in its gradient. */
export interface OutputMeta {
  readonly shape: Shape
  readonly dtype: DType
  readonly device: Device
}

// biome-ignore lint/suspicious/noConfusingVoidType: a hook that returns nothing changes nothing
export type TensorHook = (grad: Tensor) => Tensor | undefined | null | void

/** Hooks of a node, by output. */
export interface NodeHooks {
  /** Called with the complete gradient of an output. */
  readonly tensor: Map<number, Set<TensorHook>>
  /** Non-leaf tensors that keep their gradient. */
  readonly retain: Map<number, Tensor>
  /** Called after a leaf's `.grad` was written. */
  readonly accumulated: Set<(tensor: Tensor) => void>
}

let sequence = 1

/** One recorded operation. Its inputs' nodes were made before it: the engine runs nodes in reverse order of creation. */
export class Node {
  /** Order of creation; 0 for leaves, which come last. */
  readonly seq: number
  /** As PyTorch prints it: `AddBackward0`. */
  readonly name: string
  gradient: Gradient | ManyGradient | null
  /** The nodes that made the inputs; null where no gradient is wanted. */
  readonly inputs: readonly (Node | null)[]
  /** Which output of its node each input is. */
  readonly slots: readonly number[]
  /** The first output; the others in `more`. */
  readonly meta: OutputMeta
  readonly more: readonly OutputMeta[] | null
  /** The leaf whose `.grad` this node accumulates. */
  readonly variable: Tensor | null
  private kept: readonly (Tensor | null)[] | null
  private versions: readonly number[] | null
  hooks: NodeHooks | null
  /** Results of a user-written gradient may be held by the user: the engine copies them. */
  custom: boolean
  // the engine's scratch
  pending: Tensor | null
  pendingMore: (Tensor | null)[] | null
  /** Whether nobody else holds `pending`. */
  owned: boolean
  queued: boolean

  constructor(
    name: string,
    gradient: Gradient | ManyGradient | null,
    inputs: readonly (Node | null)[],
    slots: readonly number[],
    meta: OutputMeta,
    more: readonly OutputMeta[] | null,
    kept: readonly (Tensor | null)[] | null,
    variable: Tensor | null,
  ) {
    this.seq = variable === null ? sequence++ : 0
    this.name = name
    this.gradient = gradient
    this.inputs = inputs
    this.slots = slots
    this.meta = meta
    this.more = more
    this.variable = variable
    this.kept = kept
    this.versions = kept === null ? null : keep(kept)
    this.hooks = null
    this.custom = false
    this.pending = null
    this.pendingMore = null
    this.owned = false
    this.queued = false
  }

  /** Whether input `i` wants a gradient. */
  needs(i: number): boolean {
    return this.inputs[i] != null
  }

  /**
   * A tensor kept for the backward pass.
   *
   * @throws RuntimeError if it was written to since, or if the graph was freed
   */
  saved(i: number): Tensor {
    if (this.kept === null) {
      throw new RuntimeError(
        'Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify { retainGraph: true } if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.',
      )
    }
    const t = this.kept[i]!
    const version = this.versions![i]!
    if (t.storage.version !== version) {
      const origin =
        t._node !== null && t._node.variable === null ? `, which is output ${t._slot} of ${t._node.name},` : ''
      throw new RuntimeError(
        `one of the variables needed for gradient computation has been modified by an inplace operation: [torch.${t.dtype.label}Tensor ${formatShape(t.shape)}]${origin} is at version ${t.storage.version}; expected version ${version} instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with autograd.setDetectAnomaly(true).`,
      )
    }
    return t
  }

  /** Number of tensors kept. */
  get savedCount(): number {
    return this.kept === null ? 0 : this.kept.length
  }

  get freed(): boolean {
    return this.kept === null
  }

  /** Puts `copy` in the place of `original`, which is about to be written to. */
  replaceSaved(original: Tensor, copy: () => Tensor): void {
    const kept = this.kept
    if (kept === null || !kept.includes(original)) return
    const replacement = copy()
    this.kept = kept.map((t) => (t === original ? replacement : t))
    this.versions = keep(this.kept)
    letGo(kept)
  }

  /** Lets go of the tensors kept; what only the graph uses goes at once. */
  release(): void {
    const { kept } = this
    if (kept === null) return
    this.kept = null
    this.versions = null
    // it can only fail now, and what it captured need not live as long as the graph
    if (letGo(kept) && !this.custom) this.gradient = freedGradient
  }

  output(slot: number): OutputMeta {
    return slot === 0 ? this.meta : this.more![slot - 1]!
  }

  get outputCount(): number {
    return this.more === null ? 1 : 1 + this.more.length
  }

  ensureHooks(): NodeHooks {
    this.hooks ??= { tensor: new Map(), retain: new Map(), accumulated: new Set() }
    return this.hooks
  }

  /** The nodes of the inputs with the output each is, as PyTorch's `next_functions`. */
  get nextFunctions(): readonly (readonly [Node | null, number])[] {
    return this.inputs.map((node, i) => [node, this.slots[i]!] as const)
  }

  toString(): string {
    return `<${this.name}>`
  }
}

const empty: readonly Tensor[] = []

/** Gradient of a node whose saved tensors are gone: says so. */
const freedGradient = (_grad: unknown, node: Node): Tensor => node.saved(0)

/** Begins to keep tensors; gives their versions. */
function keep(kept: readonly (Tensor | null)[]): number[] {
  const versions = new Array<number>(kept.length)
  for (let i = 0; i < kept.length; i++) {
    const t = kept[i]
    if (t == null) {
      versions[i] = 0
      continue
    }
    const { version, handle } = t.storage
    versions[i] = version
    if (handle !== null) handle.save()
  }
  return versions
}

/** Opposite of {@link keep}; what only the graph used goes at once. Gives whether there was any tensor. */
function letGo(kept: readonly (Tensor | null)[]): boolean {
  let any = false
  for (let i = 0; i < kept.length; i++) {
    const t = kept[i]
    if (t == null) continue
    any = true
    const { handle } = t.storage
    if (handle?.letGo()) release(t.storage)
  }
  return any
}

/**
 * Says that `saved`, which an op has just recorded for its gradient, is used by nobody but the graph: indices of a max pooling,
 * statistics, the noise of a dropout. Its memory comes back when the last node that saves it is done with it, or at once if
 * nothing was recorded.
 *
 * @param out - the result of the op, after `record`
 */
export function ownedByGraph(out: Tensor, saved: Tensor): void {
  const { handle } = saved.storage
  if (handle === null) return
  if (out._node === null) release(saved.storage)
  else handle.graphOnly = true
}

function metaOf(t: Tensor): OutputMeta {
  return { shape: t.shape, dtype: t.dtype, device: t.storage.device }
}

/** Whether a result computed from `t` needs a gradient. */
export function needsGrad(t: Tensor): boolean {
  const view = t._view
  if (t._requiresGrad || view === null) return t._requiresGrad
  return view.differentiable && view.version !== t.storage.version && view.base._requiresGrad
}

/** Makes the gradient by which a view's gradient reaches its base; set by `ops/view.ts`, which knows strided layouts. */
export const viewHistory: { gradient: (view: Tensor, base: Tensor) => Gradient } = {
  gradient: () => {
    throw new RuntimeError('views are not loaded')
  },
}

/**
 * The node that made `t`: a leaf's accumulator, or null if no gradient is wanted.
 *
 * If the memory of a view was written to since (through the base or another view), the view now depends on its base's new
 * value, and its history is made anew.
 */
export function historyOf(t: Tensor): Node | null {
  const view = t._view
  if (view?.differentiable && view.version !== t.storage.version) {
    view.version = t.storage.version
    const base = historyOf(view.base)
    if (base !== null) {
      t._node = new Node(
        'AsStridedBackward0',
        viewHistory.gradient(t, view.base),
        [base],
        [view.base._slot],
        metaOf(t),
        null,
        empty,
        null,
      )
      t._slot = 0
      t._requiresGrad = true
      return t._node
    }
  }
  if (t._node === null && t._requiresGrad) {
    t._node = new Node('AccumulateGrad', null, [], [], metaOf(t), null, null, t)
    t._slot = 0
    const { handle } = t.storage
    if (handle !== null) handle.owner = Owner.kept
  }
  return t._node
}

/** The node that made `t`, or null for leaves: PyTorch's `grad_fn`. */
export function gradFnOf(t: Tensor): Node | null {
  if (!needsGrad(t)) return null
  const node = historyOf(t)
  return node === null || node.variable !== null ? null : node
}

export function isLeaf(t: Tensor): boolean {
  return gradFnOf(t) === null
}

/** An input of a recorded operation; everything but tensors is passed over. */
export type Input = Tensor | number | null | undefined

function anyNeedsGrad(inputs: readonly Input[]): boolean {
  for (let i = 0; i < inputs.length; i++) {
    const t = inputs[i]
    if (typeof t !== 'number' && t != null && needsGrad(t)) return true
  }
  return false
}

/** Whether an operation on these inputs would be recorded. */
export function recording(...inputs: readonly Input[]): boolean {
  return mode.enabled && anyNeedsGrad(inputs)
}

function makeNode(
  name: string,
  outs: readonly Tensor[],
  inputs: readonly Input[],
  saved: readonly (Tensor | null)[] | null,
  gradient: Gradient | ManyGradient,
): Node {
  const n = inputs.length
  const nodes = new Array<Node | null>(n)
  const slots = new Array<number>(n)
  for (let i = 0; i < n; i++) {
    const t = inputs[i]
    if (typeof t !== 'number' && t != null && needsGrad(t)) {
      nodes[i] = historyOf(t)
      slots[i] = t._slot
    } else {
      nodes[i] = null
      slots[i] = 0
    }
  }
  const first = outs[0]!
  const more = outs.length === 1 ? null : outs.slice(1).map(metaOf)
  return new Node(name, gradient, nodes, slots, metaOf(first), more, saved ?? empty, null)
}

/**
 * Records that `out` was computed from `inputs`, if recording is on and any of them needs a gradient. Returns `out`.
 *
 * @param saved - tensors that `gradient` reads with `node.saved(i)`: only these are kept, and checked for later writes
 */
export function record(
  name: string,
  out: Tensor,
  inputs: readonly Input[],
  saved: readonly (Tensor | null)[] | null,
  gradient: Gradient,
): Tensor {
  if (!mode.enabled || !anyNeedsGrad(inputs) || out.dtype.category !== Category.float) return out
  out._node = makeNode(name, [out], inputs, saved, gradient)
  out._slot = 0
  out._requiresGrad = true
  return out
}

/** {@link record} for several outputs. Those that are not floating point take no part. */
export function recordMany<T extends readonly Tensor[]>(
  name: string,
  outs: T,
  inputs: readonly Input[],
  saved: readonly (Tensor | null)[] | null,
  gradient: ManyGradient,
): T {
  if (!mode.enabled || outs.length === 0 || !anyNeedsGrad(inputs)) return outs
  // a single output's gradient arrives by itself
  const own: Gradient | ManyGradient = outs.length === 1 ? (g: Tensor, node: Node) => gradient([g], node) : gradient
  const node = makeNode(name, outs, inputs, saved, own)
  outs.forEach((out, i) => {
    if (out.dtype.category !== Category.float) return
    out._node = node
    out._slot = i
    out._requiresGrad = true
  })
  return outs
}
