import { bindOptions, type CtcOptions, ctcLoss, type Lengths, type Tensor } from '@tsorch/core'
import { Loss } from './loss.js'

/**
 * Connectionist temporal classification: the loss of label sequences that are not aligned with their input.
 *
 * Input: log-probabilities [T, N, C] or [T, C]; targets: labels [N, S], or those of all samples in a row; then the steps and the
 * labels of each sample.
 *
 * @example
 * ```ts
 * const x = randn([50, 2, 20]).logSoftmax(2)
 * new CTCLoss({ zeroInfinity: true })(x, randint(1, 20, [2, 10]), [50, 40], [10, 8])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CTCLoss.html
 */
export class CTCLoss extends Loss<[logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths]> {
  blank: number
  zeroInfinity: boolean

  constructor(options?: CtcOptions) {
    const o = bindOptions<CtcOptions>('CTCLoss', ['blank', 'reduction', 'zeroInfinity'], [options])
    super(o)
    this.blank = o.blank ?? 0
    this.zeroInfinity = o.zeroInfinity ?? false
  }

  override forward(logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths): Tensor {
    const { blank, reduction, zeroInfinity } = this
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, { blank, reduction, zeroInfinity })
  }
}
