/** Recurrent layers: all steps of a direction in one kernel call, forward and backward. */
import type { CellWeights } from '@tsorch/core'
import {
  allocate,
  flatStep,
  float32,
  gruBackwardOp,
  gruForwardOp,
  gruLayerOp,
  lstmBackwardOp,
  lstmForwardOp,
  lstmLayerOp,
  type Override,
  override,
  rnnBackwardOp,
  rnnForwardOp,
  rnnLayerOp,
  type Tensor,
} from '@tsorch/core/backend'
import type { Pointer } from '../generated/kernels.js'
import type { KernelSet } from '../kernel-set.js'

/** A kind of cell: see cc/rnn.def. */
interface Cell {
  readonly code: number
  readonly gates: number
  /** Numbers of a unit that a step leaves to the backward pass. */
  readonly saved: number
}
const cells = {
  tanh: { code: 0, gates: 1, saved: 1 },
  relu: { code: 1, gates: 1, saved: 1 },
  lstm: { code: 2, gates: 4, saved: 5 },
  gru: { code: 3, gates: 3, saved: 5 },
} satisfies Record<string, Cell>

type Maybe = Tensor | null
/** The layer's inputs, or something for each of them; c0 is the LSTM's. */
type Inputs<T> = [x: T, h0: T, c0: T, weightIh: T, weightHh: T, biasIh: T, biasHh: T]
/** Output, last state, last cell (of an LSTM), and what the backward pass reads. */
type Results = [out: Tensor, hN: Tensor, cN: Maybe, reserve: Maybe]

/** The same values, one after another. */
function inOrder(x: Maybe): Maybe {
  if (x === null || flatStep(x, x.count) === 1) return x
  const out = allocate(x.storage, x.dtype, x.shape)
  x.storage.device.primitives.copy(x, out)
  return out
}

function inputsOf(x: Tensor, h0: Tensor, c0: Maybe, weights: CellWeights): Inputs<Maybe> {
  return [x, h0, c0, weights.weightIh, weights.weightHh, weights.biasIh ?? null, weights.biasHh ?? null]
}

/** Without the place of the cell: what layers that have one state take and give. */
function withoutCell<T>([x, h0, , ...weights]: Inputs<T>): [T, T, T, T, T, T] {
  return [x, h0, ...weights]
}

export function rnnOverrides(set: KernelSet): Override[] {
  const { kernels } = set
  const read = (x: Maybe): Pointer => (x === null ? 0 : set.input(x))
  const written = (x: Maybe): Pointer => (x === null ? 0 : set.output(x))

  /** Whether the kernels take a layer: even one step of a single unit is faster than the many calls of the composite. */
  function fits(any: Tensor, rows: number, input: number, hidden: number): boolean {
    return any.dtype === float32 && rows > 0 && input > 0 && hidden > 0
  }

  function forward(cell: Cell, given: Inputs<Maybe>, reverse: boolean, keep: boolean): Results | undefined {
    const { shape, storage } = given[0]!
    const [steps, batch, input] = shape as [number, number, number]
    const hidden = given[1]!.shape[1]!
    if (!fits(given[0]!, steps * batch, input, hidden)) return undefined
    const inputs = given.map(inOrder)
    const results: Results = [
      allocate(storage, float32, [steps, batch, hidden]),
      allocate(storage, float32, [batch, hidden]),
      given[2] === null ? null : allocate(storage, float32, [batch, hidden]),
      keep ? allocate(storage, float32, [steps, batch, cell.saved * hidden]) : null,
    ]
    set.begin()
    kernels.rnnForwardF32(
      cell.code,
      ...(inputs.map(read) as Inputs<Pointer>),
      ...(results.map(written) as [Pointer, Pointer, Pointer, Pointer]),
      steps,
      batch,
      input,
      hidden,
      reverse ? 1 : 0,
      set.workspace(kernels.rnnForwardWorkspace(cell.code, steps, batch, input, hidden, keep ? 1 : 0) >>> 0),
    )
    set.end()
    return results
  }

  /** `grads` are those of the output and the last states, `needs` says which gradients of the inputs are wanted. */
  function backward(
    cell: Cell,
    reserve: Tensor,
    grads: readonly [gOut: Maybe, gHN: Maybe, gCN: Maybe],
    [x, h0, c0, weightIh, weightHh]: readonly [Maybe, Tensor, Maybe, Maybe, Tensor],
    reverse: boolean,
    needs: Inputs<boolean>,
  ): Inputs<Maybe> | undefined {
    const [steps, batch] = reserve.shape as [number, number]
    const hidden = h0.shape[1]!
    // where neither is there, nothing has this size
    const input = x?.shape[2] ?? weightIh?.shape[1] ?? 1
    if (!fits(reserve, steps * batch, input, hidden)) return undefined
    const rows = cell.gates * hidden
    const state = [batch, hidden]
    const shapes = [[steps, batch, input], state, state, [rows, input], [rows, hidden], [rows], [rows]]
    const found = shapes.map((shape, i) => (needs[i] ? allocate(reserve.storage, float32, shape) : null))
    const inputs = [...grads, x, h0, c0, weightIh, weightHh].map(inOrder)
    set.begin()
    const [gOut, gHN, gCN, ...others] = inputs.map(read) as [Pointer, Pointer, Pointer, ...Pointer[]]
    kernels.rnnBackwardF32(
      cell.code,
      set.input(reserve),
      gOut,
      gHN,
      gCN,
      ...(others as [Pointer, Pointer, Pointer, Pointer, Pointer]),
      ...(found.map(written) as Inputs<Pointer>),
      steps,
      batch,
      input,
      hidden,
      reverse ? 1 : 0,
      set.workspace(kernels.rnnBackwardWorkspace(cell.code, steps, batch, input, hidden) >>> 0),
    )
    set.end()
    return found as Inputs<Maybe>
  }

  /** The overrides of a layer with one state. */
  function single(
    cell: Cell,
    x: Tensor,
    h0: Tensor,
    weights: CellWeights,
    reverse: boolean,
  ): [out: Tensor, hN: Tensor] | undefined {
    const found = forward(cell, inputsOf(x, h0, null, weights), reverse, false)
    return found && [found[0], found[1]]
  }

  function singleKept(
    cell: Cell,
    x: Tensor,
    h0: Tensor,
    weights: CellWeights,
    reverse: boolean,
  ): [out: Tensor, hN: Tensor, reserve: Tensor] | undefined {
    const found = forward(cell, inputsOf(x, h0, null, weights), reverse, true)
    return found && [found[0], found[1], found[3]!]
  }

  function singleBackward(
    cell: Cell,
    reserve: Tensor,
    gOut: Maybe,
    gHN: Maybe,
    [x, h0, weightIh, weightHh]: readonly [Maybe, Tensor, Maybe, Tensor],
    reverse: boolean,
    needs: readonly boolean[],
  ): [Maybe, Maybe, Maybe, Maybe, Maybe, Maybe] | undefined {
    const [needsX, needsH0, ...rest] = needs as [boolean, boolean, boolean, boolean, boolean, boolean]
    const all: Inputs<boolean> = [needsX, needsH0, false, ...rest]
    const found = backward(cell, reserve, [gOut, gHN, null], [x, h0, null, weightIh, weightHh], reverse, all)
    return found && withoutCell(found)
  }

  return [
    override(gruLayerOp, (x, h0, weights, reverse) => single(cells.gru, x, h0, weights, reverse)),
    override(gruForwardOp, (x, h0, weights, reverse) => singleKept(cells.gru, x, h0, weights, reverse)),
    override(gruBackwardOp, (reserve, gOut, gHN, x, h0, weightIh, weightHh, reverse, needs) =>
      singleBackward(cells.gru, reserve, gOut, gHN, [x, h0, weightIh, weightHh], reverse, needs),
    ),
    override(rnnLayerOp, (x, h0, weights, reverse, nonlinearity) =>
      single(cells[nonlinearity], x, h0, weights, reverse),
    ),
    override(rnnForwardOp, (x, h0, weights, reverse, nonlinearity) =>
      singleKept(cells[nonlinearity], x, h0, weights, reverse),
    ),
    override(rnnBackwardOp, (reserve, gOut, gHN, x, h0, weightIh, weightHh, reverse, nonlinearity, needs) =>
      singleBackward(cells[nonlinearity], reserve, gOut, gHN, [x, h0, weightIh, weightHh], reverse, needs),
    ),
    override(lstmLayerOp, (x, h0, c0, weights, reverse): [Tensor, Tensor, Tensor] | undefined => {
      const found = forward(cells.lstm, inputsOf(x, h0, c0, weights), reverse, false)
      return found && [found[0], found[1], found[2]!]
    }),
    override(lstmForwardOp, (x, h0, c0, weights, reverse): [Tensor, Tensor, Tensor, Tensor] | undefined => {
      const found = forward(cells.lstm, inputsOf(x, h0, c0, weights), reverse, true)
      return found && [found[0], found[1], found[2]!, found[3]!]
    }),
    override(lstmBackwardOp, (reserve, gOut, gHN, gCN, x, h0, c0, weightIh, weightHh, reverse, needs) =>
      backward(
        cells.lstm,
        reserve,
        [gOut, gHN, gCN],
        [x, h0, c0, weightIh, weightHh],
        reverse,
        needs as unknown as Inputs<boolean>,
      ),
    ),
  ]
}
