/** From a stream of random numbers to the elements of a tensor, in the order of its memory, on whatever device. */
import { checkWritable } from '../autograd/inplace.js'
import { withoutGrad } from '../autograd/mode.js'
import { recording } from '../autograd/node.js'
import { denseStrides, stepOrder } from '../create/like.js'
import type { HostArray } from '../dispatch/backend.js'
import { bfloat16, type DType, float16, float32, float64 } from '../dtype.js'
import { setWord } from '../host.js'
import { TypeError_ } from '../options.js'
import { defaultGenerator, Generator } from '../random/generator.js'
import { type RoundToHalf, roundToBFloat16, roundToFloat16 } from '../random/half.js'
import { isDense } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { hostWords } from './access.js'
import { castTo } from './elementwise.js'
import { copyInto, wrote } from './inplace.js'
import { expand, permute } from './view.js'

/** Numbers on the host: float64 for float64 tensors, else float32. */
export type Values = Float32Array | Float64Array

/** The generator that a call names, or the default one. @throws TypeError if it is something else */
export function generatorOf(generator: Generator | null | undefined): Generator {
  if (generator === null || generator === undefined) return defaultGenerator
  if (!(generator instanceof Generator)) throw TypeError_("argument 'generator' must be a Generator, not", generator)
  return generator
}

/** How a half type rounds float32 numbers; undefined for the other dtypes. */
export function halfRounding(dtype: DType): RoundToHalf | undefined {
  return dtype === float16 ? roundToFloat16 : dtype === bfloat16 ? roundToBFloat16 : undefined
}

/** Room for `count` numbers of a floating-point dtype. */
export function valuesFor(dtype: DType, count: number): Values {
  return dtype === float64 ? new Float64Array(count) : new Float32Array(count)
}

/** Numbers as a dtype stores them. */
export function asWords(values: Values, dtype: DType): HostArray {
  const words = dtype.allocate(0)
  if (words.constructor === values.constructor) return values
  const converted = dtype.allocate(values.length)
  for (let i = 0; i < values.length; i++) setWord(converted, dtype, i, values[i]!)
  return converted
}

/** The elements of a floating-point tensor, row-major; those of the half types as float32. */
export function hostValues(x: Tensor, method: string): Values {
  return hostWords(x.dtype.staged ? castTo(x, float32) : x, method) as Values
}

/** `p`, broadcast to the shape of `x`, with its elements in the order of the memory of `x`. */
export function inOrderOf(x: Tensor, p: Tensor): Tensor {
  const order = stepOrder(x.shape, x.strides).reverse()
  return withoutGrad(() => permute(expand(p, x.shape), order), [])
}

/** Writes one word for each element of `x`, in the order of its memory; where it has gaps, the smallest step runs fastest. */
export function place(x: Tensor, words: HostArray): void {
  if (isDense(x.shape, x.strides)) {
    x.storage.device.memory.write(new Tensor(x.storage, x.dtype, [x.count], [1], x.offset, x.count), words)
    return
  }
  x.storage.device.primitives.copy(placed(x, words), x)
}

/** A dense tensor of the shape of `x` with these words. */
function placed(x: Tensor, words: HostArray): Tensor {
  const block = allocate(x.storage, x.dtype, [x.count])
  x.storage.device.memory.write(block, words)
  return new Tensor(block.storage, x.dtype, x.shape, denseStrides(x), block.offset, x.count)
}

/**
 * Overwrites `x` with what `draw` gives. Its old value gets no gradient.
 *
 * @throws RuntimeError if `x` may not be written to; nothing is drawn then
 */
export function overwrite(x: Tensor, draw: () => HostArray): void {
  checkWritable(x)
  if (recording(x)) {
    copyInto(x, placed(x, draw()))
  } else {
    place(x, draw())
    wrote(x)
  }
}
