import { expectError } from '../compare/errors.js'
import { expectSame, show } from '../compare/results.js'
import { attempt, type Callable, type Library, Mismatch, NotCovered, required, type TensorLike } from '../library.js'

type Call = (name: string, ...args: unknown[]) => unknown

/** The calls that the error cases name. */
const calls: Readonly<Record<string, (call: Call) => unknown>> = {
  'randint empty range': (call) => call('randint', 5, 5, [2]),
  'randint high<low': (call) => call('randint', 5, 2, [2]),
  'uniform_ from>to': (call) => method(call('empty', [3]), 'uniform_', { from: 1, to: 0 }),
  'normal_ std<0': (call) => method(call('empty', [3]), 'normal_', { mean: 0, std: -1 }),
  'bernoulli p=1.5': (call) => call('bernoulli', call('tensor', [1.5])),
  'bernoulli_ p=-.1': (call) => method(call('empty', [3]), 'bernoulli_', { p: -0.1 }),
  'multinomial too many': (call) => call('multinomial', call('ones', [3]), 4),
  'multinomial negative': (call) => call('multinomial', call('tensor', [1, -1], { dtype: 'float32' }), 1),
  'multinomial zero sum': (call) => call('multinomial', call('zeros', [3]), 1),
  'multinomial zeros without replacement': (call) =>
    call('multinomial', call('tensor', [0, 1], { dtype: 'float32' }), 2),
  'randperm -1': (call) => call('randperm', -1),
  'geometric_ p=1': (call) => method(call('empty', [3]), 'geometric_', 1),
  'exponential_ lambda=0': (call) => method(call('empty', [2]), 'exponential_', { lambd: 0 }),
  'cauchy_ int': (call) => method(call('empty', [3], { dtype: 'int64' }), 'cauchy_'),
  'dropout p=1.1': (call) => call('nn.functional.dropout', call('ones', [3]), { p: 1.1 }),
  'rand int64': (call) => call('rand', [3], { dtype: 'int64' }),
  'randn int64': (call) => call('randn', [3], { dtype: 'int64' }),
  'log_normal_ std=0': (call) => method(call('empty', [3]), 'logNormal_', { mean: 0, std: 0 }),
  'uint8 randint 300': (call) => call('randint', 0, 300, [3], { dtype: 'uint8' }),
  'set_rng_state short': (call) => call('setRngState', call('zeros', [5], { dtype: 'uint8' })),
}

/** What 2.x says instead of the recorded version. */
const IN_2X: Readonly<Record<string, string>> = {
  'multinomial negative': 'RuntimeError: probability tensor contains either `inf`, `nan` or element < 0',
  'exponential_ lambda=0': 'RuntimeError: exponential_ expects lambda > 0.0, but found lambda=0',
  'cauchy_ int':
    'RuntimeError: Cauchy distribution is a continuous probability distribution. dtype must be a floating point but you specified long int',
  'rand int64': 'NotImplementedError: "check_uniform_bounds" not implemented for \'Long\'',
  'randn int64': 'NotImplementedError: "normal_kernel_cpu" not implemented for \'Long\'',
  'set_rng_state short':
    'RuntimeError: Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be 5',
}

function method(x: unknown, name: string, ...args: unknown[]): unknown {
  const found = (x as TensorLike)[name]
  if (typeof found !== 'function') throw new NotCovered(`Tensor.${name}`)
  return (found as Callable).apply(x, args)
}

/** Runs a call that must fail, or is remarkable for not failing. */
export async function expectRandomError(library: Library, name: string, recorded: string): Promise<void> {
  const make = calls[name]
  if (make === undefined) throw new NotCovered(`the error case ${name}`)
  const expected = IN_2X[name] ?? recorded
  const [, type, message] = /^(\w+Error): (.*)$/s.exec(expected) ?? []
  const call: Call = (f, ...args) => required(library, f)(...args)
  required(library, 'manualSeed')(0)
  let result: unknown
  try {
    result = make(call)
  } catch (error) {
    if (error instanceof NotCovered || type === undefined || message === undefined) throw error
    // where PyTorch itself says "not implemented", a RuntimeError of the same words will do
    return expectError(
      error,
      { type: type === 'NotImplementedError' ? 'RuntimeError' : type, message: message.replace(/"\w+" /, '') },
      name,
    )
  }
  if (type !== undefined) throw new Mismatch(`gave ${show(result)} instead of throwing a ${expected}`)
  const values = (method(result, 'tolist') as unknown[]).map(String)
  expectSame(`ok [${values.join(', ').replaceAll('Infinity', 'inf')}]`, expected, 'result')
}

/** What `manual_seed` takes of Python's values and JavaScript has too. */
const SEEDS: Readonly<Record<string, unknown>> = { '1.5': 1.5, '1.0': 1, "'3'": '3', True: true, None: null }

/** Checks what a seed argument does. */
export async function expectSeedValue(library: Library, seeding: Readonly<Record<string, unknown>>): Promise<void> {
  const text = String(seeding.argument)
  const seed = text in SEEDS ? SEEDS[text] : BigInt(text)
  const result = String(seeding.result)
  const accepted = /^ok, initial_seed (\d+)$/.exec(result)?.[1]
  try {
    attempt('manualSeed', () => required(library, 'manualSeed')(seed))
  } catch (error) {
    if (error instanceof NotCovered) throw error
    if (accepted !== undefined) throw new Mismatch(`manualSeed(${text}) threw ${(error as Error).message}`)
    if (!(error instanceof Error)) throw new Mismatch(`manualSeed(${text}) threw what is no Error`)
    return
  }
  if (accepted === undefined) throw new Mismatch(`manualSeed(${text}) did not throw: ${result}`)
  expectSame(String(required(library, 'initialSeed')()), accepted, `initialSeed after manualSeed(${text})`)
}
