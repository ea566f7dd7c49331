import { ValueError } from '@tsorch/core'
import { makeDivisible, roundHalfEven } from '../layers/widths.js'

/** The numbers that a RegNet is designed by: widths of blocks grow on a line, and are quantised. */
export interface RegNetDesign {
  /** Number of blocks. */
  readonly depth: number
  /** Width of the first. */
  readonly w0: number
  /** By how much width grows from block to block. */
  readonly wa: number
  /** By which factor the width grows from stage to stage. */
  readonly wm: number
  /** Channels of each group of the 3x3 convolutions. */
  readonly groupWidth: number
  /** Width of the bottlenecks, in that of the block; 1 if not given. */
  readonly bottleneckMultiplier?: number
  /** Channels of squeeze and excitation, in those of the block's input; none if not given. */
  readonly seRatio?: number
}

/** A stage of a RegNet. */
export interface RegNetStage {
  readonly width: number
  readonly depth: number
  readonly groupWidth: number
}

/**
 * The stages that a design comes to.
 *
 * @throws ValueError for a design out of range
 */
export function stagesOf({ depth, w0, wa, wm, groupWidth, bottleneckMultiplier = 1 }: RegNetDesign): RegNetStage[] {
  if (wa < 0 || w0 <= 0 || wm <= 1 || w0 % 8 !== 0) throw new ValueError('Invalid RegNet settings')
  const blocks = new Map<number, number>()
  for (let i = 0; i < depth; i++) {
    const stage = roundHalfEven(Math.log((i * wa + w0) / w0) / Math.log(wm))
    const width = roundHalfEven((w0 * wm ** stage) / 8) * 8
    blocks.set(width, (blocks.get(width) ?? 0) + 1)
  }
  return [...blocks].map(([width, count]) => {
    // widths fit whole groups
    const bottleneck = Math.trunc(width * bottleneckMultiplier)
    const group = Math.min(groupWidth, bottleneck)
    return {
      width: Math.trunc(makeDivisible(bottleneck, group) / bottleneckMultiplier),
      depth: count,
      groupWidth: group,
    }
  })
}
