import { type EncodedArgs, isTensorRecord, type TensorRecord, type Tolerance } from './encoded.js'
import { bfloat16ToNumber, float16ToNumber } from './half.js'
import { openTensors, type RawArray, type TensorFile } from './safetensors.js'

/** What every case has; the rest depends on its kind. */
export interface Case {
  readonly id: string
  /** `'function'`, `'module'`, `'program'`, ...; absent in the promotion group. */
  readonly kind?: string
  readonly op?: string
  readonly tol?: Tolerance
}

/** How an op may be called besides its function. */
export interface OpForms {
  readonly forms?: Readonly<Record<string, string>>
}

/** The JSON part of a group. */
export interface Manifest {
  readonly group: string
  readonly default_tol: Readonly<Record<string, Tolerance>>
  readonly ops?: Readonly<Record<string, OpForms>>
  readonly cases: readonly Case[]
}

/** What PyTorch 2.x answers differently from the recorded 1.13; `text` is the new text of a repr. */
export interface Drift {
  readonly cases: Readonly<Record<string, { readonly what?: string; readonly text?: string }>>
}

/** Expected values of one tensor: plain numbers, or bigints for int64. */
export type Values = Float64Array | BigInt64Array

/** Gives the bytes of a file that a case names. */
export type FileReader = (path: string) => Promise<Uint8Array>

const EXACT: Tolerance = { rtol: 0, atol: 0 }

/** One group of recorded cases: its manifest and its tensors. */
export class Group {
  readonly name: string
  readonly manifest: Manifest
  readonly drift: Drift
  /** Reads a file that a case names: `files/checkpoint.pt`. */
  readonly readFile: FileReader
  private readonly file: TensorFile

  /**
   * @param manifest - the parsed `G.json`
   * @param tensors - the bytes of `G.safetensors`
   * @param drift - the parsed drift file that lies beside the groups, if there is one
   * @param readFile - where the files are that cases of the kind `file` name; without it they cannot be run
   * @throws Error if the manifest is none
   */
  constructor(manifest: Manifest, tensors: Uint8Array, drift?: Drift, readFile: FileReader = noFile) {
    if (typeof manifest?.group !== 'string' || !Array.isArray(manifest.cases))
      throw new Error('fixture: the manifest has no group or no cases')
    this.name = manifest.group
    this.manifest = manifest
    // the groups recorded with 2.x reuse ids, and have nothing to correct
    this.drift = drift === undefined || this.name.startsWith('torch2.') ? { cases: {} } : drift
    this.readFile = readFile
    this.file = openTensors(tensors)
  }

  get cases(): readonly Case[] {
    return this.manifest.cases
  }

  /** The raw elements of a record's storage. */
  storage(record: TensorRecord): RawArray {
    return this.file.read(record.tensor)
  }

  /** Expected values in row-major order; complex ones as pairs of real and imaginary part. */
  values(record: TensorRecord): Values {
    const raw = this.storage(record)
    const count = record.shape.reduce((p, s) => p * s, 1)
    if (record.dtype.startsWith('complex')) return Float64Array.from((raw as Float32Array).subarray(0, 2 * count))
    const at = positions(record, count)
    if (raw instanceof BigInt64Array) {
      const out = new BigInt64Array(count)
      for (let i = 0; i < count; i++) out[i] = raw[at(i)]!
      return out
    }
    const convert =
      record.dtype === 'float16' ? float16ToNumber : record.dtype === 'bfloat16' ? bfloat16ToNumber : (x: number) => x
    const out = new Float64Array(count)
    for (let i = 0; i < count; i++) out[i] = convert(raw[at(i)]!)
    return out
  }

  /** The tolerance for an expected tensor that belongs to `owner` (a case, its gradients, its second gradients). */
  tolerance(owner: { readonly tol?: Tolerance | undefined }, dtype: string): Tolerance {
    if (/^(int|uint|bool)/.test(dtype)) return EXACT
    return owner.tol ?? this.manifest.default_tol[dtype] ?? EXACT
  }
}

async function noFile(path: string): Promise<Uint8Array> {
  throw new Error(`fixture: the group has no files, and so no ${path}`)
}

/** Maps a row-major position to one in the storage. */
function positions(record: TensorRecord, count: number): (i: number) => number {
  const { shape, strides, offset = 0 } = record
  if (strides === undefined || count === 0) return (i) => i
  return (i) => {
    let rest = i
    let p = offset
    for (let k = shape.length - 1; k >= 0; k--) {
      p += (rest % shape[k]!) * strides[k]!
      rest = Math.floor(rest / shape[k]!)
    }
    return p
  }
}

/** The tensor records below a value, with their paths, in the order of a Python walk. */
export function* records(value: unknown, path: string): Generator<[string, TensorRecord]> {
  if (isTensorRecord(value)) yield [path, value]
  else if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* records(item, `${path}.${i}`)
  else if (typeof value === 'object' && value !== null) {
    const inner = value as Record<string, unknown>
    // a form's own name is no part of a path: `args.0.input` lies in {"pack_padded_sequence": {"input": ...}}
    const transparent = inner.tuple ?? inner.packed_sequence ?? inner.pack_padded_sequence
    if (transparent !== undefined) yield* records(transparent, path)
    else for (const [key, item] of Object.entries(inner)) yield* records(item, path === '' ? key : `${path}.${key}`)
  }
}

/** The records of arguments: `args.0`, `args.0.2`, `kwargs.weight`. */
export function argumentRecords(args: readonly unknown[], kwargs: EncodedArgs): Map<string, TensorRecord> {
  return new Map([...records(args, 'args'), ...records(kwargs, 'kwargs')])
}

/** A group without cases, for runners that need none of the recorded tensors. */
export function emptyGroup(name: string): Group {
  const header = new TextEncoder().encode('{}')
  const bytes = new Uint8Array(8 + header.length)
  bytes[0] = header.length
  bytes.set(header, 8)
  return new Group({ group: name, default_tol: {}, cases: [] }, bytes)
}
