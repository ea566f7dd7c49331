/** Max pooling with indices, sums of windows for average pooling, and their gradients, over one or two dimensions. */
import {
  allocate,
  float32,
  int64,
  isContiguous,
  maxPoolGradOp,
  maxPoolOp,
  type Override,
  override,
  type Shape,
  sumPoolGradOp,
  sumPoolOp,
  type Tensor,
  type Window,
} from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'

/** Planes and how windows lie on them, as cc/pool2d.def takes them. */
type Geometry = readonly [
  planes: number,
  height: number,
  width: number,
  outHeight: number,
  outWidth: number,
  kernelHeight: number,
  kernelWidth: number,
  strideHeight: number,
  strideWidth: number,
  padHeight: number,
  padWidth: number,
  dilationHeight: number,
  dilationWidth: number,
]

/** Rows and columns of one of a window's sizes; one dimension is a plane of one row. */
function pair(sizes: readonly number[], missing: number): readonly [number, number] {
  return sizes.length === 1 ? [missing, sizes[0]!] : [sizes[0]!, sizes[1]!]
}

function geometryOf(shape: Shape, outputs: readonly number[], window: Window): Geometry {
  const n = outputs.length
  let planes = 1
  for (let d = 0; d < shape.length - n; d++) planes *= shape[d]!
  return [
    planes,
    ...pair(shape.slice(shape.length - n), 1),
    ...pair(outputs, 1),
    ...pair(window.kernel, 1),
    ...pair(window.stride, 1),
    ...pair(window.padding, 0),
    ...pair(window.dilation, 1),
  ]
}

/** `x` with its elements one after the other. */
function inOrder(x: Tensor): Tensor {
  if (isContiguous(x.shape, x.strides)) return x
  const out = allocate(x.storage, x.dtype, x.shape)
  x.storage.device.primitives.copy(x, out)
  return out
}

export function poolOverrides(set: KernelSet): Override[] {
  const { kernels } = set

  function takes(x: Tensor, dimensions: number, elements: number): boolean {
    return x.dtype === float32 && dimensions <= 2 && elements > 0 && set.worth(elements)
  }

  function maxPool(x: Tensor, outputs: readonly number[], window: Window): readonly [Tensor, Tensor] | undefined {
    if (!takes(x, outputs.length, x.count)) return undefined
    const shape = [...x.shape.slice(0, x.ndim - outputs.length), ...outputs]
    const geometry = geometryOf(x.shape, outputs, window)
    const [, height, width, outHeight, outWidth, , kernel, , stride, , pad, , dilation] = geometry
    const from = inOrder(x)
    const values = allocate(x.storage, float32, shape)
    const indices = allocate(x.storage, int64, shape)
    const bytes = kernels.maxPool2dWorkspace(height, width, outHeight, outWidth, kernel, stride, pad, dilation)
    set.begin()
    const [xAt, valuesAt, indicesAt] = [set.input(from), set.output(values), set.output(indices)]
    kernels.maxPool2d(valuesAt, indicesAt, xAt, set.workspace(bytes), ...geometry)
    set.end()
    return [values, indices]
  }

  function maxPoolGrad(g: Tensor, indices: Tensor, shape: Shape, n: number): Tensor | undefined {
    const out = outOf(g, shape, n)
    if (out === undefined) return undefined
    const [gradient, places] = [inOrder(g), inOrder(indices)]
    const [height, width] = pair(shape.slice(shape.length - n), 1)
    const [outHeight, outWidth] = pair(g.shape.slice(g.ndim - n), 1)
    const planes = out.count / (height * width)
    set.begin()
    const [outAt, gAt, indicesAt] = [set.output(out), set.input(gradient), set.input(places)]
    kernels.maxPool2dGrad(outAt, gAt, indicesAt, planes, height, width, outHeight, outWidth)
    set.end()
    return out
  }

  /** Where a gradient of that shape goes, if the kernels take it. */
  function outOf(g: Tensor, shape: Shape, n: number): Tensor | undefined {
    const count = shape.reduce((a, b) => a * b, 1)
    return takes(g, n, count) ? allocate(g.storage, float32, shape) : undefined
  }

  function sumBytes([, height, width, outHeight, outWidth, , kernel, , stride, , pad, , dilation]: Geometry): number {
    return kernels.sumPool2dWorkspace(height, width, outHeight, outWidth, kernel, stride, pad, dilation)
  }

  function sumPool(x: Tensor, outputs: readonly number[], window: Window): Tensor | undefined {
    if (!takes(x, outputs.length, x.count)) return undefined
    const geometry = geometryOf(x.shape, outputs, window)
    const from = inOrder(x)
    const out = allocate(x.storage, float32, [...x.shape.slice(0, x.ndim - outputs.length), ...outputs])
    const bytes = sumBytes(geometry)
    set.begin()
    const [xAt, outAt] = [set.input(from), set.output(out)]
    kernels.sumPool2d(outAt, xAt, set.workspace(bytes), ...geometry)
    set.end()
    return out
  }

  function sumPoolGrad(g: Tensor, shape: Shape, window: Window): Tensor | undefined {
    const n = window.kernel.length
    const out = outOf(g, shape, n)
    if (out === undefined) return undefined
    const geometry = geometryOf(shape, g.shape.slice(g.ndim - n), window)
    const gradient = inOrder(g)
    const bytes = sumBytes(geometry)
    set.begin()
    const [gAt, outAt] = [set.input(gradient), set.output(out)]
    kernels.sumPool2dGrad(outAt, gAt, set.workspace(bytes), ...geometry)
    set.end()
    return out
  }

  return [
    override(maxPoolOp, maxPool),
    override(maxPoolGradOp, maxPoolGrad),
    override(sumPoolOp, sumPool),
    override(sumPoolGradOp, sumPoolGrad),
  ]
}
