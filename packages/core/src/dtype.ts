import { TypeError_ } from './options.js'

/** Names of the element types. */
export type DTypeName =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'bool'

/** What may be written where a dtype is wanted: the constant or its name. */
export type DTypeLike = DType | DTypeName

/** Categories in promotion order: a wider category wins whatever the sizes. */
export const Category = { bool: 0, integer: 1, float: 2 } as const

/** The arithmetic a kernel works in. Narrow types are staged: halves through float32, small integers through int32. */
export const Compute = { f32: 0, f64: 1, i32: 2, i64: 3 } as const
export type ComputeClass = (typeof Compute)[keyof typeof Compute]

export type StorageArray = Float32Array | Float64Array | Uint16Array | Int8Array | Uint8Array | Int16Array | Int32Array

/**
 * The type of a tensor's elements. One frozen object a type: compare with `===`.
 *
 * @see https://pytorch.org/docs/stable/tensor_attributes.html#torch.dtype
 */
export class DType {
  /** `'float32'` */
  readonly name: DTypeName
  /** Dense index, for tables. */
  readonly id: number
  readonly category: number
  /** Bytes of one element. */
  readonly itemsize: number
  /** Array elements of the storage array that hold one element: 2 for int64 (low word, high word), else 1. */
  readonly words: number
  readonly compute: ComputeClass
  /** Whether kernels can work on the storage array itself, or stage through {@link compute}. */
  readonly staged: boolean
  /** The name in PyTorch's error messages: `Float`, `Long`. */
  readonly label: string

  constructor(
    id: number,
    name: DTypeName,
    category: number,
    itemsize: number,
    compute: ComputeClass,
    staged: boolean,
    label: string,
  ) {
    this.id = id
    this.name = name
    this.category = category
    this.itemsize = itemsize
    this.words = name === 'int64' ? 2 : 1
    this.compute = compute
    this.staged = staged
    this.label = label
    Object.freeze(this)
  }

  get isFloatingPoint(): boolean {
    return this.category === Category.float
  }

  get isSigned(): boolean {
    return this !== uint8 && this !== bool
  }

  /** A zeroed storage array for `numel` elements. */
  allocate(numel: number): StorageArray {
    switch (this.id) {
      case 0:
        return new Float32Array(numel)
      case 1:
        return new Float64Array(numel)
      case 2:
      case 3:
        return new Uint16Array(numel)
      case 4:
        return new Int8Array(numel)
      case 5:
      case 9:
        return new Uint8Array(numel)
      case 6:
        return new Int16Array(numel)
      case 7:
        return new Int32Array(numel)
      default:
        return new Int32Array(numel * 2)
    }
  }

  toString(): string {
    return `torch.${this.name}`
  }
}

/** 32-bit floating point, the default. */
export const float32: DType = new DType(0, 'float32', Category.float, 4, Compute.f32, false, 'Float')
/** 64-bit floating point. */
export const float64: DType = new DType(1, 'float64', Category.float, 8, Compute.f64, false, 'Double')
/** 16-bit floating point, IEEE half; computed in float32. */
export const float16: DType = new DType(2, 'float16', Category.float, 2, Compute.f32, true, 'Half')
/** 16-bit floating point with float32's exponent; computed in float32. */
export const bfloat16: DType = new DType(3, 'bfloat16', Category.float, 2, Compute.f32, true, 'BFloat16')
/** 8-bit signed integer. */
export const int8: DType = new DType(4, 'int8', Category.integer, 1, Compute.i32, true, 'Char')
/** 8-bit unsigned integer. */
export const uint8: DType = new DType(5, 'uint8', Category.integer, 1, Compute.i32, true, 'Byte')
/** 16-bit signed integer. */
export const int16: DType = new DType(6, 'int16', Category.integer, 2, Compute.i32, true, 'Short')
/** 32-bit signed integer. */
export const int32: DType = new DType(7, 'int32', Category.integer, 4, Compute.i32, false, 'Int')
/** 64-bit signed integer, the type of integer literals and of indices. */
export const int64: DType = new DType(8, 'int64', Category.integer, 8, Compute.i64, false, 'Long')
/** Boolean, one byte. */
export const bool: DType = new DType(9, 'bool', Category.bool, 1, Compute.i32, true, 'Bool')

export const dtypes: readonly DType[] = [float32, float64, float16, bfloat16, int8, uint8, int16, int32, int64, bool]

const byName = new Map<string, DType>(dtypes.map((d) => [d.name, d]))
for (const [alias, d] of [
  ['float', float32],
  ['double', float64],
  ['half', float16],
  ['short', int16],
  ['int', int32],
  ['long', int64],
] as const)
  byName.set(alias, d)

/** The dtype that a name or constant stands for. */
export function toDType(value: DTypeLike): DType {
  if (value instanceof DType) return value
  const found = byName.get(value)
  if (found === undefined)
    throw TypeError_(`dtype must be one of ${dtypes.map((d) => d.name).join(', ')}, but got`, value)
  return found
}

let defaultDType: DType = float32

/** The dtype of new floating-point tensors. */
export function getDefaultDtype(): DType {
  return defaultDType
}

/** Sets the dtype of new floating-point tensors. @throws TypeError if it is not a floating-point dtype */
export function setDefaultDtype(dtype: DTypeLike): void {
  const d = toDType(dtype)
  if (d.category !== Category.float)
    throw TypeError_('only floating-point types are supported as the default type, but got', d.name)
  defaultDType = d
}

/**
 * The dtype of a result that combines two dtypes of equal standing.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.promote_types.html
 */
export function promoteTypes(a: DTypeLike, b: DTypeLike): DType {
  const x = toDType(a)
  const y = toDType(b)
  if (x === y) return x
  if (x.category !== y.category) return x.category > y.category ? x : y
  if (x.category === Category.float) {
    // float16 and bfloat16 hold neither the other: the smallest type that holds both
    if (x.itemsize === y.itemsize) return float32
    return x.itemsize > y.itemsize ? x : y
  }
  // uint8 with int8 needs nine bits; with wider signed types the wider one holds it
  if (x.itemsize === y.itemsize) return int16
  return x.itemsize > y.itemsize ? x : y
}

/**
 * Whether a value of dtype `from` may be written into a tensor of dtype `to` by an in-place operation: the category may not
 * narrow.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.can_cast.html
 */
export function canCast(from: DTypeLike, to: DTypeLike): boolean {
  return toDType(from).category <= toDType(to).category
}

/** Limits of a floating-point dtype. @see https://pytorch.org/docs/stable/type_info.html */
export function finfo(dtype: DTypeLike = defaultDType): {
  bits: number
  eps: number
  max: number
  min: number
  tiny: number
} {
  const d = toDType(dtype)
  const known = {
    float32: [2 ** -23, (2 - 2 ** -23) * 2 ** 127, 2 ** -126],
    float64: [2 ** -52, Number.MAX_VALUE, 2 ** -1022],
    float16: [2 ** -10, 65504, 2 ** -14],
    bfloat16: [2 ** -7, (2 - 2 ** -7) * 2 ** 127, 2 ** -126],
  }
  const row = known[d.name as keyof typeof known]
  if (row === undefined) throw TypeError_('finfo() requires a floating point dtype, but got', d.name)
  return { bits: d.itemsize * 8, eps: row[0]!, max: row[1]!, min: -row[1]!, tiny: row[2]! }
}
