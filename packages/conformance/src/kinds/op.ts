import { type Bench, Decoder } from '../calls/decoder.js'
import { invoke, type PythonCall } from '../calls/invoke.js'
import { type Encoded, isTensorRecord, type TensorRecord } from '../cases/encoded.js'
import { argumentRecords, type Case, records } from '../cases/group.js'
import { expectLoosely } from '../compare/decompositions.js'
import { at, expectResult, expectTensor } from '../compare/results.js'
import { expectSharing } from '../compare/sharing.js'
import type { TensorLike } from '../library.js'
import { expectGradients, type RecordedGradients } from './gradients.js'
import { expectInplace } from './inplace.js'
import { expectUnchanged, snapshot } from './snapshot.js'

/** A call of an operation and what it gives. */
export interface OpCase extends Case, PythonCall {
  readonly kind: string
  readonly op: string
  readonly output: Encoded
  readonly mutated?: Readonly<Record<string, TensorRecord>>
  readonly grad?: RecordedGradients
  readonly compare?: string
  readonly inplace?: 'same' | 'cast' | 'error'
  readonly no_method?: boolean
}

/** The tensors that a call is made with, by path. */
export function inputTensors(decoder: Decoder, { args, kwargs }: PythonCall): Map<string, TensorLike> {
  return new Map([...argumentRecords(args, kwargs)].map(([path, record]) => [path, decoder.tensor(record)]))
}

/** Runs an operation: result, sharing, side effects, gradients, and the same by its method and in place. */
export async function runOp(bench: Bench, c: OpCase): Promise<void> {
  for (const [, record] of records(c.output, 'output')) new Decoder(bench).dtype(record.dtype)
  const decoder = new Decoder(bench)
  const inputs = inputTensors(decoder, c)
  const before = await snapshot(inputs)
  const result = invoke(decoder, c)
  await expectOutput(decoder, c, result, inputs)
  for (const [path, record] of Object.entries(c.mutated ?? {}))
    await expectTensor(bench, inputs.get(path), record, `${path} after the call`, c)
  await expectUnchanged(before, new Set(Object.keys(c.mutated ?? {})))
  if (c.grad !== undefined) await expectGradients(decoder, result, inputs, c.grad)
  const forms = bench.group.manifest.ops?.[c.op]?.forms
  if (c.kind !== 'function' || forms === undefined) return
  if (forms.method !== undefined && c.no_method !== true && isTensorRecord(methodSelf(c, forms.method)))
    await expectMethod(bench, c, forms.method)
  if (forms.inplace !== undefined && c.inplace !== undefined) await expectInplace(bench, c, forms.inplace)
}

async function expectOutput(
  decoder: Decoder,
  c: OpCase,
  result: unknown,
  inputs: ReadonlyMap<string, TensorLike>,
): Promise<void> {
  const { bench } = decoder
  if (c.compare !== undefined) {
    return expectLoosely(bench, c.compare, c.call, inputs.get('args.0')!, result, c.output, c.kwargs, c)
  }
  await expectResult(bench, result, c.output, 'output', c)
  for (const [path, record] of records(c.output, 'output')) expectSharing(bench, at(result, path), record, path, inputs)
}

/** The tensor whose method it is: the first argument, but the second of `where(condition, x, y)`. */
function methodSelf(c: OpCase, method: string): Encoded | undefined {
  return method === 'where' ? c.args[1] : c.args[0]
}

async function expectMethod(bench: Bench, c: OpCase, method: string): Promise<void> {
  const decoder = new Decoder(bench)
  const args = method === 'where' ? [c.args[1]!, c.args[0]!, ...c.args.slice(2)] : c.args
  // the recorded paths name the function's arguments
  const inputs = inputTensors(decoder, c)
  await expectOutput(decoder, c, invoke(decoder, { kind: 'method', call: method, args, kwargs: c.kwargs }), inputs)
}
