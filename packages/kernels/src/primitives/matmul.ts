/** Products of matrices. */
import { type DType, float32, float64, type Primitives, referencePrimitives, type View } from '@tsorch/core/backend'
import type { Pointer } from '../generated/kernels.js'
import type { KernelSet } from '../kernel-set.js'
import { getNumThreads } from '../runtime/threads.js'

/** Elements from the first to the last of a view. */
function extent(view: View): number {
  const { shape, strides } = view
  let last = 0
  for (let d = 0; d < shape.length; d++) last += (shape[d]! - 1) * strides[d]!
  return last + 1
}

/**
 * All memory between a view's first and last element, as a view: kernels that take strides need the elements where they are,
 * also where the operand is copied into the heap for the call.
 */
export function spanOf(view: View): View {
  const count = extent(view)
  if (count === view.count) return view
  const { storage, dtype, offset } = view
  return { storage, dtype, offset, count, shape: [count], strides: [1] }
}

/** Steps between the matrices of a batch, their rows and their columns. */
type Steps = readonly number[]

/** Calls the product kernel of a set, between `begin` and `end`. */
export type Multiply = (
  dtype: DType,
  sizes: readonly [batch: number, m: number, n: number, k: number],
  a: Pointer,
  aSteps: Steps,
  b: Pointer,
  bSteps: Steps,
  c: Pointer,
  cSteps: Steps,
  bias: Pointer,
) => void

/** `c = a @ b`, with `bias` (0 for none) added to each row. */
export function multiplyWith(set: KernelSet): Multiply {
  const { kernels } = set
  let threads = 0
  let bytes = 0
  return (
    dtype,
    [batch, m, n, k],
    a,
    [aBatch, aRow, aColumn],
    b,
    [bBatch, bRow, bColumn],
    c,
    [cBatch, cRow, cColumn],
    bias,
  ) => {
    const now = getNumThreads()
    if (now !== threads) {
      threads = now
      bytes = kernels.gemmWorkspace()
    }
    const work = set.workspace(bytes)
    const gemm = dtype === float32 ? kernels.gemmF32 : kernels.gemmF64
    // biome-ignore format: one line an operand
    gemm(
      batch, m, n, k,
      a, aBatch!, aRow!, aColumn!,
      b, bBatch!, bRow!, bColumn!,
      c, cBatch!, cRow!, cColumn!,
      bias, 0, 1, 0, work,
    )
  }
}

/** Whether a product of so many multiplications is one for the kernels. */
export function worthMultiplying(set: KernelSet, { dtype }: View, multiplications: number): boolean {
  return (dtype === float32 || dtype === float64) && multiplications > 0 && set.worth(multiplications)
}

export function matmulPrimitives(set: KernelSet): Pick<Primitives, 'matmul'> {
  const multiply = multiplyWith(set)

  return {
    matmul(x: View, y: View, out: View): void {
      const [batch, m, k] = x.shape as [number, number, number]
      const n = y.shape[2]!
      if (!worthMultiplying(set, x, batch * m * n * k)) {
        referencePrimitives.matmul(x, y, out)
        return
      }
      set.begin()
      const a = set.input(spanOf(x))
      const b = set.input(spanOf(y))
      const whole = spanOf(out)
      // what lies between the elements must stay
      const c = whole === out ? set.output(out) : set.update(whole)
      multiply(x.dtype, [batch, m, n, k], a, x.strides, b, y.strides, c, out.strides, 0)
      set.end()
    },
  }
}
