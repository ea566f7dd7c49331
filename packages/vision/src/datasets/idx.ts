import { RuntimeError } from '@tsorch/core'

/** Element types of the IDX format, by the code in the third byte. All are stored big-endian. */
const elementTypes: Record<number, { dtype: IdxDType; itemsize: number }> = {
  8: { dtype: 'uint8', itemsize: 1 },
  9: { dtype: 'int8', itemsize: 1 },
  11: { dtype: 'int16', itemsize: 2 },
  12: { dtype: 'int32', itemsize: 4 },
  13: { dtype: 'float32', itemsize: 4 },
  14: { dtype: 'float64', itemsize: 8 },
}

export type IdxDType = 'uint8' | 'int8' | 'int16' | 'int32' | 'float32' | 'float64'

/** The array that an IDX file holds, row-major, in this machine's byte order. */
export type IdxArray = { readonly shape: readonly number[] } & (
  | { readonly dtype: 'uint8'; readonly data: Uint8Array }
  | { readonly dtype: 'int8'; readonly data: Int8Array }
  | { readonly dtype: 'int16'; readonly data: Int16Array }
  | { readonly dtype: 'int32'; readonly data: Int32Array }
  | { readonly dtype: 'float32'; readonly data: Float32Array }
  | { readonly dtype: 'float64'; readonly data: Float64Array }
)

/**
 * Reads an array in the IDX format, in which MNIST and its relatives are published: two zero bytes, a type code, the number
 * of dimensions, each size as a big-endian 32-bit integer, then the elements.
 *
 * @param bytes the whole file, not compressed; 8-bit elements are not copied
 * @param name what to call it in errors
 * @throws RuntimeError if the magic number, the type or the length is wrong
 * @example
 * ```ts
 * import { parseIdx } from '@tsorch/vision'
 *
 * const { shape, data } = parseIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1])) // [3], Uint8Array [7, 2, 1]
 * ```
 */
export function parseIdx(bytes: Uint8Array, name = 'IDX data'): IdxArray {
  const fail = (what: string): never => {
    throw new RuntimeError(`${name}: ${what}`)
  }
  if (bytes.length < 4) fail(`an IDX file starts with 4 bytes of magic number, but there are only ${bytes.length}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const type = elementTypes[bytes[2]!]
  const ndim = bytes[3]!
  if (bytes[0] !== 0 || bytes[1] !== 0 || type === undefined || ndim === 0) {
    const magic = Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join(' ')
    return fail(
      `not an IDX file: the magic number is ${magic}, but expected 00 00, a type of 08, 09, 0b, 0c, 0d or 0e, and at least one dimension`,
    )
  }
  const header = 4 + 4 * ndim
  if (bytes.length < header) {
    fail(`truncated: the header of ${ndim} dimensions needs ${header} bytes, but there are only ${bytes.length}`)
  }
  const shape = Array.from({ length: ndim }, (_, d) => view.getUint32(4 + 4 * d))
  const count = shape.includes(0) ? 0 : shape.reduce((n, size) => n * size, 1)
  const expected = header + count * type.itemsize
  if (expected !== bytes.length) {
    const sizes = `${type.dtype} of shape [${shape.join(', ')}] needs ${expected} bytes, but there are ${bytes.length}`
    fail(bytes.length < expected ? `truncated: ${sizes}` : `bytes left over at the end: ${sizes}`)
  }
  return readElements(view, type.dtype, shape, header, count)
}

function readElements(view: DataView, dtype: IdxDType, shape: number[], start: number, count: number): IdxArray {
  const from = view.byteOffset + start
  switch (dtype) {
    case 'uint8':
      return { dtype, shape, data: new Uint8Array(view.buffer, from, count) }
    case 'int8':
      return { dtype, shape, data: new Int8Array(view.buffer, from, count) }
    case 'int16':
      return { dtype, shape, data: Int16Array.from({ length: count }, (_, i) => view.getInt16(start + 2 * i)) }
    case 'int32':
      return { dtype, shape, data: Int32Array.from({ length: count }, (_, i) => view.getInt32(start + 4 * i)) }
    case 'float32':
      return { dtype, shape, data: Float32Array.from({ length: count }, (_, i) => view.getFloat32(start + 4 * i)) }
    case 'float64':
      return { dtype, shape, data: Float64Array.from({ length: count }, (_, i) => view.getFloat64(start + 8 * i)) }
  }
}
