import type { Bench } from '../calls/decoder.js'
import { find } from '../calls/find.js'
import { type Encoded, form, items } from '../cases/encoded.js'
import { attempt } from '../library.js'

/**
 * A module's result with packed sequences opened where the recorded one has them: `data`, `batch_sizes`, and `padded` and
 * `lengths` as `padPackedSequence` gives them.
 */
export function openPacked(bench: Bench, result: unknown, want: Encoded): unknown {
  const list = items(want)
  if (list !== undefined && Array.isArray(result))
    return result.map((item, i) => openPacked(bench, item, list[i] ?? null))
  if (form(want, 'packed_sequence') === undefined) return result
  const pad = find(bench.library, 'torch.nn.utils.rnn.pad_packed_sequence')
  const [padded, lengths] = attempt('pad_packed_sequence', () => pad(result)) as [unknown, unknown]
  const { data, batchSizes } = result as { data: unknown; batchSizes: unknown }
  return { data, batch_sizes: batchSizes, padded, lengths }
}
