import { type DTypeLike, RuntimeError, Tensor, type ToOptions, tensor } from '@tsorch/core'

/** The opposite of a permutation (int64). @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.invert_permutation.html */
export function invertPermutation(permutation: Tensor): Tensor {
  const inverse = new Array<number>(permutation.count)
  integersOf(permutation).forEach((place, i) => {
    inverse[place] = i
  })
  return tensor(inverse, { dtype: 'int64', device: permutation.device })
}

/** The values of an integer tensor. */
export function integersOf(x: Tensor): number[] {
  return Array.from(x.toTypedArray() as ArrayLike<number | bigint>, Number)
}

/** Consecutive steps with the same number of sequences. */
export interface Run {
  /** First row in the packed data. */
  readonly start: number
  readonly steps: number
  /** Sequences that are that long. */
  readonly size: number
}

/** Batch sizes as runs: all steps of one are computed together. */
export function runsOf(batchSizes: readonly number[]): Run[] {
  const runs: { start: number; steps: number; size: number }[] = []
  let start = 0
  for (const size of batchSizes) {
    const last = runs.at(-1)
    if (last?.size === size) last.steps++
    else runs.push({ start, steps: 1, size })
    start += size
  }
  return runs
}

/**
 * Sequences of different lengths without padding: the first elements of all, then the second ones of those that have two, and
 * so on. {@link packPaddedSequence} and {@link packSequence} make them; recurrent layers take and give them.
 *
 * Destructures as PyTorch's named tuple: `[data, batchSizes, sortedIndices, unsortedIndices]`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.PackedSequence.html
 */
export class PackedSequence implements Iterable<Tensor | null> {
  /** Shape [sum of lengths, ...]. */
  readonly data: Tensor
  /** How many sequences have a first, second, ... element; int64 on the CPU. */
  readonly batchSizes: Tensor
  /** How the sequences were sorted by length; null if they were given so. */
  readonly sortedIndices: Tensor | null
  /** The opposite of {@link sortedIndices}. */
  readonly unsortedIndices: Tensor | null

  constructor(
    data: Tensor,
    batchSizes: Tensor,
    sortedIndices: Tensor | null = null,
    unsortedIndices: Tensor | null = sortedIndices === null ? null : invertPermutation(sortedIndices),
  ) {
    if (!(data instanceof Tensor) || !(batchSizes instanceof Tensor))
      throw new TypeError('PackedSequence(): data and batchSizes must be Tensors')
    const total = integersOf(batchSizes).reduce((a, b) => a + b, 0)
    if (data.shape[0] !== total)
      throw new RuntimeError(`PackedSequence: batchSizes add up to ${total}, but data has ${data.shape[0]} rows`)
    this.data = data
    this.batchSizes = batchSizes
    this.sortedIndices = sortedIndices
    this.unsortedIndices = unsortedIndices
  }

  *[Symbol.iterator](): IterableIterator<Tensor | null> {
    yield this.data
    yield this.batchSizes
    yield this.sortedIndices
    yield this.unsortedIndices
  }

  /** The same sequences with other data, row for row. */
  withData(data: Tensor): PackedSequence {
    return new PackedSequence(data, this.batchSizes, this.sortedIndices, this.unsortedIndices)
  }

  /** The data moved or cast as `Tensor.to`; indices go to the same device. */
  to(target: DTypeLike | string | Tensor, options?: ToOptions): PackedSequence {
    const data = this.data.to(target, options)
    if (data === this.data) return this
    const moved = (index: Tensor | null): Tensor | null => index?.to(data.device) ?? null
    return new PackedSequence(data, this.batchSizes, moved(this.sortedIndices), moved(this.unsortedIndices))
  }

  /** {@link to} float32. */
  float(): PackedSequence {
    return this.to('float32')
  }

  /** {@link to} float64. */
  double(): PackedSequence {
    return this.to('float64')
  }

  /** {@link to} float16. */
  half(): PackedSequence {
    return this.to('float16')
  }

  /** {@link to} the CPU. */
  cpu(): PackedSequence {
    return this.to('cpu')
  }

  toString(): string {
    const text = (x: Tensor | null): string => (x === null ? 'None' : String(x))
    return `PackedSequence(data=${this.data}, batch_sizes=${this.batchSizes}, sorted_indices=${text(this.sortedIndices)}, unsorted_indices=${text(this.unsortedIndices)})`
  }
}
