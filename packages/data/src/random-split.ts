import { bindOptions, type Generator, randperm, ValueError } from '@tsorch/core'
import { type Dataset, Subset } from './dataset.js'

/**
 * Splits a data set at random into parts that do not overlap.
 *
 * @param lengths - the sizes of the parts; or fractions that sum to 1, where what rounding leaves over goes to the first parts
 * @param options - `generator`, whose random numbers are used instead of the default ones
 * @throws ValueError if the sizes do not sum to that of the data set, or a fraction is not between 0 and 1
 * @example
 * ```ts
 * const [train, test] = randomSplit(dataset, [0.8, 0.2], { generator: new Generator().manualSeed(42) })
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.random_split
 */
export function randomSplit<T>(
  dataset: Dataset<T>,
  lengths: readonly number[],
  options?: { generator?: Generator },
): Subset<T>[] {
  const o = bindOptions<{ generator: Generator }>('randomSplit', ['generator'], [options])
  const sizes = areFractions(lengths) ? sizesOf(lengths, dataset.length) : lengths
  const total = sizes.reduce((a, b) => a + b, 0)
  if (total !== dataset.length) {
    throw new ValueError(
      `Sum of input lengths does not equal the length of the input dataset! They sum to ${total}, expected ${dataset.length}`,
    )
  }
  const bad = sizes.find((size) => !Number.isInteger(size) || size < 0)
  if (bad !== undefined) throw new ValueError(`randomSplit(): lengths must be whole numbers >= 0, but got ${bad}`)
  const indices = randperm(total, o).tolist() as number[]
  let end = 0
  return sizes.map((size) => {
    end += size
    return new Subset(dataset, indices.slice(end - size, end))
  })
}

/** Whether numbers sum to 1, but for rounding. A list that does so may still be sizes: those of a data set of one sample. */
function areFractions(lengths: readonly number[]): boolean {
  const sum = lengths.reduce((a, b) => a + b, 0)
  return sum <= 1 && Math.abs(sum - 1) <= 1e-9
}

function sizesOf(fractions: readonly number[], total: number): number[] {
  const bad = fractions.findIndex((fraction) => !(fraction >= 0 && fraction <= 1))
  if (bad >= 0) throw new ValueError(`Fraction at index ${bad} is not between 0 and 1: ${fractions[bad]}`)
  const sizes = fractions.map((fraction) => Math.floor(total * fraction))
  const left = total - sizes.reduce((a, b) => a + b, 0)
  for (let i = 0; i < left; i++) sizes[i % sizes.length]!++
  return sizes
}
