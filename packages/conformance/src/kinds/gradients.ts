import type { Bench, Decoder } from '../calls/decoder.js'
import type { TensorRecord, Tolerance } from '../cases/encoded.js'
import { at, expectTensor, type Owner } from '../compare/results.js'
import { compareValues } from '../compare/values.js'
import { attempt, isTensor, Mismatch, read, required, type TensorLike } from '../library.js'

type ByPath = Readonly<Record<string, TensorRecord | null>>

/** Recorded gradients of a call: under fixed cotangents, with respect to some of its inputs. */
export interface RecordedGradients {
  readonly cotangents: Readonly<Record<string, TensorRecord>>
  readonly inputs: ByPath
  readonly tol?: Tolerance
  /** Gradients of `sum over p in v of sum(grad_p * v_p)`. */
  readonly second?: {
    readonly v: Readonly<Record<string, TensorRecord>>
    readonly inputs: ByPath
    readonly tol?: Tolerance
  }
}

/** `autograd.grad` with null where there is no connection. */
export function gradients(
  bench: Bench,
  outputs: readonly TensorLike[],
  inputs: readonly TensorLike[],
  cotangents: readonly TensorLike[] | undefined,
  createGraph = false,
): readonly (TensorLike | null)[] {
  if (inputs.length === 0) return []
  const grad = required(bench.library, 'autograd.grad')
  const options = { allowUnused: true, createGraph, ...(cotangents === undefined ? {} : { gradOutputs: cotangents }) }
  return attempt('autograd.grad', () => grad(outputs, inputs, options)) as (TensorLike | null)[]
}

/** The outputs that have a cotangent, and their cotangents. */
export function cotangentPairs(
  decoder: Decoder,
  result: unknown,
  cotangents: RecordedGradients['cotangents'],
): [TensorLike[], TensorLike[]] {
  const { library } = decoder.bench
  const outputs = Object.keys(cotangents).map((path) => {
    const output = at(result, path)
    if (!isTensor(library, output)) throw new Mismatch(`${path} is no tensor, but has a gradient in PyTorch`)
    if (!output.requiresGrad) throw new Mismatch(`${path} does not require grad, but has a gradient in PyTorch`)
    return output
  })
  return [outputs, Object.values(cotangents).map((record) => decoder.tensor(record))]
}

/** Checks first and, where recorded, second gradients of a result. */
export async function expectGradients(
  decoder: Decoder,
  result: unknown,
  inputs: ReadonlyMap<string, TensorLike>,
  recorded: RecordedGradients,
): Promise<void> {
  const { bench } = decoder
  const [outputs, cotangents] = cotangentPairs(decoder, result, recorded.cotangents)
  const paths = Object.keys(recorded.inputs)
  const targets = paths.map((path) => inputs.get(path)!)
  const { second } = recorded
  const first = gradients(bench, outputs, targets, cotangents, second !== undefined)
  for (const [i, path] of paths.entries())
    await expectGradient(bench, first[i] ?? null, recorded.inputs[path]!, `grad of ${path}`, recorded)
  if (second === undefined) return
  let total: TensorLike | undefined
  for (const [path, record] of Object.entries(second.v)) {
    const gradient = first[paths.indexOf(path)]
    if (gradient === undefined || gradient === null || !gradient.requiresGrad) continue
    const term = gradient.mul(decoder.tensor(record)).sum()
    total = total === undefined ? term : total.add(term)
  }
  const again = Object.keys(second.inputs)
  const computed =
    total === undefined
      ? again.map(() => null)
      : gradients(
          bench,
          [total],
          again.map((path) => inputs.get(path)!),
          undefined,
        )
  for (const [i, path] of again.entries())
    await expectGradient(bench, computed[i] ?? null, second.inputs[path]!, `second grad of ${path}`, second)
}

/** Checks one gradient; none at all counts as zeros. */
export async function expectGradient(
  bench: Bench,
  got: TensorLike | null,
  want: TensorRecord | null,
  path: string,
  owner: Owner,
): Promise<void> {
  if (got !== null && want !== null) return expectTensor(bench, got, want, path, owner)
  const dtype = want?.dtype ?? got?.dtype.name ?? 'float32'
  const values = got !== null ? await read(got) : want !== null ? bench.group.values(want) : []
  const zeros = values instanceof BigInt64Array ? new BigInt64Array(values.length) : new Float64Array(values.length)
  const difference = compareValues(values, zeros, bench.group.tolerance(owner, dtype))
  if (difference !== null)
    throw new Mismatch(
      got === null ? `${path} is null, PyTorch's is not zero` : `${path}${difference}, PyTorch has none`,
    )
}
