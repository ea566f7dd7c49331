import { type Bench, Decoder } from '../calls/decoder.js'
import { camelCase } from '../calls/names.js'
import { type Encoded, type EncodedArgs, isTensorRecord, number, scalar, type TensorRecord } from '../cases/encoded.js'
import type { Case, Values } from '../cases/group.js'
import { expectResult, expectTensor, show } from '../compare/results.js'
import { compareValues } from '../compare/values.js'
import { isTensor, Mismatch, NotCovered, read, required, type TensorLike } from '../library.js'
import { makeOptimizer, type OptimizerLike, stateOfParameter, step } from './optimizer-like.js'

/** Steps of an optimizer under given gradients. */
export interface OptimizerCase extends Case {
  readonly optimizer: string
  readonly defaults: EncodedArgs
  readonly params: readonly TensorRecord[]
  readonly groups: readonly { readonly params: readonly number[]; readonly options: EncodedArgs }[]
  readonly param_groups: readonly EncodedArgs[]
  readonly steps: number
  readonly grads: readonly TensorRecord[]
  readonly none_at?: readonly (readonly [parameter: number, step: number])[]
  readonly lr_at?: readonly (readonly [step: number, lr: Encoded])[]
  readonly params_after: readonly TensorRecord[]
  readonly state_after: readonly EncodedArgs[]
}

/** Options that choose between implementations of the same maths. */
const SWITCHES: ReadonlySet<string> = new Set(['foreach', 'capturable', 'differentiable', 'fused'])

/** Runs an optimizer: its groups, the parameters after each step, its state at the end. */
export async function runOptimizer(bench: Bench, c: OptimizerCase): Promise<void> {
  const decoder = new Decoder(bench)
  const params = c.params.map((record) => decoder.tensor(record).requiresGrad_())
  const groups = c.groups.map(({ params: indices, options }) => ({ params: indices.map((i) => params[i]!), options }))
  const optimizer = makeOptimizer(bench, c.optimizer, groups, c.defaults)
  const absent = expectGroups(decoder, optimizer, c.param_groups)
  for (let s = 0; s < c.steps; s++) {
    for (const [at, lr] of c.lr_at ?? []) if (at === s) for (const group of optimizer.paramGroups) group.lr = number(lr)
    for (const [i, p] of params.entries()) {
      const none = c.none_at?.some(([parameter, at]) => parameter === i && at === s) === true
      p.grad = none ? null : slice(bench, c.grads[i]!, s)
    }
    step(c.optimizer, optimizer)
    for (const [i, p] of params.entries())
      await expectRow(bench, p, c.params_after[i]!, s, `params[${i}] after step ${s}`, c)
  }
  for (const [i, state] of c.state_after.entries())
    await expectState(bench, stateOfParameter(optimizer, i), state, `state of params[${i}]`, c)
  // what works without them is right; that they are missing is said all the same
  if (absent.length > 0) throw new NotCovered(`${c.optimizer}: option ${absent.join(', ')}`)
}

/** Checks the options of each group; gives the names of those that it does not have. */
function expectGroups(decoder: Decoder, optimizer: OptimizerLike, recorded: readonly EncodedArgs[]): string[] {
  const absent = new Set<string>()
  if (optimizer.paramGroups.length !== recorded.length)
    throw new Mismatch(`${optimizer.paramGroups.length} parameter groups instead of ${recorded.length}`)
  for (const [i, group] of recorded.entries()) {
    for (const [name, value] of Object.entries(group)) {
      const key = camelCase(name)
      if (SWITCHES.has(name)) continue
      if (!(key in optimizer.paramGroups[i]!)) absent.add(name)
      else if (!equal(optimizer.paramGroups[i]![key], decoder.value(value))) {
        throw new Mismatch(
          `paramGroups[${i}].${key} is ${show(optimizer.paramGroups[i]![key])} instead of ${show(decoder.value(value))}`,
        )
      }
    }
  }
  return [...absent]
}

function equal(got: unknown, want: unknown): boolean {
  return JSON.stringify(got ?? null) === JSON.stringify(want)
}

/** Row s of a record `[steps, ...shape]`, as a tensor of its own. */
function slice(bench: Bench, record: TensorRecord, s: number): TensorLike {
  const shape = record.shape.slice(1)
  const n = shape.reduce((p, size) => p * size, 1)
  const { library, group, device } = bench
  const dtype = new Decoder(bench).dtype(record.dtype)
  return required(library, 'fromTypedArray')(group.storage(record).slice(s * n, (s + 1) * n), shape, {
    dtype,
    device,
  }) as TensorLike
}

/** Checks a parameter against row s of a record `[steps, ...shape]`. */
export async function expectRow(
  bench: Bench,
  p: TensorLike,
  record: TensorRecord,
  s: number,
  path: string,
  c: Case,
): Promise<void> {
  const n = p.numel()
  const want = bench.group.values(record).subarray(s * n, (s + 1) * n) as Values
  const difference = compareValues(await read(p), want, bench.group.tolerance(c, record.dtype))
  if (difference !== null) throw new Mismatch(`${path}: ${difference}`)
}

/** Numbers that each step reads: they are on the CPU, wherever the parameter is. */
const HOST: ReadonlySet<string> = new Set(['mu_product', 'eta', 'mu'])

/** Checks a parameter's state. What is None in 1.13 is absent in 2.x, and `step` has become a tensor. */
async function expectState(
  bench: Bench,
  got: ReadonlyMap<string, unknown>,
  want: EncodedArgs,
  path: string,
  c: Case,
): Promise<void> {
  for (const [name, value] of Object.entries(want)) {
    const entry = got.get(name)
    if (value === null) {
      if (entry !== undefined && entry !== null) throw new Mismatch(`${path} has a ${name}, PyTorch has none`)
    } else if (name === 'step') {
      if (!isTensor(bench.library, entry) || entry.dtype.name !== 'float32' || entry.shape.length !== 0)
        throw new Mismatch(`${path}: step is ${show(entry)} instead of a float32 tensor []`)
      const steps = isTensorRecord(value) ? Number(bench.group.values(value)[0]) : number(value)
      const taken = Number((await read(entry))[0])
      if (taken !== steps) throw new Mismatch(`${path}: step is ${taken} instead of ${steps}`)
    } else if (HOST.has(name) && isTensorRecord(value)) {
      const host = { ...bench, device: 'cpu' }
      await expectTensor(host, entry, value, `${path}: ${name}`, c)
    } else if (isTensorRecord(value)) await expectTensor(bench, entry, value, `${path}: ${name}`, c)
    else
      await expectResult(
        bench,
        isTensor(bench.library, entry) && scalar(value) !== undefined ? entry.item() : entry,
        value,
        `${path}: ${name}`,
        c,
      )
  }
}
