/** Sequences into padded batches and back. */
import { bindOptions, cat, full, RuntimeError, stack, Tensor, transpose, unbind } from '@tsorch/core'
import { integersOf } from './packed-sequence.js'

/** Options of {@link padSequence}. */
export interface PadOptions {
  /** Whether the batch is the first dimension, not the second. */
  batchFirst?: boolean
  /** 0 if not given. */
  paddingValue?: number
  /** Where the padding goes, `'right'` if not given. */
  paddingSide?: 'left' | 'right'
}

/**
 * Sequences [L1, ...], [L2, ...], ... side by side, padded to the longest.
 *
 * @returns shape [T, B, ...], or [B, T, ...] with `batchFirst`
 * @throws RuntimeError for an empty list, or sizes that differ beyond the length
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_sequence.html
 */
export function padSequence(
  sequences: Iterable<Tensor> | Tensor,
  batchFirst?: boolean | PadOptions,
  paddingValue?: number | PadOptions,
  options?: PadOptions,
): Tensor {
  const names = ['batchFirst', 'paddingValue', 'paddingSide'] as const
  const o = bindOptions<PadOptions>('padSequence', names, [batchFirst, paddingValue, options])
  const list = listOf(sequences)
  const side = o.paddingSide ?? 'right'
  if (side !== 'left' && side !== 'right')
    throw new RuntimeError(`Expected padding_side to be one of left or right, but got ${String(side)}.`)
  const [first] = list
  if (first === undefined) throw new RuntimeError('received an empty list of sequences')
  const rest = first.shape.slice(1)
  const longest = Math.max(...list.map((x) => x.size(0)))
  const padded = list.map((x) => {
    x.shape.slice(1).forEach((size, d) => {
      if (size !== rest[d] || x.ndim !== first.ndim) {
        throw new RuntimeError(
          `The size of tensor a (${rest[d]}) must match the size of tensor b (${size}) at non-singleton dimension ${d + 1}`,
        )
      }
    })
    const missing = longest - x.shape[0]!
    if (missing === 0) return x
    const padding = full([missing, ...rest], o.paddingValue ?? 0, { dtype: first.dtype, device: first.device })
    return cat(side === 'right' ? [x, padding] : [padding, x], 0)
  })
  return stack(padded, o.batchFirst === true ? 0 : 1)
}

function listOf(sequences: Iterable<Tensor> | Tensor): readonly Tensor[] {
  if (sequences instanceof Tensor) return unbind(sequences, 0)
  if (sequences === null || typeof sequences !== 'object' || !(Symbol.iterator in sequences)) {
    throw new RuntimeError(
      `pad_sequence: Expected iterable for input sequences, but got arg of type: ${typeof sequences}`,
    )
  }
  return [...sequences]
}

/**
 * The opposite of {@link padSequence}.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.unpad_sequence.html
 */
export function unpadSequence(
  paddedSequences: Tensor,
  lengths: Tensor | readonly number[],
  batchFirst?: boolean | { batchFirst?: boolean },
): Tensor[] {
  const o = bindOptions<{ batchFirst: boolean }>('unpadSequence', ['batchFirst'], [batchFirst])
  const rows = o.batchFirst === true ? paddedSequences : transpose(paddedSequences, 0, 1)
  const sizes = lengths instanceof Tensor ? integersOf(lengths) : lengths
  if (sizes.length !== rows.shape[0])
    throw new RuntimeError(`Expected a length for each of ${rows.shape[0]} sequences, but got ${sizes.length}`)
  return sizes.map((length, i) => rows.select(0, i).narrow(0, 0, length))
}
