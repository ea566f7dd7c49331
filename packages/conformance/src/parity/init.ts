import { Decoder } from '../calls/decoder.js'
import { invoke } from '../calls/invoke.js'
import { emptyGroup } from '../cases/group.js'
import { compareValues, toNumbers } from '../compare/values.js'
import { type ModuleLike, stateEntries } from '../kinds/module-like.js'
import { attempt, type Library, Mismatch, NotCovered, read, required, Superseded, type TensorLike } from '../library.js'
import { type LayerSpec, layersOfNets } from '../nets/layers-of-nets.js'
import { parseInit, parseModule } from './init-names.js'
import { checksum } from './recorded.js'

/** Parameters right after seeding and construction. */
export interface InitialisationCase {
  readonly id: string
  readonly kind: 'module' | 'course' | 'init'
  readonly name: string
  readonly seed: number
  readonly params: readonly RecordedParameter[]
  readonly rand_after: readonly number[]
  readonly tol?: number
}

interface RecordedParameter {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: string
  readonly crc: string
  readonly first: readonly number[]
  readonly sum: number
  readonly sumsq: number
}

/** Runs one case of `init.json`. */
export async function runInitialisation(library: Library, c: InitialisationCase): Promise<void> {
  // 2.x rejects and draws again where 1.13 inverted the distribution
  if (c.name.startsWith('trunc_normal_'))
    throw new Superseded('trunc_normal_: PyTorch 2.x draws otherwise than the recorded version')
  required(library, 'manualSeed')(c.seed)
  const made = make(library, c)
  const next = await read(required(library, 'rand')([2]) as TensorLike)
  for (const parameter of c.params) await expectParameter(made.get(parameter.name), parameter, c.tol)
  const difference = compareValues(next, Float64Array.from(c.rand_after, Math.fround), { rtol: 0, atol: 0 })
  if (difference !== null) throw new Mismatch(`another amount was drawn: rand(2) after it${difference}`)
}

function make(library: Library, c: InitialisationCase): Map<string, TensorLike> {
  const decoder = new Decoder({ library, group: emptyGroup('init'), device: 'cpu' })
  if (c.kind === 'course') return makeLayers(library, c.name)
  if (c.kind === 'init') {
    const { name, args, kwargs } = parseInit(c.name)
    const out = required(library, 'empty')([...c.params[0]!.shape]) as TensorLike
    decoder.variables.set('out', out)
    invoke(decoder, { kind: 'function', call: `torch.nn.init.${name}`, args: [{ var: 'out' }, ...args], kwargs })
    return new Map([['out', out]])
  }
  if (/^Sequential\(/.test(c.name)) return makeSequential(library, c)
  const { name, args, kwargs } = parseModule(c.name)
  return stateEntries(decoder.construct(`torch.nn.${name}`, args, kwargs) as ModuleLike)
}

/** `Sequential(Linear,Dropout,Linear)` names classes only: the sizes of a Linear are those of its weight. */
function makeSequential(library: Library, c: InitialisationCase): Map<string, TensorLike> {
  const classes = c.name.slice('Sequential('.length, -1).split(',')
  const layers = classes.map((name, i) => {
    const [out, into] = c.params.find((p) => p.name === `${i}.weight`)?.shape ?? []
    return construct(library, name, out === undefined ? [] : [into, out])
  })
  return stateEntries(construct(library, 'Sequential', layers))
}

function construct(library: Library, name: string, args: readonly unknown[]): ModuleLike {
  const Class = required(library, `nn.${name}`) as unknown as new (...args: unknown[]) => ModuleLike
  return attempt(`nn.${name}`, () => new Class(...args))
}

function makeLayers(library: Library, net: string): Map<string, TensorLike> {
  const layers = layersOfNets[net]
  if (layers === undefined) throw new NotCovered(`the net ${net}`)
  const state = new Map<string, TensorLike>()
  for (const [attribute, module, ...args] of layers) {
    if (module === 'randn') state.set(attribute, scaledNormal(library, args))
    else
      for (const [key, tensor] of stateEntries(
        construct(
          library,
          module,
          args.map((a) => nested(library, a)),
        ),
      ))
        state.set(`${attribute}.${key}`, tensor)
  }
  return state
}

/** A layer that is the argument of another one. */
function nested(library: Library, arg: unknown): unknown {
  if (!Array.isArray(arg) || typeof arg[0] !== 'string') return arg
  const [module, ...args] = arg as unknown as [string, ...LayerSpec]
  return construct(library, module, args)
}

function scaledNormal(library: Library, [size, scale]: readonly unknown[]): TensorLike {
  const x = required(library, 'randn')(size) as { mul(other: unknown): TensorLike }
  return x.mul(scale)
}

async function expectParameter(got: TensorLike | undefined, want: RecordedParameter, tol?: number): Promise<void> {
  if (got === undefined) throw new Mismatch(`there is no parameter ${want.name}`)
  if (got.dtype.name !== want.dtype)
    throw new Mismatch(`${want.name} has dtype ${got.dtype.name} instead of ${want.dtype}`)
  if (String(got.shape) !== String(want.shape))
    throw new Mismatch(`${want.name} has shape [${got.shape}] instead of [${want.shape}]`)
  const elements = await read(got)
  if (checksum(elements, want.dtype) === want.crc) return
  const values = toNumbers(elements)
  const wanted = Float64Array.from(want.first, want.dtype === 'float32' ? Math.fround : Number)
  const difference = compareValues(values.subarray(0, wanted.length), wanted, { rtol: tol ?? 0, atol: tol ?? 0 })
  if (difference !== null) throw new Mismatch(`${want.name}${difference}`)
  if (tol === undefined) throw new Mismatch(`${want.name}: the checksum differs, at values that are not recorded`)
  const sum = values.reduce((a, b) => a + b, 0)
  const squares = values.reduce((a, b) => a + b * b, 0)
  const margin = tol * values.length
  if (Math.abs(sum - want.sum) > margin) throw new Mismatch(`sum of ${want.name} is ${sum} instead of ${want.sum}`)
  if (Math.abs(squares - want.sumsq) > 2 * margin) {
    throw new Mismatch(`sum of squares of ${want.name} is ${squares} instead of ${want.sumsq}`)
  }
}
