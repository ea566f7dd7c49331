/** Where the bytes of an image come from. */
import { RuntimeError, Tensor, ValueError } from '@tsorch/core'
import { nodeFs } from '../datasets/node.js'
import { typeName } from '../image.js'

/** Reads a file, or what is at a URL. @throws RuntimeError that names it */
export async function readBytes(path: string | URL): Promise<Uint8Array> {
  const text = String(path)
  const fs = nodeFs()
  try {
    if (fs !== null && !/^(https?|data|blob):/i.test(text)) {
      return await fs.promises.readFile(/^file:/i.test(text) ? new URL(text) : text)
    }
    const response = await fetch(text)
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  } catch (cause) {
    throw new RuntimeError(`${text}: cannot be read (${(cause as Error).message})`, { cause })
  }
}

/** Bytes of a one-dimensional uint8 tensor, or as they are. @throws TypeError, ValueError for anything else */
export function bytesOf(input: Tensor | Uint8Array | ArrayBuffer): Uint8Array {
  if (input instanceof Uint8Array) return input
  if (input instanceof ArrayBuffer) return new Uint8Array(input)
  if (!(input instanceof Tensor)) throw new TypeError(`input should be a tensor of bytes. Got ${typeName(input)}`)
  if (input.dtype.name !== 'uint8' || input.ndim !== 1 || input.numel() === 0) {
    throw new ValueError(
      `Expected a non empty 1-dimensional tensor of dtype uint8, but got ${input.dtype} of shape [${input.shape.join(', ')}]`,
    )
  }
  return input.toTypedArray() as Uint8Array
}
