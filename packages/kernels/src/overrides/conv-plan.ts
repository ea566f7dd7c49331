/** How a convolution is done: directly or by Winograd's tiles, chosen by what the kernels say of their time. */
import type { Kernels } from '../generated/kernels.js'
import { getNumThreads } from '../runtime/threads.js'

/** Sizes of a 2-d convolution, in the order of cc/conv.def. */
export type ConvShape = readonly [
  images: number,
  channels: number,
  height: number,
  width: number,
  outChannels: number,
  outHeight: number,
  outWidth: number,
  kernelHeight: number,
  kernelWidth: number,
  strideY: number,
  strideX: number,
  paddingY: number,
  paddingX: number,
  dilationY: number,
  dilationX: number,
  groups: number,
]

/** What is computed: the convolution, the gradient of its input, or that of its weight. */
export const Pass = { forward: 0, inputGrad: 1, weightGrad: 2 } as const
export type PassCode = (typeof Pass)[keyof typeof Pass]

/** One way to do it. */
export interface Way {
  /** Winograd's tile as cc/winograd.def names it; 0 for the direct kernels. */
  readonly tile: number
  /** Bytes of scratch memory. */
  readonly workspace: number
  /** Floats of the weight in a layout of this way's own; 0 if it is read as it lies. */
  readonly packed: number
}

/** How to do a pass: with a weight that comes as it is, and with one that was laid out before. */
export interface ConvPlan {
  readonly shape: ConvShape
  readonly pass: PassCode
  readonly fresh: Way
  readonly kept: Way
}

/** Sizes as Winograd's kernels take them. */
export type TileSizes = readonly [
  batch: number,
  channels: number,
  outChannels: number,
  height: number,
  width: number,
  pad: number,
]

export function tileSizes(shape: ConvShape): TileSizes {
  return [shape[0], shape[1], shape[4], shape[2], shape[3], shape[11]]
}

/** Below, Winograd's transforms cost more than the products that they save. */
const FEWEST_CHANNELS = 4
/** Microseconds. Tiles of six points round ten times as much; where there is little to gain that is not worth it. */
const WORTH_TILES = 10

/** Winograd's tiles by the size of the kernel: with how much padding at most. */
const TILES: Readonly<Record<number, { readonly tiles: readonly number[]; readonly padding: number }>> = {
  3: { tiles: [4, 2], padding: 2 },
  5: { tiles: [25], padding: 4 },
}

/** The tiles that a convolution can be done by: steps of one, the same padding on all sides. */
function tilesFor(shape: ConvShape): readonly number[] {
  const [, , , , , , , kernelHeight, kernelWidth, strideY, strideX, paddingY, paddingX, dilationY, dilationX, groups] =
    shape
  const known = TILES[kernelHeight]
  const plain = strideY === 1 && strideX === 1 && dilationY === 1 && dilationX === 1 && groups === 1
  const square = kernelWidth === kernelHeight && paddingX === paddingY
  if (known === undefined || !plain || !square || paddingY > known.padding || shape[1] < FEWEST_CHANNELS) return []
  // beyond 2 million weights their points would take hundreds of megabytes
  return shape[1] * shape[4] <= 2e6 ? known.tiles : []
}

function wayOf(kernels: Kernels, pass: PassCode, shape: ConvShape, kept: boolean): Way {
  const ready = kept ? 1 : 0
  const tiles = tilesFor(shape)
  if (tiles.length > 0) {
    const sizes = tileSizes(shape)
    const costs = tiles.map((tile) => kernels.winogradCost(pass, tile, ...sizes, ready))
    const least = Math.min(...costs)
    const direct = kernels.convCost(pass, ready, ...shape)
    if (least < direct && direct > WORTH_TILES) {
      const tile = tiles[costs.indexOf(least)]!
      const workspace = kernels.winogradWorkspace(pass, tile, ...sizes, ready)
      const packed = pass === Pass.weightGrad ? 0 : kernels.winogradWeightBytes(pass, tile, shape[1], shape[4]) / 4
      return { tile, workspace, packed }
    }
  }
  if (pass === Pass.weightGrad) return { tile: 0, workspace: kernels.convWeightGradWorkspace(...shape), packed: 0 }
  const packed = kernels.convPackedSize(pass, ...shape)
  const bytes = pass === Pass.forward ? kernels.convForwardWorkspace : kernels.convInputGradWorkspace
  return { tile: 0, workspace: bytes(kept && packed > 0 ? 1 : 0, ...shape), packed }
}

/** Plans are few: as many as a program has layers, and sizes of batches. */
const MOST = 1024

function same(a: ConvShape, b: ConvShape): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** The plans of one kernel set; each shape is thought about once. */
export function convPlans(kernels: Kernels): (pass: PassCode, shape: ConvShape) => ConvPlan {
  const plans = new Map<number, ConvPlan>()
  let threads = 0
  return (pass, shape) => {
    // scratch memory depends on the number of threads
    if (threads !== getNumThreads() || plans.size > MOST) {
      threads = getNumThreads()
      plans.clear()
    }
    let hash: number = pass
    for (let i = 0; i < shape.length; i++) hash = (Math.imul(hash, 31) + shape[i]!) | 0
    const known = plans.get(hash)
    if (known !== undefined && known.pass === pass && same(known.shape, shape)) return known
    const fresh = wayOf(kernels, pass, shape, false)
    const kept = pass === Pass.weightGrad ? fresh : wayOf(kernels, pass, shape, true)
    const plan = { shape, pass, fresh, kept }
    plans.set(hash, plan)
    return plan
  }
}
