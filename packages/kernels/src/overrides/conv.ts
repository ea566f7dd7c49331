/** Convolution in one and two dimensions, and its two gradients. */
import {
  allocate,
  type ConvGeometry,
  convolutionInputGradOp,
  convolutionOp,
  convolutionWeightGradOp,
  float32,
  isContiguous,
  type Op,
  type OpArgs,
  type Override,
  override,
  positionsAlong,
  referenceOverrides,
  type Shape,
  type Tensor,
} from '@tsorch/core/backend'
import type { Pointer } from '../generated/kernels.js'
import type { KernelSet } from '../kernel-set.js'
import { spanOf } from '../primitives/matmul.js'
import { type ConvShape, convPlans, Pass, tileSizes } from './conv-plan.js'
import { packedWeights } from './conv-weights.js'

/** Beyond, elements of an image cannot be told apart by 32 bits of bytes. */
const MOST = 2 ** 29 - 1

/** `x` with its elements in order. */
function inOrder(x: Tensor): Tensor {
  return isContiguous(x.shape, x.strides) ? x : copied(x)
}

function copied(x: Tensor): Tensor {
  const out = allocate(x.storage, x.dtype, x.shape)
  x.storage.device.primitives.copy(x, out)
  return out
}

/** Elements from an image to the next where each image lies together, as in a part of the channels; else -1. */
function imageStep(x: Tensor): number {
  const { shape, strides, count } = x
  if (!isContiguous(shape.slice(1), strides.slice(1))) return -1
  const images = shape[0]!
  if (images <= 1) return count
  return images * strides[0]! <= MOST ? strides[0]! : -1
}

/** `x` with images that lie together. */
function byImages(x: Tensor): Tensor {
  return imageStep(x) < 0 ? copied(x) : x
}

/** Sizes along the last two dimensions; one dimension is a row. */
function pair(sizes: readonly number[], one: number): [number, number] {
  return sizes.length === 1 ? [one, sizes[0]!] : [sizes[0]!, sizes[1]!]
}

/** The sizes of a convolution of one or two dimensions by the shapes of its operands. */
function shapeOf(x: Shape, weight: Shape, out: Shape, geometry: ConvGeometry): ConvShape {
  const { stride, padding, dilation, groups } = geometry
  return [
    x[0]!,
    x[1]!,
    ...pair(x.slice(2), 1),
    weight[0]!,
    ...pair(out.slice(2), 1),
    ...pair(weight.slice(2), 1),
    ...pair(stride, 1),
    ...pair(padding, 0),
    ...pair(dilation, 1),
    groups,
  ]
}

/** What the plain set answers, or else the definition. */
function plainly<A extends OpArgs, R>(op: Op<A, R>): (...args: A) => R {
  const known = referenceOverrides.find((o) => o.op.id === op.id)?.kernel as ((...args: A) => R | undefined) | undefined
  return (...args) => known?.(...args) ?? op.composite(...args)
}

export function convOverrides(set: KernelSet): Override[] {
  const { kernels } = set
  const planFor = convPlans(kernels)
  const packedFor = packedWeights(set)
  const plain = {
    forward: plainly(convolutionOp),
    inputGrad: plainly(convolutionInputGradOp),
    weightGrad: plainly(convolutionWeightGradOp),
  }

  /** Whether a convolution with these operands is one for the kernels. */
  function takes(a: Tensor, b: Tensor, x: Shape, shape: ConvShape): boolean {
    if (a.dtype !== float32 || b.dtype !== float32 || x.length < 3 || x.length > 4) return false
    const [
      images,
      channels,
      height,
      width,
      outChannels,
      outHeight,
      outWidth,
      kernelHeight,
      kernelWidth,
      ,
      ,
      ,
      ,
      ,
      ,
      groups,
    ] = shape
    const inputs = (channels / groups) * kernelHeight * kernelWidth
    const sums = images * outChannels * outHeight * outWidth
    const image = Math.max(channels * height * width, outChannels * outHeight * outWidth)
    return sums * inputs > 0 && image <= MOST && outChannels * inputs <= MOST && set.worth((sums * inputs) / 4)
  }

  function convolution(x: Tensor, weight: Tensor, bias: Tensor | null, geometry: ConvGeometry): Tensor {
    const { stride, padding, dilation } = geometry
    const kernel = weight.shape.slice(2)
    const outputs = kernel.map((_, d) => positionsAlong(x.shape[2 + d]!, { kernel, stride, padding, dilation }, d))
    const outShape = [x.shape[0]!, weight.shape[0]!, ...outputs]
    const shape = shapeOf(x.shape, weight.shape, outShape, geometry)
    if (!takes(x, weight, x.shape, shape)) return plain.forward(x, weight, bias, geometry)
    const out = allocate(x.storage, float32, outShape)
    const [from, w] = [byImages(x), inOrder(weight)]
    const added = bias === null ? null : inOrder(bias)
    const plan = planFor(Pass.forward, shape)
    const packed = packedFor(plan, w)
    const { tile, workspace } = packed === null ? plan.fresh : plan.kept
    set.begin()
    const [xAt, wAt, outAt] = [set.input(spanOf(from)), set.input(w), set.output(out)]
    const ready: Pointer = packed === null ? 0 : set.input(packed)
    const biasAt: Pointer = added === null ? 0 : set.input(added)
    const scratch = set.workspace(workspace)
    const xImage = imageStep(from)
    if (tile === 0) kernels.convForward(xAt, xImage, wAt, ready, biasAt, outAt, scratch, ...shape)
    else {
      const sizes = tileSizes(shape)
      kernels.winogradForward(outAt, imageStep(out), xAt, xImage, wAt, ready, biasAt, scratch, tile, ...sizes)
    }
    set.end()
    return out
  }

  function inputGrad(g: Tensor, weight: Tensor, xShape: Shape, geometry: ConvGeometry): Tensor {
    const shape = shapeOf(xShape, weight.shape, g.shape, geometry)
    if (!takes(g, weight, xShape, shape)) return plain.inputGrad(g, weight, xShape, geometry)
    const out = allocate(g.storage, float32, xShape)
    const [from, w] = [byImages(g), inOrder(weight)]
    const plan = planFor(Pass.inputGrad, shape)
    const packed = packedFor(plan, w)
    const { tile, workspace } = packed === null ? plan.fresh : plan.kept
    set.begin()
    const [gAt, wAt, outAt] = [set.input(spanOf(from)), set.input(w), set.output(out)]
    const ready: Pointer = packed === null ? 0 : set.input(packed)
    const scratch = set.workspace(workspace)
    const gImage = imageStep(from)
    if (tile === 0) kernels.convInputGrad(gAt, gImage, wAt, ready, outAt, scratch, ...shape)
    else kernels.winogradInputGrad(outAt, imageStep(out), gAt, gImage, wAt, ready, scratch, tile, ...tileSizes(shape))
    set.end()
    return out
  }

  function weightGrad(g: Tensor, x: Tensor, wShape: Shape, geometry: ConvGeometry): Tensor {
    const shape = shapeOf(x.shape, wShape, g.shape, geometry)
    if (!takes(g, x, x.shape, shape)) return plain.weightGrad(g, x, wShape, geometry)
    const out = allocate(g.storage, float32, wShape)
    const [gradient, from] = [byImages(g), byImages(x)]
    const { tile, workspace } = planFor(Pass.weightGrad, shape).fresh
    set.begin()
    const [gAt, xAt, outAt] = [set.input(spanOf(gradient)), set.input(spanOf(from)), set.output(out)]
    const scratch = set.workspace(workspace)
    const [gImage, xImage] = [imageStep(gradient), imageStep(from)]
    if (tile === 0) kernels.convWeightGrad(gAt, gImage, xAt, xImage, outAt, scratch, ...shape)
    else kernels.winogradWeightGrad(outAt, gAt, gImage, xAt, xImage, scratch, tile, ...tileSizes(shape))
    set.end()
    return out
  }

  return [
    override(convolutionOp, convolution),
    override(convolutionInputGradOp, inputGrad),
    override(convolutionWeightGradOp, weightGrad),
  ]
}
