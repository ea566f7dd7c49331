/** The plain recurrent layer: forward and backward over all steps. */
import { recording } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { Binary, Unary } from '../dispatch/opcodes.js'
import { release } from '../nursery.js'
import { allocate, type Tensor } from '../tensor.js'
import { clone } from './cast.js'
import { le } from './compare.js'
import { linear } from './linear.js'
import { mm } from './matmul.js'
import { type CellWeights, checkLayer, inputGates, type Nonlinearity, order, rnnLoop } from './rnn.js'
import {
  addTo,
  gathered,
  isRegular,
  type LayerGradients,
  recordLayer,
  scale,
  statesBefore,
  tanhSlope,
  type WeightNeeds,
  weightGradients,
  weightList,
  weightsFrom,
} from './rnn-fused.js'
import { select } from './slicing.js'

/** All steps. */
function steps(
  x: Tensor,
  h0: Tensor,
  weights: CellWeights,
  reverse: boolean,
  nonlinearity: Nonlinearity,
): [out: Tensor, hN: Tensor] {
  const [length, batch] = x.shape as [number, number]
  const { primitives } = x.storage.device
  const code = nonlinearity === 'relu' ? Unary.relu : Unary.tanh
  const gates = inputGates(x, weights)
  const out = allocate(x.storage, x.dtype, [length, batch, h0.shape[1]!])
  let h = h0
  for (const t of order(length, reverse)) {
    const gh = linear(h, weights.weightHh, weights.biasHh ?? null)
    h = select(out, 0, t)
    primitives.binary(Binary.add, select(gates, 0, t), gh, h)
    primitives.unary(code, h, h)
    release(gh.storage)
  }
  return [out, clone(h)]
}

/** Kernel key: a plain recurrent layer where nothing is recorded. Arguments are those of {@link rnnForwardOp}. */
export const rnnLayerOp: Op<
  [x: Tensor, h0: Tensor, weights: CellWeights, reverse: boolean, nonlinearity: Nonlinearity],
  readonly [out: Tensor, hN: Tensor]
> = defineOp('rnnLayer', steps)

/**
 * Kernel key: a plain recurrent layer over `x` [T, N, input] from the state `h0` [N, H], in time order or reversed, with what
 * its gradient reads. All are of one floating-point dtype; each bias may be missing, `weightHr` is.
 *
 * `out` [T, N, H] and `hN` [N, H] are memory of their own, and so is `reserve` [T, N, H]: contiguous, the state after each step.
 */
export const rnnForwardOp: Op<
  [x: Tensor, h0: Tensor, weights: CellWeights, reverse: boolean, nonlinearity: Nonlinearity],
  readonly [out: Tensor, hN: Tensor, reserve: Tensor]
> = defineOp(
  'rnnForward',
  (
    x: Tensor,
    h0: Tensor,
    weights: CellWeights,
    reverse: boolean,
    nonlinearity: Nonlinearity,
  ): readonly [out: Tensor, hN: Tensor, reserve: Tensor] => {
    const [out, hN] = steps(x, h0, weights, reverse, nonlinearity)
    // a copy: the outputs are the user's to write to
    return [out, hN, clone(out)]
  },
)

type RnnBackward = [
  reserve: Tensor,
  gOut: Tensor | null,
  gHN: Tensor | null,
  x: Tensor | null,
  h0: Tensor,
  weightIh: Tensor | null,
  weightHh: Tensor,
  reverse: boolean,
  nonlinearity: Nonlinearity,
  needs: readonly boolean[],
]

/**
 * Kernel key: gradients of a plain recurrent layer. `reserve` is that of {@link rnnForwardOp} and stays as it is.
 *
 * @param gOut - gradient of the outputs [T, N, H], of any strides; null if there is none, but then there is `gHN`
 * @param gHN - gradient of the last state [N, H], or null
 * @param x - null if `weightIh` wants no gradient
 * @param weightIh - null if `x` wants no gradient
 * @param needs - which results are wanted, in their order
 */
export const rnnBackwardOp: Op<RnnBackward, LayerGradients> = defineOp(
  'rnnBackward',
  (...[reserve, gOut, gHN, x, h0, weightIh, weightHh, reverse, nonlinearity, needs]: RnnBackward): LayerGradients => {
    const length = reserve.shape[0]!
    const { primitives } = reserve.storage.device
    const gates = allocate(reserve.storage, reserve.dtype, reserve.shape)
    const isRelu = nonlinearity === 'relu'
    const off = isRelu ? le(reserve, 0) : null
    if (off === null) tanhSlope(reserve, gates)
    let g = gathered(gHN, h0)
    order(length, !reverse).forEach((t, i) => {
      if (gOut !== null) addTo(g, select(gOut, 0, t))
      const gate = select(gates, 0, t)
      if (off === null) scale(gate, g)
      else primitives.where(select(off, 0, t), 0, g, gate)
      if (i === length - 1 && needs[1] !== true) return
      release(g.storage)
      g = mm(gate, weightHh)
    })
    const needed: WeightNeeds = [needs[0]!, needs[2]!, needs[3]!, needs[4]!, needs[5]!]
    const before = statesBefore(reserve, h0, reverse)
    const [gx, gIh, gHh, gBiasIh, gBiasHh] = weightGradients(gates, gates, x, before, weightIh, needed)
    return [gx, needs[1] === true ? g : null, gIh, gHh, gBiasIh, gBiasHh]
  },
)

/**
 * A plain recurrent layer in one direction: `h = tanh(x @ weightIh^T + biasIh + h @ weightHh^T + biasHh)` at each step.
 *
 * @param x - shape [T, N, input]
 * @param h0 - state to start with, shape [N, hidden]
 * @param weights - `weightIh` [hidden, input], `weightHh` [hidden, hidden]
 * @param reverse - whether to go from the last step to the first
 * @param nonlinearity - `'tanh'` if not given
 * @returns the outputs [T, N, hidden] and the last hidden state
 * @throws RuntimeError if the sizes do not fit
 * @example
 * ```ts
 * const weights = { weightIh: randn([4, 3]), weightHh: randn([4, 4]) }
 * const [out, hN] = rnnLayer(randn([5, 2, 3]), zeros([2, 4]), weights) // shapes [5, 2, 4] and [2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNN.html
 */
export function rnnLayer(
  x: Tensor,
  h0: Tensor,
  weights: CellWeights,
  reverse = false,
  nonlinearity: Nonlinearity = 'tanh',
): [out: Tensor, hN: Tensor] {
  checkLayer(x, h0, weights)
  if (!isRegular(x, [h0], weights, 1)) return rnnLoop(x, h0, weights, reverse, nonlinearity)
  const inputs = [x, h0, ...weightList(weights)]
  if (!recording(...inputs)) {
    const [out, hN] = rnnLayerOp(x, h0, weights, reverse, nonlinearity)
    return [out, hN]
  }
  const [out, hN, reserve] = rnnForwardOp(x, h0, weights, reverse, nonlinearity)
  recordLayer(
    'RnnLayerBackward0',
    [out, hN],
    inputs,
    reserve,
    ([x, h0, ...list]) => rnnLoop(x!, h0!, weightsFrom(list), reverse, nonlinearity),
    ({ reserve, grads: [gOut, gHN], x, states: [h0], weightIh, weightHh, needs }) =>
      rnnBackwardOp(reserve, gOut!, gHN!, x, h0!, weightIh, weightHh, reverse, nonlinearity, needs),
  )
  return [out, hN]
}
