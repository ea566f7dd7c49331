/** Reads the tensor file of a group: just enough of safetensors for files that the fixtures' own script wrote. */

export type RawArray =
  | Float32Array
  | Float64Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Int32Array
  | BigInt64Array

interface Entry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

/** The tensors of one file, by name. */
export interface TensorFile {
  /** A copy of the raw elements: 16-bit words for half types, bytes for bool, bigints for int64. */
  read(name: string): RawArray
}

/**
 * Opens a safetensors file.
 *
 * @throws Error if the bytes are no safetensors file, or later for a tensor that is not in it
 */
export function openTensors(bytes: Uint8Array): TensorFile {
  if (bytes.byteLength < 8) throw new Error(`tensor file: ${bytes.byteLength} bytes are too few for a header`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = Number(view.getBigUint64(0, true))
  if (length > bytes.byteLength - 8)
    throw new Error(`tensor file: the header of ${length} bytes passes the end of the file`)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
    string,
    Entry | undefined
  >
  return {
    read(name) {
      const entry = header[name]
      if (entry === undefined) throw new Error(`tensor file: no tensor ${name}`)
      const [start, end] = entry.data_offsets
      // a copy: Node's Buffer would make a view of slice(), at an offset that suits no wider type
      return typed(entry.dtype, new Uint8Array(bytes.subarray(8 + length + start, 8 + length + end)).buffer)
    },
  }
}

/** The array type that holds a safetensors dtype. */
function typed(dtype: string, buffer: ArrayBuffer): RawArray {
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer)
    case 'F64':
      return new Float64Array(buffer)
    case 'F16':
    case 'BF16':
      return new Uint16Array(buffer)
    case 'I64':
      return new BigInt64Array(buffer)
    case 'I32':
      return new Int32Array(buffer)
    case 'I16':
      return new Int16Array(buffer)
    case 'I8':
      return new Int8Array(buffer)
    case 'U8':
    case 'BOOL':
      return new Uint8Array(buffer)
    default:
      throw new Error(`tensor file: unknown dtype ${dtype}`)
  }
}
