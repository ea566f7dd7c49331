import {
  type Encoded,
  type EncodedArgs,
  form,
  isTensorRecord,
  items,
  scalar,
  type TensorRecord,
} from '../cases/encoded.js'
import type { Group } from '../cases/group.js'
import { attempt, type Library, NotCovered, required, type TensorLike } from '../library.js'
import { makeNet } from '../nets/course-nets.js'
import { type BoundCall, bind } from '../signatures/bind.js'
import { signaturesOf } from '../signatures/signature.js'
import { find } from './find.js'
import { namedFunction } from './named-functions.js'
import { camelCase } from './names.js'

/** Where the tensors of a case are made, and from what. */
export interface Bench {
  readonly library: Library
  readonly group: Group
  /** The device under test. */
  readonly device: string
}

/**
 * Turns encoded values into the library's. One decoder makes each tensor record once, so that a record found twice is one
 * tensor, and the tensors of a call can be asked for afterwards.
 */
export class Decoder {
  readonly bench: Bench
  /** Values of a program's variables. */
  readonly variables: Map<string, unknown> = new Map()
  private readonly made: Map<TensorRecord, TensorLike> = new Map()
  private readonly detached: boolean

  /** @param detached - whether no tensor shall require a gradient, whatever its record says */
  constructor(bench: Bench, detached = false) {
    this.bench = bench
    this.detached = detached
  }

  /** The tensor that was made of a record, undefined if none was. */
  madeOf(record: TensorRecord): TensorLike | undefined {
    return this.made.get(record)
  }

  /** A real view over its own storage: shape, strides and offset are the record's. */
  tensor(record: TensorRecord): TensorLike {
    const known = this.made.get(record)
    if (known !== undefined) return known
    const { library, group, device } = this.bench
    const dtype = this.dtype(record.dtype)
    const raw = group.storage(record)
    const strided = record.strides !== undefined
    let x = attempt(`dtype ${record.dtype}`, () =>
      required(library, 'fromTypedArray')(raw, strided ? [raw.length] : [...record.shape], { dtype, device }),
    ) as TensorLike
    if (strided) x = x.asStrided([...record.shape], [...record.strides], record.offset ?? 0)
    if (record.requires_grad === true && !this.detached) x = x.requiresGrad_()
    this.made.set(record, x)
    return x
  }

  /** @throws NotCovered for a dtype that the library does not have */
  dtype(name: string): unknown {
    const dtype = this.bench.library[name]
    if (dtype === undefined) throw new NotCovered(`dtype ${name}`)
    return dtype
  }

  value(encoded: Encoded): unknown {
    if (encoded === null || typeof encoded !== 'object') return encoded
    if (isTensorRecord(encoded)) return this.tensor(encoded)
    const list = items(encoded)
    if (list !== undefined) return list.map((item) => this.value(item))
    const x = scalar(encoded)
    if (x !== undefined) return x
    return this.object(encoded)
  }

  private object(encoded: Encoded): unknown {
    const variable = form(encoded, 'var') as string | undefined
    if (variable !== undefined) return this.variables.get(variable)
    const dtype = form(encoded, 'dtype') as string | undefined
    if (dtype !== undefined) return this.dtype(dtype)
    if (form(encoded, 'device') !== undefined) return this.bench.device
    const format = form(encoded, 'memory_format') as string | undefined
    if (format !== undefined) return this.bench.library[camelCase(format)] ?? format
    const module = form(encoded, 'module') as string | undefined
    if (module !== undefined)
      return this.construct(
        module,
        (form(encoded, 'args') ?? []) as Encoded[],
        (form(encoded, 'kwargs') ?? {}) as EncodedArgs,
      )
    // an enum in Python, a plain string here
    const interpolation = form(encoded, 'interpolation')
    if (interpolation !== undefined) return interpolation
    const net = form(encoded, 'class') as string | undefined
    if (net !== undefined)
      return this.net(net, (form(encoded, 'args') ?? []) as Encoded[], (form(encoded, 'kwargs') ?? {}) as EncodedArgs)
    const pairs = form(encoded, 'dict') as [string, Encoded][] | undefined
    if (pairs !== undefined) return Object.fromEntries(pairs.map(([key, item]) => [key, this.value(item)]))
    const fn = form(encoded, 'fn')
    if (fn !== undefined) return namedFunction(encoded as Readonly<Record<string, Encoded>>)
    const packed = form(encoded, 'pack_padded_sequence') as EncodedArgs | undefined
    if (packed !== undefined) return this.pack(packed)
    throw new Error(`fixture: cannot decode ${JSON.stringify(encoded)}`)
  }

  private net(name: string, args: readonly Encoded[], kwargs: EncodedArgs): unknown {
    const options = Object.entries(kwargs).map(([key, value]) => [camelCase(key), this.value(value)])
    return attempt(name, () =>
      makeNet(
        this.bench.library,
        name,
        args.map((arg) => this.value(arg)),
        Object.fromEntries(options),
      ),
    )
  }

  private pack(packed: EncodedArgs): unknown {
    const pack = find(this.bench.library, 'torch.nn.utils.rnn.pack_padded_sequence')
    const options = { batchFirst: packed.batch_first, enforceSorted: packed.enforce_sorted }
    return attempt('pack_padded_sequence', () => pack(this.value(packed.input!), this.value(packed.lengths!), options))
  }

  /** The items of an index expression, for `x.at(...index)`. */
  index(encoded: Encoded): unknown[] {
    const tuple = form(encoded, 'tuple') as readonly Encoded[] | undefined
    // as Python does: a list that holds more than numbers is a tuple of indices
    const list = Array.isArray(encoded) && encoded.some((item) => typeof item === 'object') ? encoded : undefined
    return (tuple ?? list ?? [encoded]).map((item) => {
      if (form(item, 'ellipsis') !== undefined) return '...'
      const slice = form(item, 'slice') as readonly Encoded[] | undefined
      if (slice === undefined) return this.value(item)
      const [start, stop, step] = slice.map((bound) => (bound === null ? '' : String(this.value(bound))))
      return step === '' ? `${start}:${stop}` : `${start}:${stop}:${step}`
    })
  }

  /** Builds a module, an optimizer or a scheduler by its Python path. */
  construct(path: string, args: readonly Encoded[], kwargs: EncodedArgs): unknown {
    const Class = find(this.bench.library, path) as unknown as new (...args: unknown[]) => unknown
    const [positional, options] = this.arguments(bind(signaturesOf(path), args, kwargs))
    return attempt(path, () => new Class(...positional, ...options))
  }

  /** The arguments of a bound call: positional ones, and the options as a list of one object or none. */
  arguments(call: BoundCall, defaults: Readonly<Record<string, unknown>> = {}): [unknown[], object[]] {
    const options: Record<string, unknown> = { ...defaults }
    for (const [name, value] of call.options)
      options[camelCase(name)] = name === 'device' ? this.bench.device : this.value(value)
    return [call.positional.map((value) => this.value(value)), Object.keys(options).length === 0 ? [] : [options]]
  }
}
