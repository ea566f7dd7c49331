import { RuntimeError, stack, Tensor, tensor } from '@tsorch/core'
import { portable } from './workers/portable.js'

/** What {@link defaultCollate} makes of samples of type `T`. */
export type Collated<T> = T extends Tensor | number | boolean | bigint
  ? Tensor
  : T extends string
    ? string[]
    : T extends readonly unknown[] | Record<string, unknown>
      ? { -readonly [K in keyof T]: Collated<T[K]> }
      : unknown

/**
 * Joins the samples of a batch: tensors are stacked, numbers and booleans become tensors, strings a list; lists and plain
 * objects are joined entry by entry.
 *
 * @throws RuntimeError that names the first sample whose shape differs
 * @throws TypeError for samples of another kind
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.default_collate
 */
export function defaultCollate(batch: readonly unknown[]): unknown {
  const first = batch[0]
  if (first instanceof Tensor) return stackSamples(batch as readonly Tensor[])
  switch (typeof first) {
    case 'number':
      // Python floats are float64; whole numbers are integers
      return (batch as number[]).every(Number.isInteger)
        ? tensor(batch as number[])
        : tensor(batch as number[], { dtype: 'float64' })
    case 'boolean':
    case 'bigint':
      return tensor(batch as (boolean | bigint)[])
    case 'string':
      return batch.slice()
  }
  if (Array.isArray(first)) {
    const samples = batch as readonly (readonly unknown[])[]
    samples.forEach((sample, i) => {
      if (sample.length !== first.length) {
        throw new RuntimeError(
          `each element in list of batch should be of equal size: sample ${i} has ${sample.length} entries, sample 0 has ${first.length}`,
        )
      }
    })
    return first.map((_, k) => defaultCollate(samples.map((sample) => sample[k])))
  }
  if (typeof first === 'object' && first !== null && Object.getPrototypeOf(first) === Object.prototype) {
    const samples = batch as readonly Record<string, unknown>[]
    return Object.fromEntries(
      Object.keys(first).map((key) => [key, defaultCollate(samples.map((sample) => sample[key]))]),
    )
  }
  throw new TypeError(
    `defaultCollate: batch must contain tensors, numbers, booleans, strings, lists or plain objects; found ${first === null ? 'null' : typeof first}`,
  )
}

function stackSamples(samples: readonly Tensor[]): Tensor {
  const shape = samples[0]!.shape.join()
  const other = samples.findIndex((x) => x.shape.join() !== shape)
  if (other >= 0) {
    throw new RuntimeError(
      `stack expects each tensor to be equal size, but got [${samples[0]!.shape.join(', ')}] at entry 0 and [${samples[other]!.shape.join(', ')}] at entry ${other}`,
    )
  }
  return stack(samples, 0)
}

portable('@tsorch/data', { defaultCollate })
