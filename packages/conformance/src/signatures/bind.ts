import { type Encoded, type EncodedArgs, form, isTensorRecord, items } from '../cases/encoded.js'
import type { Parameter, Signature } from './signature.js'

/** A Python call as the naming rule writes it: required arguments by position, all others in one object of options. */
export interface BoundCall {
  readonly positional: readonly Encoded[]
  /** By Python's parameter names, in the order of the signature. */
  readonly options: ReadonlyMap<string, Encoded>
  readonly signature: Signature | undefined
}

/** What has one value here: nothing of it reaches the library. */
const IGNORED: ReadonlySet<string> = new Set(['layout', 'pin_memory', 'out'])
/** Accepted by every creating function, whatever its schema says. */
const UNIVERSAL: ReadonlySet<string> = new Set([...IGNORED, 'requires_grad', 'device', 'dtype', 'memory_format'])
/** NumPy's spellings, which PyTorch takes as well. */
const ALIASES: Readonly<Record<string, string>> = {
  axis: 'dim',
  keepdims: 'keepdim',
  input: 'self',
  x: 'self',
  a: 'self',
  x2: 'other',
}

/**
 * Sorts the arguments of a Python call into required and optional ones, by the first of the overloads that fits.
 *
 * Without a signature, or where none fits (calls that are meant to fail), positional arguments stay positional. An optional
 * argument that is None by default and None here is left out: that is how TypeScript spells it.
 */
export function bind(overloads: readonly Signature[], args: readonly Encoded[], kwargs: EncodedArgs): BoundCall {
  for (const lenient of [false, true]) {
    for (const signature of overloads) {
      const values = assign(signature, args, kwargs, lenient)
      if (values !== undefined) return arrange(signature, values, args)
    }
  }
  const options = new Map(Object.entries(kwargs).filter(([name]) => !IGNORED.has(name)))
  return { positional: args, options, signature: undefined }
}

/** Values by parameter, or undefined if the call does not fit the signature. */
function assign(
  signature: Signature,
  given: readonly Encoded[],
  kwargs: EncodedArgs,
  lenient: boolean,
): Map<string, Encoded> | undefined {
  const { parameters, variadic } = signature
  const positional = parameters.filter((p) => !p.keywordOnly)
  const args = gather(positional, given)
  if (args.length > positional.length && variadic === undefined) return undefined
  const values = new Map<string, Encoded>()
  for (const [i, p] of positional.entries()) {
    if (i >= args.length) break
    if (!accepts(p, args[i]!, lenient)) return undefined
    values.set(p.name, inForm(p, args[i]!))
  }
  for (const [key, value] of Object.entries(kwargs)) {
    const p = parameters.find((q) => q.name === key) ?? parameters.find((q) => q.name === ALIASES[key])
    if (p === undefined) {
      if (!UNIVERSAL.has(key)) return undefined
      values.set(key, value)
    } else if (values.has(p.name) || !accepts(p, value, lenient)) return undefined
    else values.set(p.name, inForm(p, value))
  }
  return parameters.every((p) => p.fallback !== undefined || values.has(p.name)) ? values : undefined
}

/** A device may be written as a string; encoded as a device it can be told from one. */
function inForm(p: Parameter, value: Encoded): Encoded {
  return p.kind === 'V' && typeof value === 'string' ? { device: value } : value
}

/** `view(2, 3)` is `view([2, 3])` where a list of ints is the only positional parameter. */
function gather(positional: readonly Parameter[], args: readonly Encoded[]): readonly Encoded[] {
  const [only] = positional
  if (positional.length !== 1 || only?.kind !== 'i[]' || args.length === 0) return args
  return args.every((a) => typeof a === 'number') ? [args] : args
}

function arrange(signature: Signature, values: Map<string, Encoded>, args: readonly Encoded[]): BoundCall {
  const positional: Encoded[] = []
  const options = new Map<string, Encoded>()
  for (const p of signature.parameters) {
    const value = values.get(p.name)
    if (value === undefined) continue
    values.delete(p.name)
    if (p.fallback === undefined && !p.keywordOnly) positional.push(value)
    else if (!IGNORED.has(p.name) && !isDefault(p, value)) options.set(p.name, value)
  }
  if (signature.variadic !== undefined) {
    positional.push(...args.slice(signature.parameters.filter((p) => !p.keywordOnly).length))
  }
  for (const [name, value] of values) if (!IGNORED.has(name)) options.set(name, value)
  return { positional, options, signature }
}

function accepts(p: Parameter, value: Encoded, lenient: boolean): boolean {
  if (value === null) return p.nullable || p.kind === '_'
  if (p.kind.endsWith('[]')) {
    const item = { ...p, kind: p.kind.slice(0, -2), nullable: p.kind === 'T[]' }
    const list = items(value)
    return list === undefined
      ? (p.single || lenient) && accepts(item, value, lenient)
      : list.every((v) => accepts(item, v, lenient))
  }
  const isTensor = isTensorRecord(value) || form(value, 'var') !== undefined
  const isInt = typeof value === 'number' || form(value, 'int') !== undefined
  const isNumber = isInt || typeof value === 'boolean' || form(value, 'float') !== undefined
  switch (p.kind) {
    case 'T':
      return isTensor || (lenient && isNumber)
    case 'n':
    case 'f':
      return isNumber || (lenient && isTensor)
    case 'i':
      return isInt || (lenient && (isTensor || isNumber))
    case 'b':
      return typeof value === 'boolean' || (lenient && isInt)
    case 's':
      return typeof value === 'string'
    case 'D':
      return form(value, 'dtype') !== undefined
    case 'V':
      return typeof value === 'string' || form(value, 'device') !== undefined
    case 'M':
      return form(value, 'memory_format') !== undefined
    case 'L':
      return form(value, 'layout') !== undefined
    default:
      return true
  }
}

/** Whether an argument says what happens without it: None for None, the memory format that is kept anyway. */
function isDefault(p: Parameter, value: Encoded): boolean {
  if (value === null) return p.fallback === 'None'
  const format = form(value, 'memory_format')
  // 0 is PyTorch's number for contiguous_format
  return format === 'preserve_format' || (format === 'contiguous_format' && p.fallback === '0')
}
