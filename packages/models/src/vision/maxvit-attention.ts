/** Attention within the parts of an image, as MaxViT has it. */
import { chunk, empty, softmax, type Tensor, ValueError } from '@tsorch/core'
import { type AnyModule, Dropout, init, Layer, LayerNorm, Linear, Parameter, Sequential } from '@tsorch/nn'
import { type Maker, make } from '../layers/make.js'
import { StochasticDepth } from '../layers/stochastic-depth.js'
import { relativePositionBias, relativePositionIndex } from './relative-position.js'

/** Multi-head attention over each part of [N, parts, positions, C], with a learned bias for each distance of two positions. */
class RelativePositionalMultiHeadAttention extends Layer {
  relative_position_bias_table: Parameter
  relative_position_index!: Tensor
  to_qkv: Linear
  merge: Linear
  private readonly numHeads: number
  private readonly positions: number

  constructor(channels: number, headDim: number, size: number) {
    super()
    if (channels % headDim !== 0)
      throw new ValueError(`feat_dim: ${channels} must be divisible by head_dim: ${headDim}`)
    this.numHeads = channels / headDim
    this.positions = size * size
    this.to_qkv = new Linear(channels, channels * 3)
    this.merge = new Linear(channels, channels)
    this.relative_position_bias_table = new Parameter(empty([(2 * size - 1) ** 2, this.numHeads]))
    this.registerBuffer('relative_position_index', relativePositionIndex(size, size))
    init.truncNormal_(this.relative_position_bias_table, { std: 0.02 })
  }

  override forward(x: Tensor): Tensor {
    const [batch, parts, positions, channels] = x.shape as [number, number, number, number]
    const [q, k, v] = chunk(this.to_qkv(x), 3, -1).map((part) =>
      part.reshape(batch, parts, positions, this.numHeads, channels / this.numHeads).permute(0, 1, 3, 2, 4),
    ) as [Tensor, Tensor, Tensor]
    const index = this.relative_position_index.view(-1)
    const bias = relativePositionBias(this.relative_position_bias_table, index, this.positions)
    const scores = q.matmul(k.mul(channels ** -0.5).transpose(-2, -1)).add(bias)
    const attended = softmax(scores, -1).matmul(v)
    return this.merge(attended.permute(0, 1, 3, 2, 4).reshape(batch, parts, positions, channels))
  }
}

/** What the attention of a layer is made with. */
export interface PartitionAttentionOptions {
  readonly headDim: number
  /** Positions of a side of a window, or of the grid. */
  readonly partitionSize: number
  /** Height and width of the image. */
  readonly gridSize: readonly [number, number]
  readonly mlpRatio: number
  readonly mlpDropout: number
  readonly attentionDropout: number
  readonly activationLayer: Maker<[], AnyModule>
}

/**
 * Attention and two linear layers: in windows of neighbours, or in grids of positions that lie far apart.
 *
 * Input and output of shape [N, C, H, W].
 */
export class PartitionAttentionLayer extends Layer {
  attn_layer: Sequential
  mlp_layer: Sequential
  stochastic_dropout: StochasticDepth
  private readonly grid: boolean
  private readonly side: number

  constructor(channels: number, partition: 'window' | 'grid', dropProb: number, options: PartitionAttentionOptions) {
    super()
    const { partitionSize, mlpRatio } = options
    this.grid = partition === 'grid'
    this.side = this.grid ? Math.floor(options.gridSize[0] / partitionSize) : partitionSize
    this.attn_layer = new Sequential(
      new LayerNorm(channels),
      new RelativePositionalMultiHeadAttention(channels, options.headDim, partitionSize),
      new Dropout(options.attentionDropout),
    )
    this.mlp_layer = new Sequential(
      new LayerNorm(channels),
      new Linear(channels, channels * mlpRatio),
      make(options.activationLayer),
      new Linear(channels * mlpRatio, channels),
      new Dropout(options.mlpDropout),
    )
    this.stochastic_dropout = new StochasticDepth(dropProb, 'row')
  }

  override forward(input: Tensor): Tensor {
    const [batch, channels, height, width] = input.shape as [number, number, number, number]
    const { side } = this
    const [rows, columns] = [height / side, width / side]
    // [N, windows, positions of a window, C]
    let x = input
      .reshape(batch, channels, rows, side, columns, side)
      .permute(0, 2, 4, 3, 5, 1)
      .reshape(batch, rows * columns, side * side, channels)
    if (this.grid) x = x.transpose(-2, -3)
    x = x.add(this.stochastic_dropout(this.attn_layer(x)))
    x = x.add(this.stochastic_dropout(this.mlp_layer(x)))
    if (this.grid) x = x.transpose(-2, -3)
    return x
      .reshape(batch, rows, columns, side, side, channels)
      .permute(0, 5, 1, 3, 2, 4)
      .reshape(batch, channels, height, width)
  }
}
