import { type Encoded, type EncodedArgs, floatsIn, isTensorRecord } from '../cases/encoded.js'
import { attempt, type Callable, isTensor, NotCovered, required, type TensorLike } from '../library.js'
import { bind } from '../signatures/bind.js'
import { signaturesOf } from '../signatures/signature.js'
import type { Decoder } from './decoder.js'
import { find } from './find.js'
import { camelCase, operators } from './names.js'

/** A call as Python makes it. */
export interface PythonCall {
  readonly kind: string
  /** `torch.add`, `add_`, `T`, `+`, `[]=`: what it is depends on `kind`. */
  readonly call: string
  readonly args: readonly Encoded[]
  readonly kwargs: EncodedArgs
}

/**
 * Makes the call in the library, under the naming rule.
 *
 * @throws NotCovered if the function, method, property or option does not exist
 */
export function invoke(decoder: Decoder, { kind, call, args, kwargs }: PythonCall): unknown {
  switch (kind) {
    case 'function':
      return callFunction(decoder, call, args, kwargs)
    case 'method':
      return callMethod(decoder, call, args, kwargs)
    case 'property':
      return readProperty(decoder, call, args[0]!)
    case 'operator':
      return applyOperator(decoder, call, args)
    default:
      throw new Error(`fixture: unknown kind of call '${kind}'`)
  }
}

function callFunction(decoder: Decoder, path: string, args: readonly Encoded[], kwargs: EncodedArgs): unknown {
  const f = find(decoder.bench.library, path)
  const call = bind(signaturesOf(path), args, kwargs)
  const creates = call.signature?.parameters.some((p) => p.kind === 'V') === true && !hasTensor([args, kwargs])
  const defaults: Record<string, unknown> =
    creates && decoder.bench.device !== 'cpu' ? { device: decoder.bench.device } : {}
  if (isFloatLiteral(path, args, kwargs)) defaults.dtype = decoder.dtype('float32')
  const [positional, options] = decoder.arguments(call, defaults)
  return attempt(path, () => f(...positional, ...options))
}

function callMethod(decoder: Decoder, name: string, args: readonly Encoded[], kwargs: EncodedArgs): unknown {
  const { library } = decoder.bench
  const self = decoder.value(args[0]!)
  if (!isTensor(library, self)) throw new Error(`fixture: method ${name} of what is no tensor`)
  const method = self[camelCase(name)]
  if (typeof method !== 'function') throw new NotCovered(`Tensor.${name}`)
  const call = bind(signaturesOf(`Tensor.${name}`), args.slice(1), kwargs)
  const literal = isFloatLiteral(name, args.slice(1), kwargs) ? { dtype: decoder.dtype('float32') } : {}
  const [positional, options] = decoder.arguments(call, literal)
  return attempt(`Tensor.${name}`, () => (method as Callable).apply(self, [...positional, ...options]))
}

function readProperty(decoder: Decoder, name: string, self: Encoded): unknown {
  const x = decoder.value(self) as TensorLike
  const key = camelCase(name)
  if (!(key in x)) throw new NotCovered(`Tensor.${name}`)
  return attempt(`Tensor.${name}`, () => x[key])
}

function applyOperator(decoder: Decoder, operator: string, args: readonly Encoded[]): unknown {
  const { library } = decoder.bench
  const self = decoder.value(args[0]!)
  if (operator === '[]' || operator === '[]=') {
    const x = self as TensorLike
    const name = operator === '[]' ? 'at' : 'set'
    const method = x[name]
    if (typeof method !== 'function') throw new NotCovered(`Tensor.${name}`)
    const index = decoder.index(args[1]!)
    if (operator === '[]') return attempt('Tensor.at', () => (method as Callable).apply(x, index))
    attempt('Tensor.set', () => (method as Callable).call(x, index, decoder.value(args[2]!)))
    return x
  }
  const name = operators[operator]
  if (name === undefined) throw new Error(`fixture: unknown operator '${operator}'`)
  const rest = args.slice(1).map((a) => decoder.value(a))
  if (!isTensor(library, self)) {
    // a reflected operator has its number first: only the function takes it there
    const f = required(library, name)
    return attempt(name, () => f(self, ...rest))
  }
  const method = self[name]
  if (typeof method !== 'function') throw new NotCovered(`Tensor.${name}`)
  return attempt(`Tensor.${name}`, () => (method as Callable).apply(self, rest))
}

/** Whether there is a tensor (or a program's variable) anywhere in the arguments. */
function hasTensor(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasTensor)
  if (typeof value !== 'object' || value === null) return false
  return isTensorRecord(value) || 'var' in value || Object.values(value).some(hasTensor)
}

/** Calls that take their dtype from the numbers they are given. */
const INFERRING: ReadonlySet<string> = new Set([
  'torch.tensor',
  'torch.as_tensor',
  'torch.full',
  'torch.arange',
  'new_tensor',
])

/**
 * Whether the call's dtype hangs on Python's 2.0 being a float. JavaScript has one kind of number, so such a call is written
 * with `{ dtype: float32 }` in TypeScript.
 */
function isFloatLiteral(call: string, args: readonly Encoded[], kwargs: EncodedArgs): boolean {
  if (!INFERRING.has(call) || 'dtype' in kwargs) return false
  const floats = [...args, ...Object.values(kwargs)].flatMap(floatsIn)
  return floats.length > 0 && floats.every(Number.isInteger)
}
