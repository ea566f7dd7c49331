/** Tensors whose elements are computed on the host, one by one. */

import type { DType } from '../dtype.js'
import { setWord } from '../host.js'
import type { Shape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { deviceFrom, finish, type TensorOptions } from './fill.js'

/** A tensor of the values that `at` gives for 0, 1, ..., row-major, converted as the dtype stores them. */
export function computed(
  shape: Shape,
  dtype: DType,
  options: Partial<TensorOptions>,
  at: (i: number) => number | bigint,
): Tensor {
  const out = finish(allocate({ device: deviceFrom(options) }, dtype, shape), options)
  const words = dtype.allocate(out.count)
  for (let i = 0; i < out.count; i++) setWord(words, dtype, i, at(i))
  out.storage.device.memory.write(out, words)
  return out
}
