import { type Bench, Decoder } from '../calls/decoder.js'
import type { Encoded, EncodedArgs, TensorRecord, Tolerance } from '../cases/encoded.js'
import type { Case } from '../cases/group.js'
import { expectSame } from '../compare/results.js'
import { compareValues } from '../compare/values.js'
import { attempt, Mismatch, read, type TensorLike } from '../library.js'
import { expectState, load } from './module.js'
import { type ModuleLike, stateEntries } from './module-like.js'
import { makeOptimizer, step } from './optimizer-like.js'

/** A training loop: the losses on its way and the state at its end. */
export interface TrainingCase extends Case {
  readonly model: Encoded
  readonly state_dict: Readonly<Record<string, TensorRecord>>
  readonly loss: { readonly module: string; readonly kwargs: EncodedArgs }
  readonly optimizer: { readonly class: string; readonly kwargs: EncodedArgs }
  readonly inputs: readonly TensorRecord[]
  readonly target: TensorRecord
  readonly batch_size: number | null
  readonly steps: number
  readonly record_every: number
  readonly losses: TensorRecord
  readonly state_after: Readonly<Record<string, TensorRecord>>
  readonly tol: Tolerance
}

type Rows = TensorLike & { narrow(dim: number, start: number, length: number): TensorLike }

/** Runs a training loop from the recorded state. */
export async function runTraining(bench: Bench, c: TrainingCase): Promise<void> {
  const decoder = new Decoder(bench)
  const model = decoder.value(c.model) as ModuleLike
  if (bench.device !== 'cpu') model.to(bench.device)
  expectSame([...stateEntries(model).keys()], Object.keys(c.state_dict), 'keys of the state dict')
  load(decoder, model, c.state_dict)
  model.train()
  const criterion = decoder.construct(c.loss.module, [], c.loss.kwargs) as (...args: unknown[]) => TensorLike
  const optimizer = makeOptimizer(
    bench,
    c.optimizer.class,
    [{ params: [...model.parameters()], options: {} }],
    c.optimizer.kwargs,
  )
  const data = [...c.inputs, c.target].map((record) => decoder.tensor(record) as Rows)
  const rows = c.target.shape[0] ?? 1
  const size = c.batch_size ?? rows
  const losses: number[] = []
  for (let s = 0; s < c.steps; s++) {
    const batch = data.map((x) =>
      size === rows ? x : x.narrow(0, (s * size) % rows, Math.min(size, rows - ((s * size) % rows))),
    )
    const loss = attempt('training', () => {
      const value = criterion(model(...batch.slice(0, -1)), batch.at(-1))
      optimizer.zeroGrad()
      value.backward()
      return value
    })
    step(c.optimizer.class, optimizer)
    if (s % c.record_every === 0 || s === c.steps - 1) losses.push(Number((await read(loss))[0]))
  }
  const difference = compareValues(losses, bench.group.values(c.losses), c.tol)
  if (difference !== null) throw new Mismatch(`losses${difference}`)
  await expectState(bench, model, c.state_after, c)
}
