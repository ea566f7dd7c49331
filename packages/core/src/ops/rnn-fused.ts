/** What the recurrent layers that are one recorded operation have in common. */
import { grad } from '../autograd/engine.js'
import { mode } from '../autograd/mode.js'
import { type Node, needsGrad, ownedByGraph, record, recordMany } from '../autograd/node.js'
import { Binary } from '../dispatch/opcodes.js'
import { Category } from '../dtype.js'
import { contiguousStrides, type Shape, sameShape } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { clone } from './cast.js'
import { cat } from './join.js'
import { mm } from './matmul.js'
import { sum } from './reduce.js'
import type { CellWeights } from './rnn.js'
import { narrow } from './slicing.js'
import { reshape, t, unsqueeze } from './view.js'

/** The weights as inputs of a recorded operation: input to hidden, hidden to hidden, and their biases. */
export type WeightList = readonly [ih: Tensor, hh: Tensor, biasIh: Tensor | null, biasHh: Tensor | null]

export function weightList(weights: CellWeights): WeightList {
  return [weights.weightIh, weights.weightHh, weights.biasIh ?? null, weights.biasHh ?? null]
}

/** The opposite of {@link weightList}. */
export function weightsFrom([ih, hh, biasIh, biasHh]: readonly (Tensor | null)[]): CellWeights {
  return { weightIh: ih!, weightHh: hh!, biasIh: biasIh ?? null, biasHh: biasHh ?? null }
}

/**
 * Whether the layer can be one operation: all tensors of one floating-point dtype on one device, of just the sizes that a layer
 * has, no projection. The loop takes the rest, with whatever it broadcasts, promotes or refuses.
 */
export function isRegular(x: Tensor, states: readonly Tensor[], weights: CellWeights, gates: number): boolean {
  if (weights.weightHr != null || x.dtype.category !== Category.float) return false
  const [ih, hh, biasIh, biasHh] = weightList(weights)
  const hidden = hh.shape[1]!
  const rows = gates * hidden
  const all = [...states, ih, hh, biasIh, biasHh]
  const shapes = [...states.map(() => [x.shape[1]!, hidden]), [rows, x.shape[2]!], [rows, hidden], [rows], [rows]]
  return all.every(
    (a, i) =>
      a === null || (a.dtype === x.dtype && a.storage.device === x.storage.device && sameShape(a.shape, shapes[i]!)),
  )
}

/** Gradients of the input, the first states (one, or two where there is a cell), both weights and both biases; null where none is wanted. */
export type LayerGradients = readonly (Tensor | null)[]

/** What the gradients of a layer are computed from. */
export interface LayerPass {
  readonly reserve: Tensor
  /** Of the results, null where nothing depends on one; at least one is there. */
  readonly grads: readonly (Tensor | null)[]
  /** Null if `weightIh` wants no gradient. */
  readonly x: Tensor | null
  readonly states: readonly Tensor[]
  /** Null if `x` wants no gradient. */
  readonly weightIh: Tensor | null
  readonly weightHh: Tensor
  /** Which gradients are wanted, in their order. */
  readonly needs: readonly boolean[]
}

/**
 * Records a layer that was computed as one operation.
 *
 * @param outs - its results
 * @param inputs - the layer's input, its first states, and the list of its weights
 * @param reserve - what the backward pass reads
 * @param loop - the layer as a loop of differentiable steps, for gradients that are recorded themselves
 */
export function recordLayer(
  name: string,
  outs: Tensor[],
  inputs: readonly (Tensor | null)[],
  reserve: Tensor,
  loop: (inputs: readonly (Tensor | null)[]) => readonly Tensor[],
  backward: (pass: LayerPass) => LayerGradients,
): void {
  const present = inputs.map((input) => input !== null)
  // the input comes first, the four weights last
  const ih = inputs.length - 4
  recordMany(name, outs, inputs, [...inputs, reserve], (grads, node) => {
    if (mode.enabled) return recordedGradients(node, present, grads, loop)
    return backward({
      reserve: node.saved(inputs.length),
      grads,
      x: node.needs(ih) ? node.saved(0) : null,
      states: inputs.slice(1, ih).map((_, i) => node.saved(1 + i)),
      weightIh: node.needs(0) ? node.saved(ih) : null,
      weightHh: node.saved(ih + 1),
      needs: present.map((_, i) => node.needs(i)),
    })
  })
  ownedByGraph(outs[0]!, reserve)
}

/**
 * The gradients while the backward pass is itself recorded: the layer is done again as a loop of differentiable steps, and its
 * gradients are functions of the inputs and of `grads`.
 *
 * @param node - which kept the layer's inputs
 * @param present - which of them there are
 * @param grads - of the layer's results, null where nothing depends on one
 */
function recordedGradients(
  node: Node,
  present: readonly boolean[],
  grads: readonly (Tensor | null)[],
  loop: (inputs: readonly (Tensor | null)[]) => readonly Tensor[],
): (Tensor | null)[] {
  // stand-ins: one input may have been computed from another, whose gradient here is only that of its own place
  const places = present.map((is, i) => (is ? standIn(node.saved(i), node.needs(i)) : null))
  const outs = loop(places)
  const wanted = places.filter((x) => x !== null && needsGrad(x)) as Tensor[]
  const reached = outs.filter((out, i) => grads[i] !== null && needsGrad(out))
  const found = grad(reached, wanted, {
    gradOutputs: grads.filter((g, i) => g !== null && needsGrad(outs[i]!)),
    createGraph: true,
    allowUnused: true,
  })
  return places.map((x) => (x !== null && needsGrad(x) ? found[wanted.indexOf(x)]! : null))
}

/** The same value under another name: connected to `x`, or not. */
function standIn(x: Tensor, connected: boolean): Tensor {
  const copy = new Tensor(x.storage, x.dtype, x.shape, x.strides, x.offset, x.count)
  return connected ? record('AliasBackward0', copy, [x], null, (g) => g) : copy
}

/** The state that each step started with, in time order: of the states after all steps [T, N, H], and the first one. */
export function statesBefore(after: Tensor, first: Tensor, reverse: boolean): Tensor {
  const others = after.shape[0]! - 1
  const start = unsqueeze(first, 0)
  return reverse ? cat([narrow(after, 0, 1, others), start], 0) : cat([start, narrow(after, 0, 0, others)], 0)
}

/** A contiguous result under another shape: no view, because nobody knows it by the first. */
function shaped(x: Tensor, shape: Shape): Tensor {
  return new Tensor(x.storage, x.dtype, shape, contiguousStrides(shape), x.offset, x.count)
}

/** `[T, N, size]` as rows. */
function rows(x: Tensor): Tensor {
  return reshape(x, [x.shape[0]! * x.shape[1]!, x.shape[2]!])
}

/** Which of the input, both weights and both biases want a gradient. */
export type WeightNeeds = readonly [x: boolean, ih: boolean, hh: boolean, biasIh: boolean, biasHh: boolean]

/** Gradients of the input, both weights and both biases, null where none is wanted. */
export type WeightGradients = [
  x: Tensor | null,
  ih: Tensor | null,
  hh: Tensor | null,
  biasIh: Tensor | null,
  biasHh: Tensor | null,
]

/**
 * From the gradients of all gates [T, N, gates * H], one large product each.
 *
 * @param fromInput - of the input's share of the gates
 * @param fromState - of the state's share, the same tensor where they are equal
 * @param before - the state that each step started with
 */
export function weightGradients(
  fromInput: Tensor,
  fromState: Tensor,
  x: Tensor | null,
  before: Tensor,
  weightIh: Tensor | null,
  [needsX, needsIh, needsHh, needsBiasIh, needsBiasHh]: WeightNeeds,
): WeightGradients {
  const [gi, gh] = [rows(fromInput), rows(fromState)]
  const biasIh = needsBiasIh ? sum(gi, 0) : null
  const [steps, batch] = fromInput.shape as [number, number]
  return [
    needsX ? shaped(mm(gi, weightIh!), [steps, batch, weightIh!.shape[1]!]) : null,
    needsIh ? mm(t(gi), rows(x!)) : null,
    needsHh ? mm(t(gh), rows(before)) : null,
    biasIh,
    // never one tensor for both: each may become a leaf's gradient, written to in place
    needsBiasHh ? (fromInput === fromState && biasIh !== null ? clone(biasIh) : sum(gh, 0)) : null,
  ]
}

/** `y (1 - y)` into `out`: the slope of the sigmoid whose value is `y`. */
export function sigmoidSlope(y: Tensor, out: Tensor): void {
  const { primitives } = y.storage.device
  primitives.binary(Binary.sub, 1, y, out)
  primitives.binary(Binary.mul, out, y, out)
}

/** `1 - y^2` into `out`: the slope of the hyperbolic tangent whose value is `y`. */
export function tanhSlope(y: Tensor, out: Tensor): void {
  const { primitives } = y.storage.device
  primitives.binary(Binary.mul, y, y, out)
  primitives.binary(Binary.sub, 1, out, out)
}

/** `out *= by`, broadcast. */
export function scale(out: Tensor, by: Tensor): void {
  out.storage.device.primitives.binary(Binary.mul, out, by, out)
}

/** `out += x`. */
export function addTo(out: Tensor, x: Tensor): void {
  out.storage.device.primitives.binary(Binary.add, out, x, out)
}

/** Where the gradient of a state is gathered: memory for [N, H] that begins with that of the last state, or zero. */
export function gathered(g: Tensor | null, h0: Tensor): Tensor {
  const out = allocate(h0.storage, h0.dtype, h0.shape)
  const { primitives } = h0.storage.device
  if (g === null) primitives.fill(out, 0)
  else primitives.copy(g, out)
  return out
}
