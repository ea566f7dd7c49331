import { type Bench, Decoder } from '../calls/decoder.js'
import { invoke, type PythonCall } from '../calls/invoke.js'
import type { Encoded, EncodedArgs, TensorRecord } from '../cases/encoded.js'
import type { Case } from '../cases/group.js'
import { expectResult, expectSame, expectTensor } from '../compare/results.js'
import { required, type TensorLike } from '../library.js'
import { type ModuleLike, stateEntries } from './module-like.js'

/** Calls that draw from one stream. */
export interface RngCase extends Case {
  readonly seed: number
  readonly calls: readonly (PythonCall & { readonly output: Encoded })[]
}

/** The parameters of a module made right after seeding. */
export interface RngModuleCase extends Case {
  readonly seed: number
  readonly module: string
  readonly ctor: { readonly args: readonly Encoded[]; readonly kwargs: EncodedArgs }
  readonly state_dict: Readonly<Record<string, TensorRecord>>
  readonly next_rand: TensorRecord
}

/** Runs calls in order after `manualSeed`. */
export async function runRng(bench: Bench, c: RngCase): Promise<void> {
  required(bench.library, 'manualSeed')(c.seed)
  for (const [i, call] of c.calls.entries()) {
    // each call has inputs of its own: in-place ones overwrite theirs
    await expectResult(bench, invoke(new Decoder(bench), call), call.output, `calls[${i}]`, c)
  }
}

/** Constructs a module after `manualSeed`: its state, and how much was drawn. */
export async function runRngModule(bench: Bench, c: RngModuleCase): Promise<void> {
  required(bench.library, 'manualSeed')(c.seed)
  const module = new Decoder(bench).construct(c.module, c.ctor.args, c.ctor.kwargs) as ModuleLike
  const state = stateEntries(module)
  const next = required(bench.library, 'rand')([2]) as TensorLike
  expectSame([...state.keys()], Object.keys(c.state_dict), 'keys of the state dict')
  const host = { ...bench, device: 'cpu' }
  for (const [key, record] of Object.entries(c.state_dict)) await expectTensor(host, state.get(key), record, key, c)
  await expectTensor(host, next, c.next_rand, 'the next two random numbers', c)
}
