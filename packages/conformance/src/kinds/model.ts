import { type Bench, Decoder } from '../calls/decoder.js'
import { find } from '../calls/find.js'
import { camelCase } from '../calls/names.js'
import { type Encoded, type EncodedArgs, number, type TensorRecord } from '../cases/encoded.js'
import type { Case } from '../cases/group.js'
import { expectSame, expectTensor } from '../compare/results.js'
import { attempt, isTensor, Mismatch, read, required, type TensorLike } from '../library.js'
import { cotangentOf, fillOf, inputOf } from '../nets/fill.js'
import { gradients } from './gradients.js'
import { type ModuleLike, stateEntries } from './module-like.js'

/** A large tensor, in a few numbers. */
interface Probe {
  readonly shape: readonly number[]
  readonly mean: Encoded
  readonly abs_mean: Encoded
  /** Values at flat positions. */
  readonly at: readonly (readonly [index: number, value: Encoded])[]
}

/** A network of torchvision: its names and shapes, or what it computes with weights that a formula fills in. */
export interface ModelCase extends Case {
  readonly model: string
  readonly kwargs: EncodedArgs
  readonly check: 'keys' | 'logits'
  readonly parameters: number
  readonly buffers: readonly string[]
  readonly children: readonly string[]
  readonly state_dict?: readonly (readonly [key: string, shape: readonly number[], dtype: string])[]
  readonly input_size?: number
  readonly image?: number
  readonly logits?: TensorRecord
  readonly probes_of_children_for_batch_of_2?: Readonly<Record<string, Probe>>
  readonly grad_probes_for_cotangent_fill?: Readonly<Record<string, Probe>>
}

/** Members of a module that only these cases need. */
type Net = ModuleLike & {
  namedChildren(): Iterable<readonly [string, Net]>
  registerForwardHook(hook: (module: unknown, args: unknown, output: unknown) => void): { remove(): void }
}

/** Runs a network: names, shapes and counts; then, for `logits`, outputs of all parts and gradients of all parameters. */
export async function runModel(bench: Bench, c: ModelCase): Promise<void> {
  const net = built(bench, c)
  expectNames(net, c)
  if (c.check === 'logits') await expectLogits(bench, net, c)
}

/** The network that was built last. Cases of one network follow each other, and drawing its weights takes longer than the rest. */
const last: WeakMap<Bench, { readonly key: string; readonly net: Net }> = new WeakMap()

function built(bench: Bench, c: ModelCase): Net {
  const key = JSON.stringify([c.model, c.kwargs])
  const known = last.get(bench)
  if (known?.key === key) return known.net
  // two of them need not fit into memory
  last.delete(bench)
  const decoder = new Decoder(bench)
  const build = find(bench.library, c.model)
  const options = Object.entries(c.kwargs).map(([name, value]) => [camelCase(name), decoder.value(value)])
  const net = attempt(c.model, () => build(Object.fromEntries(options))) as Net
  if (bench.device !== 'cpu') net.to(bench.device)
  last.set(bench, { key, net })
  return net
}

function expectNames(net: Net, c: ModelCase): void {
  const parameters = [...net.parameters()].reduce((n, parameter) => n + parameter.numel(), 0)
  expectSame(parameters, c.parameters, 'number of parameters')
  expectSame(
    [...net.namedBuffers()].map(([name]) => name),
    c.buffers,
    'names of buffers',
  )
  expectSame(
    [...net.namedChildren()].map(([name]) => name),
    c.children,
    'names of children',
  )
  if (c.state_dict === undefined) return
  const state = [...stateEntries(net)].map(([key, { shape, dtype }]) => [key, shape, dtype.name])
  for (const [i, entry] of c.state_dict.entries()) expectSame(state[i], entry, `entry ${i} of the state dict`)
  expectSame(state.length, c.state_dict.length, 'length of the state dict')
}

async function expectLogits(bench: Bench, net: Net, c: ModelCase): Promise<void> {
  const make = required(bench.library, 'fromTypedArray')
  const tensor = (values: Float32Array, shape: readonly number[]): TensorLike =>
    make(values, [...shape], { device: bench.device }) as TensorLike
  fill(net, tensor)
  net.eval()
  const [outputs, result] = run(bench, net, tensor(inputOf(c.input_size!), [2, 3, c.input_size!, c.input_size!]))
  for (const [name, probe] of Object.entries(c.probes_of_children_for_batch_of_2 ?? {}))
    await expectProbe(outputs.get(name), probe, `output of ${name}`)
  const row = (result.narrow as (dim: number, start: number, length: number) => TensorLike)(0, c.image!, 1)
  await expectTensor(bench, row, c.logits!, 'logits', c)
  const probes = c.grad_probes_for_cotangent_fill
  if (probes === undefined) return
  const named = [...net.namedParameters()]
  const cotangent = tensor(cotangentOf(result.numel()), result.shape)
  const grads = gradients(
    bench,
    [result],
    named.map(([, parameter]) => parameter),
    [cotangent],
  )
  const byName = new Map(named.map(([name], i) => [name, grads[i] ?? undefined]))
  for (const [name, probe] of Object.entries(probes)) await expectProbe(byName.get(name), probe, `grad of ${name}`)
}

/** Writes the formula's values into parameters and buffers, one after the other: a network may have half a gigabyte of them. */
function fill(net: Net, tensor: (values: Float32Array, shape: readonly number[]) => TensorLike): void {
  for (const [name, own] of stateEntries(net))
    if (own.dtype.name.startsWith('float')) own.copy_(tensor(fillOf(name, own.shape), own.shape))
}

/** What the network gives, and what its children gave on the way: copies, as later layers may write into them. */
function run(bench: Bench, net: Net, input: TensorLike): [Map<string, TensorLike>, TensorLike] {
  const outputs = new Map<string, TensorLike>()
  const hooks = [...net.namedChildren()].map(([name, child]) =>
    child.registerForwardHook((_module, _args, output) => {
      const first = Array.isArray(output) ? output[0] : output
      if (isTensor(bench.library, first)) outputs.set(name, first.detach().clone())
    }),
  )
  try {
    return [outputs, attempt('the network', () => net(input)) as TensorLike]
  } finally {
    for (const hook of hooks) hook.remove()
  }
}

/** @throws Mismatch if one of the numbers is further away than 0.2 % of the mean magnitude and 0.1 % of itself */
async function expectProbe(got: TensorLike | undefined, probe: Probe, path: string): Promise<void> {
  if (got === undefined) throw new Mismatch(`${path} is missing`)
  expectSame([...got.shape], probe.shape, `shape of ${path}`)
  const values = (await read(got)) as ArrayLike<number>
  let sum = 0
  let magnitude = 0
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!
    magnitude += Math.abs(values[i]!)
  }
  const scale = number(probe.abs_mean)
  const expectClose = (value: number, want: number, what: string): void => {
    if (!(Math.abs(value - want) <= 2e-3 * scale + 1e-3 * Math.abs(want)))
      throw new Mismatch(`${what} of ${path} is ${value} instead of ${want}`)
  }
  expectClose(sum / values.length, number(probe.mean), 'mean')
  expectClose(magnitude / values.length, scale, 'mean magnitude')
  for (const [i, value] of probe.at) expectClose(values[i]!, number(value), `element ${i}`)
}
