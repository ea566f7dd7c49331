/** How parameters are averaged: over all models alike, or so that older ones fade. */
import { add, div, mul, noGrad, sub, type Tensor, ValueError } from '@tsorch/core'
import { toNumber } from '../scalar.js'

/** How many models an average stands for: a tensor with one integer, or a number. */
export type NumAveraged = Tensor | number

/** Gives the new average of a parameter. */
export type AvgFn = (averaged: Tensor, current: Tensor, numAveraged: NumAveraged) => Tensor

/** Writes the new averages of parameters of one dtype and device into `averaged`. */
export type MultiAvgFn = (averaged: readonly Tensor[], current: readonly Tensor[], numAveraged: NumAveraged) => void

function checkDecay(decay: number): void {
  if (!(decay >= 0 && decay <= 1))
    throw new ValueError(`Invalid decay value ${decay} provided. Please provide a value in [0,1] range.`)
}

/**
 * Exponential moving average: `decay` of the average and the rest of the present value.
 *
 * @param decay - 0.999 if not given
 * @throws ValueError unless it is from 0 to 1
 * @example
 * ```ts
 * const ema = new swaUtils.AveragedModel(model, { avgFn: swaUtils.getEmaAvgFn(0.99) })
 * ```
 * @see https://pytorch.org/docs/stable/optim.html#custom-averaging-strategies
 */
export function getEmaAvgFn(decay = 0.999): AvgFn {
  checkDecay(decay)
  return (averaged, current) => noGrad(() => add(mul(averaged, decay), mul(current, 1 - decay)))
}

/**
 * {@link getEmaAvgFn} over lists of parameters, in place.
 *
 * @param decay - 0.999 if not given
 * @throws ValueError unless it is from 0 to 1
 * @see https://pytorch.org/docs/stable/optim.html#custom-averaging-strategies
 */
export function getEmaMultiAvgFn(decay = 0.999): MultiAvgFn {
  checkDecay(decay)
  return (averaged, current) => moveAll(averaged, current, 1 - decay)
}

/** Equal average: of n + 1 models, from that of the first n. @see https://pytorch.org/docs/stable/optim.html#custom-averaging-strategies */
export function getSwaAvgFn(): AvgFn {
  return (averaged, current, numAveraged) =>
    noGrad(() => add(averaged, div(sub(current, averaged), toNumber(numAveraged) + 1)))
}

/** {@link getSwaAvgFn} over lists of parameters, in place. @see https://pytorch.org/docs/stable/optim.html#custom-averaging-strategies */
export function getSwaMultiAvgFn(): MultiAvgFn {
  return (averaged, current, numAveraged) => moveAll(averaged, current, 1 / (toNumber(numAveraged) + 1))
}

/** Moves averages a share of the way to the present values. Integers, which count something, are cut. */
function moveAll(averaged: readonly Tensor[], current: readonly Tensor[], share: number): void {
  noGrad(() => {
    for (const [i, average] of averaged.entries()) {
      const value = current[i]!
      if (average.dtype.isFloatingPoint) average.lerp_(value, share)
      else average.copy_(add(mul(average, 1 - share), mul(value, share)))
    }
  })
}
