import type { Bench } from '../calls/decoder.js'
import type { TensorRecord } from '../cases/encoded.js'
import { isTensor, Mismatch, type TensorLike } from '../library.js'
import { expectSame } from './results.js'

/**
 * Checks whose memory a result shows: that of the input named by `view_of`, with PyTorch's strides, or nobody's.
 *
 * @param inputs - the tensors of the call, by path
 * @throws Mismatch if PyTorch makes a view and this is a copy, or the other way round
 */
export function expectSharing(
  bench: Bench,
  got: unknown,
  want: TensorRecord,
  path: string,
  inputs: ReadonlyMap<string, TensorLike>,
): void {
  if (!isTensor(bench.library, got)) return
  if (want.view_of !== undefined) {
    const base = inputs.get(want.view_of)
    if (base === undefined) throw new Error(`fixture: ${path} is a view of ${want.view_of}, which is no tensor`)
    if (!got.storage.shares(base.storage))
      throw new Mismatch(`${path} is a copy, PyTorch makes a view of ${want.view_of}`)
    if (want.result_strides !== undefined) expectSame([...got.stride()], want.result_strides, `stride of ${path}`)
    else if (!isRowMajor(want.shape, got.stride()))
      throw new Mismatch(`${path} has strides [${got.stride()}], PyTorch's is contiguous`)
    return
  }
  if (got.numel() === 0) return
  for (const [name, input] of inputs) {
    if (got.storage.shares(input.storage)) throw new Mismatch(`${path} is a view of ${name}, PyTorch makes a copy`)
  }
}

/** Whether strides are those of a contiguous tensor; they do not matter where there is at most one step. */
function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  if (shape.includes(0)) return true
  let step = 1
  for (let k = shape.length - 1; k >= 0; k--) {
    if (shape[k]! > 1 && strides[k] !== step) return false
    step *= shape[k]!
  }
  return true
}
