/** Padding with a constant, or with the elements of the input. */
import { record } from '../autograd/node.js'
import { NotImplementedError, RuntimeError } from '../errors.js'
import { bindOptions, describe, TypeError_ } from '../options.js'
import { formatShape } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { type Border, borderPad } from './pad-border.js'
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

/** What {@link pad} surrounds the input with: one value, or the input mirrored, its outermost elements, or the input over again. */
export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular'

/** Options of {@link pad}. */
export interface PadOptions {
  /** `'constant'` if not given. */
  mode?: PadMode
  /** What is padded with in mode `'constant'`, 0 if not given. */
  value?: Scalar | null
}

/**
 * `input` with elements added at both ends of its last dimensions; negative numbers take elements away.
 *
 * @param input - any shape in mode `'constant'`; else one or two dimensions (channels, batch) more than are padded, at most three
 * @param pad - `[left, right]` of the last dimension, then of the one before it, and so on
 * @throws RuntimeError if `pad` has an odd length or too many entries, or does not fit the sizes
 * @throws NotImplementedError for an unknown mode, and in modes other than `'constant'` for other shapes and, but for `'circular'`, for bool
 * @example
 * ```ts
 * const x = tensor([[1, 2, 3]])
 * pad(x, [1, 2]) // tensor([[0, 1, 2, 3, 0, 0]])
 * pad(x, [1, 2], 'reflect') // tensor([[2, 1, 2, 3, 2, 1]])
 * pad(x, [1, 2], 'replicate') // tensor([[1, 1, 2, 3, 3, 3]])
 * pad(x, [1, 2], { mode: 'circular' }) // tensor([[3, 1, 2, 3, 1, 2]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
 */
export function pad(
  input: Tensor,
  pad: readonly number[],
  mode?: PadMode | PadOptions,
  value?: Scalar | null | PadOptions,
): Tensor {
  checkTensor('pad', 'input', input)
  if (!Array.isArray(pad)) throw TypeError_("pad(): argument 'pad' (position 2) must be a list of integers, not", pad)
  if (!pad.every(Number.isInteger))
    throw new TypeError(`pad(): argument 'pad' must be a list of integers, but got ${describe(pad)}`)
  const o = bindOptions<PadOptions>('pad', ['mode', 'value'], [mode, value ?? undefined])
  const how = o.mode ?? 'constant'
  if (!(how === 'constant' || Object.hasOwn(borderModes, how)))
    throw new NotImplementedError(`Unrecognised padding mode ${String(how)}`)
  if (pad.length % 2 !== 0)
    throw new RuntimeError(`Padding length must be divisible by 2, but got ${pad.length} entries`)
  if (pad.length > 2 * input.ndim) {
    throw new RuntimeError(
      `Padding length should be less than or equal to two times the input dimension but got padding length ${pad.length} and input of dimension ${input.ndim}`,
    )
  }
  if (how === 'constant') return padded(input, pad, o.value ?? 0)
  if (Number(o.value ?? 0) !== 0) throw new RuntimeError(`Padding mode "${how}" doesn't take in value argument`)
  return padWithBorders(input, pad, how)
}

/** A way to pad one dimension of `size` elements. */
interface BorderMode {
  /** Of the recorded node, and in messages. */
  readonly names: readonly [node: string, message: string]
  /** @throws RuntimeError if so much cannot be added */
  readonly check: (x: Tensor, dim: number, before: number, after: number) => void
  /** The element that stands at `position`, which lies outside of `[0, size)`; `start` and `end` bound what is kept. */
  readonly source: (position: number, size: number, start: number, end: number) => number
}

const borderModes: Readonly<Record<Exclude<PadMode, 'constant'>, BorderMode>> = {
  reflect: {
    names: ['ReflectionPad', 'reflection_pad'],
    check(x, dim, before, after) {
      const size = x.shape[dim]!
      if (before < size && after < size) return
      throw new RuntimeError(
        `Argument #${4 + 2 * (x.ndim - 1 - dim)}: Padding size should be less than the corresponding input dimension, but got: padding (${before}, ${after}) at dimension ${dim} of input ${formatShape(x.shape)}`,
      )
    },
    source: (position, size) => (position < 0 ? -position : 2 * (size - 1) - position),
  },
  replicate: {
    names: ['ReplicationPad', 'replication_pad'],
    check() {},
    source: (position, size) => (position < 0 ? 0 : size - 1),
  },
  circular: {
    names: ['CircularPad', 'circular_pad'],
    check(x, dim, before, after) {
      const size = x.shape[dim]!
      const kept = size + Math.min(before, 0) + Math.min(after, 0)
      if (size + before + after < 0 || (kept <= 0 && (before > 0 || after > 0) && size > 0))
        throw new RuntimeError(
          `Negative padding value is resulting in an empty dimension: padding (${before}, ${after}) at dimension ${dim} of input ${formatShape(x.shape)}`,
        )
      if (before > size || after > size)
        throw new RuntimeError(
          `Padding value causes wrapping around more than once. Got padding (${before}, ${after}) at dimension ${dim} of input ${formatShape(x.shape)}`,
        )
    },
    // what was taken away does not come round
    source(position, _, start, end) {
      const kept = end - start
      return start + ((((position - start) % kept) + kept) % kept)
    },
  },
}

function padWithBorders(input: Tensor, pad: readonly number[], mode: keyof typeof borderModes): Tensor {
  const n = pad.length / 2
  const { ndim, shape } = input
  if (n < 1 || n > 3 || (ndim !== n + 1 && ndim !== n + 2)) {
    throw new NotImplementedError(
      `Padding size ${pad.length} is not supported for ${ndim}D input tensor.\nSupported combinations for non-constant padding:\n  - 2D or 3D input: padding size = 2 (pads last dimension)\n  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)`,
    )
  }
  const { names, check, source } = borderModes[mode]
  if (mode !== 'circular') checkBorderInput(input, n)
  const [before, after] = margins(input, pad)
  const sizes = shape.map((size, d) => size + before[d]! + after[d]!)
  for (let d = ndim - 1; d >= ndim - n; d--) check(input, d, before[d]!, after[d]!)
  const negative = sizes.find((size) => size < 0)
  if (negative !== undefined)
    throw new RuntimeError(`Trying to create tensor with negative dimension ${negative}: ${formatShape(sizes)}`)
  if (mode !== 'circular' && input.dtype.name === 'bool')
    throw new NotImplementedError(`"${names[1]}${n}d" not implemented for 'Bool'`)
  const borders: Border[] = []
  for (let d = ndim - 1; d >= ndim - n; d--) {
    if (before[d] === 0 && after[d] === 0) continue
    borders.push(borderOf(d, shape[d]!, before[d]!, after[d]!, source))
  }
  return borderPad(`${names[0]}${n}DBackward0`, input, borders)
}

function borderOf(dim: number, size: number, before: number, after: number, source: BorderMode['source']): Border {
  const start = Math.max(-before, 0)
  const end = size - Math.max(-after, 0)
  // a side that takes away more than there is also takes from what the other side adds
  const positions = Array.from({ length: size + before + after }, (_, i) => i - before)
  const outside = (position: number) => source(position, size, start, end)
  return {
    dim,
    before: positions.filter((p) => p < 0).map(outside),
    start: Math.min(start, size),
    end: Math.max(end, Math.min(start, size)),
    after: positions.filter((p) => p >= size).map(outside),
  }
}

function checkBorderInput(x: Tensor, n: number): void {
  if (x.shape.some((size, d) => size === 0 && (d > 0 || x.ndim === n + 1))) {
    throw new RuntimeError(
      `Expected ${n + 1}D or ${n + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: ${formatShape(x.shape)}`,
    )
  }
}
