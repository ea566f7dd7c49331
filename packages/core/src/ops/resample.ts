/** Weighted sums of few elements along one dimension, the same for all others: what every interpolation consists of. */
import { record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { Binary, Reduce } from '../dispatch/opcodes.js'
import { bool } from '../dtype.js'
import { setWord } from '../host.js'
import { numelOf, type Shape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { contiguous } from './cast.js'
import { resized } from './index-select.js'
import { longTensor } from './index-tensor.js'
import { reduceCall } from './reduction.js'
import { bareWindow } from './sliding.js'
import { copyOf } from './update.js'

/** A sparse matrix: output `j` is the sum of `weights[t] * input[indices[t]]` over `t` in `[starts[j], starts[j + 1])`. */
export interface Taps {
  readonly inputs: number
  readonly outputs: number
  /** One more than there are outputs. */
  readonly starts: Int32Array
  readonly indices: Int32Array
  readonly weights: Float64Array
}

/** Taps from a list for each output. */
export function tapsOf(
  inputs: number,
  lists: readonly { readonly indices: readonly number[]; readonly weights: readonly number[] }[],
): Taps {
  const starts = new Int32Array(lists.length + 1)
  lists.forEach((list, j) => {
    starts[j + 1] = starts[j]! + list.indices.length
  })
  const indices = Int32Array.from(lists.flatMap((list) => list.indices))
  const weights = Float64Array.from(lists.flatMap((list) => list.weights))
  return { inputs, outputs: lists.length, starts, indices, weights }
}

/** The matrix turned round, by which gradients go back. */
function transposed({ inputs, outputs, starts, indices, weights }: Taps): Taps {
  const count = indices.length
  const at = new Int32Array(inputs + 1)
  for (let t = 0; t < count; t++) at[indices[t]! + 1]!++
  for (let i = 0; i < inputs; i++) at[i + 1]! += at[i]!
  const turned: Taps = {
    inputs: outputs,
    outputs: inputs,
    starts: at.slice(),
    indices: new Int32Array(count),
    weights: new Float64Array(count),
  }
  for (let j = 0; j < outputs; j++) {
    for (let t = starts[j]!; t < starts[j + 1]!; t++) {
      const place = at[indices[t]!]!++
      turned.indices[place] = j
      turned.weights[place] = weights[t]!
    }
  }
  return turned
}

/** Whether every output is the input of its number. */
export function isIdentity({ inputs, outputs, indices, weights }: Taps): boolean {
  return inputs === outputs && indices.length === outputs && indices.every((i, j) => i === j && weights[j] === 1)
}

/** Whether every output is one input. */
export function isChoice({ outputs, indices, starts, weights }: Taps): boolean {
  return indices.length === outputs && starts.every((t, j) => t === j) && weights.every((w) => w === 1)
}

/** Inputs that one product spans: enough to be quick, few enough that most of the matrix is no zeros. */
const BAND = 32

/** Numbers as a tensor like `like`. */
function written(like: Tensor, values: ArrayLike<number>, shape: Shape): Tensor {
  const out = allocate(like.storage, like.dtype, shape)
  const words = like.dtype.allocate(values.length)
  for (let i = 0; i < values.length; i++) setWord(words, like.dtype, i, values[i]!)
  like.storage.device.memory.write(out, words)
  return out
}

/** A block of the matrix, from its first input on, `rows` inputs by `columns` outputs. */
function block(taps: Taps, like: Tensor, from: number, to: number): { first: number; matrix: Tensor } | null {
  const [start, end] = [taps.starts[from]!, taps.starts[to]!]
  if (start === end) return null
  const used = taps.indices.subarray(start, end)
  const first = used.reduce((a, b) => Math.min(a, b))
  const rows = used.reduce((a, b) => Math.max(a, b)) + 1 - first
  const columns = to - from
  const sums = new Float64Array(rows * columns)
  for (let j = from; j < to; j++) {
    for (let t = taps.starts[j]!; t < taps.starts[j + 1]!; t++)
      sums[(taps.indices[t]! - first) * columns + j - from]! += taps.weights[t]!
  }
  return { first, matrix: written(like, sums, [1, rows, columns]) }
}

/** The sums as products with blocks of the matrix. The zeros in them take part: all elements must be finite. */
function multiplied(x: Tensor, dim: number, taps: Taps): Tensor {
  const { primitives } = x.storage.device
  const out = allocate(x.storage, x.dtype, resized(x.shape, dim, taps.outputs))
  const rows = contiguous(x)
  const outer = numelOf(x.shape.slice(0, dim))
  const inner = numelOf(x.shape.slice(dim + 1))
  // along the last dimension vectors are rows, else columns
  const across = (t: Tensor, size: number, at: number, length: number): Tensor =>
    inner === 1
      ? bareWindow(t, [1, outer, length], [0, size, 1], t.offset + at)
      : bareWindow(t, [outer, length, inner], [size * inner, inner, 1], t.offset + at * inner)
  const step = Math.max(16, Math.round((BAND * taps.outputs) / taps.inputs))
  for (let from = 0; from < taps.outputs; from += step) {
    const to = Math.min(from + step, taps.outputs)
    const target = across(out, taps.outputs, from, to - from)
    const part = block(taps, x, from, to)
    if (part === null) {
      primitives.fill(target, 0)
      continue
    }
    const { first, matrix } = part
    const [, height, width] = matrix.shape as [number, number, number]
    const source = across(rows, taps.inputs, first, height)
    if (inner === 1) primitives.matmul(source, matrix, target)
    else primitives.matmul(bareWindow(matrix, [outer, width, height], [0, 1, width], matrix.offset), source, target)
  }
  return out
}

/** The `k`-th index and weight of each output, and whether it has so many. */
function layer({ starts, outputs, indices, weights }: Taps, k: number): [number[], number[], boolean[]] {
  const at = Array.from({ length: outputs }, (_, j) => starts[j]! + k)
  const has = at.map((t, j) => t < starts[j + 1]!)
  const pick = (from: ArrayLike<number>): number[] => at.map((t, j) => (has[j] === true ? from[t]! : 0))
  return [pick(indices), pick(weights), has]
}

function mostTaps({ starts, outputs }: Taps): number {
  let most = 0
  for (let j = 0; j < outputs; j++) most = Math.max(most, starts[j + 1]! - starts[j]!)
  return most
}

/** The sums tap after tap: an infinite or undefined element reaches no output that it has no part in. */
function tapByTap(x: Tensor, dim: number, taps: Taps): Tensor {
  const { device } = x.storage
  const { primitives } = device
  const shape = resized(x.shape, dim, taps.outputs)
  const along = shape.map((size, d) => (d === dim ? size : 1))
  const sum = allocate(x.storage, x.dtype, shape, true)
  for (let k = 0; k < mostTaps(taps); k++) {
    const [indices, weights, has] = layer(taps, k)
    const term = allocate(x.storage, x.dtype, shape)
    primitives.indexSelect(x, dim, longTensor(indices, [taps.outputs], device), term)
    primitives.binary(Binary.mul, term, written(x, weights, along), term)
    if (has.includes(false)) {
      // no weight is not enough: it would make NaN of an infinite element
      const mask = allocate(x.storage, bool, along)
      device.memory.write(mask, Uint8Array.from(has, Number))
      primitives.where(mask, term, 0, term)
    }
    primitives.binary(Binary.add, sum, term, sum)
  }
  return sum
}

/** Whether products with all the zeros between the weights are quicker than to pick the elements out. */
function isDense({ inputs, indices }: Taps): boolean {
  return inputs <= 4 * indices.length
}

/** Whether the sum of all elements is known to be finite. */
function allFinite(x: Tensor): boolean {
  const total = reduceCall(
    Reduce.sum,
    x,
    x.shape.map((_, d) => d),
  )
  const value = x.storage.device.memory.readSync(total)
  return value !== null && Number.isFinite(value[0])
}

/** What happens along one dimension. */
export interface ResampleStep {
  readonly dim: number
  readonly taps: Taps
}

/** Kernel key: the sums along one dimension after the other of a float32 or float64 tensor. */
export const resampleOp: Op<[x: Tensor, steps: readonly ResampleStep[]], Tensor> = defineOp(
  'resample',
  (x: Tensor, steps: readonly ResampleStep[]): Tensor => {
    if (steps.length === 0) return copyOf(x)
    let finite: boolean | null = null
    let out = x
    for (const { dim, taps } of steps) {
      if (isChoice(taps)) {
        const chosen = allocate(x.storage, x.dtype, resized(out.shape, dim, taps.outputs))
        const { device } = x.storage
        device.primitives.indexSelect(out, dim, longTensor(taps.indices, [taps.outputs], device), chosen)
        out = chosen
      } else {
        finite ??= allFinite(x)
        out = finite && isDense(taps) ? multiplied(out, dim, taps) : tapByTap(out, dim, taps)
      }
    }
    return out
  },
)

/** `x` with the sums of all steps in its place, recorded under `name`; a copy if there are none. */
export function resample(name: string, x: Tensor, steps: readonly ResampleStep[]): Tensor {
  return record(name, resampleOp(x, steps), [x], null, (g) =>
    resample('ResampleBackward0', g, steps.map(({ dim, taps }) => ({ dim, taps: transposed(taps) })).reverse()),
  )
}
