/** The attention layers of the Swin transformers. */
import { arange, meshgrid, noGrad, ones, stack, type Tensor, zeros } from '@tsorch/core'
import { init, Layer, Linear, Parameter, ReLU, Sequential } from '@tsorch/nn'
import { relativePositionBias, relativePositionIndex } from './relative-position.js'
import { type Pair, shiftedWindowAttention } from './shifted-window.js'

/** What the attention of a block is made with. */
export interface SwinAttentionOptions {
  readonly windowSize: Pair
  readonly shiftSize: Pair
  readonly numHeads: number
  /** Probability for each weight of the attention. */
  readonly attentionDropout: number
  /** Probability for the output. */
  readonly dropout: number
}

/** What both versions have in common: input and output of shape [N, H, W, C]. */
abstract class WindowAttentionLayer extends Layer {
  qkv: Linear
  proj: Linear
  protected readonly options: SwinAttentionOptions

  constructor(channels: number, options: SwinAttentionOptions) {
    super()
    this.options = options
    this.qkv = new Linear(channels, channels * 3)
    this.proj = new Linear(channels, channels)
  }

  /** Shape [1, heads, positions, positions]. */
  protected abstract relativePositionBias(): Tensor

  protected logScale(): Tensor | null {
    return null
  }

  protected get positions(): number {
    const [height, width] = this.options.windowSize
    return height * width
  }

  override forward(x: Tensor): Tensor {
    return shiftedWindowAttention(x, {
      ...this.options,
      qkvWeight: this.qkv.weight,
      qkvBias: this.qkv.bias,
      projWeight: this.proj.weight,
      projBias: this.proj.bias,
      relativePositionBias: this.relativePositionBias(),
      logitScale: this.logScale(),
      training: this.training,
    })
  }
}

/** Attention within shifted windows, with a learned bias for each distance of two positions. */
export class ShiftedWindowAttention extends WindowAttentionLayer {
  /** A row for each distance, a column for each head. */
  relative_position_bias_table: Parameter
  relative_position_index!: Tensor

  constructor(channels: number, options: SwinAttentionOptions) {
    super(channels, options)
    const [height, width] = options.windowSize
    this.relative_position_bias_table = new Parameter(zeros([(2 * height - 1) * (2 * width - 1), options.numHeads]))
    init.truncNormal_(this.relative_position_bias_table, { std: 0.02 })
    this.registerBuffer('relative_position_index', relativePositionIndex(height, width).flatten())
  }

  protected override relativePositionBias(): Tensor {
    return relativePositionBias(this.relative_position_bias_table, this.relative_position_index, this.positions)
  }
}

/** From -1 to 1 in `2 * size - 1` steps, on a logarithmic scale. */
function logDistances(size: number): Tensor {
  const distance = arange(1 - size, size, { dtype: 'float32' })
    .div(size - 1)
    .mul(8)
  return distance.sign().mul(distance.abs().add(1).log2()).div(3)
}

/** Attention by the cosine, with a bias that a small network computes from the distance of two positions. */
export class ShiftedWindowAttentionV2 extends WindowAttentionLayer {
  logit_scale: Parameter
  relative_coords_table!: Tensor
  relative_position_index!: Tensor
  cpb_mlp: Sequential

  constructor(channels: number, options: SwinAttentionOptions) {
    super(channels, options)
    const { windowSize, numHeads } = options
    const [height, width] = windowSize
    const table = stack([...meshgrid([logDistances(height), logDistances(width)], { indexing: 'ij' })], -1)
    this.registerBuffer('relative_coords_table', table.unsqueeze(0))
    this.registerBuffer('relative_position_index', relativePositionIndex(height, width).flatten())
    this.logit_scale = new Parameter(ones([numHeads, 1, 1]).mul(10).log())
    this.cpb_mlp = new Sequential(
      new Linear(2, 512),
      new ReLU({ inplace: true }),
      new Linear(512, numHeads, { bias: false }),
    )
    // keys need no bias
    noGrad(() => this.qkv.bias?.narrow(0, channels, channels).zero_())
  }

  protected override relativePositionBias(): Tensor {
    const table = this.cpb_mlp(this.relative_coords_table).view(-1, this.options.numHeads)
    return relativePositionBias(table, this.relative_position_index, this.positions).sigmoid().mul(16)
  }

  protected override logScale(): Tensor {
    return this.logit_scale
  }
}
