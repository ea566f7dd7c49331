/** Channels and positions exchanged, and channels mixed. */
import { RuntimeError } from '../errors.js'
import { TypeError_ } from '../options.js'
import { formatShape, type Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { clone } from './cast.js'
import { checkTensor } from './promote.js'
import { permute, reshape } from './view.js'

function checkFactor(name: string, argument: string, x: Tensor, factor: number): void {
  checkTensor(name, 'input', x)
  if (!Number.isInteger(factor)) throw TypeError_(`${name}(): argument '${argument}' must be an integer, not`, factor)
}

function checkRank(name: string, x: Tensor): void {
  if (x.ndim < 3)
    throw new RuntimeError(
      `${name} expects input to have at least 3 dimensions, but got input with ${x.ndim} dimension(s)`,
    )
}

/** A copy with the dimensions in another order, never the memory of `x`. */
function reordered(x: Tensor, order: readonly number[], shape: Shape): Tensor {
  return reshape(clone(permute(x, order), { memoryFormat: 'contiguous_format' }), shape)
}

/**
 * Moves each group of `upscaleFactor`^2 channels into the positions of a plane that is as many times larger.
 *
 * @param x - shape [..., C * r^2, H, W], any dtype
 * @param upscaleFactor - r
 * @returns shape [..., C, H * r, W * r]
 * @throws RuntimeError if the number of channels is not a multiple of r^2
 * @example
 * ```ts
 * pixelShuffle(randn([1, 9, 4, 4]), 3) // shape [1, 1, 12, 12]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pixel_shuffle.html
 * @see https://arxiv.org/abs/1609.05158
 */
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  checkFactor('pixelShuffle', 'upscaleFactor', x, upscaleFactor)
  checkRank('pixel_shuffle', x)
  const r = upscaleFactor
  if (r <= 0) throw new RuntimeError(`pixel_shuffle expects a positive upscale_factor, but got ${r}`)
  const lead = x.shape.slice(0, -3)
  const [channels, height, width] = x.shape.slice(-3) as [number, number, number]
  if (channels % (r * r) !== 0) {
    throw new RuntimeError(
      `pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=${channels} is not divisible by ${r * r}`,
    )
  }
  const planes = channels / (r * r)
  const n = lead.length
  const parts = reshape(x, [...lead, planes, r, r, height, width])
  // [planes, r, r, H, W] -> [planes, H, r, W, r]
  const order = [...lead.keys(), n, n + 3, n + 1, n + 4, n + 2]
  return reordered(parts, order, [...lead, planes, height * r, width * r])
}

/**
 * The opposite of {@link pixelShuffle}: moves blocks of positions into channels.
 *
 * @param x - shape [..., C, H * r, W * r], any dtype
 * @param downscaleFactor - r
 * @returns shape [..., C * r^2, H, W]
 * @throws RuntimeError if height or width is not a multiple of r
 * @example
 * ```ts
 * pixelUnshuffle(randn([1, 1, 12, 12]), 3) // shape [1, 9, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pixel_unshuffle.html
 */
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  checkFactor('pixelUnshuffle', 'downscaleFactor', x, downscaleFactor)
  checkRank('pixel_unshuffle', x)
  const r = downscaleFactor
  if (r <= 0) throw new RuntimeError(`pixel_unshuffle expects a positive downscale_factor, but got ${r}`)
  const lead = x.shape.slice(0, -3)
  const [channels, height, width] = x.shape.slice(-3) as [number, number, number]
  if (height % r !== 0) {
    throw new RuntimeError(
      `pixel_unshuffle expects height to be divisible by downscale_factor, but input.size(-2)=${height} is not divisible by ${r}`,
    )
  }
  if (width % r !== 0) {
    throw new RuntimeError(
      `pixel_unshuffle expects width to be divisible by downscale_factor, but input.size(-1)=${width} is not divisible by ${r}`,
    )
  }
  const n = lead.length
  const parts = reshape(x, [...lead, channels, height / r, r, width / r, r])
  // [C, H, r, W, r] -> [C, r, r, H, W]
  const order = [...lead.keys(), n, n + 2, n + 4, n + 1, n + 3]
  return reordered(parts, order, [...lead, channels * r * r, height / r, width / r])
}

/**
 * Deals the channels out anew: the first of each group, then the second of each, and so on.
 *
 * @param x - shape [N, C, ...] with at least three dimensions, any dtype
 * @param groups - number of groups that the channels consist of
 * @throws RuntimeError if `groups` does not divide the channels
 * @example
 * ```ts
 * channelShuffle(arange(4).reshape([1, 4, 1]), 2).flatten() // tensor([0, 2, 1, 3])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ChannelShuffle.html
 * @see https://arxiv.org/abs/1707.01083
 */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  checkFactor('channelShuffle', 'groups', x, groups)
  if (x.ndim < 3)
    throw new RuntimeError(
      `channel_shuffle expects input with > 2 dims, but got input with sizes ${formatShape(x.shape)}`,
    )
  if (groups <= 0)
    throw new RuntimeError(`Number of groups to divide channels in must be positive. Value of groups:${groups}`)
  const [batch, channels, ...rest] = x.shape as [number, number, ...number[]]
  if (channels % groups !== 0)
    throw new RuntimeError(
      `Number of channels must be divisible by groups. Got ${channels} channels and ${groups} groups.`,
    )
  const parts = reshape(x, [batch, groups, channels / groups, ...rest])
  return reordered(parts, [0, 2, 1, ...rest.map((_, d) => 3 + d)], x.shape)
}
