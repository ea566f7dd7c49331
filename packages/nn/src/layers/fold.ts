/** Sliding blocks of planes as columns of a matrix, and their sum. */
import { bindOptions, type FoldOptions, fold, type Sizes, type Tensor, unfold } from '@tsorch/core'
import { Layer } from '../module/module.js'
import { sizes } from './python-text.js'

type Or = Sizes | FoldOptions

/** What both layers have in common. */
export abstract class BlockLayer extends Layer {
  kernelSize: Sizes
  dilation: Sizes
  padding: Sizes
  stride: Sizes

  constructor(kernelSize: Sizes, args: readonly unknown[]) {
    super()
    const o = bindOptions<FoldOptions>(this.constructor.name, ['dilation', 'padding', 'stride'], args)
    this.kernelSize = kernelSize
    this.dilation = o.dilation ?? 1
    this.padding = o.padding ?? 0
    this.stride = o.stride ?? 1
  }

  protected get options(): FoldOptions {
    const { dilation, padding, stride } = this
    return { dilation, padding, stride }
  }

  override extraRepr(): string {
    return `kernel_size=${sizes(this.kernelSize)}, dilation=${sizes(this.dilation)}, padding=${sizes(this.padding)}, stride=${sizes(this.stride)}`
  }
}

/**
 * The sliding blocks of [N, C, H, W] or [C, H, W] as columns: [N, C * taps, L], for L blocks.
 *
 * @example
 * ```ts
 * new Unfold([2, 3])(randn([2, 5, 3, 4])) // shape [2, 30, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Unfold.html
 */
export class Unfold extends BlockLayer {
  constructor(kernelSize: Sizes, dilation?: Or, padding?: Or, stride?: Or) {
    super(kernelSize, [dilation, padding, stride])
  }

  override forward(input: Tensor): Tensor {
    return unfold(input, this.kernelSize, this.options)
  }
}

/**
 * Adds the columns of [N, C * taps, L] or [C * taps, L] to planes of `outputSize`, where their blocks lie.
 *
 * @example
 * ```ts
 * new Fold([4, 5], [2, 2])(randn([1, 3 * 2 * 2, 12])) // shape [1, 3, 4, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Fold.html
 */
export class Fold extends BlockLayer {
  outputSize: Sizes

  constructor(outputSize: Sizes, kernelSize: Sizes, dilation?: Or, padding?: Or, stride?: Or) {
    super(kernelSize, [dilation, padding, stride])
    this.outputSize = outputSize
  }

  override forward(input: Tensor): Tensor {
    return fold(input, this.outputSize, this.kernelSize, this.options)
  }

  override extraRepr(): string {
    return `output_size=${sizes(this.outputSize)}, ${super.extraRepr()}`
  }
}
