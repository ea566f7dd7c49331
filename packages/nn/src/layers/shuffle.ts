/** Channels and positions exchanged, and channels mixed. */
import { channelShuffle, pixelShuffle, pixelUnshuffle, type Tensor } from '@tsorch/core'
import { Layer } from '../module/module.js'

/**
 * Moves channels into positions: [..., C * r^2, H, W] becomes [..., C, H * r, W * r], for an upscale factor r.
 *
 * @example
 * ```ts
 * new PixelShuffle(3)(randn([1, 9, 4, 4])) // shape [1, 1, 12, 12]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PixelShuffle.html
 */
export class PixelShuffle extends Layer {
  upscaleFactor: number

  constructor(upscaleFactor: number) {
    super()
    this.upscaleFactor = upscaleFactor
  }

  override forward(input: Tensor): Tensor {
    return pixelShuffle(input, this.upscaleFactor)
  }

  override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`
  }
}

/** Moves positions into channels: [..., C, H * r, W * r] becomes [..., C * r^2, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.PixelUnshuffle.html */
export class PixelUnshuffle extends Layer {
  downscaleFactor: number

  constructor(downscaleFactor: number) {
    super()
    this.downscaleFactor = downscaleFactor
  }

  override forward(input: Tensor): Tensor {
    return pixelUnshuffle(input, this.downscaleFactor)
  }

  override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`
  }
}

/** Deals the channels of [N, C, ...] out anew, one of each group in turn. @see https://pytorch.org/docs/stable/generated/torch.nn.ChannelShuffle.html */
export class ChannelShuffle extends Layer {
  groups: number

  constructor(groups: number) {
    super()
    this.groups = groups
  }

  override forward(input: Tensor): Tensor {
    return channelShuffle(input, this.groups)
  }

  override extraRepr(): string {
    return `groups=${this.groups}`
  }
}
