/** The GRU layer: forward and backward over all steps. */
import { recording } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { Binary, Unary } from '../dispatch/opcodes.js'
import { release } from '../nursery.js'
import { allocate, type Tensor } from '../tensor.js'
import { clone } from './cast.js'
import { cat } from './join.js'
import { linear } from './linear.js'
import { mm } from './matmul.js'
import { type CellWeights, checkLayer, gruLoop, inputGates, order } from './rnn.js'
import {
  addTo,
  gathered,
  isRegular,
  type LayerGradients,
  recordLayer,
  scale,
  sigmoidSlope,
  statesBefore,
  tanhSlope,
  type WeightNeeds,
  weightGradients,
  weightList,
  weightsFrom,
} from './rnn-fused.js'
import { narrow, select } from './slicing.js'
import { chunk } from './split.js'

type Five = [Tensor, Tensor, Tensor, Tensor, Tensor]

/** All steps; what the backward pass reads is kept for each step, or for the last one only. */
function steps(
  x: Tensor,
  h0: Tensor,
  weights: CellWeights,
  reverse: boolean,
  keep: boolean,
): [out: Tensor, hN: Tensor, reserve: Tensor] {
  const [length, batch] = x.shape as [number, number]
  const hidden = h0.shape[1]!
  const { primitives } = x.storage.device
  const gates = inputGates(x, weights)
  const out = allocate(x.storage, x.dtype, [length, batch, hidden])
  const reserve = allocate(x.storage, x.dtype, [keep ? length : 1, batch, 5 * hidden])
  let h = h0
  for (const t of order(length, reverse)) {
    const kept = select(reserve, 0, keep ? t : 0)
    const [reset, update, candidate, recurrent, after] = chunk(kept, 5, -1) as Five
    const sigmoids = narrow(kept, 1, 0, 2 * hidden)
    const gi = select(gates, 0, t)
    const gh = linear(h, weights.weightHh, weights.biasHh ?? null)
    primitives.binary(Binary.add, narrow(gi, 1, 0, 2 * hidden), narrow(gh, 1, 0, 2 * hidden), sigmoids)
    primitives.unary(Unary.sigmoid, sigmoids, sigmoids)
    primitives.copy(narrow(gh, 1, 2 * hidden, hidden), recurrent)
    primitives.binary(Binary.mul, reset, recurrent, candidate)
    primitives.binary(Binary.add, narrow(gi, 1, 2 * hidden, hidden), candidate, candidate)
    primitives.unary(Unary.tanh, candidate, candidate)
    primitives.binary(Binary.sub, h, candidate, after)
    primitives.binary(Binary.mul, after, update, after)
    primitives.binary(Binary.add, after, candidate, after)
    release(gh.storage)
    h = select(out, 0, t)
    primitives.copy(after, h)
  }
  return [out, clone(h), reserve]
}

/** Kernel key: a GRU layer where nothing is recorded. Arguments are those of {@link gruForwardOp}. */
export const gruLayerOp: Op<
  [x: Tensor, h0: Tensor, weights: CellWeights, reverse: boolean],
  readonly [out: Tensor, hN: Tensor]
> = defineOp('gruLayer', (x: Tensor, h0: Tensor, weights: CellWeights, reverse: boolean): readonly [Tensor, Tensor] => {
  const [out, hN] = steps(x, h0, weights, reverse, false)
  return [out, hN]
})

/**
 * Kernel key: a GRU layer over `x` [T, N, input] from the state `h0` [N, H], in time order or reversed, with what its
 * gradient reads. All are of one floating-point dtype; each bias may be missing, `weightHr` is.
 *
 * `out` [T, N, H] and `hN` [N, H] are memory of their own, `reserve` [T, N, 5 H] is contiguous: side by side the reset gate,
 * the update gate, the candidate, the state's share of the candidate `h @ W_hn^T + b_hn`, and the state after the step.
 */
export const gruForwardOp: Op<
  [x: Tensor, h0: Tensor, weights: CellWeights, reverse: boolean],
  readonly [out: Tensor, hN: Tensor, reserve: Tensor]
> = defineOp('gruForward', (x: Tensor, h0: Tensor, weights: CellWeights, reverse: boolean) =>
  steps(x, h0, weights, reverse, true),
)

type GruBackward = [
  reserve: Tensor,
  gOut: Tensor | null,
  gHN: Tensor | null,
  x: Tensor | null,
  h0: Tensor,
  weightIh: Tensor | null,
  weightHh: Tensor,
  reverse: boolean,
  needs: readonly boolean[],
]

/**
 * Kernel key: gradients of a GRU layer. `reserve` is that of {@link gruForwardOp} and stays as it is.
 *
 * @param gOut - gradient of the outputs [T, N, H], of any strides; null if there is none, but then there is `gHN`
 * @param gHN - gradient of the last state [N, H], or null
 * @param x - null if `weightIh` wants no gradient
 * @param weightIh - null if `x` wants no gradient
 * @param needs - which results are wanted, in their order
 */
export const gruBackwardOp: Op<GruBackward, LayerGradients> = defineOp(
  'gruBackward',
  (...[reserve, gOut, gHN, x, h0, weightIh, weightHh, reverse, needs]: GruBackward): LayerGradients => {
    const [length, batch, width] = reserve.shape as [number, number, number]
    const hidden = width / 5
    const [reset, update, candidate, recurrent, after] = chunk(reserve, 5, -1) as Five
    const { primitives } = reserve.storage.device
    const before = statesBefore(after, h0, reverse)
    // what each gate's gradient is of that of the state, for all steps at once ...
    const gates = allocate(reserve.storage, reserve.dtype, [length, batch, 3 * hidden])
    const [gReset, gUpdate, gRecurrent] = chunk(gates, 3, -1) as [Tensor, Tensor, Tensor]
    const gCandidate = allocate(reserve.storage, reserve.dtype, [length, batch, hidden])
    sigmoidSlope(reset, gReset)
    scale(gReset, recurrent)
    primitives.binary(Binary.sub, before, candidate, gRecurrent)
    sigmoidSlope(update, gUpdate)
    scale(gUpdate, gRecurrent)
    primitives.binary(Binary.sub, 1, update, gRecurrent)
    tanhSlope(candidate, gCandidate)
    scale(gCandidate, gRecurrent)
    // ... and then, step by step from the last one, the state's gradient itself
    const g = gathered(gHN, h0)
    order(length, !reverse).forEach((t, i) => {
      if (gOut !== null) addTo(g, select(gOut, 0, t))
      const toCandidate = select(gCandidate, 0, t)
      scale(toCandidate, g)
      scale(select(gUpdate, 0, t), g)
      scale(select(gReset, 0, t), toCandidate)
      primitives.binary(Binary.mul, toCandidate, select(reset, 0, t), select(gRecurrent, 0, t))
      if (i === length - 1 && needs[1] !== true) return
      scale(g, select(update, 0, t))
      const through = mm(select(gates, 0, t), weightHh)
      addTo(g, through)
      release(through.storage)
    })
    const needed: WeightNeeds = [needs[0]!, needs[2]!, needs[3]!, needs[4]!, needs[5]!]
    const [gx, gIh, gHh, gBiasIh, gBiasHh] = weightGradients(
      cat([narrow(gates, 2, 0, 2 * hidden), gCandidate], -1),
      gates,
      x,
      before,
      weightIh,
      needed,
    )
    return [gx, needs[1] === true ? g : null, gIh, gHh, gBiasIh, gBiasHh]
  },
)

/**
 * A GRU layer in one direction.
 *
 * @param x - shape [T, N, input]
 * @param h0 - state to start with, shape [N, hidden]
 * @param weights - for the gates reset, update and candidate: `weightIh` [3 * hidden, input], `weightHh` [3 * hidden, hidden]
 * @param reverse - whether to go from the last step to the first
 * @returns the outputs [T, N, hidden] and the last hidden state
 * @throws RuntimeError if the sizes do not fit
 * @example
 * ```ts
 * const weights = { weightIh: randn([12, 3]), weightHh: randn([12, 4]) }
 * const [out, hN] = gruLayer(randn([5, 2, 3]), zeros([2, 4]), weights) // shapes [5, 2, 4] and [2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRU.html
 */
export function gruLayer(x: Tensor, h0: Tensor, weights: CellWeights, reverse = false): [out: Tensor, hN: Tensor] {
  checkLayer(x, h0, weights)
  if (!isRegular(x, [h0], weights, 3)) return gruLoop(x, h0, weights, reverse)
  const inputs = [x, h0, ...weightList(weights)]
  if (!recording(...inputs)) {
    const [out, hN] = gruLayerOp(x, h0, weights, reverse)
    return [out, hN]
  }
  const [out, hN, reserve] = gruForwardOp(x, h0, weights, reverse)
  recordLayer(
    'GruLayerBackward0',
    [out, hN],
    inputs,
    reserve,
    ([x, h0, ...list]) => gruLoop(x!, h0!, weightsFrom(list), reverse),
    ({ reserve, grads: [gOut, gHN], x, states: [h0], weightIh, weightHh, needs }) =>
      gruBackwardOp(reserve, gOut!, gHN!, x, h0!, weightIh, weightHh, reverse, needs),
  )
  return [out, hN]
}
