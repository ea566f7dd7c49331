/** Sorting and running reductions. */
import { float32, int32, type Primitives, referencePrimitives, Scan, type View } from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { around, dense } from './geometry.js'

const plain = referencePrimitives

type Ordered = Pick<Primitives, 'sort' | 'scan'>

export function orderedPrimitives(set: KernelSet): Ordered {
  const { kernels } = set

  return {
    sort(x: View, dim: number, descending: boolean, values: View, indices: View): void {
      const last = dim === x.shape.length - 1
      const fits = last && (x.dtype === float32 || x.dtype === int32) && set.worth(x.count) && x.count > 0
      if (!fits || !dense(x) || !dense(values) || !dense(indices)) {
        plain.sort(x, dim, descending, values, indices)
        return
      }
      const n = x.shape[dim]!
      set.begin()
      const sort = x.dtype === float32 ? kernels.sortRowsF32 : kernels.sortRowsI32
      const [from, to, places] = [set.input(x), set.output(values), set.output(indices)]
      sort(from, to, places, x.count / n, n, descending ? 1 : 0, set.workspace(kernels.sortWorkspace(n)))
      set.end()
    },

    scan(op, x: View, dim: number, out: View, indices: View | null): void {
      const fits = (op === Scan.cumsum || op === Scan.cumprod) && x.dtype === float32 && set.worth(x.count)
      if (!fits || x.count === 0 || x.shape.length === 0 || !dense(x) || !dense(out)) {
        plain.scan(op, x, dim, out, indices)
        return
      }
      const [outer, inner] = around(x.shape, dim)
      set.begin()
      const scan = op === Scan.cumsum ? kernels.cumsumF32 : kernels.cumprodF32
      scan(set.input(x), set.output(out), outer, x.shape[dim]!, inner)
      set.end()
    },
  }
}
