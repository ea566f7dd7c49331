/** Sliding blocks of planes as columns of a matrix (im2col), and their sum (col2im): each the other's gradient. */
import { record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { NotImplementedError, RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { formatShape, numelOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { contiguous } from './cast.js'
import { checkTensor } from './promote.js'
import { select } from './slicing.js'
import { addWindows, covered, positionsAlong, type Sizes, surrounded, type Window, windows } from './sliding.js'
import { permute, reshape, squeeze, unsqueeze } from './view.js'

/** How blocks lie on a plane; each number may be a list with one entry a dimension. */
export interface FoldOptions {
  /** Distance of a block's elements, 1 if not given. */
  dilation?: Sizes
  /** Zeros on both sides, 0 if not given. */
  padding?: Sizes
  /** Distance of the blocks, 1 if not given. */
  stride?: Sizes
}
const names = ['dilation', 'padding', 'stride'] as const

/** Kernel key: the blocks of `x` [N, C, H, W] as columns [N, C * taps, positions]. */
export const unfoldOp: Op<[x: Tensor, window: Window], Tensor> = defineOp(
  'unfold',
  (x: Tensor, window: Window): Tensor => {
    const [batch, channels, ...spatial] = x.shape as [number, number, number, number]
    const outputs = spatial.map((size, d) => positionsAlong(size, window, d))
    const sizes = spatial.map((size, d) => Math.max(size + 2 * window.padding[d]!, covered(outputs[d]!, window, d)))
    const all = windows(surrounded(x, window.padding, sizes, 0), outputs, window)
    const columns = contiguous(permute(all, [0, 1, 4, 5, 2, 3]))
    return reshape(columns, [batch, channels * numelOf(window.kernel), numelOf(outputs)])
  },
)

/** Kernel key: adds columns [N, C * taps, positions] to where {@link unfoldOp} takes them from, in planes of size `spatial`. */
export const foldOp: Op<[columns: Tensor, spatial: readonly number[], window: Window], Tensor> = defineOp(
  'fold',
  (columns: Tensor, spatial: readonly number[], window: Window): Tensor => {
    const taps = numelOf(window.kernel)
    const [batch, rows] = columns.shape as [number, number, number]
    const outputs = spatial.map((size, d) => positionsAlong(size, window, d))
    const byTap = reshape(columns, [batch, rows / taps, taps, ...outputs])
    return addWindows(columns, [batch, rows / taps, ...spatial], outputs, window, (flat) => select(byTap, 2, flat))
  },
)

function unfolded(x: Tensor, window: Window): Tensor {
  const spatial = x.shape.slice(2)
  return record('Im2ColBackward0', unfoldOp(x, window), [x], null, (g) => folded(g, spatial, window))
}

function folded(columns: Tensor, spatial: readonly number[], window: Window): Tensor {
  return record('Col2ImBackward0', foldOp(columns, spatial, window), [columns], null, (g) => unfolded(g, window))
}

/** Rows and columns. @throws RuntimeError for a list of another length */
function pair(name: string, value: Sizes): readonly number[] {
  if (typeof value === 'number') return [value, value]
  if (value.length !== 2) throw new RuntimeError(`It is expected ${name} equals to 2, but got size ${value.length}`)
  return value
}

function windowOf(op: string, kernelSize: Sizes, args: readonly unknown[]): Window {
  const o = bindOptions<FoldOptions>(op, names, args)
  const window = {
    kernel: pair('kernel_size', kernelSize),
    dilation: pair('dilation', o.dilation ?? 1),
    padding: pair('padding', o.padding ?? 0),
    stride: pair('stride', o.stride ?? 1),
  }
  const sides = (name: string, [height, width]: readonly number[]) =>
    `${name}_height: ${height} ${name}_width: ${width}`
  if (window.kernel.some((k) => !(k > 0)))
    throw new RuntimeError(`kernel size should be greater than zero, but got ${sides('kernel', window.kernel)}`)
  if (window.stride.some((s) => !(s > 0)))
    throw new RuntimeError(`stride should be greater than zero, but got ${sides('stride', window.stride)}`)
  if (window.dilation.some((d) => !(d > 0)))
    throw new RuntimeError(`dilation should be greater than zero, but got ${sides('dilation', window.dilation)}`)
  if (window.padding.some((p) => p < 0))
    throw new RuntimeError(`padding should be non-negative, but got ${sides('pad', window.padding)}`)
  return window
}

function tuple(values: readonly number[]): string {
  return `(${values.join(', ')})`
}

function settings({ kernel, dilation, padding, stride }: Window): string {
  return `kernel_size=${tuple(kernel)}, dilation=${tuple(dilation)}, padding=${tuple(padding)}, stride=${tuple(stride)}`
}

function checkDtype(name: string, x: Tensor): void {
  if (!x.dtype.isFloatingPoint && x.dtype.name !== 'bool')
    throw new NotImplementedError(`"${name}" not implemented for '${x.dtype.label}'`)
}

type Or = Sizes | FoldOptions

/**
 * The sliding blocks of each plane as columns, as a convolution sees them.
 *
 * @param input - shape [N, C, H, W] or [C, H, W], floating point or bool
 * @param kernelSize - size of a block
 * @returns shape [N, C * taps, L], for L blocks
 * @throws RuntimeError for another shape, or if there is no block
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * unfold(randn([2, 5, 3, 4]), [2, 3]) // shape [2, 30, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.unfold.html
 */
export function unfold(input: Tensor, kernelSize: Sizes, dilation?: Or, padding?: Or, stride?: Or): Tensor {
  checkTensor('unfold', 'input', input)
  const window = windowOf('unfold', kernelSize, [dilation, padding, stride])
  if (
    (input.ndim !== 3 && input.ndim !== 4) ||
    input.shape.some((size, d) => size === 0 && (d > 0 || input.ndim === 3))
  ) {
    throw new RuntimeError(
      `Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: ${formatShape(input.shape)}`,
    )
  }
  const spatial = input.shape.slice(-2)
  const blocks = spatial.map((size, d) => positionsAlong(size, window, d))
  if (blocks.some((n) => n < 1)) {
    throw new RuntimeError(
      `Given input with spatial size ${tuple(spatial)}, ${settings(window)}, calculated shape of the array of sliding blocks as ${tuple(blocks)}, but its components must be at least one.`,
    )
  }
  checkDtype('im2col_out_cpu', input)
  return input.ndim === 4 ? unfolded(input, window) : squeeze(unfolded(unsqueeze(input, 0), window), 0)
}

/**
 * The opposite of {@link unfold}: planes to which each column is added where its block lies. Blocks that overlap add up.
 *
 * @param input - shape [N, C * taps, L] or [C * taps, L], for L blocks; floating point or bool
 * @param outputSize - H and W
 * @param kernelSize - size of a block
 * @returns shape [N, C, H, W]
 * @throws RuntimeError if the sizes do not fit
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * fold(randn([1, 3 * 2 * 2, 12]), [4, 5], 2) // shape [1, 3, 4, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.fold.html
 */
export function fold(
  input: Tensor,
  outputSize: Sizes,
  kernelSize: Sizes,
  dilation?: Or,
  padding?: Or,
  stride?: Or,
): Tensor {
  checkTensor('fold', 'input', input)
  const spatial = pair('output_size', outputSize)
  const window = windowOf('fold', kernelSize, [dilation, padding, stride])
  checkColumns(input, spatial, window)
  checkDtype('col2im_out_cpu', input)
  return input.ndim === 3 ? folded(input, spatial, window) : squeeze(folded(unsqueeze(input, 0), spatial, window), 0)
}

function checkColumns(x: Tensor, spatial: readonly number[], window: Window): void {
  if ((x.ndim !== 2 && x.ndim !== 3) || x.shape.some((size, d) => size === 0 && (d > 0 || x.ndim === 2))) {
    throw new RuntimeError(
      `Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: ${formatShape(x.shape)}`,
    )
  }
  const [rows, columns] = x.shape.slice(-2) as [number, number]
  if (rows % numelOf(window.kernel) !== 0) {
    throw new RuntimeError(
      `Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)=${rows} and kernel_size=${tuple(window.kernel)}.`,
    )
  }
  const blocks = spatial.map((size, d) => positionsAlong(size, window, d))
  if (numelOf(blocks) !== columns || blocks.some((n) => n < 1)) {
    throw new RuntimeError(
      `Given output_size=${tuple(spatial)}, ${settings(window)}, expected size of input's dimension 2 to match the calculated number of sliding blocks ${blocks.join(' * ')} = ${numelOf(blocks)}, but got input.size(2)=${columns}.`,
    )
  }
}
