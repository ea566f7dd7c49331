import { type Bench, Decoder } from '../calls/decoder.js'
import { invoke } from '../calls/invoke.js'
import { type Encoded, type EncodedArgs, number, type TensorRecord } from '../cases/encoded.js'
import type { Case } from '../cases/group.js'
import { expectSame, expectTensor } from '../compare/results.js'
import { toNumbers } from '../compare/values.js'
import { Mismatch, read, required, type TensorLike } from '../library.js'
import { type ModuleLike, stateEntries } from './module-like.js'
import { expectClose, expectFacts, type Facts, statistics } from './statistics.js'

/** A fact about a function of `nn.init`. */
export interface InitCase extends Case {
  readonly fn: string
  readonly nonlinearity?: string
  readonly param?: Encoded
  readonly value?: Encoded
  readonly shape?: readonly number[]
  readonly fan_in?: number
  readonly fan_out?: number
  readonly mode?: string
  readonly a?: Encoded
  readonly gain?: Encoded
  readonly uniform_bound?: Encoded
  readonly normal_std?: Encoded
  readonly args?: readonly Encoded[]
  readonly kwargs?: EncodedArgs
  readonly output?: TensorRecord
  readonly facts?: Facts
  readonly std_rtol?: Encoded
  readonly mean_atol_in_std?: Encoded
}

/** How each entry of a new module's state is distributed. */
export interface InitModuleCase extends Case {
  readonly module: string
  readonly ctor: { readonly args: readonly Encoded[]; readonly kwargs: EncodedArgs }
  readonly shapes: Readonly<Record<string, readonly number[]>>
  readonly facts: Readonly<Record<string, EncodedArgs>>
}

/** Runs one fact about `nn.init`. */
export async function runInit(bench: Bench, c: InitCase): Promise<void> {
  // seeded, so that a statement about chance comes out the same every time
  required(bench.library, 'manualSeed')(0)
  const decoder = new Decoder(bench)
  const call = (fn: string, args: readonly Encoded[], kwargs: EncodedArgs = {}): unknown =>
    invoke(decoder, { kind: 'function', call: `torch.nn.init.${fn}`, args, kwargs })
  if (c.fn === 'calculate_gain') {
    expectClose(
      call(c.fn, [c.nonlinearity!, ...(c.param === null || c.param === undefined ? [] : [c.param])]),
      number(c.value!),
      1e-12,
      'gain',
    )
    return
  }
  const weight = required(bench.library, 'empty')([...c.shape!], { device: bench.device }) as TensorLike
  decoder.variables.set('weight', weight)
  const target = { var: 'weight' }
  if (c.fn === 'fan_in_and_fan_out') {
    expectSame(call('calculate_fan_in_and_fan_out', [target]), [c.fan_in, c.fan_out], 'fans')
  } else if (c.fn === 'kaiming' || c.fn === 'xavier') {
    const kwargs: Record<string, Encoded> =
      c.fn === 'kaiming' ? { a: c.a!, mode: c.mode!, nonlinearity: c.nonlinearity! } : { gain: c.gain! }
    await expectSpread(
      weight,
      () => call(`${c.fn}_uniform_`, [target], kwargs),
      () => call(`${c.fn}_normal_`, [target], kwargs),
      c,
    )
  } else {
    call(c.fn, [target, ...(c.args ?? [])], c.kwargs)
    if (c.output !== undefined) await expectTensor(bench, weight, c.output, 'weight', c)
    if (c.facts !== undefined) {
      expectFacts(
        toNumbers(await read(weight)),
        c.shape!,
        c.facts,
        c.std_rtol === undefined ? 0.03 : number(c.std_rtol),
        c.mean_atol_in_std === undefined ? 0.05 : number(c.mean_atol_in_std),
      )
    }
  }
}

/** Bound of the uniform variant and standard deviation of the normal one, from enough draws to tell. */
async function expectSpread(
  weight: TensorLike,
  uniform: () => unknown,
  normal: () => unknown,
  c: InitCase,
): Promise<void> {
  const bound = number(c.uniform_bound!)
  const draw = async (fill: () => unknown): Promise<number[]> => {
    const values: number[] = []
    while (values.length < 20000) {
      fill()
      values.push(...toNumbers(await read(weight)))
    }
    return values
  }
  const spread = statistics(await draw(uniform))
  if (Math.max(-spread.min, spread.max) > bound * (1 + 1e-6) + 1e-12)
    throw new Mismatch(`uniform values reach ${spread.max}, the bound is ${bound}`)
  expectClose(spread.max, bound, 0.01, 'largest uniform value')
  expectClose(spread.min, -bound, 0.01, 'smallest uniform value')
  expectClose(statistics(await draw(normal)).std, number(c.normal_std!), 0.05, 'std of the normal variant')
}

/** Runs the facts about a new module's parameters. */
export async function runInitModule(bench: Bench, c: InitModuleCase): Promise<void> {
  required(bench.library, 'manualSeed')(0)
  const state = stateEntries(new Decoder(bench).construct(c.module, c.ctor.args, c.ctor.kwargs) as ModuleLike)
  expectSame(
    [...state].map(([key, x]) => [key, [...x.shape]]),
    Object.entries(c.shapes),
    'shapes of the state dict',
  )
  for (const [key, facts] of Object.entries(c.facts)) {
    const { min, max, mean, std, count } = statistics(toNumbers(await read(state.get(key)!)))
    if (facts.dist === 'constant') {
      expectClose(min, number(facts.value!), 1e-6, key)
      expectClose(max, number(facts.value!), 1e-6, key)
    } else if (facts.dist === 'uniform') {
      const [low, high] = [number(facts.low!), number(facts.high!)]
      const slack = 1e-6 * (high - low)
      if (min < low - slack || max > high + slack)
        throw new Mismatch(`${key} lies in [${min}, ${max}] instead of [${low}, ${high}]`)
      // n draws leave about (high - low) / n at either end
      if ((high - low - (max - min)) * count > 30 * (high - low))
        throw new Mismatch(`${key} fills only [${min}, ${max}] of [${low}, ${high}]`)
    } else if (facts.dist === 'normal') {
      const zeroed = Array.isArray(facts.zero_rows) ? facts.zero_rows.length : 0
      const share = Math.sqrt(1 - zeroed / (c.shapes[key]![0] ?? 1))
      const scale = number(facts.std!)
      expectClose(std, scale * share, 5 / Math.sqrt(2 * count), `std of ${key}`)
      if (Math.abs(mean - number(facts.mean!)) > (5 * scale) / Math.sqrt(count))
        throw new Mismatch(`mean of ${key} is ${mean}`)
    } else throw new Error(`fixture: unknown distribution ${JSON.stringify(facts)}`)
  }
}
