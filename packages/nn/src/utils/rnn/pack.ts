/** Padded batches into packed sequences and back. */
import {
  bindOptions,
  cat,
  full,
  IndexError,
  indexSelect,
  RuntimeError,
  reshape,
  Tensor,
  tensor,
  transpose,
  ValueError,
} from '@tsorch/core'
import { integersOf, PackedSequence, runsOf } from './packed-sequence.js'
import { padSequence } from './pad.js'

/** Options of {@link packPaddedSequence}. */
export interface PackOptions {
  /** Whether the batch is the first dimension, not the second. */
  batchFirst?: boolean
  /** Whether the sequences come longest first; true if not given. With false they are sorted, and put back at the end. */
  enforceSorted?: boolean
}

/**
 * Packs padded sequences.
 *
 * @param input - shape [T, B, ...], or [B, T, ...] with `batchFirst`
 * @param lengths - length of each sequence, at least 1 and at most T
 * @throws RuntimeError if lengths do not fit, or are not sorted although `enforceSorted`
 * @example
 * ```ts
 * const packed = packPaddedSequence(randn([5, 3, 8]), [5, 3, 1])
 * packed.batchSizes // tensor([3, 2, 2, 1, 1])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: Tensor | readonly number[],
  batchFirst?: boolean | PackOptions,
  enforceSorted?: boolean | PackOptions,
): PackedSequence {
  const names = ['batchFirst', 'enforceSorted'] as const
  const o = bindOptions<PackOptions>('packPaddedSequence', names, [batchFirst, enforceSorted])
  if (input.ndim < 2)
    throw new IndexError(`packPaddedSequence(): expected input of at least 2 dimensions, but got ${input.ndim}`)
  if (input.count === 0) throw new RuntimeError('Cannot pack empty tensors.')
  const given = lengths instanceof Tensor ? integersOf(lengths) : [...lengths]
  let x = o.batchFirst === true ? transpose(input, 0, 1) : input
  const [steps, batch, ...rest] = x.shape as [number, number, ...number[]]
  if (given.length !== batch)
    throw new RuntimeError(
      `Expected \`len(lengths)\` to be equal to batch_size, but got ${given.length} (batch_size=${batch})`,
    )
  let sorted = given
  let order: Tensor | null = null
  if (o.enforceSorted === false) {
    const places = given.map((_, i) => i).sort((i, j) => given[j]! - given[i]! || i - j)
    sorted = places.map((i) => given[i]!)
    order = tensor(places, { dtype: 'int64', device: input.device })
    x = indexSelect(x, 1, order)
  }
  checkLengths(sorted, steps)
  const longest = sorted[0]!
  const batchSizes = Array.from({ length: longest }, (_, t) => sorted.filter((length) => length > t).length)
  let t = 0
  const pieces = runsOf(batchSizes).map((run) => {
    const piece = x.narrow(0, t, run.steps).narrow(1, 0, run.size)
    t += run.steps
    return reshape(piece, [run.steps * run.size, ...rest])
  })
  return new PackedSequence(cat(pieces, 0), tensor(batchSizes, { dtype: 'int64' }), order)
}

function checkLengths(sorted: readonly number[], steps: number): void {
  sorted.forEach((length, i) => {
    if (!Number.isInteger(length)) throw new TypeError(`lengths must be integers, but got ${length}`)
    if (i > 0 && length > sorted[i - 1]!) {
      throw new RuntimeError(
        '`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement, { enforceSorted: false } here.',
      )
    }
  })
  if (sorted.at(-1)! <= 0)
    throw new RuntimeError(
      "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0",
    )
  if (sorted[0]! > steps)
    throw new RuntimeError(`Expected every length to be at most ${steps}, the steps of input, but got ${sorted[0]}`)
}

/** Options of {@link padPackedSequence}. */
export interface PadPackedOptions {
  batchFirst?: boolean
  /** What stands behind the shorter sequences, 0 if not given. */
  paddingValue?: number
  /** The length to pad to, if not that of the longest sequence. */
  totalLength?: number | null
}

/**
 * The opposite of {@link packPaddedSequence}: sequences in the order in which they were packed, and their lengths.
 *
 * @returns `[padded, lengths]`; padded of shape [T, B, ...], or [B, T, ...] with `batchFirst`
 * @throws ValueError if `totalLength` is less than the longest sequence
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_packed_sequence.html
 */
export function padPackedSequence(
  sequence: PackedSequence,
  batchFirst?: boolean | PadPackedOptions,
  paddingValue?: number | PadPackedOptions,
  options?: PadPackedOptions,
): [padded: Tensor, lengths: Tensor] {
  const names = ['batchFirst', 'paddingValue', 'totalLength'] as const
  const o = bindOptions<PadPackedOptions>('padPackedSequence', names, [batchFirst, paddingValue, options])
  const { data, unsortedIndices } = sequence
  const { dtype, device } = data
  const batchSizes = integersOf(sequence.batchSizes)
  const batch = batchSizes[0]!
  const rest = data.shape.slice(1)
  const total = o.totalLength ?? batchSizes.length
  if (total < batchSizes.length) {
    throw new ValueError(
      `Expected total_length to be at least the length of the longest sequence in input, but got total_length=${total} and max sequence length being ${batchSizes.length}`,
    )
  }
  const padding = (steps: number, size: number): Tensor =>
    full([steps, size, ...rest], o.paddingValue ?? 0, { dtype, device })
  const blocks = runsOf(batchSizes).map(({ start, steps, size }) => {
    const block = reshape(data.narrow(0, start, steps * size), [steps, size, ...rest])
    return size === batch ? block : cat([block, padding(steps, batch - size)], 1)
  })
  if (total > batchSizes.length) blocks.push(padding(total - batchSizes.length, batch))
  let padded = cat(blocks, 0)
  let lengths = Array.from({ length: batch }, (_, i) => batchSizes.filter((size) => size > i).length)
  if (unsortedIndices !== null) {
    padded = indexSelect(padded, 1, unsortedIndices)
    lengths = integersOf(unsortedIndices).map((i) => lengths[i]!)
  }
  return [o.batchFirst === true ? transpose(padded, 0, 1) : padded, tensor(lengths, { dtype: 'int64' })]
}

/**
 * Packs sequences [L1, ...], [L2, ...], ...
 *
 * @throws RuntimeError if they are not sorted, longest first, although `enforceSorted`
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_sequence.html
 */
export function packSequence(
  sequences: readonly Tensor[],
  enforceSorted?: boolean | { enforceSorted?: boolean },
): PackedSequence {
  const o = bindOptions<{ enforceSorted: boolean }>('packSequence', ['enforceSorted'], [enforceSorted])
  const lengths = sequences.map((x) => x.size(0))
  return packPaddedSequence(padSequence(sequences), lengths, { enforceSorted: o.enforceSorted ?? true })
}

/** The sequences of a packed one, in their order. @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.unpack_sequence.html */
export function unpackSequence(packedSequences: PackedSequence): Tensor[] {
  const [padded, lengths] = padPackedSequence(packedSequences, { batchFirst: true })
  return integersOf(lengths).map((length, i) => padded.select(0, i).narrow(0, 0, length))
}
