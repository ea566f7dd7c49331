/** Small IDX files for tests. */

const codes = { uint8: 8, int8: 9, int16: 11, int32: 12, float32: 13, float64: 14 } as const

/** The bytes of an IDX file, written the long way round. */
export function encodeIdx(dtype: keyof typeof codes, shape: readonly number[], values: readonly number[]): Uint8Array {
  const itemsize = { uint8: 1, int8: 1, int16: 2, int32: 4, float32: 4, float64: 8 }[dtype]
  const bytes = new Uint8Array(4 + 4 * shape.length + itemsize * values.length)
  const view = new DataView(bytes.buffer)
  bytes.set([0, 0, codes[dtype], shape.length])
  for (const [d, size] of shape.entries()) view.setUint32(4 + 4 * d, size)
  const start = 4 + 4 * shape.length
  values.forEach((value, i) => {
    const at = start + i * itemsize
    if (dtype === 'uint8') view.setUint8(at, value)
    else if (dtype === 'int8') view.setInt8(at, value)
    else if (dtype === 'int16') view.setInt16(at, value)
    else if (dtype === 'int32') view.setInt32(at, value)
    else if (dtype === 'float32') view.setFloat32(at, value)
    else view.setFloat64(at, value)
  })
  return bytes
}

/** Three images of 2 x 3 pixels, all values different. */
export const images: Uint8Array = encodeIdx(
  'uint8',
  [3, 2, 3],
  Array.from({ length: 18 }, (_, i) => 13 * i),
)
export const labels: Uint8Array = encodeIdx('uint8', [3], [7, 0, 9])

export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
