/** Padding with a constant. */
import { record } from '../autograd/node.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { formatShape } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { checkTensor, type Scalar } from './promote.js'
import { storable } from './update.js'

/** Options of {@link constantPadNd}. */
export interface ConstantPadOptions {
  /** What is padded with, 0 if not given. */
  value?: Scalar
}

/** By how much each dimension grows before its first and after its last element. */
function margins(x: Tensor, pad: readonly number[]): [before: number[], after: number[]] {
  const before = x.shape.map(() => 0)
  const after = x.shape.map(() => 0)
  for (let i = 0; i < pad.length / 2; i++) {
    const d = x.ndim - 1 - i
    before[d] = pad[2 * i]!
    after[d] = pad[2 * i + 1]!
  }
  return [before, after]
}

function checkPad(x: Tensor, pad: readonly number[]): void {
  checkTensor('constantPadNd', 'input', x)
  if (!Array.isArray(pad) || !pad.every(Number.isInteger))
    throw new TypeError("constantPadNd(): argument 'pad' must be a list of integers")
  if (pad.length % 2 !== 0) throw new RuntimeError(`Length of pad must be even but instead it equals ${pad.length}`)
  if (pad.length > 2 * x.ndim) {
    throw new RuntimeError(
      `Length of pad should be no more than twice the number of dimensions of the input. Pad length is ${pad.length} while the input has ${x.ndim} dimensions.`,
    )
  }
}

/**
 * `x` with elements added at both ends of its last dimensions; negative numbers take elements away.
 *
 * @param pad - `[left, right]` of the last dimension, then of the one before it, and so on
 * @param value - what is padded with, 0 if not given
 * @throws RuntimeError if `pad` has an odd length or too many entries, or takes away more than there is
 * @example
 * ```ts
 * constantPadNd(tensor([[1, 2]]), [1, 0], 9) // tensor([[9, 1, 2]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
 */
export function constantPadNd(x: Tensor, pad: readonly number[], value?: Scalar | ConstantPadOptions): Tensor {
  checkPad(x, pad)
  const o = bindOptions<ConstantPadOptions>('constantPadNd', ['value'], [value])
  return padded(x, pad, o.value ?? 0)
}

function padded(x: Tensor, pad: readonly number[], value: Scalar): Tensor {
  const [before, after] = margins(x, pad)
  const shape = x.shape.map((size, d) => size + before[d]! + after[d]!)
  // what a negative margin takes away must be there
  if (
    x.shape.some((size, d) => size + Math.min(before[d]!, 0) + Math.min(after[d]!, 0) < 0) ||
    shape.some((s) => s < 0)
  ) {
    throw new RuntimeError(
      `The input size ${formatShape(x.shape)}, plus negative padding ${formatShape(pad)}, resulted in a negative output size, which is invalid. narrow(): length must be non-negative.`,
    )
  }
  const fill = storable('constantPadNd', x, value)
  const out = allocate(x.storage, x.dtype, shape, fill === 0)
  const { primitives } = x.storage.device
  if (fill instanceof Tensor) primitives.copy(fill, out)
  else if (fill !== 0) primitives.fill(out, fill as number)
  // the part of x that stays, and its place in out
  const kept = x.shape.map((size, d) => size + Math.min(before[d]!, 0) + Math.min(after[d]!, 0))
  const count = kept.reduce((a, b) => a * b, 1)
  const window = (t: Tensor, sign: number): Tensor => {
    const offset = t.strides.reduce((sum, stride, d) => sum + Math.max(sign * before[d]!, 0) * stride, t.offset)
    return new Tensor(t.storage, t.dtype, kept, t.strides, offset, count)
  }
  if (count > 0) primitives.copy(window(x, -1), window(out, 1))
  return record('ConstantPadNdBackward0', out, [x], null, (g) =>
    padded(
      g,
      pad.map((n) => -n),
      0,
    ),
  )
}
