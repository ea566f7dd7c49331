/**
 * Convolution and its two gradients, each the gradient of the others: `convolution` is linear in the input and in the weight,
 * so that differentiating any of the three gives the other two, to every order.
 */
import { record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { formatShape, numelOf, type Shape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { contiguous } from './cast.js'
import { bmm } from './matmul.js'
import { add } from './pointwise.js'
import { checkTensor } from './promote.js'
import { sum } from './reduce.js'
import { select, slice } from './slicing.js'
import {
  addWindows,
  bareWindow,
  covered,
  perDim,
  positionsAlong,
  type Sizes,
  surrounded,
  type Window,
  windows,
} from './sliding.js'
import { permute, reshape, squeeze, unsqueeze } from './view.js'

/** What a convolution is, besides its operands: per spatial dimension, counted from the outermost. */
export interface ConvGeometry {
  readonly stride: readonly number[]
  readonly padding: readonly number[]
  readonly dilation: readonly number[]
  readonly groups: number
}

function windowOf(kernel: readonly number[], geometry: ConvGeometry): Window {
  return { kernel, stride: geometry.stride, padding: geometry.padding, dilation: geometry.dilation }
}

/** All windows of `x` as matrices, one a group: [groups, channels / groups * taps, batch * positions]. */
function columns(x: Tensor, outputs: readonly number[], window: Window, groups: number): Tensor {
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]]
  const sizes = spatial.map((size, d) => Math.max(size + 2 * window.padding[d]!, covered(outputs[d]!, window, d)))
  const all = windows(surrounded(x, window.padding, sizes, 0), outputs, window)
  const n = outputs.length
  // [N, C, ...outputs, ...kernel] -> [C, ...kernel, N, ...outputs]
  const order = [1, ...window.kernel.map((_, d) => 2 + n + d), 0, ...outputs.map((_, d) => 2 + d)]
  const rows = (channels / groups) * numelOf(window.kernel)
  return reshape(permute(all, order), [groups, rows, batch * numelOf(outputs)])
}

/** `[N, C, ...]` as matrices, one a group: [groups, C / groups, N * positions]. */
function channelRows(x: Tensor, groups: number): Tensor {
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]]
  const order = [1, 0, ...spatial.map((_, d) => 2 + d)]
  return reshape(permute(x, order), [groups, channels / groups, batch * numelOf(spatial)])
}

/** The opposite of {@link channelRows}. */
function fromChannelRows(rows: Tensor, batch: number, spatial: readonly number[]): Tensor {
  const channels = rows.shape[0]! * rows.shape[1]!
  const split = reshape(rows, [channels, batch, ...spatial])
  return contiguous(permute(split, [1, 0, ...spatial.map((_, d) => 2 + d)]))
}

/**
 * Kernel key: convolution of `x` [N, C, ...] with `weight` [O, C / groups, ...kernel], plus `bias` [O] or null; gives
 * [N, O, ...outputs].
 */
export const convolutionOp: Op<[x: Tensor, weight: Tensor, bias: Tensor | null, geometry: ConvGeometry], Tensor> =
  defineOp('convolution', (x: Tensor, weight: Tensor, bias: Tensor | null, geometry: ConvGeometry): Tensor => {
    const kernel = weight.shape.slice(2)
    const window = windowOf(kernel, geometry)
    const outputs = kernel.map((_, d) => positionsAlong(x.shape[2 + d]!, window, d))
    const { groups } = geometry
    const w = reshape(weight, [groups, weight.shape[0]! / groups, weight.shape[1]! * numelOf(kernel)])
    const out = fromChannelRows(bmm(w, columns(x, outputs, window, groups)), x.shape[0]!, outputs)
    return bias === null ? out : add(out, reshape(bias, [-1, ...kernel.map(() => 1)]))
  })

/** Kernel key: gradient of a convolution with respect to its input, of shape `shape`. */
export const convolutionInputGradOp: Op<[g: Tensor, weight: Tensor, shape: Shape, geometry: ConvGeometry], Tensor> =
  defineOp('convolutionInputGrad', (g: Tensor, weight: Tensor, shape: Shape, geometry: ConvGeometry): Tensor => {
    const kernel = weight.shape.slice(2)
    const outputs = g.shape.slice(2)
    const { groups } = geometry
    const taps = numelOf(kernel)
    const perGroup = weight.shape[1]!
    const w = permute(reshape(weight, [groups, weight.shape[0]! / groups, perGroup * taps]), [0, 2, 1])
    const columns = bmm(w, channelRows(g, groups))
    // [C, taps, N, ...outputs]: for each tap the values at all positions, [N, C, ...outputs]
    const byTap = reshape(columns, [groups * perGroup, taps, g.shape[0]!, ...outputs])
    const order = [1, 0, ...outputs.map((_, d) => 2 + d)]
    return addWindows(g, shape, outputs, windowOf(kernel, geometry), (flat) => permute(select(byTap, 1, flat), order))
  })

/** Kernel key: gradient of a convolution with respect to its weight, of shape `shape`. */
export const convolutionWeightGradOp: Op<[g: Tensor, x: Tensor, shape: Shape, geometry: ConvGeometry], Tensor> =
  defineOp('convolutionWeightGrad', (g: Tensor, x: Tensor, shape: Shape, geometry: ConvGeometry): Tensor => {
    const window = windowOf(shape.slice(2), geometry)
    const { groups } = geometry
    const all = columns(x, g.shape.slice(2), window, groups)
    return reshape(bmm(channelRows(g, groups), permute(all, [0, 2, 1])), shape)
  })

function forward(x: Tensor, weight: Tensor, bias: Tensor | null, geometry: ConvGeometry): Tensor {
  const xShape = x.shape
  const wShape = weight.shape
  return record(
    'ConvolutionBackward0',
    convolutionOp(x, weight, bias, geometry),
    [x, weight, bias],
    [x, weight],
    (g, node) => [
      node.needs(0) ? inputGrad(g, node.saved(1), xShape, geometry) : null,
      node.needs(1) ? weightGrad(g, node.saved(0), wShape, geometry) : null,
      node.needs(2) ? sum(g, [0, ...wShape.slice(2).map((_, d) => 2 + d)]) : null,
    ],
  )
}

/** Output padding may leave room for one more position than there was. */
function cropped(x: Tensor, shape: Shape): Tensor {
  let out = x
  shape.forEach((size, d) => {
    if (out.shape[d] !== size) out = slice(out, d, 0, size, 1)
  })
  return out
}

function inputGrad(g: Tensor, weight: Tensor, shape: Shape, geometry: ConvGeometry): Tensor {
  const gShape = g.shape
  const wShape = weight.shape
  return record(
    'ConvolutionInputGradBackward0',
    convolutionInputGradOp(g, weight, shape, geometry),
    [g, weight],
    [g, weight],
    (h, node) => [
      node.needs(0) ? cropped(forward(h, node.saved(1), null, geometry), gShape) : null,
      node.needs(1) ? weightGrad(node.saved(0), h, wShape, geometry) : null,
    ],
  )
}

function weightGrad(g: Tensor, x: Tensor, shape: Shape, geometry: ConvGeometry): Tensor {
  const xShape = x.shape
  return record(
    'ConvolutionWeightGradBackward0',
    convolutionWeightGradOp(g, x, shape, geometry),
    [g, x],
    [g, x],
    (h, node) => [
      node.needs(0) ? forward(node.saved(1), h, null, geometry) : null,
      node.needs(1) ? inputGrad(node.saved(0), h, xShape, geometry) : null,
    ],
  )
}

/** Options of the convolutions; each number may be a list with one entry a spatial dimension. */
export interface ConvOptions {
  bias?: Tensor | null
  stride?: Sizes
  /** Zeros added on both sides; `'valid'` adds none, `'same'` as many as keep the size (stride 1 only). */
  padding?: Sizes | 'valid' | 'same'
  dilation?: Sizes
  groups?: number
}
const convNames = ['bias', 'stride', 'padding', 'dilation', 'groups'] as const

function checkPositive(name: string, what: string, values: readonly number[]): void {
  if (values.some((v) => v <= 0))
    throw new RuntimeError(
      `${what === 'dilation' ? 'dilation should be greater than zero' : 'non-positive stride is not supported'}`,
    )
  if (values.some((v) => !Number.isInteger(v)))
    throw new TypeError(`${name}(): ${what} must be integers, but got [${values.join(', ')}]`)
}

/** Checks operands as PyTorch does; in its words where the shapes do not fit. */
function checkConv(x: Tensor, weight: Tensor, bias: Tensor | null, geometry: ConvGeometry, transposed: boolean): void {
  const { groups, padding } = geometry
  checkPositive('conv', 'stride', geometry.stride)
  checkPositive('conv', 'dilation', geometry.dilation)
  if (padding.some((p) => p < 0)) throw new RuntimeError('negative padding is not supported')
  if (groups <= 0) throw new RuntimeError('non-positive groups is not supported')
  if (x.dtype !== weight.dtype)
    throw new RuntimeError(`Input type (${x.dtype.name}) and weight type (${weight.dtype.name}) should be the same`)
  if (bias !== null && bias.dtype !== x.dtype)
    throw new RuntimeError(`Input type (${x.dtype.name}) and bias type (${bias.dtype.name}) should be the same`)
  if (!x.dtype.isFloatingPoint && x.dtype.name !== 'int64')
    throw new RuntimeError(`"slow_conv2d_cpu" not implemented for '${x.dtype.label}'`)
  const inChannels = transposed ? weight.shape[0]! : weight.shape[1]! * groups
  if (!transposed && weight.shape[0]! < groups) {
    throw new RuntimeError(
      `Given groups=${groups}, expected weight to be at least ${groups} at dimension 0, but got weight of size ${formatShape(weight.shape)} instead`,
    )
  }
  if (weight.shape[0]! % groups !== 0) {
    throw new RuntimeError(
      `Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size ${formatShape(weight.shape)} instead`,
    )
  }
  if (x.shape[1] !== inChannels) {
    throw new RuntimeError(
      `Given ${transposed ? 'transposed=1' : `groups=${groups}`}, weight of size ${formatShape(weight.shape)}, expected input${formatShape(x.shape)} to have ${inChannels} channels, but got ${x.shape[1]} channels instead`,
    )
  }
  const outChannels = transposed ? weight.shape[1]! * groups : weight.shape[0]!
  if (bias !== null && (bias.ndim !== 1 || bias.shape[0] !== outChannels)) {
    throw new RuntimeError(
      `Given ${transposed ? 'transposed=1' : `groups=${groups}`}, weight of size ${formatShape(weight.shape)}, expected bias to be 1-dimensional with ${outChannels} elements, but got bias of size ${formatShape(bias.shape)} instead`,
    )
  }
  if (!transposed) {
    const spatial = x.shape.slice(2).map((size, d) => size + 2 * padding[d]!)
    const kernel = weight.shape.slice(2).map((k, d) => geometry.dilation[d]! * (k - 1) + 1)
    if (kernel.some((k, d) => spatial[d]! < k)) {
      throw new RuntimeError(
        `Calculated padded input size per channel: (${spatial.join(' x ')}). Kernel size: (${kernel.join(' x ')}). Kernel size can't be greater than actual input size`,
      )
    }
  }
}

/** Adds the batch dimension that unbatched input lacks. */
function withBatch(name: string, x: Tensor, n: number): [Tensor, boolean] {
  if (x.ndim === n + 2) return [x, true]
  if (x.ndim === n + 1) return [unsqueeze(x, 0), false]
  throw new RuntimeError(
    `Expected ${n + 1}D (unbatched) or ${n + 2}D (batched) input to ${name}, but got input of size: ${formatShape(x.shape)}`,
  )
}

/** `'same'` padding on both sides; what is odd goes behind, as an explicit pad in front of the convolution. */
function samePadding(
  x: Tensor,
  kernel: readonly number[],
  stride: readonly number[],
  dilation: readonly number[],
): [Tensor, readonly number[]] {
  if (stride.some((s) => s !== 1)) throw new RuntimeError("padding='same' is not supported for strided convolutions")
  const total = kernel.map((k, d) => dilation[d]! * (k - 1))
  const padding = total.map((p) => Math.floor(p / 2))
  if (total.every((p) => p % 2 === 0)) return [x, padding]
  const behind = total.map((p, d) => p - padding[d]!)
  return [padZeros(x, padding, behind), total.map(() => 0)]
}

/** Zeros around the spatial dimensions, recorded. */
function padZeros(x: Tensor, before: readonly number[], behind: readonly number[]): Tensor {
  const spatial = x.shape.slice(2)
  const out = surrounded(
    x,
    before,
    spatial.map((s, d) => s + before[d]! + behind[d]!),
    0,
  )
  const shape = x.shape
  return record('PadBackward0', out, [x], null, (g) => crop(g, before, shape))
}

function crop(g: Tensor, before: readonly number[], shape: Shape): Tensor {
  let offset = g.offset
  before.forEach((n, d) => {
    offset += n * g.strides[2 + d]!
  })
  const out = allocate(g.storage, g.dtype, shape)
  g.storage.device.primitives.copy(bareWindow(g, shape, g.strides, offset), out)
  const behind = shape.slice(2).map((s, d) => g.shape[2 + d]! - s - before[d]!)
  return record('CropBackward0', out, [g], null, (h) => padZeros(h, before, behind))
}

function conv(name: string, n: number, input: Tensor, weight: Tensor, args: readonly unknown[]): Tensor {
  checkTensor(name, 'input', input)
  checkTensor(name, 'weight', weight)
  const o = bindOptions<ConvOptions>(name, convNames, args)
  if (weight.ndim !== n + 2) {
    throw new RuntimeError(
      `expected weight of ${n + 2} dimensions for ${name}, but got weight of size ${formatShape(weight.shape)}`,
    )
  }
  const stride = perDim(name, 'stride', o.stride ?? 1, n)
  const dilation = perDim(name, 'dilation', o.dilation ?? 1, n)
  let [x, isBatched] = withBatch(name, input, n)
  const kernel = weight.shape.slice(2)
  let padding: readonly number[]
  if (o.padding === 'same') [x, padding] = samePadding(x, kernel, stride, dilation)
  else if (o.padding === 'valid') padding = kernel.map(() => 0)
  else if (typeof o.padding === 'string')
    throw new RuntimeError(`Invalid padding string: '${o.padding as string}', expected 'valid' or 'same'`)
  else padding = perDim(name, 'padding', o.padding ?? 0, n)
  const geometry: ConvGeometry = { stride, padding, dilation, groups: o.groups ?? 1 }
  const bias = o.bias ?? null
  checkConv(x, weight, bias, geometry, false)
  const out = forward(x, weight, bias, geometry)
  return isBatched ? out : squeeze(out, 0)
}

type OptionOr<T> = T | ConvOptions

/** Convolution over one dimension, see {@link conv2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv1d.html */
export function conv1d(
  input: Tensor,
  weight: Tensor,
  bias?: OptionOr<Tensor | null>,
  stride?: OptionOr<Sizes>,
  padding?: OptionOr<Sizes | 'valid' | 'same'>,
  dilation?: OptionOr<Sizes>,
  groups?: OptionOr<number>,
): Tensor {
  return conv('conv1d', 1, input, weight, [bias ?? undefined, stride, padding, dilation, groups])
}

/**
 * Convolution (cross-correlation) over two dimensions.
 *
 * @param input - shape [N, C, H, W] or [C, H, W]
 * @param weight - shape [O, C / groups, kH, kW]
 * @returns shape [N, O, H', W'] with H' = floor((H + 2 * padding - dilation * (kH - 1) - 1) / stride) + 1
 * @throws RuntimeError if channels or sizes do not fit
 * @example
 * ```ts
 * conv2d(randn([1, 3, 8, 8]), randn([4, 3, 3, 3]), { padding: 1 }) // shape [1, 4, 8, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias?: OptionOr<Tensor | null>,
  stride?: OptionOr<Sizes>,
  padding?: OptionOr<Sizes | 'valid' | 'same'>,
  dilation?: OptionOr<Sizes>,
  groups?: OptionOr<number>,
): Tensor {
  return conv('conv2d', 2, input, weight, [bias ?? undefined, stride, padding, dilation, groups])
}

/** Convolution over three dimensions, see {@link conv2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv3d.html */
export function conv3d(
  input: Tensor,
  weight: Tensor,
  bias?: OptionOr<Tensor | null>,
  stride?: OptionOr<Sizes>,
  padding?: OptionOr<Sizes | 'valid' | 'same'>,
  dilation?: OptionOr<Sizes>,
  groups?: OptionOr<number>,
): Tensor {
  return conv('conv3d', 3, input, weight, [bias ?? undefined, stride, padding, dilation, groups])
}

/** Options of the transposed convolutions. */
export interface ConvTransposeOptions {
  bias?: Tensor | null
  stride?: Sizes
  padding?: Sizes
  /** Added to one side of the output. */
  outputPadding?: Sizes
  groups?: number
  dilation?: Sizes
}
const transposeNames = ['bias', 'stride', 'padding', 'outputPadding', 'groups', 'dilation'] as const

function convTranspose(name: string, n: number, input: Tensor, weight: Tensor, args: readonly unknown[]): Tensor {
  checkTensor(name, 'input', input)
  checkTensor(name, 'weight', weight)
  const o = bindOptions<ConvTransposeOptions>(name, transposeNames, args)
  const stride = perDim(name, 'stride', o.stride ?? 1, n)
  const padding = perDim(name, 'padding', o.padding ?? 0, n)
  const dilation = perDim(name, 'dilation', o.dilation ?? 1, n)
  const extra = perDim(name, 'outputPadding', o.outputPadding ?? 0, n)
  extra.forEach((p, d) => {
    if (p >= stride[d]! && p >= dilation[d]!) {
      throw new RuntimeError(
        `output padding must be smaller than either stride or dilation, but got output_padding: ${p} stride: ${stride[d]} dilation: ${dilation[d]}`,
      )
    }
  })
  const [x, isBatched] = withBatch(name, input, n)
  const groups = o.groups ?? 1
  const geometry: ConvGeometry = { stride, padding, dilation, groups }
  const bias = o.bias ?? null
  checkConv(x, weight, bias, geometry, true)
  const kernel = weight.shape.slice(2)
  const spatial = kernel.map(
    (k, d) => (x.shape[2 + d]! - 1) * stride[d]! - 2 * padding[d]! + dilation[d]! * (k - 1) + extra[d]! + 1,
  )
  if (spatial.some((s) => s < 0))
    throw new RuntimeError(
      `Given input size per channel: (${x.shape.slice(2).join(' x ')}). Calculated output size per channel: (${spatial.join(' x ')}). Output size is too small`,
    )
  let out = inputGrad(x, weight, [x.shape[0]!, weight.shape[1]! * groups, ...spatial], geometry)
  if (bias !== null) out = add(out, reshape(bias, [-1, ...kernel.map(() => 1)]))
  return isBatched ? out : squeeze(out, 0)
}

type TransposeOr<T> = T | ConvTransposeOptions

/** Transposed convolution over one dimension. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose1d.html */
export function convTranspose1d(
  input: Tensor,
  weight: Tensor,
  bias?: TransposeOr<Tensor | null>,
  stride?: TransposeOr<Sizes>,
  padding?: TransposeOr<Sizes>,
  outputPadding?: TransposeOr<Sizes>,
  groups?: TransposeOr<number>,
  dilation?: TransposeOr<Sizes>,
): Tensor {
  return convTranspose('convTranspose1d', 1, input, weight, [
    bias ?? undefined,
    stride,
    padding,
    outputPadding,
    groups,
    dilation,
  ])
}

/**
 * Transposed convolution over two dimensions: the gradient of {@link conv2d} with respect to its input.
 *
 * @param input - shape [N, C, H, W] or [C, H, W]
 * @param weight - shape [C, O / groups, kH, kW]
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose2d.html
 */
export function convTranspose2d(
  input: Tensor,
  weight: Tensor,
  bias?: TransposeOr<Tensor | null>,
  stride?: TransposeOr<Sizes>,
  padding?: TransposeOr<Sizes>,
  outputPadding?: TransposeOr<Sizes>,
  groups?: TransposeOr<number>,
  dilation?: TransposeOr<Sizes>,
): Tensor {
  return convTranspose('convTranspose2d', 2, input, weight, [
    bias ?? undefined,
    stride,
    padding,
    outputPadding,
    groups,
    dilation,
  ])
}

/** Transposed convolution over three dimensions. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose3d.html */
export function convTranspose3d(
  input: Tensor,
  weight: Tensor,
  bias?: TransposeOr<Tensor | null>,
  stride?: TransposeOr<Sizes>,
  padding?: TransposeOr<Sizes>,
  outputPadding?: TransposeOr<Sizes>,
  groups?: TransposeOr<number>,
  dilation?: TransposeOr<Sizes>,
): Tensor {
  return convTranspose('convTranspose3d', 3, input, weight, [
    bias ?? undefined,
    stride,
    padding,
    outputPadding,
    groups,
    dilation,
  ])
}
