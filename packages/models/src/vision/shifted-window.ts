/** Attention within windows of an image, as Swin transformers have it. */
import { constantPadNd, roll, softmax, type Tensor, zeros } from '@tsorch/core'
import { functional as F } from '@tsorch/nn'

/** Height and width. */
export type Pair = readonly [height: number, width: number]

/** What {@link shiftedWindowAttention} computes with. */
export interface WindowAttention {
  readonly qkvWeight: Tensor
  readonly qkvBias: Tensor | null
  readonly projWeight: Tensor
  readonly projBias: Tensor | null
  /** Added to the attention of each pair of positions, shape [1, heads, positions, positions]. */
  readonly relativePositionBias: Tensor
  readonly windowSize: Pair
  readonly shiftSize: Pair
  readonly numHeads: number
  readonly attentionDropout: number
  readonly dropout: number
  /** Of version 2: attention by the cosine, scaled by so much for each head (its logarithm, [heads, 1, 1]). */
  readonly logitScale: Tensor | null
  readonly training: boolean
}

/** [B, H, W, C] in windows: [B * windows, positions, C]. */
function partition(x: Tensor, [h, w]: Pair): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const tiled = x.view(batch, height / h, h, width / w, w, channels).permute(0, 1, 3, 2, 4, 5)
  return tiled.reshape((batch * height * width) / (h * w), h * w, channels)
}

/** Windows put together to [B, H, W, C] again. */
function assemble(x: Tensor, [h, w]: Pair, height: number, width: number): Tensor {
  const channels = x.size(2)
  const tiled = x.view(-1, height / h, width / w, h, w, channels).permute(0, 1, 3, 2, 4, 5)
  return tiled.reshape(-1, height, width, channels)
}

/** -100 for pairs of positions that only the shift made neighbours, else 0: [windows, positions, positions]. */
function shiftMask(like: Tensor, height: number, width: number, window: Pair, shift: Pair): Tensor {
  const bands = (size: number, windowSize: number, shiftSize: number): readonly [number, number][] => [
    [0, size - windowSize],
    [size - windowSize, size - shiftSize],
    // Python's x[-0:] is the whole
    shiftSize === 0 ? [0, size] : [size - shiftSize, size],
  ]
  const regions = zeros([height, width], { dtype: like.dtype, device: like.device })
  let region = 0
  for (const [top, bottom] of bands(height, window[0], shift[0]))
    for (const [left, right] of bands(width, window[1], shift[1])) {
      if (bottom > top && right > left)
        regions
          .narrow(0, top, bottom - top)
          .narrow(1, left, right - left)
          .fill_(region)
      region++
    }
  const windows = partition(regions.view(1, height, width, 1), window).squeeze(2)
  const distance = windows.unsqueeze(1).sub(windows.unsqueeze(2))
  return distance.maskedFill(distance.ne(0), -100)
}

/** Unit vectors along the last dimension. */
function normalized(x: Tensor): Tensor {
  return x.div(x.norm(2, -1, true).clampMin(1e-12))
}

/**
 * Multi-head attention within windows, which lie shifted by `shiftSize`; the image is padded to whole windows.
 *
 * @param input - shape [B, H, W, C]
 * @returns the same shape
 */
export function shiftedWindowAttention(input: Tensor, a: WindowAttention): Tensor {
  const [, height, width, channels] = input.shape as [number, number, number, number]
  const [windowHeight, windowWidth] = a.windowSize
  const padded: Pair = [Math.ceil(height / windowHeight) * windowHeight, Math.ceil(width / windowWidth) * windowWidth]
  // a window as large as the image has nowhere to go
  const shift: Pair = [windowHeight >= padded[0] ? 0 : a.shiftSize[0], windowWidth >= padded[1] ? 0 : a.shiftSize[1]]
  const shifts = shift[0] + shift[1] > 0
  let image = constantPadNd(input, [0, 0, 0, padded[1] - width, 0, padded[0] - height])
  if (shifts) image = roll(image, [-shift[0], -shift[1]], [1, 2])
  const x = partition(image, a.windowSize)
  const [count, positions] = x.shape as [number, number, number]

  const qkv = F.linear(x, a.qkvWeight, keyBiasFree(a))
    .reshape(count, positions, 3, a.numHeads, channels / a.numHeads)
    .permute(2, 0, 3, 1, 4)
  const [q, k, v] = qkv.unbind(0) as unknown as [Tensor, Tensor, Tensor]
  let attention =
    a.logitScale === null
      ? q.mul((channels / a.numHeads) ** -0.5).matmul(k.transpose(-2, -1))
      : normalized(q)
          .matmul(normalized(k).transpose(-2, -1))
          .mul(a.logitScale.clampMax(Math.log(100)).exp())
  attention = attention.add(a.relativePositionBias)
  if (shifts) {
    const mask = shiftMask(x, padded[0], padded[1], a.windowSize, shift)
    attention = attention
      .view(-1, mask.size(0), a.numHeads, positions, positions)
      .add(mask.unsqueeze(1).unsqueeze(0))
      .view(-1, a.numHeads, positions, positions)
  }
  attention = F.dropout(softmax(attention, -1), a.attentionDropout, a.training)
  const attended = attention.matmul(v).transpose(1, 2).reshape(count, positions, channels)
  const projected = F.dropout(F.linear(attended, a.projWeight, a.projBias), a.dropout, a.training)

  image = assemble(projected, a.windowSize, padded[0], padded[1])
  if (shifts) image = roll(image, [shift[0], shift[1]], [1, 2])
  return image.narrow(1, 0, height).narrow(2, 0, width).contiguous()
}

/** The bias of queries, keys and values; in version 2 that of the keys does not count. */
function keyBiasFree({ qkvBias, logitScale }: WindowAttention): Tensor | null {
  if (logitScale === null || qkvBias === null) return qkvBias
  const bias = qkvBias.clone()
  const length = bias.numel() / 3
  bias.narrow(0, length, length).zero_()
  return bias
}
