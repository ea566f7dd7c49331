/** The LSTM layer: forward and backward over all steps. */
import { recording } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { Binary, Unary } from '../dispatch/opcodes.js'
import { release } from '../nursery.js'
import { allocate, type Tensor } from '../tensor.js'
import { clone } from './cast.js'
import { linear } from './linear.js'
import { mm } from './matmul.js'
import { mul } from './pointwise.js'
import { type CellWeights, checkLayer, inputGates, lstmLoop, order } from './rnn.js'
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
import { tanh } from './trig.js'
import { unflatten, unsqueeze } from './view.js'

type Five = [Tensor, Tensor, Tensor, Tensor, Tensor]

/** All steps; what the backward pass reads is kept for each step, or for the last one only. */
function steps(
  x: Tensor,
  h0: Tensor,
  c0: Tensor,
  weights: CellWeights,
  reverse: boolean,
  keep: boolean,
): [out: Tensor, hN: Tensor, cN: Tensor, reserve: Tensor] {
  const [length, batch] = x.shape as [number, number]
  const hidden = h0.shape[1]!
  const { primitives } = x.storage.device
  const gates = inputGates(x, weights)
  const out = allocate(x.storage, x.dtype, [length, batch, hidden])
  const reserve = allocate(x.storage, x.dtype, [keep ? length : 1, batch, 5 * hidden])
  const product = allocate(x.storage, x.dtype, [batch, hidden])
  let h = h0
  let c = c0
  for (const t of order(length, reverse)) {
    const kept = select(reserve, 0, keep ? t : 0)
    const [input, forget, cell, output, after] = chunk(kept, 5, -1) as Five
    const inputForget = narrow(kept, 1, 0, 2 * hidden)
    const gh = linear(h, weights.weightHh, weights.biasHh ?? null)
    primitives.binary(Binary.add, select(gates, 0, t), gh, narrow(kept, 1, 0, 4 * hidden))
    primitives.unary(Unary.sigmoid, inputForget, inputForget)
    primitives.unary(Unary.tanh, cell, cell)
    primitives.unary(Unary.sigmoid, output, output)
    primitives.binary(Binary.mul, forget, c, after)
    primitives.binary(Binary.mul, input, cell, product)
    primitives.binary(Binary.add, after, product, after)
    c = after
    h = select(out, 0, t)
    primitives.unary(Unary.tanh, c, h)
    primitives.binary(Binary.mul, output, h, h)
    release(gh.storage)
  }
  return [out, clone(h), clone(c, { memoryFormat: 'contiguous_format' }), reserve]
}

/** Kernel key: an LSTM layer where nothing is recorded. Arguments are those of {@link lstmForwardOp}. */
export const lstmLayerOp: Op<
  [x: Tensor, h0: Tensor, c0: Tensor, weights: CellWeights, reverse: boolean],
  readonly [out: Tensor, hN: Tensor, cN: Tensor]
> = defineOp(
  'lstmLayer',
  (
    x: Tensor,
    h0: Tensor,
    c0: Tensor,
    weights: CellWeights,
    reverse: boolean,
  ): readonly [out: Tensor, hN: Tensor, cN: Tensor] => {
    const [out, hN, cN] = steps(x, h0, c0, weights, reverse, false)
    return [out, hN, cN]
  },
)

/**
 * Kernel key: an LSTM layer over `x` [T, N, input] from the states `h0` and `c0` [N, H], in time order or reversed, with what
 * its gradient reads. All are of one floating-point dtype; each bias may be missing, `weightHr` is.
 *
 * `out` [T, N, H], `hN` and `cN` [N, H] are memory of their own, `reserve` [T, N, 5 H] is contiguous: side by side the input
 * gate, the forget gate, the new cell's candidate, the output gate, and the cell after the step.
 */
export const lstmForwardOp: Op<
  [x: Tensor, h0: Tensor, c0: Tensor, weights: CellWeights, reverse: boolean],
  readonly [out: Tensor, hN: Tensor, cN: Tensor, reserve: Tensor]
> = defineOp('lstmForward', (x: Tensor, h0: Tensor, c0: Tensor, weights: CellWeights, reverse: boolean) =>
  steps(x, h0, c0, weights, reverse, true),
)

type LstmBackward = [
  reserve: Tensor,
  gOut: Tensor | null,
  gHN: Tensor | null,
  gCN: Tensor | null,
  x: Tensor | null,
  h0: Tensor,
  c0: Tensor,
  weightIh: Tensor | null,
  weightHh: Tensor,
  reverse: boolean,
  needs: readonly boolean[],
]

/**
 * Kernel key: gradients of an LSTM layer. `reserve` is that of {@link lstmForwardOp} and stays as it is.
 *
 * @param gOut - gradient of the outputs [T, N, H], of any strides, or null
 * @param gHN - gradient of the last hidden state [N, H], or null
 * @param gCN - gradient of the last cell [N, H], or null; at least one of the three is there
 * @param x - null if `weightIh` wants no gradient
 * @param weightIh - null if `x` wants no gradient
 * @param needs - which results are wanted, in their order
 */
export const lstmBackwardOp: Op<LstmBackward, LayerGradients> = defineOp(
  'lstmBackward',
  (...[reserve, gOut, gHN, gCN, x, h0, c0, weightIh, weightHh, reverse, needs]: LstmBackward): LayerGradients => {
    const [length, batch, width] = reserve.shape as [number, number, number]
    const hidden = width / 5
    const [input, forget, cell, output, after] = chunk(reserve, 5, -1) as Five
    const shown = tanh(after)
    // what each gate's gradient is of that of the cell (the output gate's: of the state), for all steps at once ...
    const gates = allocate(reserve.storage, reserve.dtype, [length, batch, 4 * hidden])
    const [gInput, gForget, gCell, gOutput] = chunk(gates, 4, -1) as [Tensor, Tensor, Tensor, Tensor]
    sigmoidSlope(input, gInput)
    scale(gInput, cell)
    sigmoidSlope(forget, gForget)
    scale(gForget, statesBefore(after, c0, reverse))
    tanhSlope(cell, gCell)
    scale(gCell, input)
    sigmoidSlope(output, gOutput)
    scale(gOutput, shown)
    const toCell = allocate(reserve.storage, reserve.dtype, [length, batch, hidden])
    tanhSlope(shown, toCell)
    scale(toCell, output)
    // ... and then, step by step from the last one, the gradients of state and cell themselves
    let gh = gathered(gHN, h0)
    const gc = gathered(gCN, c0)
    order(length, !reverse).forEach((t, i) => {
      if (gOut !== null) addTo(gh, select(gOut, 0, t))
      const gCellHere = select(toCell, 0, t)
      scale(gCellHere, gh)
      addTo(gc, gCellHere)
      const here = select(gates, 0, t)
      scale(narrow(unflatten(here, 1, [4, hidden]), 1, 0, 3), unsqueeze(gc, 1))
      scale(select(gOutput, 0, t), gh)
      scale(gc, select(forget, 0, t))
      if (i === length - 1 && needs[1] !== true) return
      release(gh.storage)
      gh = mm(here, weightHh)
    })
    const needed: WeightNeeds = [needs[0]!, needs[3]!, needs[4]!, needs[5]!, needs[6]!]
    const before = statesBefore(mul(output, shown), h0, reverse)
    const [gx, gIh, gHh, gBiasIh, gBiasHh] = weightGradients(gates, gates, x, before, weightIh, needed)
    return [gx, needs[1] === true ? gh : null, needs[2] === true ? gc : null, gIh, gHh, gBiasIh, gBiasHh]
  },
)

/**
 * An LSTM layer in one direction.
 *
 * @param x - shape [T, N, input]
 * @param h0 - hidden state to start with, shape [N, hidden], or [N, projection]
 * @param c0 - cell to start with, shape [N, hidden]
 * @param weights - for the gates input, forget, cell and output: `weightIh` [4 * hidden, input], `weightHh` [4 * hidden, hidden]
 * @param reverse - whether to go from the last step to the first
 * @returns the outputs [T, N, hidden], the last hidden state and the last cell
 * @throws RuntimeError if the sizes do not fit
 * @example
 * ```ts
 * const weights = { weightIh: randn([16, 3]), weightHh: randn([16, 4]) }
 * const [out, hN, cN] = lstmLayer(randn([5, 2, 3]), zeros([2, 4]), zeros([2, 4]), weights) // out: shape [5, 2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 */
export function lstmLayer(
  x: Tensor,
  h0: Tensor,
  c0: Tensor,
  weights: CellWeights,
  reverse = false,
): [out: Tensor, hN: Tensor, cN: Tensor] {
  checkLayer(x, h0, weights)
  if (!isRegular(x, [h0, c0], weights, 4)) return lstmLoop(x, h0, c0, weights, reverse)
  const inputs = [x, h0, c0, ...weightList(weights)]
  if (!recording(...inputs)) {
    const [out, hN, cN] = lstmLayerOp(x, h0, c0, weights, reverse)
    return [out, hN, cN]
  }
  const [out, hN, cN, reserve] = lstmForwardOp(x, h0, c0, weights, reverse)
  recordLayer(
    'LstmLayerBackward0',
    [out, hN, cN],
    inputs,
    reserve,
    ([x, h0, c0, ...list]) => lstmLoop(x!, h0!, c0!, weightsFrom(list), reverse),
    ({ reserve, grads: [gOut, gHN, gCN], x, states: [h0, c0], weightIh, weightHh, needs }) =>
      lstmBackwardOp(reserve, gOut!, gHN!, gCN!, x, h0!, c0!, weightIh, weightHh, reverse, needs),
  )
  return [out, hN, cN]
}
