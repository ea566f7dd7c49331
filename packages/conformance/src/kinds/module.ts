import { type Bench, Decoder } from '../calls/decoder.js'
import { camelCase } from '../calls/names.js'
import { type Encoded, type EncodedArgs, isTensorRecord, type TensorRecord, type Tolerance } from '../cases/encoded.js'
import { argumentRecords, type Case, records } from '../cases/group.js'
import { expectResult, expectSame, expectTensor } from '../compare/results.js'
import { attempt, type TensorLike } from '../library.js'
import { cotangentPairs, expectGradient, gradients } from './gradients.js'
import { type ModuleLike, stateEntries, stateOf } from './module-like.js'
import { openPacked } from './packed.js'
import { expectUnchanged, snapshot } from './snapshot.js'

type Records = Readonly<Record<string, TensorRecord>>

/** A module: its state, a call of it, and what the call gives and changes. */
export interface ModuleCase extends Case {
  readonly module: string
  readonly ctor: { readonly args: readonly Encoded[]; readonly kwargs: EncodedArgs }
  readonly repr: string
  readonly training: boolean
  readonly params: readonly string[]
  readonly buffers: readonly string[]
  readonly state_dict: Records
  readonly args: readonly Encoded[]
  readonly kwargs: EncodedArgs
  readonly output: Encoded
  readonly calls?: number
  readonly state_after?: Records
  readonly mutated?: Records
  readonly grad?: {
    readonly cotangents: Records
    readonly inputs: Readonly<Record<string, TensorRecord | null>>
    readonly params: Readonly<Record<string, TensorRecord | null>>
    readonly tol?: Tolerance
  }
}

/** Runs a module: names, repr, loading, output, buffers, side effects, gradients. */
export async function runModule(bench: Bench, c: ModuleCase): Promise<void> {
  for (const [, record] of records(c.output, 'output')) new Decoder(bench).dtype(record.dtype)
  const decoder = new Decoder(bench)
  const module = decoder.construct(c.module, c.ctor.args, c.ctor.kwargs) as ModuleLike
  if (bench.device !== 'cpu') module.to(bench.device)
  expectSame(
    [...module.namedParameters()].map(([name]) => name),
    c.params,
    'names of parameters',
  )
  expectSame(
    [...module.namedBuffers()].map(([name]) => name),
    c.buffers,
    'names of buffers',
  )
  expectSame([...stateEntries(module).keys()], Object.keys(c.state_dict), 'keys of the state dict')
  expectRepr(String(module), bench.group.drift.cases[c.id]?.text ?? c.repr, c.ctor)
  load(decoder, module, c.state_dict)
  module.train(c.training)

  const inputs = new Map([...argumentRecords(c.args, c.kwargs)].map(([path, record]) => [path, decoder.tensor(record)]))
  const before = await snapshot(inputs)
  const options = Object.entries(c.kwargs).map(([name, value]) => [camelCase(name), decoder.value(value)])
  const args = [
    ...c.args.map((arg) => decoder.value(arg)),
    ...(options.length === 0 ? [] : [Object.fromEntries(options)]),
  ]
  let result: unknown
  for (let i = 0; i < (c.calls ?? 1); i++) result = attempt(c.module, () => module(...args))
  result = openPacked(bench, result, c.output)
  await expectResult(bench, result, c.output, 'output', c)
  for (const [path, record] of Object.entries(c.mutated ?? {}))
    await expectTensor(bench, inputs.get(path), record, `${path} after the call`, c)
  await expectUnchanged(before, new Set(Object.keys(c.mutated ?? {})))
  await expectState(bench, module, { ...c.state_dict, ...c.state_after }, c)
  if (c.grad !== undefined) await expectModuleGradients(decoder, module, result, inputs, c.grad)
}

/**
 * Checks what a module prints. Where a whole number was given, `2` and `2.0` are the same: JavaScript cannot tell which of them
 * it was.
 */
function expectRepr(got: string, want: string, ctor: ModuleCase['ctor']): void {
  let [ours, theirs] = [got, want]
  for (const n of wholeNumbers([ctor.args, ctor.kwargs])) {
    const float = new RegExp(`(?<![\\w.])${n}\\.0(?!\\d)`, 'g')
    ours = ours.replace(float, String(n))
    theirs = theirs.replace(float, String(n))
  }
  if (ours !== theirs) expectSame(got, want, 'repr')
}

function wholeNumbers(value: unknown): number[] {
  if (typeof value === 'number') return Number.isInteger(value) ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wholeNumbers) : []
}

/** Loads recorded values by `loadStateDict`. */
export function load(decoder: Decoder, module: ModuleLike, recorded: Records): void {
  // parameters are loaded by value: nothing of the recorded tensors may be kept
  const entries = Object.entries(recorded).map(([key, record]) => [key, decoder.tensor(record).clone()] as const)
  module.loadStateDict(stateOf(module, entries))
}

/** Checks every entry of a module's state. */
export async function expectState(
  bench: Bench,
  module: ModuleLike,
  recorded: Records,
  owner: { readonly tol?: Tolerance },
): Promise<void> {
  const state = stateEntries(module)
  for (const [key, record] of Object.entries(recorded)) {
    if (isTensorRecord(record)) await expectTensor(bench, state.get(key), record, `${key} after the call`, owner)
  }
}

async function expectModuleGradients(
  decoder: Decoder,
  module: ModuleLike,
  result: unknown,
  inputs: ReadonlyMap<string, TensorLike>,
  grad: NonNullable<ModuleCase['grad']>,
): Promise<void> {
  const { bench } = decoder
  const [outputs, cotangents] = cotangentPairs(decoder, result, grad.cotangents)
  const parameters = new Map(module.namedParameters())
  const wanted = [
    ...Object.entries(grad.inputs).map(([path, record]) => [path, inputs.get(path)!, record] as const),
    ...Object.entries(grad.params).map(([name, record]) => [name, parameters.get(name)!, record] as const),
  ]
  const got = gradients(
    bench,
    outputs,
    wanted.map(([, tensor]) => tensor),
    cotangents,
  )
  for (const [i, [path, , record]] of wanted.entries())
    await expectGradient(bench, got[i] ?? null, record, `grad of ${path}`, grad)
}
