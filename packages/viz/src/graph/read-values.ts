/** The elements of a tensor, on whatever device it is. */
import type { Tensor } from '@tsorch/core'

/** Elements as numbers. */
export type ValueArray = Float32Array | Float64Array

/** Devices that were found not to be readable at once. */
const slow = new Set<string>()

/** A copy of the elements: at once where the device allows it, else when it has answered, with the values of now. */
export function readTensor(x: Tensor): ValueArray | Promise<ValueArray> {
  if (!slow.has(x.device)) {
    try {
      return asNumbers(x.toTypedArray())
    } catch (error) {
      if (x.device === 'cpu') throw error
      slow.add(x.device)
    }
  }
  // a copy: the optimizer may write before the device has answered
  return x.detach().clone().data().then(asNumbers)
}

function asNumbers(data: ReturnType<Tensor['toTypedArray']>): ValueArray {
  return data instanceof Float32Array || data instanceof Float64Array
    ? data
    : Float64Array.from(data as ArrayLike<number | bigint>, Number)
}
